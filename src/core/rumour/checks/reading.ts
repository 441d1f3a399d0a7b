// In: the texts in which a claim goes round, its own first. Out: what they say that can be checked: when, where, how strong.
// Must not know the record: what is compared with it stands in the rules beside this file.
import type { Instant } from '../../instant.ts'
import { NATIONAL_GAZETTEER, type Gazetteer } from '../../places/gazetteer.ts'
import { findMagnitudes, type Span } from '../figures.ts'
import type { ClaimKind } from '../kind.ts'
import { spellPlainly } from '../normalise.ts'
import { findWhereabouts, type PlaceMention } from '../place-slot.ts'
import { readFutureTime, readPastTime, type Exactness, type TimeSpan, type ToldTime } from './told-time.ts'

/** One text, when it was seen or else received. */
export interface ToldText {
  id: string
  text: string
  at: Instant
}

export interface ToldMagnitude {
  low: number
  high: number
  /** Written with a decimal: 5.0 is more than 5. */
  isExact: boolean
}

export interface ClaimReading {
  kind: ClaimKind
  texts: readonly ToldText[]
  /** In the order of the texts. */
  plain: readonly string[]
  /** When it was heard first. */
  heardAt: Instant
  /** Of a quake told as past. */
  past: ToldTime
  /** Of one foretold; null where no time is named. */
  future: TimeSpan | null
  places: readonly PlaceMention[]
  magnitudes: readonly ToldMagnitude[]
  /** Depths told, km. */
  depths: readonly number[]
}

/** 今天19时50分发生5级地震 has the shape of a forecast, and is none: it says that something has happened. */
const HAPPENED = /发生(?:了|过)?/u
const TO_COME =
  /将|要(?!求|闻)|会(?!议|商)|快|可能|预[测报计警]|还有|即将|马上|随时|明[天日晚早]|后天|今晚|今夜|余震|下周|下个?月|未来|[天月周时]之?内/u

/** As many texts as are read: the first says what the claim is, copies say the same. */
export const MOST_TEXTS = 12
const ORDER: readonly Exactness[] = ['minute', 'hour', 'now', 'day', 'open']

/**
 * Reads a claim's texts together; what any of them names counts. The time is that of the text that is most exact about it,
 * the earliest among equals.
 * @throws when there is no text: a claim without one has nothing to check
 */
export function readClaim(
  kind: ClaimKind,
  given: readonly ToldText[],
  gazetteer: Gazetteer = NATIONAL_GAZETTEER,
): ClaimReading {
  const texts = given.toSorted((a, b) => a.at - b.at).slice(0, MOST_TEXTS)
  const [first] = texts
  if (!first) throw new Error('a claim without a text cannot be checked')
  const plain = texts.map(({ text }) => spellPlainly(text))
  const times = texts.map(({ at }, index) => readPastTime(plain[index] ?? '', at))
  const past =
    times.toSorted((a, b) => ORDER.indexOf(a.exact) - ORDER.indexOf(b.exact))[0] ?? readPastTime('', first.at)
  const futures = texts.map(({ at }, index) => readFutureTime(plain[index] ?? '', at))
  const [head = ''] = plain
  return {
    kind: kind === 'predict' && HAPPENED.test(head) && !TO_COME.test(head) ? 'occurred' : kind,
    texts,
    plain,
    heardAt: first.at,
    past,
    future: futures.find((one) => one !== null) ?? null,
    places: uniqueBy(
      plain.flatMap((one) => findWhereabouts(one, gazetteer).places),
      (codes) => codes.join(),
    ),
    magnitudes: uniqueBy(plain.flatMap(readMagnitudes), ({ low, high, isExact }) => `${low} ${high} ${isExact}`),
    depths: [...new Set(plain.flatMap(readDepths))],
  }
}

function uniqueBy<T>(list: readonly T[], key: (one: T) => string): T[] {
  return [...new Map(list.map((one) => [key(one), one])).values()].slice(0, 20)
}

function readMagnitudes(plain: string): ToldMagnitude[] {
  const isWritten = (value: number): boolean => !Number.isInteger(value) || plain.includes(`${value}.0`)
  return findMagnitudes(plain).map(([low, high]: Span) => ({ low, high, isExact: isWritten(low) && isWritten(high) }))
}

function readDepths(plain: string): number[] {
  const found = plain.matchAll(/深度(?:约|为|是|大约|:|：)?(\d{1,3}(?:\.\d)?)(?:千米|公里|km)/gu)
  return [...found].slice(0, 5).map(([, depth]) => Number(depth))
}
