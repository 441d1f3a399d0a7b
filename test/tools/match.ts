// In: a file of labelled messages, or the record with --from-record, or a file of decisions with --decisions. Out: on stdout how
// well claims are told apart, and the texts that were confused. Exit 1 below the floors of the issue, 2 without anything to read.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readDecisions, writeDecisions, type Decision } from '../../src/core/rumour/decisions.ts'
import { tellDecisions } from './match-decisions.ts'
import {
  byText,
  byShift,
  byVeto,
  halve,
  isAuto,
  isShown,
  measure,
  pairUp,
  readLabelled,
  tuneFloor,
  tuneShift,
  type LabelledMessage,
  type LabelledPair,
  type Measure,
} from './match-measure.ts'

const USAGE = `npm run match -- <file of labelled messages>
npm run match -- --from-record [--write <file>]   what people decided at this installation, judged by the present rules
npm run match -- --decisions <file>               the same from a file that was written so
`
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'from-record': { type: 'boolean' }, write: { type: 'string' }, decisions: { type: 'string' } },
})
const say = (line: string): boolean => process.stdout.write(`${line}\n`)
const two = (share: number): string => share.toFixed(3)
const tell = (name: string, { precision, recall, f1, wrong }: Measure): boolean =>
  say(`${name.padEnd(34)} P ${two(precision)}  R ${two(recall)}  F1 ${two(f1)}  wrong ${wrong}`)
const judge = (goal: string, got: number, floor: number): boolean => {
  say(`${got >= floor ? 'PASS' : 'FAIL'}  ${goal} >= ${floor}: ${two(got)}`)
  return got >= floor
}

function tellConfused(pairs: readonly LabelledPair[], isMerged: (pair: LabelledPair) => boolean): void {
  for (const pair of pairs) {
    const { a, b, isSame, band, doubts, score } = pair
    const merged = isMerged(pair)
    const why = doubts.length > 0 ? ` (${doubts.join(', ')})` : ''
    if (merged && !isSame) say(`merged wrongly  ${a.id} ${b.id} ${two(score)}\n  ${a.text}\n  ${b.text}`)
    if (isSame && !merged) say(`${band.padEnd(8)} missed ${a.id} ${b.id} ${two(score)}${why}\n  ${a.text}\n  ${b.text}`)
  }
}

/** npm runs this in the package's folder; a path is meant from where npm was asked, or else from there. */
function findFile(file: string): string {
  const asked = resolve(process.env['INIT_CWD'] ?? '.', file)
  return existsSync(asked) ? asked : resolve(file)
}

function readLabelledFile(file: string): LabelledMessage[] {
  const path = findFile(file)
  if (!existsSync(path)) throw new Error(`${path}: there is no such file`)
  try {
    return readLabelled(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Error(`${path} ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** @returns whether every floor holds */
function tellLabelled(file: string): boolean {
  const messages = readLabelledFile(file)
  const pairs = pairUp(messages)
  say(`${messages.length} messages, ${pairs.length} pairs, ${pairs.filter(({ isSame }) => isSame).length} of one claim`)
  const textFloor = tuneFloor(pairs, byText)
  const vetoFloor = tuneFloor(pairs, byVeto)
  tell(`text alone, Dice >= ${textFloor}`, measure(pairs, byText(textFloor)))
  tell(`text and veto, Dice >= ${vetoFloor}`, measure(pairs, byVeto(vetoFloor)))
  const auto = measure(pairs, isAuto)
  const shown = measure(pairs, isShown)
  tell('auto', auto)
  tell('auto and suggested', shown)
  const alike = pairs.filter(({ a, b, isSame }) => !isSame && a.family === b.family)
  say(
    `${alike.length} pairs of one family and two claims: ${alike.filter(isAuto).length} merged, ${alike.filter(isShown).length} offered or merged`,
  )
  tellConfused(pairs, isAuto)
  const halves = halve(messages).map(pairUp)
  const across = halves.map((tested, at) => {
    const shift = tuneShift(halves[1 - at] ?? [])
    const result = measure(tested, byShift(shift))
    const both = measure(tested, byShift(shift, ['auto', 'suggest']))
    tell(`half ${at + 1}, auto, tuned on other: ${shift}`, result)
    tell(`half ${at + 1}, auto and suggested`, both)
    // Without a shift they stand above.
    if (shift !== 0) tellConfused(tested, byShift(shift))
    return { f1: result.f1, recall: both.recall }
  })
  return [
    judge('auto precision', auto.precision, 0.98),
    judge('auto recall', auto.recall, 0.85),
    judge('auto and suggested recall', shown.recall, 0.92),
    ...across.flatMap(({ f1, recall }, at) => [
      judge(`tuned on the other half, tested on half ${at + 1}: auto F1`, f1, 0.9),
      judge(`tuned on the other half, tested on half ${at + 1}: auto and suggested recall`, recall, 0.9),
    ]),
  ].every(Boolean)
}

/** Only this way knows the database. */
async function readRecord(): Promise<Decision[]> {
  const { readRecordedDecisions } = await import('./match-record.ts')
  return readRecordedDecisions()
}

/** @returns the exit code */
async function run(file: string | undefined): Promise<number> {
  if (values['from-record'] === true) {
    const decisions = await readRecord()
    if (values.write !== undefined) {
      const path = resolve(process.env['INIT_CWD'] ?? '.', values.write)
      writeFileSync(path, writeDecisions(decisions), { mode: 0o600 })
      say(`${decisions.length} decisions written to ${path}`)
    }
    return tellDecisions(decisions, say) ? 0 : 1
  }
  if (values.decisions !== undefined)
    return tellDecisions(readDecisions(readFileSync(findFile(values.decisions), 'utf8')), say) ? 0 : 1
  if (file !== undefined) return tellLabelled(file) ? 0 : 1
  process.stderr.write(USAGE)
  return 2
}

try {
  process.exitCode = await run(positionals[0])
} catch (error) {
  process.stderr.write(`match: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
