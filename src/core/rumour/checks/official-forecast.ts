// In: a forecast that an authority released, as two persons put it on record. Out: whether it holds, and whether it covers a claim.
// Must not judge the forecast: who may release which stands in 地震预报管理条例 art. 14 and 15, and the register is empty by default.
import { HOUR, type Instant } from '../../instant.ts'
import { NATIONAL_GAZETTEER, type Gazetteer } from '../../places/gazetteer.ts'
import type { Span } from '../figures.ts'
import type { PlaceMention } from '../place-slot.ts'
import type { ClaimReading } from './reading.ts'

/** 短期预报 (three months), 临震预报 (ten days; of a city or county, 48 h). */
export const FORECAST_KINDS = ['short-term', 'imminent'] as const
export type ForecastKind = (typeof FORECAST_KINDS)[number]
export const FORECAST_KIND_NAMES: Readonly<Record<ForecastKind, string>> = {
  'short-term': '短期预报',
  imminent: '临震预报',
}

export interface OfficialForecast {
  id: string
  kind: ForecastKind
  issuer: string
  /** Name and number of the document. */
  document: string
  publishedAt: Instant
  areaName: string
  /** GB codes of two, four or six digits. */
  area: readonly string[]
  from: Instant
  until: Instant
  /** Null where the document names none. */
  magnitude: Span | null
}

/** proposed: one person entered it. in-force: a second agreed, and nobody has ended it. */
export type ForecastState = 'proposed' | 'declined' | 'in-force' | 'over' | 'ended'

export interface ForecastStanding {
  from: Instant
  until: Instant
  decided: 'agreed' | 'declined' | null
  endedAt: Instant | null
}

export function readForecastState({ until, decided, endedAt }: ForecastStanding, now: Instant): ForecastState {
  if (decided === null) return 'proposed'
  if (decided === 'declined') return 'declined'
  if (endedAt !== null) return 'ended'
  return until <= now ? 'over' : 'in-force'
}

const LONGEST_MS: Readonly<Record<ForecastKind, number>> = { 'short-term': 93 * 24 * HOUR, imminent: 10 * 24 * HOUR }
const LOCAL_MS = 48 * HOUR
const STATE = /^国务院$|^[\p{Script=Han}]{2,10}(?:省|自治区)人民政府$|^(?:北京|天津|上海|重庆)市人民政府$/u
const LOCAL = /^[\p{Script=Han}]{2,20}(?:市|州|盟|县|区|旗)人民政府$/u

/** Which rule of the ordinance an entry breaks, in Chinese; null when it may stand. @param standing those in force */
export function findForecastFault(
  given: Omit<OfficialForecast, 'id'>,
  standing: readonly OfficialForecast[],
): string | null {
  const { kind, issuer, from, until, area } = given
  if (!(until > from)) return '预报时段须先起后止'
  if (until - from > LONGEST_MS[kind])
    return kind === 'imminent' ? '临震预报的时段不超过 10 日' : '短期预报的时段不超过 3 个月'
  if (given.publishedAt > until) return '发布时间晚于预报时段'
  if (STATE.test(issuer)) return null
  if (!LOCAL.test(issuer)) return '预报只能由国务院、省级人民政府或市县人民政府发布（地震预报管理条例第十四、十五条）'
  if (kind !== 'imminent' || until - from > LOCAL_MS) return '市县人民政府只能发布 48 小时之内的临震预报（第十五条）'
  const isCovered = standing.some(
    (one) =>
      one.kind === 'short-term' &&
      one.from <= from &&
      one.until >= from &&
      area.every((code) => one.area.some((wider) => code.startsWith(wider))),
  )
  return isCovered ? null : '市县人民政府的临震预报须在已登记的短期预报地区之内（第十五条）'
}

/** Codes of the places that a person named, each by its official name; or the first that is unknown or has namesakes. */
export function readArea(
  text: string,
  gazetteer: Gazetteer = NATIONAL_GAZETTEER,
): { ok: true; codes: string[] } | { ok: false; name: string } {
  const names = text
    .split(/[、，,;；\s]+/u)
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const codes: string[] = []
  for (const name of names) {
    const units = (gazetteer.names.units.get(name) ?? []).filter(({ form, code }) => form === 'official' && code !== '')
    const [only] = units
    if (!only || units.length > 1) return { ok: false, name }
    codes.push(only.code)
  }
  return codes.length === 0 ? { ok: false, name: '' } : { ok: true, codes: [...new Set(codes)] }
}

/** part: it overlaps, or the claim does not say; then only a person can tell. */
export type Coverage = 'covers' | 'part' | 'no'

function coverPlaces(area: readonly string[], places: readonly PlaceMention[]): Coverage {
  if (places.length === 0) return 'part'
  const ways = places.map((codes): Coverage => {
    if (codes.some((code) => area.some((wider) => code.startsWith(wider)))) return 'covers'
    return codes.some((code) => area.some((inner) => inner.startsWith(code))) ? 'part' : 'no'
  })
  if (ways.every((way) => way === 'covers')) return 'covers'
  return ways.every((way) => way === 'no') ? 'no' : 'part'
}

/** Whether a forecast in force covers what a claim foretells. */
export function coverClaim(one: OfficialForecast, claim: ClaimReading, now: Instant): Coverage {
  const place = coverPlaces(one.area, claim.places)
  const { future, magnitudes } = claim
  const time: Coverage =
    future === null
      ? one.from <= now && now < one.until
        ? 'part'
        : 'no'
      : future.to <= one.from || future.from >= one.until
        ? 'no'
        : future.from >= one.from && future.to <= one.until
          ? 'covers'
          : 'part'
  if (place === 'no' || time === 'no') return 'no'
  const [low, high] = one.magnitude ?? [-Infinity, Infinity]
  const isStrongAs = magnitudes.every((told) => told.high >= low && told.low <= high)
  return place === 'covers' && time === 'covers' && isStrongAs ? 'covers' : 'part'
}
