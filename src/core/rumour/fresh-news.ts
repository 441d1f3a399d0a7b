// In: a text that is out or about to go, a new official determination. Out: whether the text must be looked at again because of it.
// Must not take a text back: a person reads both and decides (issue 5 C: flagged at once, no withdrawal by itself).
import { DAY, formatBeijing, type Instant } from '../instant.ts'
import { roundDecimal } from '../decimal.ts'
import { distanceKm, type Point } from '../places/distance.ts'

/** M 4 within 300 km (rumours.md §11.1). */
export const NEWS_MAGNITUDE = 4
export const NEWS_KM = 300
/** An older quake that is told late is news to a text that denies its very time, and to no other. */
const RECENT_MS = 3 * DAY

/** A report of an official source, as it arrived. */
export interface OfficialNews {
  reportId: string
  quakeId: string
  source: string
  place: string
  originTime: Instant
  receivedAt: Instant
  latitude: number
  longitude: number
  magnitude: number
}

export interface LiveText {
  /** When it was said, or sent round to be signed. */
  saidAt: Instant
  /** Of a 未发生 statement: the time that it denies. */
  denies: { from: Instant; to: Instant } | null
}

/** Kilometres from home where a determination is near and strong enough to matter; null where not. */
export function measureNews(news: Pick<OfficialNews, 'magnitude' | keyof Point>, home: Point): number | null {
  if (!(news.magnitude >= NEWS_MAGNITUDE)) return null
  const km = distanceKm(news, home)
  return km <= NEWS_KM ? km : null
}

/** Whether a determination that matters came after a text was written. */
export function isNewsTo(
  { saidAt, denies }: LiveText,
  { receivedAt, originTime }: OfficialNews,
  now: Instant,
): boolean {
  if (denies !== null && originTime >= denies.from && originTime <= denies.to) return true
  return receivedAt > saidAt && now - originTime <= RECENT_MS
}

/** 2017-06-03 18:11:00 阿拉善左旗 M5.0，距银川市约 240 千米 */
export function describeNews(news: OfficialNews, home: string, km: number): string {
  return `${formatBeijing(news.originTime)} ${news.place} M${roundDecimal(news.magnitude, 1)}，距${home}约 ${Math.round(km)} 千米`
}
