// In: single wire values (text, numbers, null) of any feed format. Out: checked values, and rows gathered into a ParsedFeed.
// Must not know any one format, and must never let one bad row take its neighbours along (DESIGN L10).
import { roundHalfUp } from '../core/decimal.ts'
import type { Instant } from '../core/instant.ts'
import { parseZonedTime } from '../core/instant.ts'
import type { Magnitude, ParsedFeed, QuakeReport, RefusedRow } from '../core/quake-report.ts'
import { plainAngle, plainMagnitude, plainTime } from './spelling.ts'

/** Longest payload a parser looks at, in characters; the fetcher's hard limit is the same (feeds.md §2). */
export const MAX_TEXT = 20_000_000
/** USGS and FDSN answer at most 20 000 events; no honest list is longer. */
export const MAX_ROWS = 20_000
/** Years 1000 to 9999: what four digits can write and PostgreSQL can hold. */
const EARLIEST: Instant = Date.UTC(1000, 0, 1)
const LATEST: Instant = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
/** Fourteen digits are a spelled 20260324123750 that lost its shape, not a count of milliseconds (thirteen until 2286). */
const LATEST_COUNT: Instant = 9_999_999_999_999

/** Why a row cannot be used: the kebab-case rule, and the field, its value and what was expected. */
export type Refusal = Omit<RefusedRow, 'row'>

/** What became of one row. */
export type RowOutcome = { report: Omit<QuakeReport, 'row'> } | { refused: Refusal } | { ignored: string }

/** Runs the translation over every row in order; rows past MAX_ROWS are named in one refusal, not read. */
export function gatherRows<Row>(rows: readonly Row[], translate: (row: Row) => RowOutcome): ParsedFeed {
  const feed: ParsedFeed = { reports: [], refused: [], ignored: [] }
  for (const [row, raw] of rows.slice(0, MAX_ROWS).entries()) {
    const outcome = translate(raw)
    if ('report' in outcome) feed.reports.push({ row, ...outcome.report })
    else if ('ignored' in outcome) feed.ignored.push({ row, reason: outcome.ignored })
    else feed.refused.push({ row, ...outcome.refused })
  }
  if (rows.length > MAX_ROWS) {
    const reason = `the list has more rows than the ${MAX_ROWS} expected at most; the rest was not read`
    feed.refused.push({ row: MAX_ROWS, rule: 'row-count', reason })
  }
  return feed
}

/** A hostile value made short and printable for a reason. Lists and objects are only named: they may be nested without end. */
export function quote(value: unknown): string {
  if (value === undefined || value === null) return value === null ? 'null' : 'missing'
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    return Array.isArray(value) ? 'a list' : 'an object'
  }
  const text = String(value).slice(0, 80).toWellFormed()
  return `"${text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')}"`
}

/** Words that lists write where a value is missing. */
const ABSENT = new Set(['', '-', '--', 'null', 'none', 'nan', 'n/a', '不明', '未知'])

/** True for null, undefined, blank text and the usual words for "no value". */
export function isAbsent(raw: unknown): boolean {
  return raw === null || raw === undefined || (typeof raw === 'string' && ABSENT.has(raw.trim().toLowerCase()))
}

/**
 * The plain decimal spelling ("-175.199997") of a number or of a text that is one; exponents are written out.
 * @returns null for anything else: hexadecimal, Infinity, units, more than 40 digits
 */
export function decimalText(raw: unknown): string | null {
  const text = typeof raw === 'number' ? String(raw) : typeof raw === 'string' ? raw.trim() : ''
  if (text.length > 60) return null
  const match = /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
  if (!match) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  if (whole + fraction === '') return null
  const shift = Number(exponent)
  if (shift > 40) return null
  if (shift < -80) return '0'
  const digits = whole + fraction
  const point = whole.length + shift
  const left = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  const right = point >= 0 ? digits.slice(point) : digits.padStart(digits.length - point, '0')
  return `${sign === '-' ? '-' : ''}${left.replace(/^0+(?=\d)/, '')}${right === '' ? '' : `.${right}`}`
}

/** Name, bounds (inclusive, judged before rounding) and decimals of a numeric field. */
interface NumberField {
  /** Wire name, for the reason. */
  field: string
  /** Prefix of the rule names: <name>-number, <name>-range. */
  name: string
  min: number
  max: number
  digits: number
}

/**
 * A number within bounds, null when absent; a fault is pushed to `faults` and read as null.
 * @param plain the value in plain spelling, where the field has others
 */
function readNumber(faults: Refusal[], raw: unknown, how: NumberField, plain: unknown = raw): number | null {
  if (isAbsent(raw)) return null
  const decimal = decimalText(plain)
  if (decimal === null) {
    faults.push({ rule: `${how.name}-number`, reason: `${how.field} is ${quote(raw)}, expected a decimal number` })
    return null
  }
  const value = Number(decimal)
  if (value < how.min || value > how.max) {
    const reason = `${how.field} is ${quote(raw)}, expected ${how.min} to ${how.max}`
    faults.push({ rule: `${how.name}-range`, reason })
    return null
  }
  return roundHalfUp(decimal, how.digits)
}

/** Degrees north, −90…90; rules latitude-number, latitude-range. Two decimals for CENC lists, four elsewhere. */
export function readLatitude(faults: Refusal[], field: string, raw: unknown, digits = 4): number | null {
  return readNumber(faults, raw, { field, name: 'latitude', min: -90, max: 90, digits }, plainAngle(raw, 'latitude'))
}

/** Degrees east, −180…180; rules longitude-number, longitude-range. */
export function readLongitude(faults: Refusal[], field: string, raw: unknown, digits = 4): number | null {
  const how = { field, name: 'longitude', min: -180, max: 180, digits }
  return readNumber(faults, raw, how, plainAngle(raw, 'longitude'))
}

