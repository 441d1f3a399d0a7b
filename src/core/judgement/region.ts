// In: a report. Out: whether it counts as domestic or abroad for ages, rules and windows.
// Undecidable counts as domestic: the stricter age, the fuller wording (DESIGN §6.5).
import { describeRegion } from '../places/region.ts'

/** True only when the place names somewhere abroad. */
export function isAbroadFor(report: { place: string }): boolean {
  return describeRegion(report.place) === 'abroad'
}
