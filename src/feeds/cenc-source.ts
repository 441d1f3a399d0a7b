// In: ids, codes and flags of CENC and provincial rows. Out: source code, evaluation, agency, and the time an id spells.
// Must not guess: where letters and flags disagree the weaker word, automatic, stands (DESIGN L8).
import type { Instant } from '../core/instant.ts'
import { BEIJING_OFFSET, SECOND, parseWallTime } from '../core/instant.ts'
import type { Evaluation } from '../core/quake-report.ts'

/** Who determined a row and how firmly. */
export interface ChineseSource {
  /** AU, CC, CD, a province's two letters, or '' when nothing says. */
  sourceCode: string
  evaluation: Evaluation
  /** CENC for AU, CC and CD, else the province's letters, else ''. */
  agency: string
}

const NATIONAL = new Set(['AU', 'CC', 'CD'])
/** Codes of the provincial networks; other letters (us7000abcd, NC…) are foreign ids and must not become a label. */
const PROVINCIAL = new Set(
  'AH BJ CQ FJ GD GS GX GZ HA HB HE HI HL HN JL JS JX LN NM NX QH SC SD SH SN SX TJ XJ XZ YN ZJ'.split(' '),
)

/**
 * The source code that opens an id ("CC20191212100824.00", "CC.20251004000748.000_I") or stands by itself; upper case
 * only, because lower-case ids are those of USGS networks, some with the same two letters (nm, sn).
 * @returns AU, CC, CD or a province's letters, else ''
 */
export function sourceLetters(raw: unknown): string {
  if (typeof raw !== 'string') return ''
  const letters = /^([A-Z]{2})(?:\.?\d|$)/.exec(raw.trim().slice(0, 60))?.[1] ?? ''
  return NATIONAL.has(letters) || PROVINCIAL.has(letters) ? letters : ''
}

/** What a flag says: A or 自动 is automatic; I, M, R, 正式, 人工 or 复核 is reviewed; else unknown. */
export function evaluationFromFlag(raw: unknown): Evaluation {
  if (typeof raw !== 'string') return 'unknown'
  const flag = raw.trim().slice(0, 40)
  if (/^(?:a|auto|automatic)$/i.test(flag) || flag.includes('自动')) return 'automatic'
  return /^(?:[imr]|manual|reviewed)$/i.test(flag) || /正式|人工|复核/.test(flag) ? 'reviewed' : 'unknown'
}

/**
 * Weighs every letter code and flag of a row (prefix meaning: feeds.md §1.1). One automatic word makes it automatic,
 * and then a national code becomes AU, because the public label is chosen by the code alone.
 * @param codes as sourceLetters gives them, '' allowed; a provincial code outranks CC and CD when they disagree
 * @param flags raw flag fields
 */
export function weighSource(codes: readonly string[], flags: readonly unknown[]): ChineseSource {
  const known = codes.filter((code) => code !== '')
  const words = flags.map(evaluationFromFlag)
  const automatic = known.includes('AU') || words.includes('automatic')
  const evaluation = automatic ? 'automatic' : known.length > 0 || words.includes('reviewed') ? 'reviewed' : 'unknown'
  const named = known.find((code) => !NATIONAL.has(code)) ?? known[0] ?? ''
  const sourceCode = automatic && NATIONAL.has(named) ? 'AU' : named
  return { sourceCode, evaluation, agency: NATIONAL.has(sourceCode) ? 'CENC' : sourceCode }
}

/**
 * The origin time an id holds: fourteen digits of Beijing time ("CD20230419082211.00") or thirteen of epoch milliseconds
 * ("CC1774327070000"). Second 60 is legal here: CENC rounds 59.5 s up without carrying.
 * @returns null when the id holds none
 */
export function readIdTime(id: string): Instant | null {
  const match = /^(?:[A-Za-z]{2}\.?)?(\d{13,14})(?:[._].{0,20})?$/.exec(id)
  const digits = match?.[1] ?? ''
  if (digits.length === 13) return Number(digits)
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(digits)
  if (!parts || digits.startsWith('0')) return null
  const [, year, month, day, hour, minute, second = ''] = parts
  const leap = second === '60'
  const at = parseWallTime(`${year}-${month}-${day} ${hour}:${minute}:${leap ? '59' : second}`, BEIJING_OFFSET)
  return at === null ? null : at + (leap ? SECOND : 0)
}
