// In: a quake's determination and its neighbours. Out: whether it is an aftershock that only the website carries.
// Must not silence a shock that is felt at home, nor one nearly as large as the main one (DESIGN §6.11).
import type { SpokenOrigin } from '../notice.ts'
import { distanceKm } from '../places/distance.ts'
import { standingReports, type Quake } from '../quake.ts'
import type { GateThresholds } from './policy.ts'
import { maySpeak } from './prefer.ts'
import type { Exposure } from './rules.ts'

/** An M ≥ 7 rupture is longer than 100 km: its aftershocks spread further. */
const LONG_RUPTURE = { magnitude: 7, km: 300 } as const

/** True when an official main shock stands near in time and place that is larger by more than the step. */
export function aftershockOf(
  quake: Quake,
  origin: SpokenOrigin,
  exposure: Exposure,
  nearby: readonly Quake[],
  gates: GateThresholds,
): boolean {
  if ((exposure.homeIntensity ?? 0) >= gates.aftershockIntensity) return false
  return nearby.some(
    (other) => other.id !== quake.id && standingReports(other).some((main) => isMain(main, origin, gates)),
  )
}

function isMain(
  main: ReturnType<typeof standingReports>[number],
  origin: SpokenOrigin,
  gates: GateThresholds,
): boolean {
  const { originTime, latitude, longitude, magnitude } = main
  if (!maySpeak(main.authority) || originTime === null || latitude === null || longitude === null || !magnitude)
    return false
  const age = origin.originTime - originTime
  const reach = magnitude.value >= LONG_RUPTURE.magnitude ? LONG_RUPTURE.km : gates.aftershockKm
  return (
    age > 0 &&
    age <= gates.aftershockMs &&
    origin.magnitude < magnitude.value - gates.aftershockStep - 1e-9 &&
    distanceKm(origin, { latitude, longitude }) <= reach
  )
}
