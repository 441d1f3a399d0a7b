// In: messages that name a time, when they were heard. Out: whether that time is what the words mean, past or to come.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY, formatBeijing, HOUR, MINUTE } from '../../../../src/core/instant.ts'
import { spellPlainly } from '../../../../src/core/rumour/normalise.ts'
import { midnightOf, readFutureTime, readPastTime } from '../../../../src/core/rumour/checks/told-time.ts'
import { describeReading } from '../../../../src/core/rumour/checks/describe-reading.ts'
import { beijing, claimOf } from './readings.ts'

const AT = beijing('2026-03-04 20:00')
const past = (text: string, at = AT): string[] =>
  readPastTime(spellPlainly(text), at).spans.map(({ from }) => formatBeijing(from).slice(0, 16))

describe('what a message says of the past', () => {
  test.each([
    ['今天下午3点20分地震了', ['2026-03-04 15:20']],
    ['昨晚10点多有地震', ['2026-03-03 22:00']],
    ['18时11分发生5.0级地震', ['2026-03-04 18:11']],
    ['3月2日8时5分发生地震', ['2026-03-02 08:05', '2026-03-02 20:05']],
    ['2025年12月31日23时59分发生4.0级地震', ['2025-12-31 23:59']],
    ['12月31日23时59分发生4.0级地震', ['2025-12-31 23:59']],
    ['21时30分发生地震', ['2026-03-03 21:30']],
  ])('%s', (text, spans) => {
    expect(past(text)).toEqual(spans)
  })

  test('just now is the half hour before; without a time it is the day before', () => {
    expect(readPastTime(spellPlainly('刚刚地震了'), AT)).toEqual({
      spans: [{ from: AT - 30 * MINUTE, to: AT }],
      exact: 'now',
    })
    expect(readPastTime(spellPlainly('听说地震了'), AT)).toEqual({ spans: [{ from: AT - DAY, to: AT }], exact: 'open' })
  })

  test('an hour that may be morning or evening is both, each the last one', () => {
    expect(past('7点20分地震了').toSorted()).toEqual(['2026-03-04 07:20', '2026-03-04 19:20'])
    expect(past('7点20分地震了', beijing('2026-03-04 08:00')).toSorted()).toEqual([
      '2026-03-03 19:20',
      '2026-03-04 07:20',
    ])
  })
})

describe('what a message says of what is to come', () => {
  const future = (text: string): string[] | null => {
    const span = readFutureTime(spellPlainly(text), AT)
    return span && [span.from, span.to].map((at) => formatBeijing(at).slice(0, 16))
  }
  test.each([
    ['今晚有8级地震', ['2026-03-04 20:00', '2026-03-05 00:00']],
    ['明天要发生7级地震', ['2026-03-05 00:00', '2026-03-06 00:00']],
    ['三天内必有大震', ['2026-03-04 20:00', '2026-03-07 20:00']],
    ['3月6日有地震', ['2026-03-06 00:00', '2026-03-07 00:00']],
    ['本周六要地震', ['2026-03-07 00:00', '2026-03-08 00:00']],
    ['下周二有6级地震', ['2026-03-10 00:00', '2026-03-11 00:00']],
    ['凌晨三点要地震', ['2026-03-04 20:00', '2026-03-05 20:00']],
  ])('%s', (text, span) => {
    expect(future(text)).toEqual(span)
  })

  test('no time is no span', () => {
    expect(future('近期要发生大地震')).toBeNull()
  })
})

test('whatever a message holds, times are real, spans run forward, and the past begins before it was heard', () => {
  const pieces = fc.constantFrom(
    '今天',
    '昨晚',
    '凌晨',
    '3点',
    '25时',
    '13月40日',
    '2月30日',
    '18时11分',
    '刚刚',
    '地震',
    '下周',
    '0时0分',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 6 }), fc.integer({ min: 0, max: 4e12 }), (words, at) => {
      const plain = spellPlainly(words.join(''))
      const told = readPastTime(plain, at)
      expect(told.spans.length).toBeGreaterThan(0)
      for (const { from, to } of told.spans) {
        expect(Number.isFinite(from) && from <= to).toBe(true)
        expect(from).toBeLessThanOrEqual(at + 2 * DAY)
      }
      const ahead = readFutureTime(plain, at)
      if (ahead) expect(ahead.to).toBeGreaterThan(at - HOUR)
    }),
    { numRuns: 500 },
  )
})

test('a day begins at Beijing’s midnight, on whichever machine', () => {
  expect(midnightOf(beijing('2026-03-04 00:00'))).toBe(beijing('2026-03-04 00:00'))
  expect(midnightOf(beijing('2026-03-04 23:59'))).toBe(beijing('2026-03-04 00:00'))
})

test('what was read is told slot by slot, and nothing stands where nothing was read', () => {
  const read = (text: string): object => describeReading(claimOf(text, AT))
  expect(read('银川明天要发生7级大地震')).toEqual({
    place: '银川市',
    time: '03-05 00:00 至 03-06 00:00',
    magnitude: '7级',
    source: '',
  })
  expect(read('今晚8级地震，8.0级大地震')).toMatchObject({ magnitude: '8级' })
  expect(read('近期要发生大地震')).toEqual({ place: '', time: '', magnitude: '', source: '' })
  expect(read('日本刚刚发生7.3到8级地震，内部消息')).toEqual({
    place: '日本',
    time: '03-04 19:30 至 03-04 20:00',
    magnitude: '7.3–8级',
    source: '内部消息',
  })
})
