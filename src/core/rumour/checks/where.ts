// In: places as a message names them, an epicentre. Out: how far the one is from the other, and whether it may be felt there.
// Must not take a distance for the truth about a county's border: it is measured to the nearest seat.
import { ATTENUATION_MODELS } from '../../intensity/attenuation.ts'
import { intensityOnAxis } from '../../intensity/estimate.ts'
import { distanceKm, type Point } from '../../places/distance.ts'
import { NATIONAL_GAZETTEER, type Gazetteer } from '../../places/gazetteer.ts'
import type { PlaceMention } from '../place-slot.ts'

export interface Home extends Point {
  name: string
}

/** II after rounding (DESIGN §6 "Felt"). */
const FELT_FROM = 1.5

/** A place that is named with its country or sea alone, and so cannot be measured. */
const isNamedOnly = (code: string): boolean => /^[xsl]:/.test(code)

/** True where a message names places and all of them lie abroad. */
export function isAbroad(places: readonly PlaceMention[]): boolean {
  return places.length > 0 && places.every((codes) => codes.length > 0 && codes.every((code) => code.startsWith('x:')))
}

/**
 * Kilometres from an epicentre to the nearest place of which a message speaks; 0 where the determination's own words name that
 * country or sea; null where none can be measured.
 * @param place the determination's place text
 */
export function measureWay(
  places: readonly PlaceMention[],
  epicentre: Point & { place: string },
  gazetteer: Gazetteer = NATIONAL_GAZETTEER,
): number | null {
  let nearest: number | null = null
  for (const code of new Set(places.flat())) {
    if (isNamedOnly(code)) {
      if (epicentre.place.includes(code.slice(2))) nearest = 0
      continue
    }
    for (const county of gazetteer.counties) {
      if (!county.code.startsWith(code)) continue
      const km = distanceKm(county, epicentre)
      if (nearest === null || km < nearest) nearest = km
    }
  }
  return nearest
}

/** Whether somebody so far off may have felt it, by either national model's longer axis; the deep are not asked about. */
export function mayBeFelt(magnitude: number, km: number): boolean {
  return Object.values(ATTENUATION_MODELS).some(({ long }) => intensityOnAxis(long, magnitude, km) >= FELT_FROM)
}
