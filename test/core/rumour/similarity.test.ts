// In: texts of any characters. Out: proof that their pairs are counted as the definition counts them, character by character.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareTexts, countPairs } from '../../../src/core/rumour/similarity.ts'

/** Each pair of neighbouring characters, as often as it stands. */
function listPairs(text: string): string[] {
  const characters = Array.from(text)
  return characters.slice(1).map((second, at) => `${characters[at] ?? ''} ${second}`)
}

/** Dice's coefficient as it is defined: twice what two multisets share, by what both have. */
function diceByDefinition(a: string, b: string): number {
  const [one, other] = [listPairs(a), listPairs(b)]
  const left = [...other]
  const shared = one.filter((pair) => {
    const at = left.indexOf(pair)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  }).length
  return one.length + other.length === 0 ? 0 : (2 * shared) / (one.length + other.length)
}

/** Few characters, so that pairs stand again and again; halves of characters that stand alone as well. */
const text = fc.oneof(
  fc
    .array(fc.constantFrom('地', '震', '了', '8', '𠮷', '\ud800', '\udc00'), { maxLength: 40 })
    .map((all) => all.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
)

test('two texts are as alike as the definition says, the same both ways round', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(compareTexts(a, b)).toBe(diceByDefinition(a, b))
      expect(compareTexts(b, a)).toBe(compareTexts(a, b))
    }),
    { numRuns: 2_000 },
  )
})

test('each pair is counted as often as it stands, and two different ones have different numbers', () => {
  fc.assert(
    fc.property(text, (one) => {
      const { pairs, counts, size } = countPairs(one)
      const names = listPairs(one)
      expect(new Set(pairs).size).toBe(new Set(names).size)
      expect(counts).toEqual([...new Set(names)].map((name) => names.filter((other) => other === name).length))
      expect(size).toBe(names.length)
    }),
    { numRuns: 2_000 },
  )
})

test('characters outside the first plane are pairs as well', () => {
  expect(countPairs('𠮷𠮷𠮷地').counts).toEqual([2, 1])
})
