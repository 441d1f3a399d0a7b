// In: an epicentre. Out: the counties nearest to it, ascending, for 震中距 lists.
// Must not build strings or read tables anew: it runs for every report.
import type { PlaceDistance } from '../notice.ts'
import type { County } from './county.ts'
import { distanceKm } from './distance.ts'
import { shortenName } from './short-name.ts'
import { NATIONAL_GAZETTEER, toVector, type Gazetteer } from './gazetteer.ts'

export interface NearCounty {
  county: County
  /** Unrounded kilometres. */
  distanceKm: number
  /** As bulletins print it: whole kilometres. */
  wholeKm: number
}

interface Candidate {
  index: number
  cosine: number
}

/** Wider than a cosine's rounding can move an angle: some 9 m on the ground. */
const ROUNDING = 1e-12

/**
 * The n counties whose point is nearest, ascending; equal distances keep the order of codes.
 * Looks from the epicentre's latitude to both sides, until the difference of latitude alone is more than the farthest
 * found: no way over the sphere is shorter than that, so the answer is exact at the date line and the poles, too.
 * @param latitude degrees; a value that is no number yields an empty list
 * @param count how many, at most as many as there are
 */
export function nearestCounties(
  latitude: number,
  longitude: number,
  count: number,
  gazetteer: Gazetteer = NATIONAL_GAZETTEER,
): NearCounty[] {
  const { vectors, counties, northward, latitudes } = gazetteer
  const [x, y, z] = toVector(latitude, longitude)
  if (!Number.isFinite(x + y + z) || count <= 0) return []
  const best: Candidate[] = []
  const at = Math.asin(Math.min(1, Math.max(-1, z)))
  let north = lowerBound(latitudes, at)
  let south = north - 1
  // Cosine and angle of the farthest of them, once there are enough.
  let worst = -Infinity
  let reach = Infinity
  for (;;) {
    const gapNorth = (latitudes[north] ?? Infinity) - at
    const gapSouth = at - (latitudes[south] ?? -Infinity)
    if (Math.min(gapNorth, gapSouth) > reach || (gapNorth === Infinity && gapSouth === Infinity)) break
    const index = northward[gapNorth <= gapSouth ? north++ : south--] ?? 0
    const from = index * 3
    const cosine = x * (vectors[from] ?? 0) + y * (vectors[from + 1] ?? 0) + z * (vectors[from + 2] ?? 0)
    if (cosine < worst) continue
    insert(best, { index, cosine }, count)
    if (best.length < count) continue
    worst = best.at(-1)?.cosine ?? -1
    reach = Math.acos(Math.max(-1, Math.min(1, worst - ROUNDING)))
  }
  const near = best.flatMap(({ index }) => {
    const county = counties[index]
    if (!county) return []
    const km = distanceKm({ latitude, longitude }, county)
    return [{ county, distanceKm: km, wholeKm: Math.round(km) }]
  })
  // Chords of points a few metres apart differ by less than the rounding of a cosine.
  return near.sort((a, b) => a.distanceKm - b.distanceKm)
}

/** Position of the first value that is not less. */
function lowerBound(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Puts a candidate into its place among the best, nearest first, then by code; the one too many falls off. */
function insert(best: Candidate[], candidate: Candidate, count: number): void {
  const isBefore = (other: Candidate): boolean =>
    candidate.cosine > other.cosine || (candidate.cosine === other.cosine && candidate.index < other.index)
  let slot = best.length
  for (; slot > 0; slot -= 1) {
    const before = best[slot - 1]
    if (!before || !isBefore(before)) break
  }
  best.splice(slot, 0, candidate)
  if (best.length > count) best.pop()
}

/** Farther seats say nothing about an epicentre on the high seas. */
const FARTHEST_KM = 500

/**
 * The nearest counties as a notice prints them: short name (巴里坤县) and whole kilometres, ascending; none beyond 500 km.
 * Namesakes among them (two 新华区) carry their prefecture, for a list that says one name twice reads as a mistake
 * (wording-and-rules.md §2.3).
 */
export function listDistances(
  latitude: number,
  longitude: number,
  count: number,
  gazetteer: Gazetteer = NATIONAL_GAZETTEER,
): PlaceDistance[] {
  const near = nearestCounties(latitude, longitude, count, gazetteer).filter(({ wholeKm }) => wholeKm <= FARTHEST_KM)
  const names = near.map(({ county }) => shortenName(county.name))
  return near.map(({ county, wholeKm }, index) => {
    const name = names[index] ?? county.name
    const isAlone = names.indexOf(name) === names.lastIndexOf(name)
    const before = county.prefecture?.short ?? county.province.short
    return { name: isAlone ? name : before + name, distanceKm: wholeKm }
  })
}
