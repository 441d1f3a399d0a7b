// In: what a parser made of a damaged payload. Out: every promise of QuakeReport and ParsedFeed that it broke, in words.
// Must not be taken from the parsers: the limits are those of core/quake-report.ts and DESIGN §6, written out again.
import type { ParsedFeed, QuakeReport } from '../../src/core/quake-report.ts'

const EVALUATIONS = ['automatic', 'reviewed', 'unknown']
const CLASSES = ['actual', 'drill', 'test']
const LIFECYCLES = ['report', 'cancel', 'delete']
const KINDS =
  'earthquake collapse blast mining suspected-blast explosion induced landslide volcanic nonexistent other'.split(' ')
const YEAR_1000 = Date.UTC(1000, 0, 1)
const YEAR_9999 = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const MOST_ROWS = 20_001

/** Faults of a whole answer; empty when it is sound. */
export function findFaults(feed: ParsedFeed): string[] {
  const faults: string[] = []
  const rows = [...feed.reports, ...feed.refused, ...feed.ignored].map(({ row }) => row)
  if (rows.length > MOST_ROWS) faults.push(`${rows.length} rows`)
  if (new Set(rows).size !== rows.length) faults.push('a row is accounted for twice')
  if (rows.some((row) => !Number.isInteger(row) || row < 0)) faults.push('a row has no number')
  for (const { rule, reason } of feed.refused) {
    if (!/^[a-z]+(?:-[a-z]+)*$/.test(rule)) faults.push(`rule ${JSON.stringify(rule)}`)
    checkText(faults, `reason of ${rule}`, reason, 2_000)
    if (reason.length <= 10) faults.push(`rule ${rule} says nothing`)
  }
  for (const { reason } of feed.ignored) checkText(faults, 'reason for leaving aside', reason, 60)
  for (const report of feed.reports) checkReport(faults, report)
  return faults
}

function checkReport(faults: string[], report: QuakeReport): void {
  const { latitude, longitude, magnitude, lifecycle } = report
  checkNumber(faults, 'latitude', latitude, -90, 90)
  checkNumber(faults, 'longitude', longitude, -180, 180)
  checkNumber(faults, 'depthKm', report.depthKm, -10, 800)
  checkNumber(faults, 'magnitude', magnitude?.value ?? null, -2, 10)
  for (const name of ['originTime', 'issuedAt', 'idTime'] as const) {
    checkNumber(faults, name, report[name], YEAR_1000, YEAR_9999)
    if (report[name] !== null && !Number.isInteger(report[name])) faults.push(`${name} has parts of a millisecond`)
  }
  if (magnitude?.value === 0) faults.push('magnitude 0 is a placeholder')
  if ((latitude === null) !== (longitude === null)) faults.push('half a position')
  if (latitude === 0 && longitude === 0) faults.push('a place at 0°, 0°')
  if (lifecycle === 'report' && (report.originTime === null || latitude === null)) faults.push('a report of nothing')
  checkWord(faults, 'evaluation', report.evaluation, EVALUATIONS)
  checkWord(faults, 'class', report.class, CLASSES)
  checkWord(faults, 'lifecycle', lifecycle, LIFECYCLES)
  checkWord(faults, 'kind', report.kind, KINDS)
  checkText(faults, 'place', report.place, 61)
  checkText(faults, 'sourceEventId', report.sourceEventId, 200)
  checkText(faults, 'revision', report.revision, 200)
  checkText(faults, 'agency', report.agency, 60)
  checkText(faults, 'magnitude type', magnitude?.type ?? '', 12)
  if (!/^(?:[A-Z]{2})?$/.test(report.sourceCode)) faults.push(`sourceCode ${JSON.stringify(report.sourceCode)}`)
  if (report.aliases.length > 60) faults.push(`${report.aliases.length} aliases`)
  for (const alias of report.aliases) checkText(faults, 'alias', alias, 200)
}

function checkNumber(faults: string[], name: string, value: number | null, least: number, most: number): void {
  if (value === null) return
  if (!Number.isFinite(value) || value < least || value > most) faults.push(`${name} is ${value}`)
}

function checkWord(faults: string[], name: string, value: string, words: readonly string[]): void {
  if (!words.includes(value)) faults.push(`${name} is ${JSON.stringify(value)}`)
}

/** Bounded in characters, well-formed, without controls and format characters (bidi marks, zero widths, BOM). */
function checkText(faults: string[], name: string, value: unknown, most: number): void {
  if (typeof value !== 'string') faults.push(`${name} is no text`)
  else if (Array.from(value).length > most) faults.push(`${name} has ${value.length} characters`)
  else if (!value.isWellFormed()) faults.push(`${name} holds half a character`)
  else if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)) faults.push(`${name} holds a control or bidi mark`)
}
