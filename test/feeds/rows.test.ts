// In: wire values. Out: proof that the shared checks round, bound and clean as the notices need it.
import { describe, expect, it } from 'vitest'
import { reviewPlace } from '../../src/core/places/review.ts'
import { readIdTime, sourceLetters, weighSource } from '../../src/feeds/cenc-source.ts'
import { readJson } from '../../src/feeds/json-text.ts'
import { kindFromWord, splitKindBracket } from '../../src/feeds/kinds.ts'
import type { Refusal } from '../../src/feeds/rows.ts'
import { MAX_ROWS, cleanPlace, decimalText, gatherRows, readMagnitude, readTime } from '../../src/feeds/rows.ts'
import { agencyCode, classifyTraffic, isSet } from '../../src/feeds/traffic.ts'

const HOUR = 3_600_000

describe('decimals', () => {
  it('reads a small number that JavaScript spells with an exponent', () => {
    expect(decimalText(1e-7)).toBe('0.0000001')
    expect(decimalText('1.5E2')).toBe('150')
  })

  it('takes no hexadecimal, no Infinity, no unit and no endless number for a decimal', () => {
    for (const text of ['0x10', 'Infinity', '5 km', '', '.', '1e999', '1'.repeat(50), '１２'])
      expect(decimalText(text)).toBeNull()
  })
})

describe('magnitudes and times', () => {
  it('reads a zero, a blank and a sentinel as a magnitude that is still to come', () => {
    const faults: Refusal[] = []
    const how = { digits: 1, type: 'M', minusOne: true }
    for (const raw of ['0', 0, '0.0', '', null, undefined, '-1', -1.0, '-9.9', -200, '-999', 'NaN', '--']) {
      expect(readMagnitude(faults, 'M', raw, how)).toBeNull()
    }
    expect(faults).toEqual([])
  })

  it('refuses a magnitude above 10 or of another scale, naming field, value and expectation', () => {
    const faults: Refusal[] = []
    readMagnitude(faults, 'M', '12', { digits: 1, type: 'M', minusOne: true })
    readMagnitude(faults, 'M', 'Ms5.2', { digits: 1, type: 'M', minusOne: true })
    expect(faults.map(({ rule }) => rule)).toEqual(['magnitude-range', 'magnitude-number'])
    expect(faults[0]?.reason).toBe('M is "12", expected -2 to 10')
  })

  it('never lets a zoneless time follow the machine, and refuses years that the platform would move to 19xx', () => {
    const faults: Refusal[] = []
    expect(readTime(faults, 't', '2031-05-06 08:00:00', 8 * HOUR)).toBe(Date.UTC(2031, 4, 6))
    expect(readTime(faults, 't', '2031-05-06T00:00:00Z', 8 * HOUR)).toBe(Date.UTC(2031, 4, 6))
    expect(readTime(faults, 't', '0050-05-06 08:00:00', 8 * HOUR)).toBeNull()
    expect(readTime(faults, 't', 20_310_506_080_000, 8 * HOUR)).toBeNull()
    expect(faults.map(({ rule }) => rule)).toEqual(['origin-time-text', 'origin-time-range'])
  })

  it('accepts second 60 in an id, where CENC writes it, and an id of epoch milliseconds', () => {
    expect(readIdTime('CC20191211010460.00')).toBe(Date.UTC(2019, 11, 10, 17, 5, 0))
    expect(readIdTime('CC.20251004000748.000_I')).toBe(Date.UTC(2025, 9, 3, 16, 7, 48))
    expect(readIdTime('CC1774327070000')).toBe(1_774_327_070_000)
    expect(readIdTime('CC20191311010459.00')).toBeNull()
    expect(readIdTime('us7000abcd')).toBeNull()
    expect(readTime([], 't', '2019-12-11 01:04:60', 8 * HOUR)).toBeNull()
  })
})

