// In: a seed, a format and a payload's number. Out: a stream of numbers that is the same on every machine.
// Must not touch Math.random or the clock: a payload that failed must come again from its three words.

/** A stream of pseudo-random choices (mulberry32; its 2^32 period is far beyond what one payload draws). */
export interface Dice {
  /** A whole number from 0 to n − 1; 0 for n below 1. */
  below(n: number): number
  /** True once in `n`. */
  oneIn(n: number): boolean
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T
}

/** Dice for one payload. */
export function diceFor(seed: number, format: string, index: number): Dice {
  let state = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0
  for (const char of format) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (n: number): number => Math.floor(next() * Math.max(n, 1))
  return {
    below,
    oneIn: (n) => below(n) === 0,
    pick: (list) => {
      const found = list[below(list.length)]
      if (found === undefined) throw new Error('there is nothing to pick from')
      return found
    },
  }
}
