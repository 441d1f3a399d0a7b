// In: reports of a claim at random times. Out: proof that its curve counts each once, never mixes before and after, and says nothing of few.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../../src/core/instant.ts'
import { HALF_NEEDS, measureSpread, type SpreadReport } from '../../../src/core/rumour/spread.ts'

const START = Date.UTC(2026, 2, 4, 10)
const at = (minutes: number, platform = '微信', region = ''): SpreadReport => ({
  at: START + minutes * MINUTE,
  platform,
  region,
})

describe('the curve of what we saw', () => {
  test('has ten-minute bins, one of which begins at the answer', () => {
    const answered = START + 35 * MINUTE
    const { bins, step, before, after, peak } = measureSpread([at(0), at(1), at(12), at(34), at(35), at(50)], answered)
    expect(step).toBe(10 * MINUTE)
    expect(bins.map(({ count, isAfter }) => `${count}${isAfter ? '后' : ''}`)).toEqual([
      '2',
      '1',
      '0',
      '1',
      '1后',
      '1后',
    ])
    expect([before, after, peak]).toEqual([4, 2, 2])
    expect(bins.some(({ from }) => from === answered)).toBe(true)
  })

  test('counts every report once, mixes nothing from before and after the answer, and stays drawable', () => {
    const minutes = fc.array(fc.integer({ min: 0, max: 600_000 }), { maxLength: 200 })
    fc.assert(
      fc.property(minutes, fc.option(fc.integer({ min: -1_000, max: 700_000 })), (given, answer) => {
        const answered = answer === null ? null : START + answer * MINUTE
        const spread = measureSpread(
          given.map((one) => at(one)),
          answered,
        )
        expect(spread.bins.reduce((sum, { count }) => sum + count, 0)).toBe(given.length)
        expect(spread.before + spread.after).toBe(given.length)
        const later = spread.bins.filter(({ isAfter }) => isAfter).reduce((sum, { count }) => sum + count, 0)
        expect(later).toBe(spread.after)
        expect(spread.bins.length).toBeLessThanOrEqual(100)
        expect(spread.platforms.reduce((sum, { count }) => sum + count, 0)).toBe(given.length)
      }),
      { numRuns: 500 },
    )
  })

  test('gives a half-life of enough reports: half of what came after the answer came within it', () => {
    const late = [10, 20, 30, 60, 240].map((minutes) => at(minutes))
    expect(measureSpread(late, START).halfLifeMs).toBe(30 * MINUTE)
    expect(measureSpread(late.slice(0, HALF_NEEDS - 1), START).halfLifeMs).toBeNull()
    expect(measureSpread(late, null).halfLifeMs).toBeNull()
  })

  test('shows each platform’s part, and where it was seen only after the answer', () => {
    const { platforms, newPlaces } = measureSpread(
      [
        at(0, '微信', '甲县'),
        at(1, '微博', ''),
        at(70, '微信', '甲县'),
        at(80, '微信', '乙县'),
        at(90, '抖音', '乙县'),
      ],
      START + HOUR,
    )
    expect(platforms).toEqual([
      { name: '微信', before: 1, after: 2, count: 3 },
      { name: '微博', before: 1, after: 0, count: 1 },
      { name: '抖音', before: 0, after: 1, count: 1 },
    ])
    expect(newPlaces).toEqual(['乙县'])
  })

  test('of nothing is empty', () => {
    expect(measureSpread([], START)).toMatchObject({ bins: [], total: 0, peak: 0, halfLifeMs: null })
  })
})
