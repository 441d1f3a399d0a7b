// In: two texts' pairs of characters. Out: how alike they are.
// Must not know what the words mean: facts are compared in slot-match.ts, words replaced in residue.ts.

interface Pairs {
  bigrams: ReadonlyMap<string, number>
  size: number
}

/** Dice's coefficient over bigrams as multisets, 0 to 1; 0 when either has none. */
export function diceOf(a: Pairs, b: Pairs): number {
  const [few, many] = a.bigrams.size < b.bigrams.size ? [a, b] : [b, a]
  let shared = 0
  for (const [pair, count] of few.bigrams) shared += Math.min(count, many.bigrams.get(pair) ?? 0)
  return a.size + b.size === 0 ? 0 : (2 * shared) / (a.size + b.size)
}
