// In: random custody lists, and every way to alter one. Out: proof that the first entry that does not fit is named, whatever was done.
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  chainDeed,
  findBreak,
  writeEntry,
  type CustodyDeed,
  type CustodyEntry,
} from '../../../../src/core/rumour/handover/custody.ts'

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const deeds = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    actor: fc.string({ maxLength: 12 }),
    act: fc.constantFrom('collected', 'derived', 'opened', 'packaged', 'transferred'),
    evidence: fc.option(fc.string({ maxLength: 12 }), { nil: null }),
    detail: fc.dictionary(fc.string({ maxLength: 6 }), fc.string({ maxLength: 12 }), { maxKeys: 3 }),
  }),
  { minLength: 2, maxLength: 12 },
) as fc.Arbitrary<CustodyDeed[]>

function chain(list: readonly CustodyDeed[], claim = 'c-1'): CustodyEntry[] {
  const entries: CustodyEntry[] = []
  for (const deed of list) entries.push(chainDeed(claim, entries.at(-1) ?? null, deed, hash))
  return entries
}
const noted = (entries: readonly CustodyEntry[]): Map<number, string> =>
  new Map(entries.map((one) => [one.seq, one.hash]))

test('a list that nobody touched fits, whatever is in it', () => {
  fc.assert(
    fc.property(deeds, (list) => {
      const entries = chain(list)
      expect(findBreak('c-1', entries, noted(entries), hash)).toBeNull()
    }),
  )
})

test('an entry that was changed, removed, put elsewhere or cut off is named by its number', () => {
  fc.assert(
    fc.property(deeds, fc.nat(), fc.constantFrom('change', 'remove', 'swap', 'cut'), (list, draw, how) => {
      const entries = chain(list)
      const journal = noted(entries)
      const at = draw % entries.length
      const altered = entries.map((one) => ({ ...one }))
      const [one] = [altered[at]]
      if (!one) return
      if (how === 'change') altered[at] = { ...one, actor: `${one.actor}x` }
      if (how === 'remove') altered.splice(at, 1)
      if (how === 'cut') altered.splice(at)
      if (how === 'swap') {
        const other = altered[(at + 1) % altered.length]
        if (!other) return
        altered[at] = { ...other, seq: one.seq }
        altered[(at + 1) % altered.length] = { ...one, seq: other.seq }
      }
      const found = findBreak('c-1', altered, journal, hash)
      expect(found).not.toBeNull()
      // A change shows at its own entry, or where the next one is compared with it.
      expect(found?.seq).toBeLessThanOrEqual(at + 2)
      if (how !== 'swap') expect(found?.seq).toBe(at + 1)
    }),
  )
})

test('a list that was calculated anew from its first entry on fits in itself, and is found by the journal', () => {
  fc.assert(
    fc.property(deeds, fc.nat(), (list, draw) => {
      const entries = chain(list)
      const at = draw % list.length
      const forged = chain(list.map((deed, index) => (index === at ? { ...deed, actor: `${deed.actor}x` } : deed)))
      expect(findBreak('c-1', forged, noted(forged), hash)).toBeNull()
      expect(findBreak('c-1', forged, noted(entries), hash)).toEqual({ seq: at + 1, why: '与留痕所记不符' })
    }),
  )
})

test('a list of another claim fits nowhere else, and the order of a detail’s keys changes nothing', () => {
  const deed: CustodyDeed = { at: 0, actor: 'p-1', act: 'opened', evidence: 'e-1', detail: { b: '2', a: '1' } }
  const entries = chain([deed], 'c-2')
  expect(findBreak('c-1', entries, noted(entries), hash)).toEqual({ seq: 1, why: '记录被改动过' })
  const base = { seq: 1, previous: '0'.repeat(64) }
  const other = { ...deed, detail: { a: '1', b: '2' } }
  expect(writeEntry('c-1', { ...deed, ...base })).toBe(writeEntry('c-1', { ...other, ...base }))
})
