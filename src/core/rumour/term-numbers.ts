// In: terms of texts, pairs of characters by their own number and facts by their words. Out: for each a small number while it is used.
// Must not keep what nobody uses any more, nor give one number to two terms that are used.

import { mixPair } from './similarity.ts'

/** A pair as similarity.ts counts it, or a fact. */
export type Term = number | string

export interface TermNumbers {
  /** The number of a term, which is used once more from now on. */
  use(term: Term): number
  /** Used once less. */
  leave(number: number): void
  /** -1 for a term that is not used. */
  find(term: Term): number
}

const LEAST_ROOM = 1_024
const NO_PAIR = -1

export function openTermNumbers(): TermNumbers {
  // By number, how often it is used and which term it is.
  const uses: number[] = []
  const terms: Term[] = []
  const free: number[] = []
  const facts = new Map<string, number>()
  // Pairs and their numbers beside each other, at most half full; what nobody uses falls out when it is full.
  let table = new Float64Array(2 * LEAST_ROOM).fill(NO_PAIR)
  let taken = 0

  const spotOf = (pair: number): number => {
    const mixed = mixPair(pair)
    const mask = table.length / 2 - 1
    // Odd, so that it comes by every place.
    const step = (mixed >>> 16) | 1
    let at = mixed & mask
    while (table[2 * at] !== pair && table[2 * at] !== NO_PAIR) at = (at + step) & mask
    return 2 * at
  }
  const enter = (pair: number, number: number): void => {
    const spot = spotOf(pair)
    table[spot] = pair
    table[spot + 1] = number
    taken += 1
  }
  const clear = (): void => {
    const old = table
    let used = 0
    for (let at = 0; at < old.length; at += 2) if (old[at] !== NO_PAIR && (uses[old[at + 1] ?? 0] ?? 0) > 0) used += 1
    let room = LEAST_ROOM
    // Not full again before half as many have come as are there.
    while (room < 3 * used) room *= 2
    table = new Float64Array(2 * room).fill(NO_PAIR)
    taken = 0
    for (let at = 0; at < old.length; at += 2) {
      const [pair = NO_PAIR, number = 0] = old.subarray(at, at + 2)
      if (pair === NO_PAIR) continue
      if ((uses[number] ?? 0) > 0) enter(pair, number)
      else free.push(number)
    }
  }
  const find = (term: Term): number => {
    if (typeof term === 'string') return facts.get(term) ?? -1
    const spot = spotOf(term)
    return table[spot] === NO_PAIR ? -1 : (table[spot + 1] ?? -1)
  }
  const add = (term: Term): number => {
    if (typeof term !== 'string' && 4 * taken >= table.length) clear()
    const number = free.pop() ?? uses.length
    uses[number] = 0
    terms[number] = term
    if (typeof term === 'string') facts.set(term, number)
    else enter(term, number)
    return number
  }
  return {
    use: (term) => {
      const known = find(term)
      const number = known === -1 ? add(term) : known
      uses[number] = (uses[number] ?? 0) + 1
      return number
    },
    leave: (number) => {
      const left = (uses[number] ?? 0) - 1
      uses[number] = left
      const term = terms[number]
      if (left > 0 || typeof term !== 'string') return
      facts.delete(term)
      free.push(number)
    },
    find: (term) => {
      const number = find(term)
      return (uses[number] ?? 0) > 0 ? number : -1
    },
  }
}
