// The tables themselves: complete, plausible, and honest about what they lack.
import { describe, expect, it } from 'vitest'
import abroad from '../../../src/core/data/abroad.json' with { type: 'json' }
import seas from '../../../src/core/data/seas.json' with { type: 'json' }
import { GAPS, NATIONAL_COUNTIES, PREFECTURES, PROVINCES } from '../../../src/core/places/county.ts'
import { distanceKm } from '../../../src/core/places/distance.ts'
import { NATIONAL_GAZETTEER } from '../../../src/core/places/gazetteer.ts'

const { byCode } = NATIONAL_GAZETTEER

describe('the gazetteer', () => {
  it('holds every county once, under one of 34 provinces', () => {
    expect(NATIONAL_COUNTIES.length).toBeGreaterThan(2850)
    expect(byCode.size).toBe(NATIONAL_COUNTIES.length)
    expect(PROVINCES).toHaveLength(34)
    expect(PREFECTURES).toHaveLength(333)
    expect(new Set(NATIONAL_COUNTIES.map(({ province }) => province.code)).size).toBe(34)
  })

  it('knows the prefecture of every county outside the municipalities and the directly governed units', () => {
    const direct = NATIONAL_COUNTIES.filter(({ prefecture }) => prefecture === null).map(({ code }) => code.slice(0, 4))
    const kinds = new Set(direct.map((code) => (/^(?:71|81|82)/.test(code) ? code.slice(0, 2) : code)))
    expect([...kinds].sort()).toEqual(
      ['1101', '1201', '3101', '4190', '4290', '4690', '5001', '5002', '6590', '71', '81', '82'].sort(),
    )
  })

  it('puts every county inside the bounds of China', () => {
    for (const { latitude, longitude, name } of NATIONAL_COUNTIES) {
      expect(latitude, name).toBeGreaterThan(15)
      expect(latitude, name).toBeLessThan(54)
      expect(longitude, name).toBeGreaterThan(73)
      expect(longitude, name).toBeLessThan(136)
    }
  })

  it('puts no county farther from its neighbours of the same prefecture than a prefecture is wide', () => {
    const groups = Map.groupBy(NATIONAL_COUNTIES, ({ code }) => code.slice(0, 4))
    for (const [code, group] of groups) {
      if (group.length < 3 || code === '6590') continue
      for (const county of group) {
        const others = group.filter((other) => other !== county).map((other) => distanceKm(county, other))
        expect(Math.min(...others), `${county.code}${county.name}`).toBeLessThan(420)
      }
    }
  })

  it('says of every point where it comes from', () => {
    const sources = Map.groupBy(NATIONAL_COUNTIES, ({ coordSource }) => coordSource)
    expect([...sources.keys()].sort()).toEqual(['geonames', 'label-point', 'predecessor'])
    expect(sources.get('geonames')?.length).toBeLessThan(60)
  })

  it('fills what the label points lacked: all but one of 沧州, and the renamed units', () => {
    const cangzhou = NATIONAL_COUNTIES.filter(({ code }) => code.startsWith('1309'))
    expect(cangzhou).toHaveLength(15)
    for (const code of ['140213', '370116', '130505', '310151', '632803', '540602', '610881']) {
      expect(byCode.get(code), code).toBeDefined()
    }
  })

  it('keeps the point of a code that was given to another town with the right town', () => {
    // 232701 was 加格达奇区 in the source and is 漠河市 today, 330 km farther north-west.
    expect(byCode.get('232701')?.name).toBe('漠河市')
    expect(byCode.get('232701')?.latitude).toBeCloseTo(52.97, 1)
    expect(byCode.get('232761')?.latitude).toBeCloseTo(50.41, 1)
    // 余杭区 moved its seat in 2021; the old one lies in 临平区.
    expect(byCode.get('330113')?.longitude).toBeCloseTo(120.3, 1)
    expect(byCode.has('330110')).toBe(false)
  })

  it('declares each unit without a licensed point, with its reason', () => {
    expect(GAPS.map(({ code }) => code).sort()).toEqual(
      '130930 232762 232764 330110 330114 330383 360113 440311 460303 653228 653229 659011 659012'.split(' ').sort(),
    )
    for (const { code, reason } of GAPS) {
      expect(byCode.has(code), code).toBe(false)
      expect(reason.length, code).toBeGreaterThan(20)
    }
  })

  it('lists no place both at home and abroad', () => {
    const foreign = [...abroad.countries, ...abroad.regions]
    expect(new Set(foreign).size).toBe(foreign.length)
    expect(foreign.filter((name) => seas.domestic.includes(name))).toEqual([])
    const isOurs = (name: string) => NATIONAL_GAZETTEER.names.units.get(name)?.some(({ form }) => form === 'official')
    expect(foreign.filter(isOurs)).toEqual([])
    // The patterns made of the English names rely on it.
    expect([...abroad.english, ...abroad.englishDomestic].filter((name) => !/^[\p{L} -]+$/u.test(name))).toEqual([])
  })
})
