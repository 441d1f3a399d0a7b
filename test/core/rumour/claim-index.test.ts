// In: labelled messages and messages made by hand. Out: proof that whoever looks a message up in the index is offered what
// comparing it with every text would have offered, and that a place or a kind that is not told keeps nothing away.
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listFactTerms, openClaimIndex, type ClaimIndex, type Known } from '../../../src/core/rumour/claim-index.ts'
import { matchClaims, matchScored } from '../../../src/core/rumour/claim-match.ts'
import { compareMatches, lookUp, type Likeness } from '../../../src/core/rumour/look-up.ts'
import { signMessage, type Signature } from '../../../src/core/rumour/signature.ts'
import { readLabelled } from '../../tools/match-measure.ts'

const messages = readLabelled(
  readFileSync(new URL('../../fixtures/rumours/elsewhere-a.json', import.meta.url), 'utf8'),
).map(({ id, text }) => ({ id, signature: signMessage(text) }))

function indexOf(texts: Readonly<Record<string, string>>): ClaimIndex {
  const index = openClaimIndex()
  for (const [key, text] of Object.entries(texts)) index.put(key, signMessage(text))
  return index
}

const keysOf = (found: readonly Known[]): string[] => found.map(({ key }) => key)

function compareAll(message: Signature, others: readonly { id: string; signature: Signature }[]): Likeness[] {
  return others
    .map(({ id, signature }) => ({ key: id, match: matchClaims(signature, message) }))
    .filter(({ match }) => match.band !== 'none')
    .sort((a, b) => compareMatches(a.match, b.match))
}

describe('the index of what claims are known by', () => {
  test('offers every message that the machine would merge, and what it would show first', () => {
    const index = openClaimIndex()
    for (const { id, signature } of messages) index.put(id, signature)
    for (const { id, signature } of messages) {
      index.remove(id)
      const others = messages.filter((one) => one.id !== id)
      const all = compareAll(signature, others)
      const found = lookUp(index, signature)
      const keys = (list: readonly Likeness[], band: string): string[] =>
        list
          .filter(({ match }) => match.band === band)
          .map(({ key }) => key)
          .toSorted()
      expect([id, keys(found, 'auto')]).toEqual([id, keys(all, 'auto')])
      // Five are ever shown: none of them is missing, where no two are as near as each other.
      const shown = all.slice(0, 5).map(({ match }) => [match.band, match.score])
      expect([id, found.slice(0, 5).map(({ match }) => [match.band, match.score])]).toEqual([id, shown])
      index.put(id, signature)
    }
  })

  test('keeps a text of which nothing says that it plays elsewhere, and leaves out one that says so', () => {
    const index = indexOf({
      there: '成都明天要发生7级大地震',
      elsewhere: '绵阳明天要发生7级大地震',
      nowhere: '明天要发生7级大地震',
      province: '四川明天要发生7级大地震',
      past: '成都刚刚发生7级大地震',
    })
    const same = (text: string): string[] => keysOf(index.find(signMessage(text), { same: 9, alike: 0 })).toSorted()
    expect(same('听说成都明天有7级地震')).toEqual(['nowhere', 'province', 'there'])
    expect(same('听说明天有7级地震')).toEqual(['elsewhere', 'nowhere', 'province', 'there'])
    expect(keysOf(index.find(signMessage('听说成都明天有7级地震'), { same: 0, alike: 9 }))).toContain('elsewhere')
  })

  test('knows a message by its facts when hardly a word is the same', () => {
    const index = indexOf({ known: '石嘴山凌晨三点有7级地震，我二舅说的', other: '石嘴山停水停电，接好水' })
    expect(lookUp(index, signMessage('夜里3时别睡，7.0级强震要到石嘴山市'))[0]?.key).toBe('known')
  })

  test('answers as if it had been filled with what is there alone, whatever was put, replaced and taken out before', () => {
    const message = fc.constantFrom(...messages)
    const step = fc.record({ key: fc.nat({ max: 12 }).map(String), message, removes: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), message, (steps, { signature }) => {
        const index = openClaimIndex()
        const there = new Map<string, Signature>()
        for (const { key, message, removes } of steps) {
          if (removes) expect(index.remove(key)).toBe(there.delete(key))
          else {
            index.put(key, message.signature)
            there.delete(key)
            there.set(key, message.signature)
          }
        }
        const fresh = openClaimIndex()
        for (const [key, own] of there) fresh.put(key, own)
        expect(index.find(signature)).toEqual(fresh.find(signature))
        expect([index.size(), index.bytes()]).toEqual([fresh.size(), fresh.bytes()])
        for (const [key, own] of there) expect(index.get(key)?.bare).toBe(own.bare)
      }),
      { numRuns: 200 },
    )
  })

  test('what is kept of a message is all that it is compared by', () => {
    const index = openClaimIndex()
    for (const { id, signature } of messages) index.put(id, signature)
    for (const { id, signature } of messages) expect(index.get(id)).toEqual(signature)
  })

  test('what is found is judged as comparing the two messages judges it, and what it leaves out is none', () => {
    const index = openClaimIndex()
    for (const { id, signature } of messages) index.put(id, signature)
    for (const { signature } of messages) {
      for (const { signature: known, score } of index.find(signature)) {
        const whole = matchClaims(known, signature)
        expect(score).toBe(whole.score)
        expect(matchScored(known, signature, score) ?? { ...whole, band: 'none' }).toEqual(whole)
      }
    }
  })

  test('facts are no pairs of characters, and a message full of figures brings a bounded number', () => {
    const facts = listFactTerms(signMessage('8级 7级 6级 '.repeat(200) + '银川 成都 拉萨 西宁 '.repeat(100)))
    expect(facts.length).toBeLessThanOrEqual(60)
    for (const fact of facts) expect(fact).toMatch(/^[a-z]+:/)
  })
})
