// In: terms that are asked for, with the texts that have them; scores. Out: weights, bounds below which nobody is among the best.
// Must not keep anything, nor depend on the order of sums: term-index.ts stops by these bounds as if it had compared every text.
import { SPAN } from './packed-lists.ts'

const SCALE = 64

/** Weight of a term that so many of all texts have: whole, so that sums do not depend on their order. */
export const weighTerm = (texts: number, having: number): number => Math.round(SCALE * Math.log2(1 + texts / having))

/** A term that is known, what each text gains by it, and the places of the texts that have it. */
export interface Asked {
  term: number
  weight: number
  list: readonly number[]
}

/** The bound below which nobody is among the best: the last of the best scores, -1 while there are too few. */
export function findFloor(scores: ArrayLike<number>, most: number): number {
  const best: number[] = []
  for (let index = 0; index < scores.length; index += 1) {
    const score = scores[index] ?? 0
    if (best.length >= most && score <= (best[most - 1] ?? 0)) continue
    let at = best.length < most ? best.length : most - 1
    for (; at > 0 && (best[at - 1] ?? 0) < score; at -= 1) best[at] = best[at - 1] ?? 0
    best[at] = score
  }
  return best.length < most ? -1 : (best[most - 1] ?? -1)
}

/** The most that a text can score which has none but these terms: of m of them it has at least m terms itself. */
export function boundUnseen(asked: readonly Asked[], from: number, wanted: number): number {
  let sum = 0
  let bound = 0
  for (let at = from; at < asked.length; at += 1) {
    sum += asked[at]?.weight ?? 0
    bound = Math.max(bound, sum / (wanted + at - from + 1))
  }
  return bound
}

/** A line of the processor's memory, in whole numbers of four bytes. */
const LINE = 16

/**
 * Looks once at every line of these texts' terms. One look does not wait for the other, as it would where each text is summed up
 * before the next: from memory they come together, in three fifths of the time (50,000 texts).
 * @returns something to keep, lest it is left out as idle
 */
export function fetchAhead(places: readonly number[], items: Int32Array, spans: Int32Array): number {
  let seen = 0
  for (const place of places) {
    const end = spans[SPAN * place + 2] ?? 0
    for (let at = spans[SPAN * place] ?? 0; at < end; at += LINE) seen |= items[at] ?? 0
  }
  return seen
}

/** The same of the ends of lists, whose numbers take eight bytes each. */
export function fetchEnds(asked: readonly Asked[], newest: number): number {
  let seen = 0
  for (const { list } of asked) {
    for (let at = list.length - 1; at >= 0 && at >= list.length - newest; at -= LINE / 2) seen |= list[at] ?? 0
  }
  return seen
}

/** The rarest first. */
export const byWeight = (a: Asked, b: Asked): number => b.weight - a.weight || a.list.length - b.list.length
