// In: claims of a coming quake, registers of official forecasts, dated articles of law. Out: what the law answers to each.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../../../src/core/instant.ts'
import { checkForecastLaw } from '../../../../src/core/rumour/checks/forecast-law.ts'
import {
  coverClaim,
  findForecastFault,
  readArea,
  readForecastState,
  type OfficialForecast,
} from '../../../../src/core/rumour/checks/official-forecast.ts'
import { findLaws, LAW_REFS } from '../../../../src/core/rumour/law-refs.ts'
import { beijing, claimOf, HEARD } from './readings.ts'

const now = HEARD + 60_000
const forecastOf = (more: Partial<OfficialForecast> = {}): OfficialForecast => ({
  id: 'of-1',
  kind: 'short-term',
  issuer: '某某省人民政府',
  document: '关于地震短期预报的公告',
  publishedAt: HEARD - DAY,
  areaName: '宁夏回族自治区',
  area: ['64'],
  from: HEARD - DAY,
  until: HEARD + 30 * DAY,
  magnitude: [5, 6],
  ...more,
})

describe('a claim of a coming quake', () => {
  test('is against the law whoever makes it, while the register is empty; the articles are dated', () => {
    for (const text of [
      '银川明天要发生7级大地震',
      '地震局内部消息，今晚有余震，大家别睡',
      '专家预测三天内固原有6级地震',
    ]) {
      const finding = checkForecastLaw(claimOf(text), { now, forecasts: [] })
      expect(finding).toMatchObject({ outcome: 'contradicts' })
      expect(finding?.rows.every(({ table, says }) => table === 'law' && /\d{4}-\d{2}-\d{2} 核对/.test(says))).toBe(
        true,
      )
    }
    expect(checkForecastLaw(claimOf('银川刚刚发生5级地震'), { now, forecasts: [] })).toBeNull()
  })

  test('is borne out by a forecast in force that covers its place, time and strength, and by no other', () => {
    const answer = (more: Partial<OfficialForecast>) =>
      checkForecastLaw(claimOf('银川明天要发生5级地震'), { now, forecasts: [forecastOf(more)] })?.outcome
    expect(answer({})).toBe('supports')
    expect(answer({ area: ['6401'] })).toBe('supports')
    expect(answer({ area: ['62'] })).toBe('contradicts')
    expect(answer({ until: HEARD + HOUR })).toBe('contradicts')
    expect(answer({ from: HEARD + 10 * DAY })).toBe('contradicts')
    expect(answer({ magnitude: [6, 7] })).toBe('no-data')
    expect(answer({ area: ['640121'] })).toBe('no-data')
  })

  test('that names no place or no time is for a person, while some forecast is in force', () => {
    const forecasts = [forecastOf()]
    expect(checkForecastLaw(claimOf('明天要发生5级地震'), { now, forecasts })?.outcome).toBe('no-data')
    expect(checkForecastLaw(claimOf('银川近期要发生5级地震'), { now, forecasts })?.outcome).toBe('no-data')
  })
})

test('a forecast covers nothing outside its area or its time, whichever they are', () => {
  const codes = fc.constantFrom('11', '3101', '62', '6201', '64', '6401', '640121', '65')
  const texts = fc.constantFrom(
    '银川明天要发生5级地震',
    '兰州三天内有6级地震',
    '北京下周二有地震',
    '乌鲁木齐今晚要地震',
  )
  fc.assert(
    fc.property(
      texts,
      fc.array(codes, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: -20, max: 20 }),
      (text, area, day) => {
        const claim = claimOf(text)
        const one = forecastOf({ area, from: HEARD + day * DAY, until: HEARD + (day + 2) * DAY, magnitude: null })
        const coverage = coverClaim(one, claim, now)
        const isThere = claim.places.some((names) =>
          names.some((code) => area.some((wide) => code.startsWith(wide) || wide.startsWith(code))),
        )
        const isThen = claim.future !== null && claim.future.to > one.from && claim.future.from < one.until
        if (!isThere || !isThen) expect(coverage).toBe('no')
        else expect(coverage).not.toBe('no')
      },
    ),
    { numRuns: 300 },
  )
})

