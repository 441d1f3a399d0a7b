// The attenuation models against their table of check values, their limits, and the felt ladder.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ATTENUATION_MODELS,
  attenuationSchema,
  type AttenuationModel,
} from '../../../src/core/intensity/attenuation.ts'
import { estimateAt, estimateIntensity, intensityOnAxis, judgeReach } from '../../../src/core/intensity/estimate.ts'
import { feltRung, isFelt, romanIntensity, roundIntensity } from '../../../src/core/intensity/felt.ts'

const { west, east } = ATTENUATION_MODELS
const anyModel = fc.constantFrom<AttenuationModel>(west, east)
const magnitude = fc.double({ min: 3, max: 8.5, noNaN: true })
const within = fc.double({ min: 0, max: 476, noNaN: true })

describe('the attenuation models', () => {
  // wording-and-rules.md §4.1: M, R km, west long and short, east long and short.
  it.each([
    [5.0, 240, 2.15, 1.96, 2.23, 2.11],
    [4.7, 195, 2.06, 1.8, 2.14, 1.95],
    [5.8, 145, 4.06, 3.7, 4.19, 3.91],
    [4.8, 12, 5.39, 4.9, 5.52, 5.12],
    [7.0, 300, 4.57, 4.48, 4.76, 4.72],
    [8.0, 600, 4.79, 5.01, 5.03, 5.26],
  ])('give M%f at %f km what the table of check values says, on both axes', (m, km, wLong, wShort, eLong, eShort) => {
    expect(intensityOnAxis(west.long, m, km)).toBeCloseTo(wLong, 1.99)
    expect(intensityOnAxis(west.short, m, km)).toBeCloseTo(wShort, 1.99)
    expect(intensityOnAxis(east.long, m, km)).toBeCloseTo(eLong, 1.99)
    expect(intensityOnAxis(east.short, m, km)).toBeCloseTo(eShort, 1.99)
  })

  it.each([
    [4, 10, 4.36, 4.47],
    [4, 50, 3.01, 3.07],
    [4, 100, 2.1, 2.14],
    [6, 100, 4.9, 5.04],
    [6, 300, 3.18, 3.31],
  ])('give M%f at %f km the long-axis values of the table', (m, km, inWest, inEast) => {
    expect(intensityOnAxis(west.long, m, km)).toBeCloseTo(inWest, 1.99)
    expect(intensityOnAxis(east.long, m, km)).toBeCloseTo(inEast, 1.99)
  })

  it.each([
    [3, [55, 21, 1]],
    [4, [149, 75, 32]],
    [5, [354, 193, 100]],
    [6, [798, 448, 247]],
  ])('let M%f fall below 1.5, 2.5 and 3.5 at the radii of the table', (m, radii) => {
    const degrees = [1.5, 2.5, 3.5]
    radii.forEach((radius, index) => {
      const degree = degrees[index] ?? 0
      expect(intensityOnAxis(west.long, m, radius - 0.6)).toBeGreaterThan(degree)
      expect(intensityOnAxis(west.long, m, radius + 0.6)).toBeLessThan(degree)
    })
  })

  it('agree on both axes at the epicentre to 0.001', () => {
    for (const model of [west, east]) {
      expect(Math.abs(intensityOnAxis(model.long, 6, 0) - intensityOnAxis(model.short, 6, 0))).toBeLessThan(0.001)
    }
  })

  it('fall with distance and grow with magnitude', () => {
    fc.assert(
      fc.property(anyModel, magnitude, within, within, (model, m, a, b) => {
        const near = estimateIntensity(model, m, Math.min(a, b), 10)
        const far = estimateIntensity(model, m, Math.max(a, b), 10)
        const larger = estimateIntensity(model, m + 0.1, Math.max(a, b), 10)
        expect(near?.larger).toBeGreaterThanOrEqual(far?.larger ?? Infinity)
        expect(larger?.larger).toBeGreaterThan(far?.larger ?? Infinity)
      }),
    )
  })

  it('take the larger axis, also where the axes have crossed', () => {
    expect(estimateIntensity(west, 7, 100, 10)?.larger).toBe(estimateIntensity(west, 7, 100, 10)?.long)
    expect(estimateIntensity(west, 7, 450, 10)?.larger).toBe(estimateIntensity(west, 7, 450, 10)?.short)
  })
})

