// In: two texts. Out: how alike they are by their pairs of neighbouring characters, those outside the first plane as well.
// Must not know what the words mean: facts are compared in slot-match.ts, words replaced in residue.ts.

/** A text's pairs, each once, in the order in which they come first. */
export interface Pairs {
  /** The first character's code times 2 ** 21, and the second's: below 2 ** 53, so that each pair is a number of its own. */
  pairs: number[]
  /** How often each stands. */
  counts: number[]
  size: number
}

const SHIFT = 2 ** 21
const NONE = -1

// Scratch of one call, all NONE between two: a table of pairs, and where in the list each stands.
let table = new Float64Array(128).fill(NONE)
let places = new Int32Array(128)

/** Where a pair is looked for, and by which step further on: pairs made to fall together would have to agree in both. */
export const mixPair = (pair: number): number => {
  const mixed = Math.imul(Math.imul((pair / SHIFT) | 0, 0x9e3779b1) ^ (pair | 0), 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}

function spotOf(pair: number): number {
  const mixed = mixPair(pair)
  const mask = table.length - 1
  // Odd, so that it comes by every place.
  const step = (mixed >>> 16) | 1
  let at = mixed & mask
  while (table[at] !== pair && table[at] !== NONE) at = (at + step) & mask
  return at
}

export function countPairs(text: string): Pairs {
  let room = table.length
  // At most half full, so that what is not there is soon known.
  while (room < 2 * text.length) room *= 2
  if (room > table.length) {
    table = new Float64Array(room).fill(NONE)
    places = new Int32Array(room)
  }
  const pairs: number[] = []
  const counts: number[] = []
  const spots: number[] = []
  let size = 0
  let before = NONE
  for (let at = 0; at < text.length;) {
    const character = text.codePointAt(at) ?? 0
    at += character > 0xffff ? 2 : 1
    if (before !== NONE) {
      const pair = before * SHIFT + character
      const spot = spotOf(pair)
      size += 1
      if (table[spot] === NONE) {
        table[spot] = pair
        places[spot] = pairs.length
        spots.push(spot)
        pairs.push(pair)
        counts.push(1)
      } else {
        const place = places[spot] ?? 0
        counts[place] = (counts[place] ?? 0) + 1
      }
    }
    before = character
  }
  for (const spot of spots) table[spot] = NONE
  return { pairs, counts, size }
}

/** Dice's coefficient, 0 to 1, of what two multisets share; 0 when both are empty. */
export const diceOf = (shared: number, a: number, b: number): number => (a + b === 0 ? 0 : (2 * shared) / (a + b))

/** Dice's coefficient over the pairs of two texts as multisets. */
export function compareTexts(a: string, b: string): number {
  const [one, other] = [countPairs(a), countPairs(b)]
  const counts = new Map(one.pairs.map((pair, at) => [pair, one.counts[at] ?? 0]))
  let shared = 0
  for (const [at, pair] of other.pairs.entries()) shared += Math.min(other.counts[at] ?? 0, counts.get(pair) ?? 0)
  return diceOf(shared, one.size, other.size)
}
