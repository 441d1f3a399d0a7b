// 震中距: the figures of three printed CENC bulletins, and the search against the plain way of finding the nearest.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NATIONAL_COUNTIES } from '../../../src/core/places/county.ts'
import { distanceKm, EARTH_RADIUS_KM, type Point } from '../../../src/core/places/distance.ts'
import { mergeCounties, NATIONAL_GAZETTEER, toVector, type Gazetteer } from '../../../src/core/places/gazetteer.ts'
import { listDistances, nearestCounties } from '../../../src/core/places/nearest.ts'

const point = (latitude: number, longitude: number): Point => ({ latitude, longitude })
const anywhere = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
})

/** The plain way: every chord, then the best of them by distance. */
function compareAll(at: Point, count: number, { counties, vectors }: Gazetteer): string[] {
  const here = toVector(at.latitude, at.longitude)
  const cosine = (index: number): number =>
    here.reduce((sum, part, axis) => sum + part * (vectors[index * 3 + axis] ?? 0), 0)
  return counties
    .map((county, index) => ({ county, cosine: cosine(index) }))
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, count)
    .map(({ county }) => ({ code: county.code, km: distanceKm(at, county) }))
    .sort((a, b) => a.km - b.km)
    .map(({ code }) => code)
}

describe('distances from an epicentre', () => {
  it.each([
    [23.32, 117.39, { 南澳县: 39, 东山县: 43, 诏安县: 49, 饶平县: 55, 澄海区: 67 }],
    [34.91, 104.58, { 漳县: 12, 陇西县: 12, 武山县: 35, 渭源县: 42, 通渭县: 69 }],
    [38.0, 106.27, { 利通区: 5, 灵武市: 13, 青铜峡市: 17, 永宁县: 31, 兴庆区: 53 }],
  ])('print what the official bulletin for %f %f printed, all five', (latitude, longitude, printed) => {
    const near = nearestCounties(latitude, longitude, 5)
    expect(Object.fromEntries(near.map(({ county, wholeKm }) => [county.name, wholeKm]))).toEqual(printed)
  })

  it('ascend, and name no county twice', () => {
    const near = nearestCounties(36.5, 103.5, 40)
    const kilometres = near.map((row) => row.distanceKm)
    expect(kilometres).toEqual(kilometres.toSorted((a, b) => a - b))
    expect(new Set(near.map(({ county }) => county.code)).size).toBe(40)
  })

  it('are the same as by trying every county, anywhere on earth', () => {
    fc.assert(
      fc.property(anywhere, fc.integer({ min: 1, max: 8 }), ({ latitude, longitude }, count) => {
        const all = NATIONAL_COUNTIES.map((county) => distanceKm({ latitude, longitude }, county)).sort((a, b) => a - b)
        const near = nearestCounties(latitude, longitude, count).map((row) => row.distanceKm)
        expect(near).toHaveLength(count)
        near.forEach((km, index) => expect(km).toBeCloseTo(all[index] ?? -1, 2))
      }),
      { numRuns: 200 },
    )
  })

  it('are those of every county compared, in the same order, of whatever list: among the seats, abroad, at the poles', () => {
    const seat = fc.constantFrom(...NATIONAL_COUNTIES.map((county) => point(county.latitude, county.longitude)))
    const beside = fc
      .tuple(seat, fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true }))
      .map(([county, north, east]) => point(county.latitude + north, county.longitude + east))
    const edge = fc.tuple(fc.constantFrom(-90, -89.99, 0, 18.2, 53.6, 90), fc.constantFrom(-180, 0, 121, 180))
    // Two rows on one point, one at a pole, one across the date line.
    const own = mergeCounties([
      { code: '640198', name: '甲甲县', latitude: 38.5, longitude: 106.3 },
      { code: '640199', name: '乙乙县', latitude: 38.5, longitude: 106.3 },
      { code: '640197', name: '丙丙县', latitude: -90, longitude: 0 },
      { code: '640196', name: '丁丁县', latitude: 60, longitude: -179.9 },
    ])
    const where = fc.oneof(
      beside,
      seat,
      anywhere,
      edge.map((pair) => point(...pair)),
      fc.constant(point(38.5, 106.3)),
    )
    fc.assert(
      fc.property(where, fc.integer({ min: 1, max: 12 }), fc.boolean(), (at, count, isOwn) => {
        const list = isOwn ? own : NATIONAL_GAZETTEER
        const found = nearestCounties(at.latitude, at.longitude, count, list)
        expect(found.map(({ county }) => county.code)).toEqual(compareAll(at, count, list))
      }),
      { numRuns: 400 },
    )
  })

  it('are printed under names that no list has twice, wherever the epicentre', () => {
    // Every seat of the country: in the far west the list is shorter than twelve, and it never repeats itself.
    for (const { name, latitude, longitude } of NATIONAL_COUNTIES) {
      const names = listDistances(latitude, longitude, 12).map((row) => row.name)
      expect(new Set(names).size, name).toBe(names.length)
      expect(names.length, name).toBeGreaterThanOrEqual(7)
    }
    const islands = NATIONAL_GAZETTEER.byCode.get('71-LIE') ?? point(0, 0)
    expect(listDistances(islands.latitude, islands.longitude, 2)).toEqual([
      { name: '台湾连江县', distanceKm: 0 },
      { name: '福州市连江县', distanceKm: 40 },
    ])
    expect(listDistances(38.0, 106.27, 1)).toEqual([{ name: '利通区', distanceKm: 5 }])
    // As CENC printed it for 18 December 2023.
    expect(listDistances(35.7, 102.79, 1)).toEqual([{ name: '积石山县', distanceKm: 8 }])
    expect(listDistances(9.1, 117.6, 5)).toEqual([])
  })

  it('are none for coordinates that are no numbers and for a count of none', () => {
    expect(nearestCounties(Number.NaN, 105, 5)).toEqual([])
    expect(nearestCounties(38, Infinity, 5)).toEqual([])
    expect(nearestCounties(38, 105, 0)).toEqual([])
  })

  it('are the same both ways, never negative, at most half the circumference', () => {
    fc.assert(
      fc.property(anywhere, anywhere, (a, b) => {
        const km = distanceKm(a, b)
        expect(km).toBeCloseTo(distanceKm(b, a), 6)
        expect(km).toBeGreaterThanOrEqual(0)
        expect(km).toBeLessThanOrEqual(Math.PI * EARTH_RADIUS_KM + 1e-6)
      }),
    )
  })

  it('are never shorter by a detour', () => {
    fc.assert(
      fc.property(anywhere, anywhere, anywhere, (a, b, c) => {
        // Near the antipode the haversine keeps half its digits: some decimetres.
        expect(distanceKm(a, c)).toBeLessThanOrEqual(distanceKm(a, b) + distanceKm(b, c) + 0.01)
      }),
    )
  })

  it('cross the date line and the pole by the short way', () => {
    expect(distanceKm(point(0, 179.5), point(0, -179.5))).toBeCloseTo(111.195, 2)
    expect(distanceKm(point(89.5, 0), point(89.5, 180))).toBeCloseTo(111.195, 2)
    expect(distanceKm(point(38, 106), point(38, 106))).toBe(0)
  })
})

