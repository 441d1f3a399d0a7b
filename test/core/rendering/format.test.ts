// The official forms of a value: what a citizen reads and what a probe compares.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as format from '../../../src/core/rendering/format.ts'
import { beijing } from './facts.ts'

describe('times in a notice', () => {
  it.each([
    ['an evening', beijing(2017, 6, 3, 18, 11, 5), '06月03日18时11分', '6月3日18时11分'],
    ['the last second of a minute', beijing(2025, 1, 2, 16, 43, 59), '01月02日16时43分', '1月2日16时43分'],
    ['midnight', beijing(2021, 5, 22, 0, 0), '05月22日00时00分', '5月22日0时00分'],
    ['the minute before midnight', beijing(2021, 5, 21, 23, 59, 59), '05月21日23时59分', '5月21日23时59分'],
    [
      'a UTC evening that is the next Beijing day',
      Date.UTC(2023, 11, 18, 16, 5),
      '12月19日00时05分',
      '12月19日0时05分',
    ],
    ['New Year, still December in UTC', Date.UTC(2023, 11, 31, 16, 0), '01月01日00时00分', '1月1日0时00分'],
    ['a leap day', beijing(2024, 2, 29, 8, 5), '02月29日08时05分', '2月29日8时05分'],
  ])('say Beijing time for %s', (_what, at, padded, unpadded) => {
    expect(format.formatMoment(at, 'padded')).toBe(padded)
    expect(format.formatMoment(at, 'unpadded')).toBe(unpadded)
  })

  it.each([
    [beijing(2017, 6, 3, 18, 0), beijing(2017, 6, 3, 18, 30), '06月03日18时00分至18时30分'],
    [beijing(2017, 6, 3, 23, 50), beijing(2017, 6, 4, 0, 20), '06月03日23时50分至06月04日00时20分'],
    [beijing(2017, 6, 3, 23, 50), beijing(2017, 7, 3, 23, 55), '06月03日23时50分至07月03日23时55分'],
    [beijing(2017, 12, 31, 23, 50), beijing(2018, 1, 1, 0, 20), '2017年12月31日23时50分至2018年01月01日00时20分'],
  ])('a window says the day again only when it changes', (from, to, text) => {
    expect(format.formatWindow(from, to, 'padded')).toBe(text)
  })

  it('refuse a window that ends before it begins, and what is no instant', () => {
    expect(() => format.formatWindow(2, 1, 'padded')).toThrow(format.UnspeakableFact)
    for (const at of [Number.NaN, Infinity, -Infinity, 9e15]) {
      expect(() => format.formatMoment(at, 'padded')).toThrow(format.UnspeakableFact)
    }
  })

  it('carry a year where a page needs one', () => {
    expect(format.formatDatedMoment(Date.UTC(2023, 11, 31, 16, 5), 'padded')).toBe('2024年01月01日00时05分')
    expect(format.formatStamp(beijing(2017, 6, 3, 18, 11))).toBe('2017年06月03日 18:11')
  })
})

describe('magnitudes', () => {
  it.each([
    [5, '5.0'],
    [5.05, '5.1'],
    [5.04, '5.0'],
    [4.949_999, '4.9'],
    [4.95, '5.0'],
    [1.005, '1.0'],
    [9.95, '10.0'],
    [10, '10.0'],
    [0, '0.0'],
    [-0, '0.0'],
    [-0.04, '0.0'],
    [-0.05, '-0.1'],
    [-1.25, '-1.3'],
    [6.300_000_000_000_001, '6.3'],
    [1e-9, '0.0'],
  ])('%d is said as %s', (value, text) => {
    expect(format.formatMagnitude(value)).toBe(text)
  })

  it('refuse what no earthquake has', () => {
    for (const value of [Number.NaN, Infinity, 10.1, -6, 71]) {
      expect(() => format.formatMagnitude(value)).toThrow(format.UnspeakableFact)
    }
  })

  it('are rounded on their decimal digits, never past a neighbour and never to −0', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50_000, max: 100_000 }), (n) => {
        const text = format.formatMagnitude(n / 10_000)
        // The integer says exactly what half-up means, without a binary fraction in the way.
        const tenths = Math.floor((Math.abs(n) + 500) / 1_000) * (n < 0 ? -1 : 1)
        expect(Number(text) * 10).toBeCloseTo(tenths, 9)
        expect(text).toMatch(/^-?\d{1,2}\.\d$/)
        expect(text).not.toBe('-0.0')
      }),
    )
  })
})

describe('positions', () => {
  it.each([
    [37.985, 103.594, '北纬37.99度，东经103.59度'],
    [-3.5, 145, '南纬3.50度，东经145.00度'],
    [-56.1, -27.25, '南纬56.10度，西经27.25度'],
    [51.999, -179.999, '北纬52.00度，西经180.00度'],
    [0, 0.001, '北纬0.00度，东经0.00度'],
    [-0.001, -0.004, '北纬0.00度，东经0.00度'],
    [90, 180, '北纬90.00度，东经180.00度'],
  ])('%d, %d', (latitude, longitude, text) => {
    expect(format.formatPosition(latitude, longitude)).toBe(text)
  })

  it('refuse degrees that are not on the globe', () => {
    for (const [latitude, longitude] of [
      [91, 0],
      [0, 181],
      [Number.NaN, 0],
      [0, Infinity],
    ] as const) {
      expect(() => format.formatPosition(latitude, longitude)).toThrow(format.UnspeakableFact)
    }
  })
})

describe('depths', () => {
  it.each([
    [10, false, '10千米'],
    [9.5, false, '10千米'],
    [600.4, false, '600千米'],
    [null, false, ''],
    [0, false, ''],
    [0.4, false, ''],
    [0.5, false, '1千米'],
    [-1, false, ''],
    [0, true, '0千米'],
    [-1, true, ''],
    [null, true, ''],
  ])('%s km (zero allowed: %s) is said as “%s”: a natural quake has no depth of 0', (depth, zero, text) => {
    expect(format.formatDepth(depth, zero)).toBe(text)
  })

  it('refuse what is no depth', () => {
    for (const depth of [Number.NaN, 1_001, -1_001]) {
      expect(() => format.formatDepth(depth, false)).toThrow(format.UnspeakableFact)
    }
  })
})

describe('distances', () => {
  it('are whole kilometres, and nothing else', () => {
    expect(format.formatKilometres(239.6)).toBe('240')
    for (const value of [-1, Number.NaN, 30_000]) {
      expect(() => format.formatKilometres(value)).toThrow(format.UnspeakableFact)
    }
  })
})
