// In: the determination that stands. Out: the values and the place a notice may print.
// Must not print a foreign place string, nor any place that was not reviewed (DESIGN §5, §6 "Places").
import { roundHalfUp } from '../decimal.ts'
import type { SpokenOrigin } from '../notice.ts'
import { placeFromTable } from '../places/table-place.ts'
import { reviewPlace, type PlaceReview } from '../places/review.ts'
import type { StoredReport } from '../quake.ts'
import type { Policy } from './policy.ts'
import { isFormal, type Voice } from './prefer.ts'
import { isAbroadFor } from './region.ts'

export type Spoken =
  | { ok: true; origin: SpokenOrigin; alarm: string | null }
  /** unplaced: what could be said but for the place, '' in it; null when a value is missing. */
  | { ok: false; reason: string; unplaced: SpokenOrigin | null }

const REFUSALS: Readonly<Record<Extract<PlaceReview, { ok: false }>['reason'], string>> = {
  empty: '为空',
  'too-long': '过长',
  control: '含控制字符',
  markup: '含标记或网址',
  hashtag: '含话题符号',
  mention: '含提及符号',
  'not-chinese': '不是规范中文',
  'unknown-county': '不在地名库中',
}

/**
 * Turns a determination with epicentre, time and magnitude into what is printed.
 * A place that may not leave is replaced by our own table's, with an alarm; without one the word goes to a person.
 * @param printed the place of an earlier notice about this epicentre, taken before the table's so that a damaged text
 * does not read as a change of county; null for a first word
 */
export function speakOrigin(report: StoredReport, voice: Voice, policy: Policy, printed: string | null = null): Spoken {
  const { originTime, latitude, longitude, magnitude } = report
  if (originTime === null || latitude === null || longitude === null || magnitude === null) {
    return { ok: false, reason: '测定缺少发震时刻、震中或震级', unplaced: null }
  }
  const reviewed = reviewPlace(report.place, { latitude, longitude })
  const place = reviewed.ok ? reviewed.place : (printed ?? placeFromTable(latitude, longitude))
  const origin: SpokenOrigin = {
    originTime,
    latitude: roundHalfUp(latitude, 2),
    longitude: roundHalfUp(longitude, 2),
    depthKm: report.depthKm,
    magnitude: roundHalfUp(magnitude.value, 1),
    kind: report.kind,
    place: place ?? '',
    sourceCode: labelCode(report, voice, policy),
    automatic: !isFormal(voice),
    domestic: !isAbroadFor({ place: place ?? report.place }),
  }
  if (place === null) {
    const reason = `地名“${report.place}”不能发布，本台地名库在此处也无地名，须人工核定`
    return { ok: false, reason, unplaced: origin }
  }
  const alarm = reviewed.ok ? null : `地名“${report.place}”${REFUSALS[reviewed.reason]}，已改用“${place}”`
  return { ok: true, origin, alarm }
}

/**
 * Code that the label is chosen by. A source without codes gets the one its authority and evaluation stand for
 * (an intranet FDSN service of the national network says manual or automatic instead of CC or AU).
 */
function labelCode(report: StoredReport, voice: Voice, policy: Policy): string {
  if (report.sourceCode) return report.sourceCode
  if (report.authority === 'official-national') return isFormal(voice) ? 'CC' : 'AU'
  return /^[A-Z]{2}$/.test(report.agency) ? report.agency : policy.provinceLetters
}
