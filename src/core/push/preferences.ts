// In: what a subscriber chose, as the page or an API client sends it. Out: the choice with every default written out.
// Must not hold who the subscriber is: a choice is stored beside an address that is sealed (wording-and-rules.md §5, PIPL 19).
import { z } from 'zod'

/** Degrees of intensity, as the pages show them: whole, after rounding. */
const degree = z.number().min(1).max(12)

/** Threshold of a subscriber who names none: Ⅲ, where many indoors notice (wording-and-rules.md §2.5, "I≥3 push"). */
const USUAL_DEGREE = 3
/** Threshold of a subscriber who asks for quiet nights and no more: Ⅴ, where most wake and some run outside. */
const NIGHT_DEGREE = 5
/** No bureau watches more places than its YAML may name. */
const MOST_DISTRICTS = 200

const given = {
  /** GB/T 2260 codes of the bureau's home and watched places; empty means home. */
  districts: z.array(z.string().regex(/^\d{6}$/, 'must be six-digit codes')).max(MOST_DISTRICTS),
  minIntensity: degree.nullable(),
  minMagnitude: z.number().min(0).max(10).nullable(),
  /** Degree from which a quake may ring between 22 and 7; true means Ⅴ, false and null that nights are as days. */
  night: z.union([degree, z.boolean()]).nullable(),
  /** Smaller shocks of a sequence are told together, some minutes apart. */
  digest: z.boolean(),
  /** Rebuttals of rumours, and words that no quake took place. */
  rebuttals: z.boolean(),
}

export interface Preferences {
  districts: string[]
  /** A quake of this degree in one of the districts is wanted; null: the degree does not count. */
  minIntensity: number | null
  /** A quake of this magnitude is wanted wherever it was; null: the magnitude does not count. */
  minMagnitude: number | null
  night: number | null
  digest: boolean
  rebuttals: boolean
}

/** Any part of a choice; what is left out is as usual. Unknown keys are refused, so that a typing error is not a silence. */
export const preferencesSchema = z.strictObject(given).partial()

export type GivenPreferences = z.infer<typeof preferencesSchema>

/** @param before what stood, where only a part is changed */
export function completePreferences(change: GivenPreferences, before: Preferences | null = null): Preferences {
  const minMagnitude = change.minMagnitude === undefined ? (before?.minMagnitude ?? null) : change.minMagnitude
  const minIntensity = change.minIntensity === undefined ? (before?.minIntensity ?? null) : change.minIntensity
  const night = change.night === undefined ? (before?.night ?? null) : change.night
  return {
    districts: [...new Set(change.districts ?? before?.districts ?? [])],
    // Without any threshold a subscription would be silent for ever.
    minIntensity: minIntensity === null && minMagnitude === null ? USUAL_DEGREE : minIntensity,
    minMagnitude,
    night: night === true ? NIGHT_DEGREE : night === false ? null : night,
    digest: change.digest ?? before?.digest ?? false,
    rebuttals: change.rebuttals ?? before?.rebuttals ?? false,
  }
}
