// In: false reports. Out: proof that withdrawing one denies what was claimed, and no more than that.
import { describe, expect, it } from 'vitest'
import { denyClaim } from '../../src/core/denied-area.ts'
import { originOf } from './rendering/facts.ts'

describe('the withdrawal of a quake that never was', () => {
  it.each([
    [
      'at the place that the notice named, not at home',
      { place: '四川泸州市纳溪区', magnitude: 8.1 },
      '四川泸州市纳溪区',
      3,
    ],
    ['below 3.0, too, when less was claimed', { place: '宁夏银川市永宁县', magnitude: 2.1 }, '宁夏银川市永宁县', 2],
    ['from 0.0 on, when next to nothing was', { place: '宁夏银川市永宁县', magnitude: -0.3 }, '宁夏银川市永宁县', 0],
    ['at home alone, when it was abroad', { place: '日本本州东岸近海', magnitude: 9, domestic: false }, '银川市', 3],
    ['at home, when the place is too long to be said', { place: '宁'.repeat(31), magnitude: 5 }, '银川市', 3],
  ])('denies it %s', (_what, over, area, magnitudeFloor) => {
    expect(denyClaim(originOf(over), '银川市')).toEqual({ area, magnitudeFloor })
  })

  it('denies at home what named no place', () => {
    expect(denyClaim(null, '银川市')).toEqual({ area: '银川市', magnitudeFloor: 3 })
  })
})