describe('the register', () => {
  const entry = forecastOf({ issuer: '宁夏回族自治区人民政府' })
  test('takes what the ordinance allows, and says which rule another entry breaks', () => {
    expect(findForecastFault(entry, [])).toBeNull()
    expect(findForecastFault({ ...entry, until: entry.from + 94 * DAY }, [])).toContain('3 个月')
    expect(findForecastFault({ ...entry, kind: 'imminent', until: entry.from + 11 * DAY }, [])).toContain('10 日')
    expect(findForecastFault({ ...entry, until: entry.from }, [])).toContain('先起后止')
    for (const issuer of ['某地震局', '民间预测协会', '银川市地震局', '国务院办公厅'])
      expect(findForecastFault({ ...entry, issuer }, [])).toContain('第十四、十五条')
  })

  test('takes a city’s word for two days at most, and only inside a forecast of the province', () => {
    const local = {
      ...entry,
      kind: 'imminent' as const,
      issuer: '银川市人民政府',
      area: ['6401'],
      until: entry.from + 48 * HOUR,
    }
    expect(findForecastFault(local, [])).toContain('短期预报地区之内')
    expect(findForecastFault(local, [entry])).toBeNull()
    expect(findForecastFault({ ...local, area: ['6201'] }, [entry])).toContain('短期预报地区之内')
    expect(findForecastFault({ ...local, until: local.until + 1 }, [entry])).toContain('48 小时')
  })

  test('knows places by their whole names, and asks back for one that several bear', () => {
    expect(readArea('宁夏回族自治区、甘肃省')).toEqual({ ok: true, codes: ['64', '62'] })
    expect(readArea('银川市，石嘴山市')).toEqual({ ok: true, codes: ['6401', '6402'] })
    for (const name of ['新华区', '某某市', '']) expect(readArea(name)).toEqual({ ok: false, name })
  })

  test('a row counts from its second signature to its end', () => {
    const standing = { from: HEARD, until: HEARD + DAY, decided: null, endedAt: null }
    expect(readForecastState(standing, HEARD)).toBe('proposed')
    expect(readForecastState({ ...standing, decided: 'declined' }, HEARD)).toBe('declined')
    expect(readForecastState({ ...standing, decided: 'agreed' }, HEARD)).toBe('in-force')
    expect(readForecastState({ ...standing, decided: 'agreed' }, HEARD + DAY)).toBe('over')
    expect(readForecastState({ ...standing, decided: 'agreed', endedAt: HEARD }, HEARD)).toBe('ended')
  })
})

describe('articles of law', () => {
  test('each has a first day, a day on which it was compared, and a place where its text stands', () => {
    for (const ref of LAW_REFS) {
      expect([ref.id, /^\d{4}-\d{2}-\d{2}$/.test(ref.from) && /^\d{4}-\d{2}-\d{2}$/.test(ref.checkedOn)]).toEqual([
        ref.id,
        true,
      ])
      expect(ref.until === null || ref.until > ref.from).toBe(true)
      expect(ref.text).not.toBe('')
    }
    expect(new Set(LAW_REFS.map(({ id }) => id)).size).toBe(LAW_REFS.length)
  })

  test('the article of the day of conduct counts: the old one through 2025, the revised one from 2026', () => {
    const idsOn = (day: string) =>
      findLaws('rumour', beijing(`${day} 12:00`))
        .map(({ id }) => id)
        .filter((id) => id.startsWith('punishment'))
    expect(idsOn('2025-12-31')).toEqual(['punishment-25'])
    expect(idsOn('2026-01-01')).toEqual(['punishment-29'])
    // Beijing's midnight, not Greenwich's.
    expect(findLaws('rumour', beijing('2026-01-01 00:00')).map(({ id }) => id)).toContain('punishment-29')
    expect(findLaws('forecast', beijing('1990-01-01 00:00'))).toEqual([])
  })
})
