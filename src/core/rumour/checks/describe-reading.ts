// In: a claim as it was read. Out: what the rules took from it: where, when, how strong, in whose name; a person sees a misreading.
// Must not add what no text says.
import { formatBeijing, type Instant } from '../../instant.ts'
import { PREFECTURES, PROVINCES } from '../../places/county.ts'
import { NATIONAL_GAZETTEER } from '../../places/gazetteer.ts'
import { writeCounty } from '../../places/table-place.ts'
import type { PlaceMention } from '../place-slot.ts'
import type { ClaimReading, ToldMagnitude } from './reading.ts'
import { findToldSources } from './told-source.ts'
import type { TimeSpan } from './told-time.ts'

const MOST = 4

function nameCode(code: string): string {
  if (/^[xsl]:/.test(code)) return code.slice(2)
  const county = NATIONAL_GAZETTEER.byCode.get(code)
  if (county) return writeCounty(county)
  const unit = [...PREFECTURES, ...PROVINCES].find((one) => one.code === code)
  return unit?.short ?? code
}

/** 银川市, or 新华区（多处同名）. */
function namePlace(codes: PlaceMention): string {
  const [first = ''] = codes
  return codes.length > 1 ? `${nameCode(first)}等（同名 ${codes.length} 处）` : nameCode(first)
}

const writeMinute = (at: Instant): string => formatBeijing(at).slice(5, 16)
const writeSpan = ({ from, to }: TimeSpan): string => `${writeMinute(from)} 至 ${writeMinute(to)}`
const writeMagnitude = ({ low, high }: ToldMagnitude): string => (low === high ? `${low}级` : `${low}–${high}级`)

/** What the rules took from a claim's texts, as people read it; '' where none of them says. */
export interface ToldSlots {
  place: string
  time: string
  magnitude: string
  /** In whose name it speaks, as it stands in the texts. */
  source: string
}

export function describeReading({ kind, plain, places, past, future, magnitudes }: ClaimReading): ToldSlots {
  const spans = kind === 'predict' ? (future === null ? [] : [future]) : past.exact === 'open' ? [] : past.spans
  const list = (words: readonly string[]): string => [...new Set(words)].slice(0, MOST).join('、')
  return {
    place: list(places.map(namePlace)),
    time: list(spans.map(writeSpan)),
    magnitude: list(magnitudes.map(writeMagnitude)),
    source: list(findToldSources(plain)),
  }
}
