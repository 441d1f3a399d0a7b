// In: labelled messages and pairs made by hand. Out: whether the machine merges what is one claim and nothing else.
import { expect, test } from 'vitest'
import { matchClaims } from '../../../src/core/rumour/claim-match.ts'
import { spellPlainly } from '../../../src/core/rumour/normalise.ts'
import { readNumeral } from '../../../src/core/rumour/numerals.ts'
import { signMessage } from '../../../src/core/rumour/signature.ts'
import { byShift, halve, tuneShift, isAuto, isShown, measure, pairUp, readLabelled } from '../../tools/match-measure.ts'
import { readDevelopmentSet, testWithSet } from '../../support/development-set.ts'

const bandOf = (a: string, b: string) => matchClaims(signMessage(a), signMessage(b)).band

testWithSet('on the labelled messages the machine merges at least 85 % and errs in at most 2 %', () => {
  const pairs = pairUp(readLabelled(readDevelopmentSet()))
  expect(pairs.length).toBe(6_903)
  const auto = measure(pairs, isAuto)
  expect(auto.precision).toBeGreaterThanOrEqual(0.98)
  expect(auto.recall).toBeGreaterThanOrEqual(0.85)
  expect(measure(pairs, isShown).recall).toBeGreaterThanOrEqual(0.92)
})

testWithSet('thresholds tuned on half of the families hold on the other half', () => {
  const halves = halve(readLabelled(readDevelopmentSet())).map(pairUp)
  for (const [at, tested] of halves.entries()) {
    const shift = tuneShift(halves[1 - at] ?? [])
    expect(measure(tested, byShift(shift)).f1).toBeGreaterThanOrEqual(0.9)
  }
})

test.each([
  ['another town', '成都明天要发生7级大地震，大家赶紧转发', '绵阳明天要发生7级大地震，大家赶紧转发', 'family'],
  ['another day', '成都明天要发生7级大地震，大家赶紧转发', '成都今晚要发生7级大地震，大家赶紧转发', 'family'],
  [
    'a denial',
    '成都明天要发生7级大地震，大家赶紧转发',
    '成都明天要发生7级大地震，纯属子虚乌有，大家不要转发',
    'family',
  ],
  ['another spelling', '成都明天要发生7级大地震，大家赶紧转发', '成都明天要發生七級大地震,大家趕緊轉發!!', 'auto'],
  [
    'a name that no table knows',
    '刚听说天池子水库裂缝了，下游的人赶紧跑',
    '刚听说黑龙口水库裂缝了，下游的人赶紧跑',
    'suggest',
  ],
])('%s is told apart', (_, a, b, band) => {
  expect(bandOf(a, b)).toBe(band)
  expect(bandOf(b, a)).toBe(band)
})

test('numbers are read before units only', () => {
  expect(['一百二十', '二〇一七', '十二', '三万五千', '十百', ''].map(readNumeral)).toEqual([
    120,
    2017,
    12,
    35_000,
    null,
    null,
  ])
  expect(spellPlainly('凌晨三点七点五级，有一点晃')).toBe('凌晨3时7.5级,有一点晃')
  // An hour beside a magnitude is no decimal.
  expect(spellPlainly('下周三凌晨2点7级地震，今晚7点5级')).toBe('下周三凌晨2时7级地震,今晚7.5级')
})