const DEPTH_UNIT = /\s{0,3}(?:km|千米|公里)$/i

/**
 * Kilometres, down positive, −10…800 (feeds.md §4); a trailing km, 千米 or 公里 is allowed. Rules depth-number, depth-range.
 * Callers whose format gives metres divide first.
 */
export function readDepthKm(faults: Refusal[], field: string, raw: unknown): number | null {
  const bare = typeof raw === 'string' ? raw.slice(0, 60).normalize('NFKC').trim().replace(DEPTH_UNIT, '') : raw
  return readNumber(faults, bare, { field, name: 'depth', min: -10, max: 800, digits: 3 })
}

/** Far below any real magnitude: −9, −99.9, −200, −999 mean "not given" in several catalogues. */
const MAGNITUDE_SENTINEL = /^-(?:9+(?:\.9+)?|200)(?:\.0*)?$/

/**
 * Value with its scale; null when missing, zero or a sentinel (the gate waits for it); outside −2…10 is refused.
 * @param how.minusOne true where −1 means "not given" (Chinese lists, P2P); USGS and EMSC do list quakes of M −1
 */
export function readMagnitude(
  faults: Refusal[],
  field: string,
  raw: unknown,
  how: { digits: number; type: string; minusOne: boolean },
): Magnitude | null {
  const plain = plainMagnitude(raw)
  const decimal = decimalText(plain)
  if (decimal !== null && MAGNITUDE_SENTINEL.test(decimal)) return null
  if (decimal !== null && how.minusOne && Number(decimal) === -1) return null
  const value = readNumber(faults, raw, { field, name: 'magnitude', min: -2, max: 10, digits: how.digits }, plain)
  return value === null || value === 0 ? null : { value, type: cleanText(how.type, 12) }
}

/**
 * Reads a time that is spelled (zoneless = the given offset) or counted in epoch milliseconds (number, or 13 digits).
 * Rules <name>-text, <name>-range; absent is null without a fault.
 * @param zoneless what a text without zone means, in milliseconds ahead of UTC
 */
export function readTime(
  faults: Refusal[],
  field: string,
  raw: unknown,
  zoneless: number,
  name = 'origin-time',
): Instant | null {
  if (isAbsent(raw)) return null
  const plain = plainTime(raw)
  const text = typeof plain === 'string' ? plain.trim().slice(0, 60) : ''
  const counted = typeof raw === 'number' ? raw : /^(?:\d{13}|-\d{12,14})$/.test(text) ? Number(text) : null
  // A year below 1000 would be moved to 19xx by Date.UTC without a word.
  const at = counted ?? (/^[1-9]/.test(text) ? parseZonedTime(text, zoneless) : null)
  if (at === null || !Number.isFinite(at)) {
    const reason = `${field} is ${quote(raw)}, expected a date and time or epoch milliseconds`
    faults.push({ rule: `${name}-text`, reason })
    return null
  }
  if (at >= EARLIEST && at <= (counted === null ? LATEST : LATEST_COUNT)) return Math.round(at)
  faults.push({ rule: `${name}-range`, reason: `${field} is ${quote(raw)}, expected an instant after the year 1000` })
  return null
}

/** NFC text without controls, format and bidi marks, blanks collapsed, cut at `max` characters; numbers become text. */
export function cleanText(raw: unknown, max: number): string {
  if (typeof raw !== 'string') return typeof raw === 'number' && Number.isFinite(raw) ? String(raw) : ''
  const flat = raw
    .slice(0, max * 8)
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[\s\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\uFFFD]/gu, '')
  return Array.from(flat.trim()).slice(0, max).join('').trim()
}

/** Characters a place text may have. */
const PLACE_LIMIT = 60

/**
 * A place name as QuakeReport wants it: at most 60 characters, and one more where the source gave more, so that the
 * review refuses it as too long instead of printing a name cut in two.
 */
export function cleanPlace(raw: unknown): string {
  return cleanText(raw, PLACE_LIMIT + 1)
}

/** An id or version mark: at most 200 characters; `__proto__` and the like are only text and stay harmless. */
export function cleanId(raw: unknown): string {
  return cleanText(raw, 200)
}

/**
 * The last word on a row: faults refuse it, a report needs time and place, a delete or cancel needs to name something.
 * On a delete or cancel faulty values are dropped instead: losing the act would leave a false notice standing.
 */
export function finishRow(faults: readonly Refusal[], report: Omit<QuakeReport, 'row'>): RowOutcome {
  const { latitude, longitude } = report
  const half = (latitude === null) !== (longitude === null)
  const nowhere = latitude === 0 && longitude === 0
  if (report.lifecycle !== 'report') {
    const placed = half || nowhere ? { ...report, latitude: null, longitude: null } : report
    if (report.sourceEventId !== '' || (report.originTime !== null && placed.latitude !== null))
      return { report: placed }
    const reason = `a ${report.lifecycle} without an id, or a time and coordinates, names no quake`
    return { refused: { rule: 'names-nothing', reason } }
  }
  const [fault] = faults
  if (fault) return { refused: { rule: fault.rule, reason: faults.map(({ reason }) => reason).join('; ') } }
  if (report.originTime === null) {
    return { refused: { rule: 'origin-time-missing', reason: 'origin time is missing, expected on every report' } }
  }
  if (latitude === null || longitude === null) {
    const reason = `${latitude === null ? 'latitude' : 'longitude'} is missing, expected on every report`
    return { refused: { rule: 'coordinates-missing', reason } }
  }
  if (nowhere)
    return { refused: { rule: 'null-island', reason: 'latitude and longitude are both 0, expected a place' } }
  return { report }
}
