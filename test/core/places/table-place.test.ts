// Our own words for an epicentre, and the suspicion of exchanged coordinates.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NATIONAL_COUNTIES } from '../../../src/core/places/county.ts'
import { distanceKm } from '../../../src/core/places/distance.ts'
import { NATIONAL_GAZETTEER } from '../../../src/core/places/gazetteer.ts'
import { suspectSwap } from '../../../src/core/places/swap.ts'
import { placeFromTable, writeCounty } from '../../../src/core/places/table-place.ts'

const county = (code: string) => {
  const found = NATIONAL_GAZETTEER.byCode.get(code)
  if (!found) throw new Error(`no county ${code}`)
  return found
}

describe('our own place for an epicentre', () => {
  it.each([
    ['640181', '宁夏灵武市'],
    ['640104', '宁夏银川市兴庆区'],
    ['513322', '四川甘孜州泸定县'],
    ['652902', '新疆阿克苏地区库车市'],
    ['110114', '北京昌平区'],
    ['441900', '广东东莞市'],
    ['429006', '湖北天门市'],
    ['220202', '吉林省吉林市昌邑区'],
    ['622927', '甘肃临夏州积石山县'],
    ['654226', '新疆塔城地区和布克赛尔县'],
    ['71-HUA', '台湾花莲县'],
  ])('writes %s as %s', (code, text) => {
    expect(writeCounty(county(code))).toBe(text)
    expect(placeFromTable(county(code).latitude, county(code).longitude)).toBe(text)
  })

  it('says 附近 where the epicentre may already lie in the next county', () => {
    const { latitude, longitude } = county('513322')
    expect(placeFromTable(latitude - 0.2, longitude)).toMatch(/附近$/)
  })

  it('says 海域 off our coasts, and a distance farther out', () => {
    expect(placeFromTable(24, 122.3)).toBe('台湾花莲县海域')
    expect(placeFromTable(33.5, 122)).toMatch(/^距江苏盐城市.+约\d{3}公里处$/)
  })

  it('never says 海域 inland, however far the next seat is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 33, max: 38, noNaN: true }),
        fc.double({ min: 84, max: 105, noNaN: true }),
        (lat, lon) => {
          expect(placeFromTable(lat, lon) ?? '').not.toContain('海域')
        },
      ),
    )
  })

  it('says nothing beyond 300 km, or for coordinates that are no numbers', () => {
    expect(placeFromTable(-20, -170)).toBeNull()
    expect(placeFromTable(35, 140)).toBeNull()
    expect(placeFromTable(Number.NaN, 105)).toBeNull()
  })

  it('never says a name twice', () => {
    for (const place of NATIONAL_COUNTIES.map(writeCounty)) expect(place).not.toMatch(/(.{2,})\1/)
  })
})

describe('exchanged coordinates', () => {
  const place = '新疆喀什地区巴楚县'

  it('are suspected when the exchanged pair is at least 100 km nearer', () => {
    expect(suspectSwap(place, 78.5, 39.8)).toBe(true)
    expect(suspectSwap(place, 39.8, 78.5)).toBe(false)
  })

  it('are suspected for a latitude beyond the pole', () => {
    expect(suspectSwap('宁夏银川市灵武市', 106.3, 38.1)).toBe(true)
  })

  it('are not suspected by distance alone', () => {
    // 204 km from the seat of a banner that is larger than many provinces; the exchanged pair is no point on earth.
    expect(suspectSwap('内蒙古阿拉善盟阿拉善左旗', 37.99, 103.56)).toBe(false)
    expect(suspectSwap(place, 0, 0)).toBe(false)
    expect(suspectSwap(place, 20, 130)).toBe(false)
  })

  it('are measured against the nearest of two counties', () => {
    expect(suspectSwap('新疆喀什地区巴楚县与阿克苏地区柯坪县交界', 78.8, 40.2)).toBe(true)
  })

  it('are not suspected where no county is named or a coordinate is no number', () => {
    expect(suspectSwap('南海海域', 115, 15)).toBe(false)
    expect(suspectSwap('汤加群岛', -175, -20)).toBe(false)
    expect(suspectSwap(place, Number.NaN, 39.8)).toBe(false)
    expect(suspectSwap(place, 78.5, Infinity)).toBe(false)
  })

  it('never suspect a county of its own place', () => {
    for (const one of NATIONAL_COUNTIES) {
      expect(suspectSwap(writeCounty(one), one.latitude, one.longitude), one.name).toBe(false)
    }
  })

  it('hold only when exchanging brings the gain that was asked for', () => {
    const target = county('653130')
    const near = {
      latitude: fc.double({ min: -89, max: 89, noNaN: true }),
      longitude: fc.double({ min: -89, max: 89, noNaN: true }),
    }
    fc.assert(
      fc.property(fc.record(near), fc.integer({ min: 1, max: 500 }), ({ latitude, longitude }, gain) => {
        const given = distanceKm({ latitude, longitude }, target)
        const exchanged = distanceKm({ latitude: longitude, longitude: latitude }, target)
        expect(suspectSwap(place, latitude, longitude, gain)).toBe(given - exchanged >= gain)
      }),
    )
  })
})
