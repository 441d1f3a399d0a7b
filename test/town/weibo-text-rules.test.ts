// In: generated texts. Out: proof that counting, likeness and ids hold for any of them.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatWeiboDate, freshWeiboState, nextWeiboId } from '../../src/town/weibo/state.ts'
import {
  countWeiboLength,
  hasHashtag,
  namesSafeDomain,
  rewriteUrls,
  tellsTheSame,
} from '../../src/town/weibo/text-rules.ts'

const quake = fc.record({
  minute: fc.integer({ min: 10, max: 59 }),
  latitude: fc.integer({ min: 2000, max: 4999 }),
  longitude: fc.integer({ min: 8000, max: 12999 }),
  magnitude: fc.integer({ min: 30, max: 79 }),
  serial: fc.integer({ min: 1, max: 200 }),
})
const speak = (q: { minute: number; latitude: number; longitude: number; magnitude: number; serial: number }): string =>
  `据中国地震台网正式测定：06月03日18时${q.minute}分在某省某市某县（北纬${(q.latitude / 100).toFixed(2)}度，东经${(q.longitude / 100).toFixed(2)}度）发生${(q.magnitude / 10).toFixed(1)}级地震，震源深度10千米。某震信〔2017〕${q.serial}号 第1报`

describe('length', () => {
  test('a Chinese character costs one, a half-width one a half, rounded up', () => {
    expect(countWeiboLength('震')).toBe(1)
    expect(countWeiboLength('a')).toBe(1)
    expect(countWeiboLength('ab')).toBe(1)
    expect(countWeiboLength('é震a')).toBe(2)
    expect(countWeiboLength('')).toBe(0)
  })

  test('never less than half, never more than the number of units', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const length = countWeiboLength(text)
        expect(length).toBeGreaterThanOrEqual(Math.ceil(text.length / 2))
        expect(length).toBeLessThanOrEqual(text.length)
      }),
    )
  })
})

describe('likeness of two texts', () => {
  test('official sentences with different serials never count as the same', () => {
    fc.assert(
      fc.property(quake, quake, (a, b) => {
        fc.pre(a.serial !== b.serial)
        expect(tellsTheSame(speak(a), speak(b))).toBe(false)
      }),
    )
  })

  test('a sentence with another link and punctuation always does', () => {
    fc.assert(
      fc.property(quake, fc.stringMatching(/^\/[a-z0-9]{1,12}$/), (q, path) => {
        const text = speak(q)
        expect(
          tellsTheSame(`${text} https://a.example/n/1`, `${text.replace('，', '；')}！ https://a.example${path}`),
        ).toBe(true)
      }),
    )
  })

  test('the same numbers in other words do not', () => {
    expect(
      tellsTheSame('【撤回】第3号 12时信息系误发，现予撤回，谨致歉意', '【辟谣】3号12时所谓预警为谣言请勿传播'),
    ).toBe(false)
  })
})

test('a topic needs two marks with something between', () => {
  expect(hasHashtag('#地震快讯#')).toBe(true)
  expect(hasHashtag('一个 # 不算')).toBe(false)
  expect(hasHashtag('## 空的不算')).toBe(false)
  expect(hasHashtag('https://a.cn/#x 后文#')).toBe(true)
})

test('the safe domain holds for itself, below it, and with a port only where one is named', () => {
  expect(namesSafeDomain('详见http://dzj.example.cn/n/1。', ['dzj.example.cn'])).toBe(true)
  expect(namesSafeDomain('https://www.dzj.example.cn/', ['dzj.example.cn'])).toBe(true)
  expect(namesSafeDomain('https://dzj.example.cn.evil.cn/', ['dzj.example.cn'])).toBe(false)
  expect(namesSafeDomain('https://dzj.example.cn@evil.cn/', ['dzj.example.cn'])).toBe(false)
  expect(namesSafeDomain('http://127.0.0.1:8080/n/1', ['127.0.0.1'])).toBe(true)
  expect(namesSafeDomain('http://127.0.0.1:8080/n/1', ['127.0.0.1:9090'])).toBe(false)
  expect(namesSafeDomain('dzj.example.cn', ['dzj.example.cn'])).toBe(false)
})

test('a link ends where the Chinese text goes on', () => {
  expect(rewriteUrls('见https://a.example/n/1。谢谢')).toMatch(/^见http:\/\/t\.cn\/\w{7}。谢谢$/)
})

test('ids grow, are odd, and never fit a double', () => {
  const options = { now: () => 0, accounts: [], safeDomains: [] }
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1_400_000_000_000, max: 1_900_000_000_000 }), { minLength: 2 }), (times) => {
      const state = freshWeiboState(options)
      const ids = times.map((at) => nextWeiboId(state, at))
      for (const [i, id] of ids.entries()) {
        expect(id).toHaveLength(19)
        expect(String(BigInt(Number(id)))).not.toBe(id)
        expect(BigInt(id) > BigInt(ids[i - 1] ?? '0')).toBe(true)
      }
    }),
  )
})

test('dates stand in Beijing time, the next day included', () => {
  expect(formatWeiboDate(Date.UTC(2012, 9, 24, 15, 49, 17))).toBe('Wed Oct 24 23:49:17 +0800 2012')
  expect(formatWeiboDate(Date.UTC(2016, 11, 31, 16, 0, 0))).toBe('Sun Jan 01 00:00:00 +0800 2017')
})
