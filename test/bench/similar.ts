// npm run bench -- --only similar: from a message to the ten nearest of 100,000 known texts, ours beside pg_trgm over the same texts;
// paraphrases of known claims, rounds in rotated order, ratios inside one run. Our time holds reading the message and judging what was found.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openClaimIndex } from '../../src/core/rumour/claim-index.ts'
import { lookUp } from '../../src/core/rumour/look-up.ts'
import { signMessage } from '../../src/core/rumour/signature.ts'
import { judge, median, quantile, ratioSpread } from './measure.ts'
import { makeTexts, type MadeQuestion } from './similar-texts.ts'
import { MOST_FOUND, openTrigrams } from './similar-trgm.ts'
import { onStage } from './stage.ts'

const SEED = 20_170_603
/** A desk that has run for minutes, and a server whose pages are in memory. */
const WARM = 200
const LIMIT = 0.05

interface Way {
  name: string
  find(text: string): Promise<number[]>
}

interface Found {
  /** Milliseconds, by round. */
  times: number[][]
  /** Share of the right texts among the ten, by question. */
  recalls: Record<MadeQuestion['kind'], number[]>
}

function readHeap(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Our look-up, and what it cost to make. */
function openOurs(texts: readonly string[]): Way {
  const before = readHeap()
  const index = openClaimIndex()
  const since = performance.now()
  for (const [at, text] of texts.entries()) index.put(String(at), signMessage(text))
  const took = performance.now() - since
  const bytes = readHeap() - before
  const each = (all: number): string => (all / texts.length).toFixed(0)
  process.stdout.write(
    `  index of ${texts.length} texts: made in ${(took / 1_000).toFixed(1)} s (${each(1_000 * took)} µs each), ` +
      `${(bytes / 2 ** 20).toFixed(0)} MiB, ${each(bytes)} bytes a text; its own estimate ${each(index.bytes())}\n`,
  )
  return {
    name: 'quakedesk',
    find: async (text) =>
      lookUp(index, signMessage(text))
        .slice(0, MOST_FOUND)
        .map(({ key }) => Number(key)),
  }
}

async function ask(way: Way, { text, right }: MadeQuestion): Promise<{ ms: number; recall: number }> {
  const since = performance.now()
  const found = await way.find(text)
  const ms = performance.now() - since
  const hits = found.filter((at) => right.has(at)).length
  return { ms, recall: hits / Math.min(MOST_FOUND, right.size) }
}

async function takeRounds(
  ways: readonly Way[],
  questions: readonly MadeQuestion[],
  rounds: number,
): Promise<Map<string, Found>> {
  const found = new Map(
    ways.map(({ name }): [string, Found] => [name, { times: [], recalls: { paraphrase: [], copy: [] } }]),
  )
  const perRound = Math.floor((questions.length - WARM) / rounds)
  for (const way of ways) for (const question of questions.slice(0, WARM)) await ask(way, question)
  for (let round = 0; round < rounds; round += 1) {
    const own = questions.slice(WARM + round * perRound, WARM + (round + 1) * perRound)
    for (const way of ways.map((_, at) => ways[(at + round) % ways.length])) {
      if (!way) continue
      const asked: { ms: number; recall: number }[] = []
      for (const question of own) asked.push(await ask(way, question))
      found.get(way.name)?.times.push(asked.map(({ ms }) => ms))
      for (const [at, { recall }] of asked.entries()) found.get(way.name)?.recalls[own[at]?.kind ?? 'copy'].push(recall)
    }
  }
  return found
}

const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length

/**
 * Runs the section.
 * @param perRound questions of each round, asked of every way
 * @param many texts that are known
 */
export async function benchSimilar(rounds: number, perRound: number, many: number): Promise<void> {
  await onStage(async ({ folder }) => {
    const { texts, questions } = makeTexts(many, WARM + rounds * perRound, SEED)
    const told = texts.map(({ text }) => text)
    process.stdout.write(
      `similar: ${many} texts of ${new Set(texts.map(({ claim }) => claim)).size} claims, seed ${SEED}; ms to the ten nearest\n`,
    )
    const ours = openOurs(told)
    const trigrams = await openTrigrams(folder, told)
    try {
      const found = await takeRounds([ours, ...trigrams.ways], questions, rounds)
      tell(found, ours.name)
    } finally {
      await trigrams.close()
    }
  })
}

function tell(found: ReadonlyMap<string, Found>, own: string): void {
  const ours = found.get(own) ?? { times: [], recalls: { paraphrase: [], copy: [] } }
  const width = Math.max(...[...found.keys()].map((name) => name.length))
  const peers = [...found].filter(([name]) => name !== own)
  for (const [name, { times, recalls }] of found) {
    const all = times.flat()
    const ratio = name === own ? '' : `  ours ${(median(ours.times.flat()) / median(all)).toFixed(4)} of it`
    process.stdout.write(
      `  ${name.padEnd(width)}  n ${all.length}  p50 ${median(all).toFixed(2)}  p90 ${quantile(all, 0.9).toFixed(2)}  max ${Math.max(...all).toFixed(1)}  recall@10 of paraphrases ${mean(recalls.paraphrase).toFixed(3)}, of copies ${mean(recalls.copy).toFixed(3)}${ratio}\n`,
    )
  }
  // Against whichever way of theirs is best at it: the fastest, and the one that finds most.
  const [fastest] = peers.toSorted(([, a], [, b]) => median(a.times.flat()) - median(b.times.flat()))
  const ratio = ratioSpread(ours.times, fastest?.[1].times ?? [])
  const text = `${ratio.middle.toFixed(4)} (${ratio.low.toFixed(4)}..${ratio.high.toFixed(4)}) of ${fastest?.[0] ?? ''}`
  judge(`p50 ≤ ${LIMIT} × pg_trgm, its fastest way`, { ...ratio, text }, LIMIT)
  for (const kind of ['paraphrase', 'copy'] as const) {
    const [best, most] = [mean(ours.recalls[kind]), Math.max(...peers.map(([, { recalls }]) => mean(recalls[kind])))]
    process.stdout.write(
      `  ${best >= most ? 'PASS' : 'FAIL'}  recall@10, ${kind}, not lower than the best of theirs: ${best.toFixed(3)} and ${most.toFixed(3)}\n`,
    )
  }
}
