// In: what was said about a claim in every order. Out: proof that its page says first what its reader must know first.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { VERDICTS } from '../../../src/core/notice.ts'
import type { NoticeState } from '../../../src/core/quake.ts'
import { CLAIM_STATES } from '../../../src/core/rumour/claim-states.ts'
import { judgeAnswer, listLaws, RATINGS, STANDS, type SaidPublicly } from '../../../src/core/rumour/public-answer.ts'

const said = (over: Partial<SaidPublicly>): SaidPublicly => ({
  isChecking: false,
  claim: 'published',
  hasOther: false,
  notices: [],
  ...over,
})
const current = { state: 'current', report: 1 } as const

test.each([
  ['a first line alone is being checked', { isChecking: true, claim: 'verifying' }, 'checking'],
  ['a line that ended without an answer has ended', { claim: 'dismissed' }, 'ended'],
  ['an answer stands', { notices: [current] }, 'answered'],
  ['an answer and a line that was forgotten: the answer', { isChecking: true, notices: [current] }, 'answered'],
  [
    'a second report corrects',
    {
      notices: [
        { state: 'current', report: 2 },
        { state: 'superseded', report: 1 },
      ],
    },
    'corrected',
  ],
  ['an answer after a withdrawal corrects', { notices: [current, { state: 'withdrawn', report: 1 }] }, 'corrected'],
  ['an answer that was found wrong is looked at again', { notices: [current], claim: 'correction' }, 'review'],
  ['and still while the new one is signed', { notices: [current], claim: 'signoff' }, 'review'],
  [
    'a withdrawn answer is withdrawn',
    { notices: [{ state: 'withdrawn', report: 1 }], claim: 'correction' },
    'withdrawn',
  ],
  ['one that was merged leads to the other', { isChecking: true, hasOther: true, claim: 'merged' }, 'merged'],
  ['one that was answered before it was merged keeps its answer', { notices: [current], hasOther: true }, 'answered'],
] as const)('%s', (_what, over, standing) => {
  expect(judgeAnswer(said(over as Partial<SaidPublicly>))).toBe(standing)
})

test('what was withdrawn never stands, in whatever state the claim is', () => {
  const states = fc.constantFrom<NoticeState>('current', 'superseded', 'withdrawn')
  const notices = fc.array(fc.record({ state: states, report: fc.integer({ min: 1, max: 4 }) }), { maxLength: 4 })
  fc.assert(
    fc.property(
      notices,
      fc.constantFrom(...CLAIM_STATES),
      fc.boolean(),
      fc.boolean(),
      (all, claim, isChecking, hasOther) => {
        const standing = judgeAnswer({ notices: all, claim, isChecking, hasOther })
        expect(STANDS.includes(standing)).toBe(all[0] !== undefined && all[0].state !== 'withdrawn')
      },
    ),
  )
})

test('every finding has a rating from 1 to 5, and only what is true has the best', () => {
  for (const verdict of VERDICTS) {
    expect(RATINGS[verdict]).toBeGreaterThanOrEqual(1)
    expect(RATINGS[verdict] === 5).toBe(verdict === '属实')
  }
})

test('laws are named once, with their articles, and other titles are not taken for laws', () => {
  expect(
    listLaws([
      '《地震预报管理条例》第十四条、第二十二条规定。',
      '见《地震预报管理条例》第十四条、第二十二条，《怎样避震》。',
      '《防震减灾法》',
    ]),
  ).toEqual(['《地震预报管理条例》第十四条、第二十二条', '《防震减灾法》'])
  expect(listLaws(['没有提到'])).toEqual([])
})
