// In: random texts put, replaced and taken out. Out: proof that a search answers as if every text had been compared, however early
// it stops, and that nothing of what was taken out is left behind.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openTermIndex, weighTerm, type TermHit, type WantedTerm } from '../../../src/core/rumour/term-index.ts'

interface KnownText {
  terms: ReadonlySet<string>
  group: number
}

/** The same by comparing with every text, one after the other. Of a map, what was put last stands last. */
function searchAll(
  texts: ReadonlyMap<string, KnownText>,
  wanted: readonly WantedTerm[],
  most: number,
  accepts: (group: number) => boolean,
): TermHit[] {
  const having = (term: string): number => [...texts.values()].filter(({ terms }) => terms.has(term)).length
  const weights = new Map(wanted.map(({ term, times }) => [term, times * weighTerm(texts.size, having(term))]))
  return [...texts]
    .toReversed()
    .filter(([, { group }]) => accepts(group))
    .map(([key, { terms }]) => {
      const shared = wanted.filter(({ term }) => terms.has(term))
      const sum = shared.reduce((all, { term }) => all + (weights.get(term) ?? 0), 0)
      return { key, score: shared.length === 0 ? -1 : sum / (wanted.length + terms.size) }
    })
    .filter(({ score }) => score >= 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
}

/** Few terms, some of them in nearly every text: then much is equal, and much may be left out. */
const term = fc.oneof(
  fc.constantFrom('地震', '转发', '大家'),
  fc.integer({ min: 0, max: 12 }).map((n) => `t${n}`),
  fc.integer({ min: 0, max: 200 }).map((n) => `rare${n}`),
)
const terms = fc.uniqueArray(term, { maxLength: 14 })
const key = fc.integer({ min: 0, max: 40 }).map((n) => `k${n}`)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('put' as const), key, terms, group: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('remove' as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('search' as const),
      terms,
      times: fc.integer({ min: 1, max: 3 }),
      most: fc.integer({ min: 0, max: 12 }),
      groups: fc.subarray([0, 1, 2, 3]),
    }),
  },
)

test('finds what comparing with every text finds, in the same order, after whatever was put, replaced and taken out', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const index = openTermIndex()
      const texts = new Map<string, KnownText>()
      for (const one of steps) {
        if (one.act === 'put') {
          const known = { terms: new Set(one.terms), group: one.group }
          index.put(one.key, known.terms, known.group)
          texts.delete(one.key)
          texts.set(one.key, known)
        } else if (one.act === 'remove') {
          expect(index.remove(one.key)).toBe(texts.delete(one.key))
        } else {
          // Every third term counts more: as facts do beside words.
          const wanted = one.terms.map((term, at) => ({ term, times: at % 3 === 0 ? one.times : 1 }))
          const accepts = (group: number): boolean => one.groups.includes(group)
          expect(index.search(wanted, one.most, accepts)).toEqual(searchAll(texts, wanted, one.most, accepts))
        }
        expect(index.size()).toBe(texts.size)
      }
      expect(index.entries()).toBe([...texts.values()].reduce((sum, { terms }) => sum + terms.size, 0))
      for (const name of texts.keys()) index.remove(name)
      expect([index.size(), index.entries()]).toEqual([0, 0])
      expect(index.search([{ term: '地震', times: 1 }], 5)).toEqual([])
    }),
    { numRuns: 400 },
  )
})

test('in a long list it stops early and still finds the same', () => {
  const index = openTermIndex()
  const texts = new Map<string, KnownText>()
  for (let at = 0; at < 3_000; at += 1) {
    const own = new Set([`place${at % 300}`, `day${at % 7}`, `size${at % 9}`, '地震', '转发', '大家', `tail${at % 40}`])
    index.put(`k${at}`, own, at % 2)
    texts.set(`k${at}`, { terms: own, group: at % 2 })
  }
  for (let at = 0; at < 40; at += 1) {
    const wanted = [`place${at * 7}`, `day${at % 7}`, `size${at % 9}`, '地震', '转发', '大家', 'unheard'].map(
      (term) => ({
        term,
        times: 1,
      }),
    )
    expect(index.search(wanted, 10)).toEqual(searchAll(texts, wanted, 10, () => true))
    expect(index.search(wanted, 10, (group) => group === 1)).toEqual(
      searchAll(texts, wanted, 10, (group) => group === 1),
    )
  }
})

test('what is put and taken out for ever takes no more room than what is there', () => {
  const index = openTermIndex()
  for (let at = 0; at < 5_000; at += 1) {
    index.put(`k${at}`, new Set([`only${at}`, '地震']), 0)
    if (at >= 10) index.remove(`k${at - 10}`)
  }
  expect([index.size(), index.entries()]).toEqual([10, 20])
  expect(index.search([{ term: 'only4999', times: 1 }], 3)).toMatchObject([{ key: 'k4999' }])
  expect(index.search([{ term: 'only7', times: 1 }], 3)).toEqual([])
})
