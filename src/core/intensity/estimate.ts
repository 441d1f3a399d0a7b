// In: a model, a magnitude, a distance. Out: the intensity that the model expects, or null where it may not be used.
// Must not be read as a measurement: it stands on our own pages as 模型估算，非烈度速报 (DESIGN §6 "Felt").
import { distanceKm, type Point } from '../places/distance.ts'
import type { AttenuationModel, Axis } from './attenuation.ts'

/** Degrees of intensity, not rounded. Which axis points at the place is unknown, so both are given. */
export interface EstimatedIntensity {
  long: number
  short: number
  /** The larger of the two: axes cross near 370 km, and a missed felt quake is worse than one word too many. */
  larger: number
}

/** Why a model gives no figure. */
export type Reach = 'within' | 'beyond-valid-distance' | 'too-deep' | 'not-computable'

/** Intensity on one axis at an epicentral distance in kilometres; the bare formula, without limits. */
export function intensityOnAxis(axis: Axis, magnitude: number, epicentralKm: number): number {
  return axis.constant + axis.perMagnitude * magnitude - axis.decay * Math.log10(epicentralKm + axis.nearKm)
}

/**
 * Whether a model may be used. beyond-valid-distance does not mean unfelt: an M 8 at 600 km is certainly felt, but how
 * strongly this model cannot say; such quakes are ours by the domestic M ≥ 6 rule, not by an invented figure.
 * @param depthKm null when unknown: most Chinese quakes are shallow, and silence would be the worse error
 */
export function judgeReach(
  model: AttenuationModel,
  magnitude: number,
  epicentralKm: number,
  depthKm: number | null,
): Reach {
  const isComputable = Number.isFinite(magnitude) && epicentralKm >= 0 && !Number.isNaN(depthKm ?? 0)
  if (!isComputable) return 'not-computable'
  if (depthKm !== null && depthKm > model.validDepthKm) return 'too-deep'
  return epicentralKm <= model.validKm ? 'within' : 'beyond-valid-distance'
}

/**
 * Intensity at a distance on both axes, or null where judgeReach gives another answer than within.
 * @param magnitude M as published; the national models were fitted to Ms, and no scale is converted into another here
 * @param siteTerm degrees added for the ground (a basin: up to +1), 0 on rock
 */
export function estimateIntensity(
  model: AttenuationModel,
  magnitude: number,
  epicentralKm: number,
  depthKm: number | null,
  siteTerm = 0,
): EstimatedIntensity | null {
  if (judgeReach(model, magnitude, epicentralKm, depthKm) !== 'within') return null
  const long = intensityOnAxis(model.long, magnitude, epicentralKm) + siteTerm
  const short = intensityOnAxis(model.short, magnitude, epicentralKm) + siteTerm
  return { long, short, larger: Math.max(long, short) }
}

/** What the estimate needs of a quake. */
export interface Shaking extends Point {
  /** M. */
  magnitude: number
  depthKm: number | null
}

/** A place with its ground; a place without a site term stands on rock. */
export interface Site extends Point {
  siteTerm?: number
}

/** Intensity at a place, by its distance from the epicentre; null where the model may not be used. */
export function estimateAt(model: AttenuationModel, quake: Shaking, site: Site): EstimatedIntensity | null {
  return estimateIntensity(model, quake.magnitude, distanceKm(quake, site), quake.depthKm, site.siteTerm ?? 0)
}
