// In: npm run fuzz -- [--count N] [--seconds S] [--format X] [--seed K] [--from I]. Out: one line per format; exit 1 on any fault.
// Must not run payloads itself: a hang would hold the watchdog. One thread per format, two at a time.
import { writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { FORMATS, type FeedFormat } from '../../src/feeds/index.ts'
import { damagedPayload } from './mutate.ts'
import { loadSeeds } from './seeds.ts'
import { heapEnds, joinTallies, type Tally } from './tally.ts'
import type { Message, Task } from './worker.ts'

/** No payload may need more of a core. */
const BUDGET_MS = 5_000
/** A thread that does not even come to the processor for this long is given up, too. */
const PATIENCE_MS = 60_000
/** Faults that are written down per format; the rest is only counted. */
const MOST_FAULTS = 20
/** A parser that hangs this often is known to hang. */
const MOST_HANGS = 3

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '0' },
    format: { type: 'string', multiple: true, default: Object.keys(FORMATS) },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    from: { type: 'string', default: '0' },
  },
})
const count = readWhole('count', values.count)
const seconds = readWhole('seconds', values.seconds)
const seed = readWhole('seed', values.seed)
const from = readWhole('from', values.from)
const formats = values.format.filter((name) => Object.hasOwn(FORMATS, name)) as FeedFormat[]
if (formats.length < values.format.length) endWrongUse(`--format is one of ${Object.keys(FORMATS).join(', ')}`)
if (typeof globalThis.gc !== 'function') endWrongUse('run it with node --expose-gc, as npm run fuzz does')

const seeds = loadSeeds()
const total = Object.values(seeds).reduce((sum, list) => sum + list.length, 0)
say(`seed ${seed}, ${count} payloads per format out of ${total} sound ones, numbers from ${from}`)

const queue = [...formats]
let faulty = 0
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, takeFormats))
say(faulty === 0 ? 'no fault' : `${faulty} formats with faults`)
process.exitCode = faulty === 0 ? 0 : 1

async function takeFormats(): Promise<void> {
  for (let format = queue.shift(); format !== undefined; format = queue.shift()) {
    const { tally, faults } = await fuzzFormat(format)
    const ends = heapEnds(tally.heap)
    if (ends?.leaks) faults.push(`memory grew from ${ends.first.toFixed(1)} to ${ends.last.toFixed(1)} MB`)
    say(describeTally(format, tally, ends))
    for (const fault of faults.slice(0, MOST_FAULTS)) say(`  ${format}: ${fault}`)
    if (faults.length > MOST_FAULTS) say(`  ${format}: ${faults.length - MOST_FAULTS} faults more`)
    if (faults.length > 0) faulty += 1
  }
}

async function fuzzFormat(format: FeedFormat): Promise<{ tally: Tally; faults: string[] }> {
  const faults: string[] = []
  const deadline = seconds > 0 ? Date.now() + seconds * 1_000 : Number.MAX_SAFE_INTEGER
  let tally: Tally | null = null
  let next = from
  let hangs = 0
  while (next < from + count && Date.now() < deadline && hangs < MOST_HANGS) {
    const ended = await watch({ format, seed, from: next, until: from + count, deadline }, faults)
    if (ended.tally) tally = joinTallies(tally, ended.tally)
    next = ended.next
    if (!ended.hung) break
    hangs += 1
  }
  return { tally: tally ?? emptyFigures(next - from), faults }
}

interface Ended {
  tally: Tally | null
  hung: boolean
  next: number
}

/** Runs one thread until it ends, hangs or dies; the next number is the one to go on with. */
function watch(task: Omit<Task, 'state'>, faults: string[]): Promise<Ended> {
  const state = new SharedArrayBuffer(16)
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: { ...task, state } satisfies Task,
    resourceLimits: { maxOldGenerationSizeMb: 1_500 },
  })
  return new Promise((resolve) => {
    let tally: Tally | null = null
    const lose = (why: string): void => {
      stopWatching()
      const index = new Float64Array(state)[0] ?? task.from
      note(faults, task.format, index, why)
      resolve({ tally, hung: true, next: index + 1 })
    }
    const stopWatching = watchProcessor(worker, new Float64Array(state), (why) => {
      void worker.terminate().then(() => lose(why))
    })
    worker.on('message', (message: Message) => {
      if ('fault' in message) note(faults, task.format, message.index, message.fault)
      else {
        tally = message.tally
        if (!message.ended) return
        stopWatching()
        resolve({ tally, hung: false, next: message.next })
      }
    })
    worker.on('error', (error) => lose(`ends the thread: ${error instanceof Error ? error.message : String(error)}`))
  })
}

/** Calls back once when one payload has used up its budget of processor time: a busy machine is no hang. */
function watchProcessor(worker: Worker, state: Float64Array, give: (why: string) => void): () => void {
  let at = { begun: 0, used: 0 }
  let given = false
  const look = async (): Promise<void> => {
    const begun = state[1] ?? 0
    if (begun === 0) return
    const used = await measureProcessor(worker)
    if (at.begun !== begun) at = { begun, used: used ?? 0 }
    const waited = Date.now() - begun
    const spent = used === null ? waited : used - at.used
    if (given || state[1] !== begun || (spent < BUDGET_MS && waited < PATIENCE_MS)) return
    given = true
    clearInterval(timer)
    give(`hangs: ${spent.toFixed(0)} ms of processor time, ${waited} ms in all`)
  }
  const timer = setInterval(() => void look(), 200)
  return () => clearInterval(timer)
}

/** Milliseconds of processor time of a thread, answered also while it hangs; null before Node 24.6, and when it has ended. */
async function measureProcessor(worker: Worker): Promise<number | null> {
  if (typeof worker.cpuUsage !== 'function') return null
  try {
    const { user, system } = await worker.cpuUsage()
    return (user + system) / 1_000
  } catch {
    return null
  }
}

/** Keeps the payload as a file, so that it can be read and played again. */
function note(faults: string[], format: FeedFormat, index: number, fault: string): void {
  if (faults.length >= MOST_FAULTS) {
    faults.push(fault)
    return
  }
  const file = join(tmpdir(), `quakedesk-fuzz-${format}-${seed}-${index}.bin`)
  writeFileSync(file, damagedPayload(seed, format, index, seeds))
  faults.push(`payload ${index} (--format ${format} --seed ${seed} --from ${index} --count 1) in ${file}: ${fault}`)
}

function describeTally(format: FeedFormat, tally: Tally, ends: ReturnType<typeof heapEnds>): string {
  const heap = ends ? `${ends.first.toFixed(1)}/${ends.last.toFixed(1)} MB` : 'too few samples'
  const acts = Object.entries(tally.acts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([act, times]) => `${act} ${times}`)
  return [
    `${format}: payloads ${tally.payloads}, reports ${tally.reports}, refused ${tally.refused}, ignored ${tally.ignored}`,
    `unreadable ${tally.unreadable}, undecodable ${tally.undecodable}`,
    `slowest ${tally.slowestMs.toFixed(0)} ms (payload ${tally.slowestIndex}), heap first/last ${heap}`,
    `acts: ${acts.join(', ') || 'none'}`,
  ].join('; ')
}

function emptyFigures(payloads: number): Tally {
  const none = { reports: 0, refused: 0, ignored: 0, unreadable: 0, undecodable: 0 }
  return { payloads, ...none, acts: {}, slowestMs: 0, slowestIndex: -1, heap: [] }
}

function readWhole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) endWrongUse(`--${name} is ${text}, expected a whole number`)
  return Number(text)
}

function endWrongUse(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(2)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
