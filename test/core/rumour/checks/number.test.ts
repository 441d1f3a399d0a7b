// In: claims with figures, official determinations in several versions. Out: what is called altered, and what is a known revision.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkNumber } from '../../../../src/core/rumour/checks/altered.ts'
import { claimOf, factsOf, HEARD, quakeOf, versionOf } from './readings.ts'

const ALXA = quakeOf({
  magnitude: 5,
  versions: [
    versionOf(4.8, { isFormal: false, sourceCode: 'AU', depthKm: null }),
    versionOf(5, { sourceCode: 'CC', depthKm: 10 }),
  ],
})
const check = (text: string, quakes = [ALXA]) => checkNumber(claimOf(text, HEARD), factsOf({ quakes }))

describe('a number beside an official notice', () => {
  test.each([
    '银川刚刚发生4.8级地震',
    '银川刚刚发生5.0级地震',
    '银川刚刚发生5级地震',
    '中国地震台网正式测定：银川发生5.0级地震，震源深度10千米',
  ])('%s: one of the official versions, so nothing is altered', (text) => {
    expect(check(text)).toMatchObject({ outcome: 'supports', rows: [{ table: 'report' }, { table: 'report' }] })
  })

  test.each(['银川刚刚发生6.5级地震', '中国地震台网正式测定：银川发生5.8级地震', '银川刚刚发生8级地震'])(
    '%s is altered',
    (text) => {
      expect(check(text)).toMatchObject({ outcome: 'contradicts', rows: [{ table: 'report' }, { table: 'report' }] })
    },
  )

  test('an altered depth is found where the magnitude is right', () => {
    const finding = check('中国地震台网正式测定：银川发生5.0级地震，震源深度2千米')
    expect(finding).toMatchObject({ outcome: 'contradicts', words: expect.stringContaining('震源深度') as string })
  })

  test('a second number that is said to be hidden is altered, the official ones beside each other are not', () => {
    expect(check('银川这次地震实际是7级，官方只敢报5.0级')).toMatchObject({ outcome: 'contradicts' })
    expect(check('地震局瞒报，先说4.8级又说5.0级')).toMatchObject({ outcome: 'no-data' })
  })

  test('what differs from an automatic determination alone may be its revision: the formal one is waited for, and a silent source', () => {
    const automatic = quakeOf({ magnitude: 4.8, versions: [versionOf(4.8, { isFormal: false, sourceCode: 'AU' })] })
    const claim = claimOf('银川刚刚发生5.4级地震')
    const facts = factsOf({ quakes: [automatic], now: HEARD })
    expect(checkNumber(claim, facts)).toMatchObject({ outcome: 'no-data', again: automatic.originTime + 15 * 60_000 })
    expect(checkNumber(claim, { ...facts, now: automatic.originTime + 15 * 60_000 })).toMatchObject({
      outcome: 'contradicts',
    })
    expect(checkNumber(claim, factsOf({ quakes: [ALXA], silent: ['cenc'] }))).toMatchObject({ outcome: 'no-data' })
  })

  test('without the quake there is nothing to compare', () => {
    expect(check('银川刚刚发生5.0级地震', [])).toMatchObject({ outcome: 'no-data' })
    expect(check('刚才地震了')).toBeNull()
    expect(check('银川今晚有8级地震')).toBeNull()
  })
})

test('no official version of a quake is ever called altered, however often it was revised', () => {
  const magnitudes = fc.array(fc.integer({ min: 30, max: 79 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(magnitudes, fc.nat(), (tenths, pick) => {
      const versions = tenths.map((one) => versionOf(one / 10))
      const told = ((tenths[pick % tenths.length] ?? 30) / 10).toFixed(1)
      const quake = quakeOf({ magnitude: (tenths.at(-1) ?? 30) / 10, versions })
      expect(check(`银川刚刚发生${told}级地震`, [quake])?.outcome).toBe('supports')
      // Another tenth than all of them is.
      const other = [3.1, 4.2, 5.3, 6.4, 7.5, 8.6].find((value) =>
        versions.every((one) => Math.abs(one.magnitude - value) > 0.06),
      )
      if (other !== undefined) expect(check(`银川刚刚发生${other}级地震`, [quake])?.outcome).toBe('contradicts')
    }),
    { numRuns: 200 },
  )
})
