// In: texts that nobody would send in good faith. Out: proof that reading and comparing them never throws, is the same both ways
// round, and looks at no more than its bound, however long they are.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MATCH_RULES, matchClaims } from '../../../src/core/rumour/claim-match.ts'
import { openClaimIndex } from '../../../src/core/rumour/claim-index.ts'
import { lookUp } from '../../../src/core/rumour/look-up.ts'
import { LONGEST_MESSAGE, spellPlainly } from '../../../src/core/rumour/normalise.ts'
import { signMessage } from '../../../src/core/rumour/signature.ts'

const PIECES =
  '银川 8级 地震 今晚 凌晨三点 水库 裂了 12人 死了 谣言 不实 吗 ? ! ？ 。 ， 没有 三百多 一二三四五六七八九十 百万千 5公里 6月3日 2:43 级级级 要 会 将 .. -- 1-2-3 ００ ㍿ ﷺ ⁇ \u202e \u200b \u0000 \ufeff 👨‍👩‍👧 🇨🇳 😱 \ud800 \udc00 𠮷 a\u0301 السلام שלום https://a.b/? 受 因 大地 南 北'.split(
    ' ',
  )
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }).map((codes) => String.fromCharCode(...codes)),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 80 }).map((pieces) => pieces.join('')),
  fc.tuple(fc.constantFrom(...PIECES), fc.nat({ max: 500 })).map(([piece, times]) => piece.repeat(times)),
)

test('ten thousand hostile texts are read and compared, the same both ways round', () => {
  const known = signMessage('银川今晚要发生8级大地震，大家不要睡觉')
  fc.assert(
    fc.property(hostile, hostile, (one, other) => {
      const [a, b] = [signMessage(one), signMessage(other)]
      const there = matchClaims(a, b)
      expect(matchClaims(b, a)).toEqual(there)
      expect(there.score >= 0 && there.score <= 1).toBe(true)
      expect(a.bare.length).toBeLessThanOrEqual(LONGEST_MESSAGE)
      expect(matchClaims(a, known).band === 'auto' && a.bare.length < MATCH_RULES.shortest).toBe(false)
    }),
    { numRuns: 5_000 },
  )
}, 120_000)

test('a message longer than any is read by its beginning: what comes behind costs nothing and changes nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PIECES), fc.constantFrom(...PIECES), (piece, tail) => {
      const long = piece.repeat(Math.ceil((2 * LONGEST_MESSAGE) / piece.length)).slice(0, LONGEST_MESSAGE)
      expect(signMessage(long + tail.repeat(50_000))).toEqual(signMessage(long))
      expect(spellPlainly(long).length).toBeLessThanOrEqual(LONGEST_MESSAGE)
    }),
    { numRuns: 100 },
  )
})

test('facts of a text are bounded, whatever it repeats', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const { slots } = signMessage(text)
      for (const list of Object.values(slots)) expect(list.length).toBeLessThanOrEqual(100)
    }),
    { numRuns: 2_000 },
  )
})

test('hostile texts can be known and looked up', () => {
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 20 }), hostile, (texts, asked) => {
      const index = openClaimIndex()
      for (const [at, text] of texts.entries()) index.put(String(at), signMessage(text))
      expect(lookUp(index, signMessage(asked)).length).toBeLessThanOrEqual(texts.length)
    }),
    { numRuns: 300 },
  )
})
