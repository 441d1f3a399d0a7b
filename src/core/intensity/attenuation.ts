// In: the YAML key bureau.attenuation. Out: an attenuation model as data: two axes, their coefficients, where they hold.
// Must not choose a model for a bureau: which region it lies in is the bureau's word, and better local ones exist.
import { z } from 'zod'

/** Intensity along one axis of the ellipse: constant + perMagnitude·M − decay·lg(R + nearKm), R in kilometres. */
const axisSchema = z.strictObject({
  constant: z.number().min(-20).max(20),
  perMagnitude: z.number().positive().max(5),
  decay: z.number().positive().max(20),
  /** Keeps the logarithm finite at the epicentre, kilometres; at least 1 so that it is never negative there. */
  nearKm: z.number().min(1).max(200),
})

export type Axis = z.infer<typeof axisSchema>

const modelSchema = z.strictObject({
  long: axisSchema,
  short: axisSchema,
  /** Standard deviation in degrees of intensity. */
  sigma: z.number().positive().max(3),
  /** Epicentral distance up to which the model may be used, kilometres. */
  validKm: z.number().positive().max(2000),
  /** Depth to which it may be used, kilometres: it has no depth term. */
  validDepthKm: z.number().positive().max(100).default(70),
  /** Publication or letter it comes from; printed beside 模型估算. */
  source: z.string().min(1).max(200),
})

export type AttenuationModel = z.infer<typeof modelSchema>

// 汪素云等 2000, 中国地震 16(2); coefficients as in wording-and-rules.md §4.1, where both axes agree at R = 0 to 0.001.
// They carry no limits of their own: distances are those for which 任静 2023 states newer models of the same regions to
// hold (486 and 476 km); without a depth term nothing deeper than 70 km may be put in (wording-and-rules.md §4.1).
const SOURCE = '汪素云等，2000，中国地震16(2)'

/** The two national models. West and east part at about 105°E; a bureau with a regional formula gives its own. */
export const ATTENUATION_MODELS = {
  west: {
    long: { constant: 5.253, perMagnitude: 1.398, decay: 4.164, nearKm: 26 },
    short: { constant: 2.019, perMagnitude: 1.398, decay: 2.943, nearKm: 8 },
    sigma: 0.632,
    validKm: 486,
    validDepthKm: 70,
    source: `${SOURCE}（西部）`,
  },
  east: {
    long: { constant: 5.019, perMagnitude: 1.446, decay: 4.136, nearKm: 24 },
    short: { constant: 2.24, perMagnitude: 1.446, decay: 3.07, nearKm: 9 },
    sigma: 0.517,
    validKm: 476,
    validDepthKm: 70,
    source: `${SOURCE}（东部）`,
  },
} as const satisfies Record<'west' | 'east', AttenuationModel>

/** bureau.attenuation: west | east | {long, short, sigma, validKm, validDepthKm, source}; yields the model itself. */
export const attenuationSchema = z.union([
  z.enum(['west', 'east']).transform((name): AttenuationModel => ATTENUATION_MODELS[name]),
  modelSchema,
])
