// In: a subscriber's choice, what a notice states, what the model expects at each district, the hour. Out: push, digest or not.
// Must not decide whether a notice is true: it has passed the gates. Every rule has a name, and two questions beside it:
// which push would it send in vain, and which one that somebody needs would it hold back?
import { roundIntensity } from '../intensity/felt.ts'
import { beijingParts, type Instant } from '../instant.ts'
import type { NoticeKind } from '../notice.ts'
import type { Preferences } from './preferences.ts'

/** The model at one place of the bureau. */
export interface DistrictEstimate {
  code: string
  /** From the epicentre, kilometres. */
  km: number
  /** Degrees of intensity, not rounded; null where the model may not be used. */
  degree: number | null
}

/** What is asked of a notice. */
export interface PushWord {
  /** rebuttal: of a rumour; the other kinds are those of notices. */
  kind: NoticeKind | 'rebuttal'
  /** M of the determination that it states; null where it states none. */
  magnitude: number | null
  /** Home first. */
  estimates: readonly DistrictEstimate[]
  /** M of the main shock in whose sequence it stands; null outside one, and for the main shock itself. */
  mainMagnitude: number | null
}

export type Want = { act: 'push'; rule: string } | { act: 'digest'; rule: string } | { act: 'no'; rule: string }

const NIGHT_FROM = 22
const NIGHT_TO = 7
/**
 * Beyond the model's reach (nearly 500 km, or deep) no degree can be compared; from here on a quake is felt over whole
 * provinces. 上海's ring of early warning: M ≥ 7 within 1,000 km (wording-and-rules.md §4).
 */
const GREAT = { magnitude: 7, km: 1_000 } as const
/** An aftershock at most this much smaller than the main shock is news of its own. */
const NEARLY_MAIN = 0.5
/** Sums of decimals: 6.5 is not below 7.0 − 0.5. */
const EPSILON = 1e-9

/** True between 22 and 7 o'clock in Beijing. */
export function isNight(at: Instant): boolean {
  const { hour } = beijingParts(at)
  return hour >= NIGHT_FROM || hour < NIGHT_TO
}

/**
 * What a subscriber wants of a notice.
 * @param wasTold whether an earlier word of the same serial went to this subscriber
 * @param at when the notice was issued
 */
export function wants(preferences: Preferences, word: PushWord, wasTold: boolean, at: Instant): Want {
  // Whoever was told something is told what became of it, at any hour: a wrong word that stands is worse than a waking.
  if (wasTold) return { act: 'push', rule: 'told' }
  // A withdrawal says nothing to those who never heard what it withdraws; it would spread the error.
  if (word.kind === 'withdrawal') return { act: 'no', rule: 'not-told' }
  // Rumours run at night as well, and these were asked for by a switch of their own: no night here; the letter makes no sound then.
  if (word.kind === 'rebuttal' || word.kind === 'no-quake') {
    return preferences.rebuttals ? { act: 'push', rule: 'rebuttal' } : { act: 'no', rule: 'rebuttals-off' }
  }
  const { magnitude } = word
  if (magnitude === null) return { act: 'no', rule: 'nothing-stated' }
  const chosen = chooseEstimates(preferences.districts, word.estimates)
  const degree = highest(chosen)
  const great = magnitude >= GREAT.magnitude && chosen.some((e) => e.degree === null && e.km <= GREAT.km)
  const reason = findReason(preferences, magnitude, degree, great)
  if (reason === null) return { act: 'no', rule: 'below-threshold' }
  const quiet = preferences.night !== null && isNight(at) && !great
  if (quiet && (degree ?? 0) < (preferences.night ?? 0)) return { act: 'no', rule: 'night' }
  const nearlyMain = word.mainMagnitude === null || magnitude >= word.mainMagnitude - NEARLY_MAIN - EPSILON
  return preferences.digest && !nearlyMain ? { act: 'digest', rule: 'sequence' } : { act: 'push', rule: reason }
}

/** Codes that the bureau no longer watches count as home: an edit of the YAML must not silence a subscriber. */
function chooseEstimates(districts: readonly string[], estimates: readonly DistrictEstimate[]): DistrictEstimate[] {
  const home = estimates.slice(0, 1)
  if (districts.length === 0) return home
  const found = estimates.filter((estimate) => districts.includes(estimate.code))
  const known = new Set(estimates.map((estimate) => estimate.code))
  return districts.every((code) => known.has(code)) ? found : [...home, ...found]
}

/** Rounded as the pages round it: who reads Ⅲ 度 for a district, and asked for Ⅲ, was told. */
function highest(estimates: readonly DistrictEstimate[]): number | null {
  const degrees = estimates.flatMap(({ degree }) => (degree === null ? [] : [roundIntensity(degree)]))
  return degrees.length === 0 ? null : Math.max(...degrees)
}

function findReason(
  preferences: Preferences,
  magnitude: number,
  degree: number | null,
  great: boolean,
): 'intensity' | 'magnitude' | 'great' | null {
  const { minIntensity, minMagnitude } = preferences
  if (minIntensity !== null && degree !== null && degree >= minIntensity) return 'intensity'
  if (minMagnitude !== null && magnitude >= minMagnitude - EPSILON) return 'magnitude'
  return great ? 'great' : null
}
