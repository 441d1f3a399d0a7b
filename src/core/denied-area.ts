// In: the determination of a notice that was false. Out: where and from which magnitude on its withdrawal denies a quake.
// Must not deny more than was claimed, nor anything abroad: what no one here can vouch for stays unsaid.
import type { SpokenOrigin } from './notice.ts'

/** Characters an area may have in a 未发生 statement; a short Weibo text holds no more (view.ts). */
export const AREA_LIMIT = 30
/** From here on the national network reports every quake in the country by itself (wording-and-rules.md §4.4). */
const USUAL_FLOOR = 3

/**
 * What a withdrawal for no-quake speaks of when the officer names nothing else: the place that the notice named, else
 * the bureau's home; M 3.0 and above, or the whole degree below a smaller claim, which 3.0 would leave undenied.
 * @param said determination of the notice, null when it stated none
 */
export function denyClaim(said: SpokenOrigin | null, home: string): { area: string; magnitudeFloor: number } {
  if (said === null || !said.domestic) return { area: home, magnitudeFloor: USUAL_FLOOR }
  const fits = said.place !== '' && Array.from(said.place).length <= AREA_LIMIT
  return {
    area: fits ? said.place : home,
    magnitudeFloor: Math.max(0, Math.min(USUAL_FLOOR, Math.floor(said.magnitude))),
  }
}
