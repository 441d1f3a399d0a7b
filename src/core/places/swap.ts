// In: a place text and the coordinates that came with it. Out: whether latitude and longitude look exchanged.
// Must not suspect by distance alone: an epicentre may lie hundreds of kilometres from its county's seat.
import { countiesNamed } from './county-names.ts'
import { distanceKm, type Point } from './distance.ts'
import { NATIONAL_GAZETTEER, type Gazetteer } from './gazetteer.ts'

function isInRange({ latitude, longitude }: Point): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
}

/**
 * True only when the exchanged pair is a possible point and lies at least `nearerKm` nearer to the nearest county named
 * (DESIGN §6.3). False when no county is named or a coordinate is no number. A given latitude beyond ±90 counts as
 * infinitely far, since no point on earth has it.
 * @param nearerKm kilometres, 100 by DESIGN
 */
export function suspectSwap(
  place: string,
  latitude: number,
  longitude: number,
  nearerKm = 100,
  gazetteer: Gazetteer = NATIONAL_GAZETTEER,
): boolean {
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return false
  const given = { latitude, longitude }
  const exchanged = { latitude: longitude, longitude: latitude }
  const named = countiesNamed(place, gazetteer)
  if (named.length === 0 || !isInRange(exchanged)) return false
  const toNearest = (point: Point) => Math.min(...named.map((county) => distanceKm(point, county)))
  const givenKm = isInRange(given) ? toNearest(given) : Infinity
  return givenKm - toNearest(exchanged) >= nearerKm
}
