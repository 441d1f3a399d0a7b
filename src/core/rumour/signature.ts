// In: a message. Out: its signature: what it asserts, the facts it names, and its text ready to be compared.
// Must not look at another message; claim-match.ts does.
import { NATIONAL_GAZETTEER, type Gazetteer } from '../places/gazetteer.ts'
import {
  findClockTimes,
  findCounts,
  findDates,
  findDays,
  findDurations,
  findMagnitudes,
  type ClockTime,
  type Span,
} from './figures.ts'
import { takeGist } from './gist.ts'
import { findKind, findStance, findSubjects, type ClaimKind, type Stance } from './kind.ts'
import { bareText, spellPlainly } from './normalise.ts'
import { findWhereabouts, type PlaceMention } from './place-slot.ts'
import { findQuantities, type Quantity } from './quantities.ts'

/** The facts of which one that differs makes another claim (rumours.md §10). */
export interface Slots {
  places: readonly PlaceMention[]
  landmarks: readonly string[]
  offices: readonly PlaceMention[]
  magnitudes: readonly Span[]
  counts: readonly Span[]
  quantities: readonly Quantity[]
  durations: readonly Span[]
  clockTimes: readonly ClockTime[]
  days: readonly string[]
  dates: readonly string[]
  subjects: readonly string[]
}

export interface Signature {
  kind: ClaimKind
  stance: Stance
  slots: Slots
  /** Letters, figures and Chinese characters alone. */
  bare: string
  /** What is left without places, figures and what all messages say; clauses stand apart. */
  gist: string
}

/** One list for all that is not told: where texts are many, most of what they tell is nothing. */
const NOTHING: readonly never[] = []
const orNothing = <T>(list: readonly T[]): readonly T[] => (list.length === 0 ? NOTHING : list)

/** Reads a message once; comparing signatures is cheap. The gazetteer may hold a bureau's own places. */
export function signMessage(message: string, gazetteer: Gazetteer = NATIONAL_GAZETTEER): Signature {
  const plain = spellPlainly(message)
  const bare = bareText(plain)
  const { places, landmarks, offices, rest } = findWhereabouts(plain, gazetteer)
  return {
    kind: findKind(plain),
    stance: findStance(plain),
    slots: {
      places: orNothing(places),
      landmarks: orNothing(landmarks),
      offices: orNothing(offices),
      magnitudes: orNothing(findMagnitudes(plain)),
      counts: orNothing(findCounts(plain)),
      quantities: orNothing(findQuantities(plain)),
      durations: orNothing(findDurations(plain)),
      clockTimes: orNothing(findClockTimes(plain)),
      days: orNothing(findDays(plain)),
      dates: orNothing(findDates(plain)),
      subjects: orNothing(findSubjects(plain)),
    },
    bare,
    gist: takeGist(rest),
  }
}