describe("a bureau's own places", () => {
  it('stand beside the shipped ones, and replace one of the same code', () => {
    const own = mergeCounties([
      { code: '330110', name: '余杭区', latitude: 30.27, longitude: 119.98 },
      { code: '640104', name: '兴庆区', latitude: 38.5, longitude: 106.3, aliases: ['老城区'] },
    ])
    expect(own.counties.length).toBe(NATIONAL_COUNTIES.length + 1)
    expect(nearestCounties(30.27, 119.98, 1, own)[0]?.county).toMatchObject({
      name: '余杭区',
      coordSource: 'bureau',
      prefecture: { name: '杭州市' },
    })
    expect(own.byCode.get('640104')).toMatchObject({ latitude: 38.5, coordSource: 'bureau', aliases: ['老城区'] })
    expect(NATIONAL_GAZETTEER.byCode.get('640104')?.coordSource).toBe('label-point')
  })

  it('keep the old name of a renamed county readable', () => {
    const own = mergeCounties([{ code: '640122', name: '贺兰区', latitude: 38.55, longitude: 106.35 }])
    expect(own.byCode.get('640122')?.aliases).toContain('贺兰县')
  })

  it.each([
    [{ code: '64010', name: '某区', latitude: 38, longitude: 106 }],
    [{ code: '640199', name: 'Lingwu', latitude: 38, longitude: 106 }],
    [{ code: '640199', name: '灵武市', latitude: 138, longitude: 106 }],
    [{ code: '990199', name: '灵武市', latitude: 38, longitude: 106 }],
  ])('are refused when malformed: %j', (row) => {
    expect(() => mergeCounties([row])).toThrow()
  })

  it('change nothing when there are none', () => {
    expect(mergeCounties([])).toBe(NATIONAL_GAZETTEER)
  })
})
