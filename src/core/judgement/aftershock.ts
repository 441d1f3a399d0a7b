// In: a quake's determination and its neighbours. Out: whether it is an aftershock that only the website carries.
// Must not silence a shock that is felt at home, nor one nearly as large as the main one (DESIGN §6.11).
import type { SpokenOrigin } from '../notice.ts'
import { distanceKm } from '../places/distance.ts'
import { standingLineage, type Quake, type StoredReport } from '../quake.ts'
import type { GateThresholds } from './policy.ts'
import { isFormal, rankReports, voiceOf } from './prefer.ts'
import type { Exposure } from './rules.ts'

/** An M ≥ 7 rupture is longer than 100 km: its aftershocks spread further. */
const LONG_RUPTURE = { magnitude: 7, km: 300 } as const

/**
 * True when an official main shock stands near in time and place that is larger by more than the step. It stands when a
 * formal gives it or when we have spoken of it, by the best figures there are: a phantom that was held is no main shock.
 */
export function aftershockOf(
  quake: Quake,
  origin: SpokenOrigin,
  exposure: Exposure,
  nearby: readonly Quake[],
  gates: GateThresholds,
): boolean {
  if ((exposure.homeIntensity ?? 0) >= gates.aftershockIntensity) return false
  // Which of its determinations stands is asked for only of a quake that some version makes large enough.
  const isLarger = (r: StoredReport): boolean => r.magnitude !== null && outweighs(r.magnitude.value, origin, gates)
  return nearby.some(
    (other) => other.id !== quake.id && other.reports.some(isLarger) && isMain(findMain(other), origin, gates),
  )
}

function findMain(other: Quake): StoredReport | null {
  const [best] = rankReports(other)
  if (!best || voiceOf(best) === 'silent') return null
  return isFormal(voiceOf(best)) || standingLineage(other) ? best : null
}

function isMain(main: StoredReport | null, origin: SpokenOrigin, gates: GateThresholds): boolean {
  if (!main) return false
  const { originTime, latitude, longitude, magnitude } = main
  if (originTime === null || latitude === null || longitude === null || !magnitude) return false
  const age = origin.originTime - originTime
  const reach = magnitude.value >= LONG_RUPTURE.magnitude ? LONG_RUPTURE.km : gates.aftershockKm
  return (
    age > 0 &&
    age <= gates.aftershockMs &&
    outweighs(magnitude.value, origin, gates) &&
    distanceKm(origin, { latitude, longitude }) <= reach
  )
}

function outweighs(magnitude: number, origin: SpokenOrigin, gates: GateThresholds): boolean {
  return origin.magnitude < magnitude - gates.aftershockStep - 1e-9
}
