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
  /** Pairs of neighbouring characters with how often each stands. */
  bigrams: ReadonlyMap<string, number>
  size: number
}

/** What of a signature is kept where there are many: the pairs are made again when it is compared. */
export type KeptSignature = Omit<Signature, 'bigrams' | 'size'>

/** Pairs of neighbouring characters of a text. */
export function countBigrams(text: string): Map<string, number> {
  const counts = new Map<string, number>()
  // Only outside the first plane does a character take two units, and taking a text apart by characters is dear.
  const units = /[\ud800-\udfff]/.test(text) ? Array.from(text) : text
  for (let at = 2; at <= units.length; at += 1) {
    const pair = typeof units === 'string' ? units.slice(at - 2, at) : units.slice(at - 2, at).join('')
    counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  return counts
}

const sumUp = (counts: ReadonlyMap<string, number>): number => {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}

/** A kept signature, ready to be compared. */
export function unfoldSignature(kept: KeptSignature): Signature {
  const bigrams = countBigrams(kept.bare)
  return { ...kept, bigrams, size: sumUp(bigrams) }
}

/** Reads a message once; comparing signatures is cheap. The gazetteer may hold a bureau's own places. */
export function signMessage(message: string, gazetteer: Gazetteer = NATIONAL_GAZETTEER): Signature {
  const plain = spellPlainly(message)
  const bare = bareText(plain)
  const bigrams = countBigrams(bare)
  const { places, landmarks, offices, rest } = findWhereabouts(plain, gazetteer)
  return {
    kind: findKind(plain),
    stance: findStance(plain),
    slots: {
      places,
      landmarks,
      offices,
      magnitudes: findMagnitudes(plain),
      counts: findCounts(plain),
      quantities: findQuantities(plain),
      durations: findDurations(plain),
      clockTimes: findClockTimes(plain),
      days: findDays(plain),
      dates: findDates(plain),
      subjects: findSubjects(plain),
    },
    bare,
    gist: takeGist(rest),
    bigrams,
    size: sumUp(bigrams),
  }
}
