// In: a quake and those told of lately. Out: the main shock in whose sequence it stands; what a digest of a sequence says.
// Must not forecast nor call a later shock an aftershock by name: that is an analyst's word; we count what was published.
import type { Instant } from '../instant.ts'
import type { GateThresholds } from '../judgement/policy.ts'
import { distanceKm, type Point } from '../places/distance.ts'

export interface Shock extends Point {
  originTime: Instant
  magnitude: number
}

/** Ruptures from M 7 on are longer than 100 km (core/judgement/aftershock.ts). */
const LONG_RUPTURE = { magnitude: 7, km: 300 } as const

/** The largest earlier shock, near in time and place, that is larger than this one; null outside a sequence. */
export function findMainShock<S extends Shock>(
  shock: Shock,
  told: readonly S[],
  gates: Pick<GateThresholds, 'aftershockMs' | 'aftershockKm'>,
): S | null {
  const mains = told.filter((other) => {
    const age = shock.originTime - other.originTime
    const reach = other.magnitude >= LONG_RUPTURE.magnitude ? LONG_RUPTURE.km : gates.aftershockKm
    return (
      age > 0 && age <= gates.aftershockMs && other.magnitude > shock.magnitude && distanceKm(shock, other) <= reach
    )
  })
  return mains.reduce<S | null>((best, other) => (best && best.magnitude >= other.magnitude ? best : other), null)
}

/** Published titles of the gathered words, oldest first. */
export interface Gathered {
  title: string
  magnitude: number
}

/** Title and body of a digest: how many were published and how large the largest was, then its own title. */
export function writeDigest(gathered: readonly Gathered[], minutes: number): { title: string; body: string } {
  const largest = gathered.reduce((best, each) => (each.magnitude > best.magnitude ? each : best))
  const magnitude = largest.magnitude.toFixed(1)
  return {
    title: `近${minutes}分钟又发布地震公告${gathered.length}条，最大${magnitude}级`,
    body: `其中最大一次：${largest.title}。各次详情见本局网站。`,
  }
}
