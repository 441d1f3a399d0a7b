// In: an intensity. Out: whether it makes a quake ours, its Roman degree, its word.
// Must not call anything felt: 有感 as a fact is said only after a person or reports confirm (DESIGN §6 "Felt").
import type { EstimatedIntensity } from './estimate.ts'

/** Larger axis from which a quake is ours: II after rounding. A limit at III would have missed real felt quakes. */
const FELT_FROM = 1.5

const DEGREES = ['Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ', 'Ⅴ', 'Ⅵ', 'Ⅶ', 'Ⅷ', 'Ⅸ', 'Ⅹ', 'Ⅺ', 'Ⅻ'] as const

export type RomanIntensity = (typeof DEGREES)[number]
const RUNGS = ['none', 'few', 'some', 'clear', 'strong'] as const

/** 无感, 个别有感, 部分有感, 震感明显, 震感强烈: the words stand in templates/pages/words.*.yaml. */
export type FeltRung = (typeof RUNGS)[number]

/** True when the estimate rounds to II or more on the larger axis. Ask only where there is an estimate. */
export function isFelt(estimate: EstimatedIntensity): boolean {
  return estimate.larger >= FELT_FROM
}

/** Whole degree 1–12 (GB/T 17742-2020), halves upwards. Throws on a value that is no number: it must not be printed. */
export function roundIntensity(value: number): number {
  if (Number.isNaN(value)) throw new Error('an intensity that is no number cannot be rounded')
  return Math.min(12, Math.max(1, Math.round(value)))
}

/** Ⅰ … Ⅻ, as Chinese texts write degrees of intensity. */
export function romanIntensity(value: number): RomanIntensity {
  return DEGREES[roundIntensity(value) - 1] ?? 'Ⅰ'
}

/** Ladder of wording-and-rules.md §2.5: II 个别, III 部分, IV 明显, V and more 强烈. For our own pages, beside the model's name. */
export function feltRung(value: number): FeltRung {
  return RUNGS[Math.min(5, roundIntensity(value)) - 1] ?? 'none'
}