describe('where a model may not be used', () => {
  it('no figure is invented: an M 8 at 600 km is left to the rule for great quakes', () => {
    expect(estimateIntensity(west, 8, 600, 10)).toBeNull()
    expect(judgeReach(west, 8, 600, 10)).toBe('beyond-valid-distance')
    expect(judgeReach(west, 8, 486, 10)).toBe('within')
    expect(judgeReach(east, 8, 480, 10)).toBe('beyond-valid-distance')
  })

  it('a deep quake has no estimate, one of unknown depth has', () => {
    expect(judgeReach(west, 6, 100, 70)).toBe('within')
    expect(judgeReach(west, 6, 100, 71)).toBe('too-deep')
    expect(estimateIntensity(west, 6, 100, 560)).toBeNull()
    expect(estimateIntensity(west, 6, 100, null)).not.toBeNull()
  })

  it('values that are no numbers have no estimate', () => {
    for (const [m, km, depth] of [
      [Number.NaN, 100, 10],
      [Infinity, 100, 10],
      [6, Number.NaN, 10],
      [6, -1, 10],
      [6, 100, Number.NaN],
    ] as const) {
      expect(estimateIntensity(west, m, km, depth)).toBeNull()
    }
    expect(judgeReach(west, Number.NaN, 100, 10)).toBe('not-computable')
  })
})

describe('an estimate at a place', () => {
  const quake = { latitude: 37.98, longitude: 103.59, magnitude: 5, depthKm: 10 }
  const seat = { latitude: 38.47, longitude: 106.27 }

  it('makes an M 5.0 240 km away ours, and an automatic M 4.8 at the same place too', () => {
    const formal = estimateAt(west, quake, seat)
    const automatic = estimateAt(west, { ...quake, magnitude: 4.8 }, seat)
    expect(formal?.long).toBeCloseTo(2.15, 1)
    expect(formal && isFelt(formal)).toBe(true)
    expect(automatic && isFelt(automatic)).toBe(true)
  })

  it('adds the ground to both axes', () => {
    const rock = estimateAt(west, quake, seat)
    const basin = estimateAt(west, quake, { ...seat, siteTerm: 0.5 })
    expect((basin?.long ?? 0) - (rock?.long ?? 0)).toBeCloseTo(0.5, 9)
    expect((basin?.short ?? 0) - (rock?.short ?? 0)).toBeCloseTo(0.5, 9)
  })
})

describe('bureau.attenuation', () => {
  const own = { ...west, source: '本省烈度衰减关系，2021' }

  it('is west, east or coefficients of its own', () => {
    expect(attenuationSchema.parse('west')).toBe(west)
    expect(attenuationSchema.parse('east')).toBe(east)
    expect(attenuationSchema.parse(own)).toEqual(own)
    const { validDepthKm: _, ...short } = own
    expect(attenuationSchema.parse(short)).toMatchObject({ validDepthKm: 70 })
  })

  it.each([
    ['north'],
    [null],
    [{ ...own, long: undefined }],
    [{ ...own, unknown: 1 }],
    [{ ...own, source: '' }],
    [{ ...own, validKm: 0 }],
    [{ ...own, long: { ...own.long, nearKm: 0 } }],
    [{ ...own, long: { ...own.long, decay: -4 } }],
    [{ ...own, long: { ...own.long, constant: Number.NaN } }],
  ])('is refused as %j', (value) => {
    expect(attenuationSchema.safeParse(value).success).toBe(false)
  })
})

describe('the felt ladder', () => {
  it.each([
    [0.3, 'Ⅰ', 'none'],
    [1.49, 'Ⅰ', 'none'],
    [1.5, 'Ⅱ', 'few'],
    [2.49, 'Ⅱ', 'few'],
    [2.5, 'Ⅲ', 'some'],
    [3.5, 'Ⅳ', 'clear'],
    [4.5, 'Ⅴ', 'strong'],
    [8.2, 'Ⅷ', 'strong'],
    [-3, 'Ⅰ', 'none'],
    [14, 'Ⅻ', 'strong'],
  ])('%f is %s, %s', (value, degree, word) => {
    expect(romanIntensity(value)).toBe(degree)
    expect(feltRung(value)).toBe(word)
  })

  it('starts exactly where a quake becomes ours', () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 12, noNaN: true }), (larger) => {
        expect(isFelt({ long: larger, short: larger - 0.2, larger })).toBe(roundIntensity(larger) >= 2)
        expect(feltRung(larger) !== 'none').toBe(roundIntensity(larger) >= 2)
      }),
    )
  })

  it('counts the very limit as felt', () => {
    expect(isFelt({ long: 1.5, short: 1.2, larger: 1.5 })).toBe(true)
    expect(isFelt({ long: 1.4999, short: 1.2, larger: 1.4999 })).toBe(false)
  })

  it('throws on a value that is no number rather than print it', () => {
    expect(() => romanIntensity(Number.NaN)).toThrow(/no number/)
  })
})
