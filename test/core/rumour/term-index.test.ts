// In: random texts put, replaced and taken out. Out: proof that a search answers as if every text had been compared, however early
// it stops, and that nothing of what was taken out is left behind.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openTermIndex, type WantedTerm } from '../../../src/core/rumour/term-index.ts'
import { weighTerm } from '../../../src/core/rumour/term-scores.ts'

interface KnownText {
  terms: ReadonlySet<number>
  group: number
}

interface Hit {
  key: string
  score: number
}

/** The index, with its texts under keys. */
function openKeyed() {
  const index = openTermIndex()
  const places = new Map<string, number>()
  const keys = new Map<number, string>()
  const remove = (key: string): boolean => {
    const place = places.get(key)
    if (place === undefined) return false
    index.remove(place)
    keys.delete(place)
    return places.delete(key)
  }
  return {
    put: (key: string, terms: ReadonlySet<number>, group: number): void => {
      remove(key)
      const place = index.put([...terms], group)
      places.set(key, place)
      keys.set(place, key)
    },
    remove,
    search: (wanted: readonly WantedTerm[], most: number, accepts?: (group: number) => boolean): Hit[] =>
      index.search(index.ask(wanted), most, accepts).map(({ place, score }) => ({ key: keys.get(place) ?? '', score })),
    termsOf: (key: string): number[] => [...index.termsOf(places.get(key) ?? -1)],
    size: () => index.size(),
    entries: () => index.entries(),
  }
}

/** The same by comparing with every text, one after the other. Of a map, what was put last stands last. */
function searchAll(
  texts: ReadonlyMap<string, KnownText>,
  wanted: readonly WantedTerm[],
  most: number,
  accepts: (group: number) => boolean,
): Hit[] {
  const having = (term: number): number => [...texts.values()].filter(({ terms }) => terms.has(term)).length
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
const [QUAKE, PASS_ON, ALL] = [0, 1, 2]
const term = fc.oneof(
  fc.constantFrom(QUAKE, PASS_ON, ALL),
  fc.integer({ min: 10, max: 22 }),
  fc.integer({ min: 100, max: 300 }),
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
      const index = openKeyed()
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
      for (const [name, { terms }] of texts) expect(index.termsOf(name)).toEqual([...terms])
      for (const name of texts.keys()) index.remove(name)
      expect([index.size(), index.entries()]).toEqual([0, 0])
      expect(index.search([{ term: QUAKE, times: 1 }], 5)).toEqual([])
    }),
    { numRuns: 400 },
  )
})

test('in a long list it stops early and still finds the same', () => {
  const index = openKeyed()
  const texts = new Map<string, KnownText>()
  for (let at = 0; at < 3_000; at += 1) {
    const own = new Set([1_000 + (at % 300), 100 + (at % 7), 200 + (at % 9), QUAKE, PASS_ON, ALL, 300 + (at % 40)])
    index.put(`k${at}`, own, at % 2)
    texts.set(`k${at}`, { terms: own, group: at % 2 })
  }
  for (let at = 0; at < 40; at += 1) {
    const wanted = [1_000 + at * 7, 100 + (at % 7), 200 + (at % 9), QUAKE, PASS_ON, ALL, -1].map((term) => ({
      term,
      times: 1,
    }))
    expect(index.search(wanted, 10)).toEqual(searchAll(texts, wanted, 10, () => true))
    expect(index.search(wanted, 10, (group) => group === 1)).toEqual(
      searchAll(texts, wanted, 10, (group) => group === 1),
    )
  }
})

test('what is put and taken out for ever takes no more room than what is there', () => {
  const index = openKeyed()
  for (let at = 0; at < 5_000; at += 1) {
    index.put(`k${at}`, new Set([10 + at, QUAKE]), 0)
    if (at >= 10) index.remove(`k${at - 10}`)
  }
  expect([index.size(), index.entries()]).toEqual([10, 20])
  expect(index.search([{ term: 5_009, times: 1 }], 3)).toMatchObject([{ key: 'k4999' }])
  expect(index.search([{ term: 17, times: 1 }], 3)).toEqual([])
})

/** As often as both have it. */
function countAlike(one: readonly number[], other: readonly number[]): number {
  const left = [...other]
  return one.filter((term) => {
    const at = left.indexOf(term)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  }).length
}

test('counts what texts share as multisets, however often a term stands in either and wherever they were moved', () => {
  const told = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 })
  fc.assert(
    fc.property(fc.array(told, { maxLength: 30 }), told, fc.nat({ max: 29 }), (texts, asked, gone) => {
      const index = openTermIndex()
      const places = texts.map((text) => {
        const own = [...new Set(text)]
        const again = own.flatMap((term) => text.filter((other) => other === term).slice(1))
        return index.put(own, 0, again)
      })
      const there = places.filter((place, at) => {
        if (at === gone) index.remove(place)
        return at !== gone
      })
      const wanted = [-1, ...new Set(asked)].map((term) => ({ term, times: 1 }))
      const counts = wanted.map(({ term }) => (term < 0 ? 1 : asked.filter((other) => other === term).length))
      const right = texts.filter((_, at) => at !== gone).map((text) => countAlike(text, asked))
      expect(index.countShared(there, wanted, counts)).toEqual(right)
      expect(index.countShared(there, [], [])).toEqual(right.map(() => 0))
    }),
    { numRuns: 300 },
  )
})
