// In: quakes of the record around an epicentre. Out: what was determined there before, and since, in the words of a fact sheet.
// Must not foretell: what is on record is counted and named, and what it may mean is nobody's to say here (地震预报管理条例 art. 14, 22).
import { beijingParts, MINUTE, type Instant } from '../instant.ts'
import type { SpokenOrigin } from '../notice.ts'
import { distanceKm } from '../places/distance.ts'
import { formatDatedMoment, formatKilometres, formatMagnitude } from '../rendering/format.ts'
import type { KnownQuake } from './checks/known-quake.ts'

/** Before it: within 200 km (rumours.md §11.2). Since: where aftershocks of such a size lie (core/judgement/aftershock.ts). */
export const BEFORE_KM = 200
const SINCE_KM = 100
const SINCE_GREAT_KM = 300
const GREAT = 7
/** Below it the catalogue is not complete. */
export const AROUND_FLOOR = 3
const MOST_NAMED = 5

export interface AroundQuake {
  at: Instant
  place: string
  magnitude: number
  km: number
}

export interface SheetAround {
  asOf: Instant
  /** Since when official determinations are on record; null: no source ever was. */
  since: Instant | null
  /** M 3 and above before the quake: how many, the strongest first. */
  before: { count: number; strongest: readonly AroundQuake[] }
  /** After it, of any magnitude. */
  after: { withinKm: number; count: number; largest: AroundQuake | null }
}

/** How far around an epicentre what came after it is counted, km. */
export const sinceWithin = ({ magnitude }: Pick<SpokenOrigin, 'magnitude'>): number =>
  magnitude >= GREAT ? SINCE_GREAT_KM : SINCE_KM

/** @param known official quakes around it, itself left out, in any order */
export function readAround(
  origin: SpokenOrigin,
  known: readonly KnownQuake[],
  { asOf, since }: Pick<SheetAround, 'asOf' | 'since'>,
): SheetAround {
  const all = known
    .map(({ originTime, place, magnitude, ...point }) => ({
      at: originTime,
      place,
      magnitude,
      km: Math.round(distanceKm(point, origin)),
    }))
    .toSorted((a, b) => b.magnitude - a.magnitude || b.at - a.at)
  const withinKm = sinceWithin(origin)
  const before = all.filter(
    ({ at, km, magnitude }) => at < origin.originTime && km <= BEFORE_KM && magnitude >= AROUND_FLOOR,
  )
  const after = all.filter(({ at, km }) => at > origin.originTime && at <= asOf && km <= withinKm)
  return {
    asOf,
    since,
    before: { count: before.length, strongest: before.slice(0, MOST_NAMED) },
    after: { withinKm, count: after.length, largest: after[0] ?? null },
  }
}

/** 2017年6月3日 */
function writeDay(at: Instant): string {
  const { year, month, day } = beijingParts(at)
  return `${year}年${month}月${day}日`
}

/** What was determined within 200 km before: strongest first, one sentence. */
export function writeBefore({ before, since }: SheetAround): string {
  if (since === null) return '没有官方来源的收录，历史地震须查阅台网目录'
  const scope = `${writeDay(since)}收录以来，震中 ${BEFORE_KM} 千米内官方测定的 ${formatMagnitude(AROUND_FLOOR)}级以上地震`
  if (before.count === 0) return `${scope}没有；更早的须查阅台网目录`
  const named = before.strongest.map(
    ({ at, place, magnitude, km }) =>
      `${writeDay(at)} ${place} ${formatMagnitude(magnitude)}级（相距 ${formatKilometres(km)} 千米）`,
  )
  const rest = before.count > named.length ? '，较大的' : ''
  return `${scope}共 ${before.count} 次${rest}：${named.join('；')}；更早的须查阅台网目录`
}

/** What was determined since, to the minute of which the sheet speaks; never what is to come. */
export function writeAfter({ after, asOf }: SheetAround): string {
  const scope = `截至${formatDatedMoment(asOf - (asOf % MINUTE), 'unpadded')}，震中 ${after.withinKm} 千米内`
  if (after.largest === null) return `${scope}没有收到后续地震的官方测定`
  return `${scope}收到后续地震的官方测定 ${after.count} 次，最大 ${formatMagnitude(after.largest.magnitude)}级`
}
