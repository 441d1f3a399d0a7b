// In: terms used and left as texts come and go. Out: proof that what is used has a number of its own, and what is not has none.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openTermNumbers, type Term } from '../../../src/core/rumour/term-numbers.ts'

const term = fc.oneof(
  fc.integer({ min: 0, max: 4_000 }).map((n): Term => n * 2 ** 21 + (n % 7)),
  fc.integer({ min: 0, max: 20 }).map((n): Term => `place:${n}`),
)
const step = fc.record({ term, leaves: fc.boolean() })

test('terms in use keep numbers of their own, and what nobody uses is not known', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const terms = openTermNumbers()
      const used = new Map<Term, { number: number; uses: number }>()
      for (const { term, leaves } of steps) {
        const known = used.get(term)
        if (leaves && known) {
          terms.leave(known.number)
          known.uses -= 1
          if (known.uses === 0) used.delete(term)
        } else {
          const number = terms.use(term)
          expect(number).toBe(known?.number ?? number)
          used.set(term, { number, uses: (known?.uses ?? 0) + 1 })
        }
        expect(terms.find(term)).toBe(used.get(term)?.number ?? -1)
      }
      expect(new Set([...used.values()].map(({ number }) => number)).size).toBe(used.size)
    }),
    { numRuns: 300 },
  )
})

test('terms that come and go for ever take no more numbers than are used at once', () => {
  const terms = openTermNumbers()
  let most = 0
  for (let at = 0; at < 50_000; at += 1) {
    const [pair, fact] = [terms.use(at * 2 ** 21 + 5), terms.use(`day:${at}`)]
    most = Math.max(most, pair, fact)
    terms.leave(pair)
    terms.leave(fact)
    expect(terms.find(at * 2 ** 21 + 5)).toBe(-1)
  }
  expect(most).toBeLessThan(2_000)
})
