// In: the facts of two messages. Out: for each slot whether they agree, contradict each other, overlap in part, or say nothing.
// Must not weigh: which contradiction forbids a merge stands in claim-match.ts.
import type { ClockTime, Span } from './figures.ts'
import { isEqualPlace, isSamePlace, type PlaceMention } from './place-slot.ts'
import type { Quantity } from './quantities.ts'
import type { Slots } from './signature.ts'

/** silent: one side or both say nothing; one-sided is told apart, because a place named by one side only is a doubt. */
export type SlotVerdict = 'agree' | 'partial' | 'conflict' | 'one-sided' | 'silent'

export type SlotName = keyof Slots
export type SlotVerdicts = Readonly<Record<SlotName, SlotVerdict>>

/**
 * Agreement of two lists: every entry of the shorter finds its like. A list is a set of alternatives to none of which the
 * other must be equal, so the poorer side decides; the half of it in common is part, nothing in common is a conflict.
 */
function compareLists<T>(a: readonly T[], b: readonly T[], isLike: (one: T, other: T) => boolean): SlotVerdict {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 'silent' : 'one-sided'
  const one = a[0]
  const other = b[0]
  // One fact on each side is what most messages have.
  if (a.length === 1 && b.length === 1 && one !== undefined && other !== undefined)
    return isLike(one, other) ? 'agree' : 'conflict'
  const share = (list: readonly T[], others: readonly T[]): number =>
    list.filter((one) => others.some((other) => isLike(one, other))).length / list.length
  const best = Math.max(share(a, b), share(b, a))
  if (best === 0) return 'conflict'
  return best === 1 ? 'agree' : 'partial'
}

const isEqual = (a: string, b: string): boolean => a === b
const isOverlapping = ([low, high]: Span, [from, to]: Span): boolean => low <= to && from <= high

function isSameHour(a: ClockTime, b: ClockTime): boolean {
  const isMinute = a.minute === null || b.minute === null || a.minute === b.minute
  return isMinute && a.hours.some((hour) => b.hours.includes(hour))
}

const isWeekend = (day: string): boolean => /^n?w[67]$/.test(day)
const isSameDay = (a: string, b: string): boolean =>
  a === b || (a === 'weekend' && isWeekend(b)) || (b === 'weekend' && isWeekend(a))

function isSameDate(a: string, b: string): boolean {
  const [month, day] = a.split('-')
  const [otherMonth, otherDay] = b.split('-')
  return day === otherDay && (month === otherMonth || month === '0' || otherMonth === '0')
}

/** Containment alone is part of an agreement: a claim about a province is not one about its capital. */
function comparePlaces(a: readonly PlaceMention[], b: readonly PlaceMention[]): SlotVerdict {
  const verdict = compareLists(a, b, isSamePlace)
  const isEqual = a.some((one) => b.some((other) => isEqualPlace(one, other)))
  return verdict === 'agree' && !isEqual ? 'partial' : verdict
}

/** Only what both count: 7栋 beside 5公里 says nothing. */
function compareQuantities(a: readonly Quantity[], b: readonly Quantity[]): SlotVerdict {
  const isCounted = (list: readonly Quantity[], { unit }: Quantity): boolean =>
    list.some((other) => other.unit === unit)
  const [left, right] = [a.filter((one) => isCounted(b, one)), b.filter((one) => isCounted(a, one))]
  if (left.length === 0) return a.length === b.length ? 'silent' : 'one-sided'
  const isLike = (one: Quantity, other: Quantity): boolean =>
    one.unit === other.unit && isOverlapping(one.span, other.span)
  return compareLists(left, right, isLike)
}

const COMPARERS: Readonly<Record<SlotName, (a: Slots, b: Slots) => SlotVerdict>> = {
  places: (a, b) => comparePlaces(a.places, b.places),
  landmarks: (a, b) => compareLists(a.landmarks, b.landmarks, isEqual),
  offices: (a, b) => compareLists(a.offices, b.offices, isSamePlace),
  magnitudes: (a, b) => compareLists(a.magnitudes, b.magnitudes, isOverlapping),
  counts: (a, b) => compareLists(a.counts, b.counts, isOverlapping),
  quantities: (a, b) => compareQuantities(a.quantities, b.quantities),
  durations: (a, b) => compareLists(a.durations, b.durations, isOverlapping),
  clockTimes: (a, b) => compareLists(a.clockTimes, b.clockTimes, isSameHour),
  days: (a, b) => compareLists(a.days, b.days, isSameDay),
  dates: (a, b) => compareLists(a.dates, b.dates, isSameDate),
  subjects: (a, b) => compareLists(a.subjects, b.subjects, isEqual),
}

/** Compares one slot. */
export function compareSlot(name: SlotName, a: Slots, b: Slots): SlotVerdict {
  return COMPARERS[name](a, b)
}

/** Compares slot by slot. */
export function compareSlots(a: Slots, b: Slots): SlotVerdicts {
  return {
    places: COMPARERS.places(a, b),
    landmarks: COMPARERS.landmarks(a, b),
    offices: COMPARERS.offices(a, b),
    magnitudes: COMPARERS.magnitudes(a, b),
    counts: COMPARERS.counts(a, b),
    quantities: COMPARERS.quantities(a, b),
    durations: COMPARERS.durations(a, b),
    clockTimes: COMPARERS.clockTimes(a, b),
    days: COMPARERS.days(a, b),
    dates: COMPARERS.dates(a, b),
    subjects: COMPARERS.subjects(a, b),
  }
}