describe('places and kinds', () => {
  it('never makes a shorter place of a long one: what was cut is refused for its length, wherever the cut falls', () => {
    const long = '新疆克孜勒苏州阿合奇县与阿克苏地区乌什县、'.repeat(10)
    for (let from = 0; from < 22; from += 1) {
      const place = cleanPlace(long.slice(from))
      expect(reviewPlace(place, { latitude: 41, longitude: 78 }), place).toEqual({ ok: false, reason: 'too-long' })
    }
    expect(cleanPlace(` ${'州'.repeat(60)} `)).toBe('州'.repeat(60))
  })

  it('cleans a hostile place: controls, bidi marks, doubled blanks and decomposed letters go, 60 characters stay', () => {
    expect(cleanPlace('甘肃\u202e临夏\u0000州\u200b \n 东乡县')).toBe('甘肃临夏州 东乡县')
    expect(cleanPlace('Cafe\u0301')).toBe('Café')
    expect(Array.from(cleanPlace('𠀀'.repeat(60)))).toHaveLength(60)
    expect(cleanPlace('\ud800x')).toBe('x')
    expect(cleanPlace({})).toBe('')
  })

  it('takes the type word out of every bracket style and leaves other brackets alone', () => {
    expect(splitKindBracket('陕西榆林市神木市（塌陷）')).toEqual({
      place: '陕西榆林市神木市',
      kind: 'collapse',
      stage: '',
    })
    expect(splitKindBracket('某县(爆破)')).toEqual({ place: '某县', kind: 'blast', stage: '' })
    expect(splitKindBracket('某县【矿震】')).toEqual({ place: '某县', kind: 'mining', stage: '' })
    expect(splitKindBracket('某县（疑爆）')).toEqual({ place: '某县', kind: 'suspected-blast', stage: '' })
    expect(splitKindBracket('某县（疑似爆破）').kind).toBe('suspected-blast')
    expect(splitKindBracket('某地（近海）')).toEqual({ place: '某地（近海）', kind: null, stage: '' })
    expect(splitKindBracket('某岛（火山列岛）').kind).toBeNull()
    expect(splitKindBracket('某县（非天然地震）').kind).toBe('other')
    expect(splitKindBracket('塌陷沟镇')).toEqual({ place: '塌陷沟镇', kind: null, stage: '' })
  })

  it('takes a stage word out as well, and keeps the weaker of two', () => {
    expect(splitKindBracket('某县（自动）')).toEqual({ place: '某县', kind: null, stage: '自动' })
    expect(splitKindBracket('某县(中国地震台网正式测定)').stage).toBe('中国地震台网正式测定')
    expect(splitKindBracket('某县(正式)(自动)').stage).toBe('自动')
    expect(splitKindBracket('自动化镇')).toEqual({ place: '自动化镇', kind: null, stage: '' })
  })

  it('gives an unknown type word to a person and an absent one to the earthquakes', () => {
    expect(kindFromWord('Quarry_Blast')).toBe('blast')
    expect(kindFromWord('not existing')).toBe('nonexistent')
    expect(kindFromWord('meteorite')).toBe('other')
    expect(kindFromWord('__proto__')).toBe('other')
    expect(kindFromWord('')).toBe('earthquake')
    expect(kindFromWord(5)).toBe('other')
  })
})

describe('who says it', () => {
  it('lets the weaker word stand when letters and flags disagree', () => {
    expect(weighSource(['CC'], ['A'])).toEqual({ sourceCode: 'AU', evaluation: 'automatic', agency: 'CENC' })
    expect(weighSource(['AU'], ['M'])).toEqual({ sourceCode: 'AU', evaluation: 'automatic', agency: 'CENC' })
    expect(weighSource(['CD'], ['I'])).toEqual({ sourceCode: 'CD', evaluation: 'reviewed', agency: 'CENC' })
    expect(weighSource(['FJ'], [])).toEqual({ sourceCode: 'FJ', evaluation: 'reviewed', agency: 'FJ' })
    expect(weighSource(['FJ'], ['[自动测定]'])).toEqual({ sourceCode: 'FJ', evaluation: 'automatic', agency: 'FJ' })
    expect(weighSource(['', ''], [null])).toEqual({ sourceCode: '', evaluation: 'unknown', agency: '' })
  })

  it('reads source letters only where a code of CENC or a province opens an id, never from a foreign id', () => {
    const given = ['CC2019', 'CD.2019', 'AU', 'NX2019', 'ABC2019', 'us7000', 'US7000', 'nm60012', 12]
    expect(given.map(sourceLetters)).toEqual(['CC', 'CD', 'AU', 'NX', '', '', '', '', ''])
  })

  it('counts a relay of one agency as that agency, so that it never confirms itself', () => {
    expect(['NEIC', 'BJI', 'gfz', 'WEL(GNS_Test)', '', null].map(agencyCode)).toEqual([
      'US',
      'CENC',
      'GFZ',
      'WEL',
      '',
      '',
    ])
  })

  it('marks flags and words of drills as test traffic, and no ordinary word', () => {
    expect(classifyTraffic([true], [])).toBe('test')
    expect(classifyTraffic(['0', false, null], ['訓練'])).toBe('test')
    expect(classifyTraffic([], ['us-scenario'])).toBe('test')
    expect(classifyTraffic([], ['GNS_Test'])).toBe('test')
    expect(classifyTraffic([0, 'false'], ['latest', 'contest', '正式测定'])).toBe('actual')
    expect([1, '1', 'true', 'Y'].every(isSet)).toBe(true)
    expect(['', '0', null, undefined, 'N', {}, 0].some(isSet)).toBe(false)
  })
})

describe('lists and JSON', () => {
  it('reads at most 20 000 rows and says that the rest was not read', () => {
    const feed = gatherRows(Array.from({ length: MAX_ROWS + 5 }), () => ({ ignored: 'x' }))
    expect(feed.ignored).toHaveLength(MAX_ROWS)
    expect(feed.refused).toEqual([
      {
        row: MAX_ROWS,
        rule: 'row-count',
        reason: 'the list has more rows than the 20000 expected at most; the rest was not read',
      },
    ])
  })

  it('keeps a long id whole, drops hostile keys, and survives a BOM and blank lines', () => {
    const value = readJson('\uFEFF\n\n{"id":12345678901234567890,"__proto__":{"x":1},"constructor":1,"a":1.5}')
    expect(value).toEqual({ id: '12345678901234567890', a: 1.5 })
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
    expect(readJson('{"__\\u0070roto__":{"x":1},"a":2}')).toEqual({ a: 2 })
  })

  it('calls a payload unreadable when it is empty, too long, or nested without end', () => {
    const rule = (text: string): unknown => {
      try {
        return readJson(text)
      } catch (error) {
        return (error as { rule?: string }).rule
      }
    }
    expect(rule('  \n')).toBe('empty')
    expect(rule(' '.repeat(20_000_001))).toBe('size')
    expect(rule('<html>')).toBe('json')
  })
})
