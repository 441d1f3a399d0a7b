// In: numbers and their spellings. Out: proof that what a bureau prints is rounded on the digits it was given.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roundDecimal, roundHalfUp } from '../../src/core/decimal.ts'

describe('a value that a bureau prints', () => {
  it.each([
    [4.45, 1, '4.5'],
    [2.45, 1, '2.5'],
    ['7.599999904632568', 1, '7.6'],
    [4.949, 1, '4.9'],
    [1.005, 2, '1.01'],
    ['-18.705', 2, '-18.71'],
    [-0.05, 1, '-0.1'],
    [9.96, 1, '10.0'],
    [10, 0, '10'],
    [0.5, 0, '1'],
    [-0.4, 0, '0'],
    [1e-7, 2, '0.00'],
    [-6e-7, 6, '-0.000001'],
  ])('%s has %i decimals as %s', (value, digits, expected) => {
    expect(roundDecimal(value, digits)).toBe(expected)
    expect(roundHalfUp(value, digits)).toBe(Number(expected))
  })

  it('is never minus nought', () => {
    expect(roundDecimal('-0.04', 1)).toBe('0.0')
    expect(Object.is(roundHalfUp('-0.04', 1), 0)).toBe(true)
    expect(Object.is(roundHalfUp(-0, 1), 0)).toBe(true)
  })

  it('moves by half a digit at most, and rounding it again changes nothing', () => {
    fc.assert(
      fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), fc.nat({ max: 6 }), (value, digits) => {
        const rounded = roundHalfUp(value, digits)
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(0.5 * 10 ** -digits + 1e-9)
        expect(roundHalfUp(rounded, digits)).toBe(rounded)
      }),
    )
  })
})
