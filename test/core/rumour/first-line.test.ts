// In: every subject of a first line, every place a bureau may have. Out: proof that it asserts nothing and predicts nothing.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findForbidden } from '../../../src/core/rendering/word-guard.ts'
import {
  HAND_ENDS,
  LINE_END_WORDS,
  LINE_ENDS,
  nameFirstLine,
  writeFirstLine,
} from '../../../src/core/rumour/first-line.ts'
import { CLAIM_KINDS } from '../../../src/core/rumour/kind.ts'
import { signMessage } from '../../../src/core/rumour/signature.ts'

describe('the first line', () => {
  test.each(CLAIM_KINDS)(
    'about %s says that it is being checked, and nothing that could be passed on as news',
    (kind) => {
      for (const place of ['', '甲县', '乙市丙区']) {
        const words = writeFirstLine(kind, place)
        expect(words).toContain('核实')
        expect(words).toContain(place)
        expect(findForbidden(words)).toEqual([])
        expect(words).not.toMatch(/\d|级|明天|今晚/)
      }
      expect(findForbidden(nameFirstLine(kind))).toEqual([])
    },
  )

  test('ends without an answer in words that assert nothing either', () => {
    expect([...HAND_ENDS, 'answered'].toSorted()).toEqual([...LINE_ENDS].toSorted())
    for (const how of HAND_ENDS) expect(findForbidden(LINE_END_WORDS[how])).toEqual([])
  })

  test('is no rumour to our own machine, whatever the place', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CLAIM_KINDS), fc.constantFrom('', '甲县', '乙市'), (kind, place) => {
        expect(signMessage(writeFirstLine(kind, place)).slots.magnitudes).toEqual([])
      }),
    )
  })
})
