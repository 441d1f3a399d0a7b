// In: what writers type. Out: proof that each fault is said in Chinese, and that what has none fills every text of its kind.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BANDS, FIELDS, findFaults, keepFields, writeChecked, writeWords } from '../../../src/core/writing/fields.ts'
import { DRAFT_KINDS } from '../../../src/core/writing/levels.ts'
import { createRenderer } from '../../../src/core/rendering/renderer.ts'
import { beijing, factsOf, readTemplates, weiboLength } from '../rendering/facts.ts'

const renderer = createRenderer(readTemplates())
const HEAD = { heading: '某某', summary: '' }
const BULLETIN = {
  heading: '九寨沟县7.0级地震震情通报',
  summary: '截至8日24时共记录到余震56次。',
  asOf: '2017-08-09T00:00',
  total: '56',
  band4: '2',
  band3: '54',
  body: '现场工作队已到达。\n请避开危房。',
}
const TREND = {
  trendIssuer: '四川省地震局',
  trendAt: '2017-08-09T06:00',
  trendWords: '近日仍存在发生5级左右余震的可能',
}

describe('a bulletin', () => {
  test.each([
    ['bands that do not sum', { band3: '53' }, '各档次数之和为 55，与总次数 56 不符'],
    ['bands without a total', { total: '' }, '请填写余震总次数'],
    ['a total without its time', { asOf: '' }, '请填写统计截至时间'],
    ['a count that is no number', { band3: '五十四' }, '次数须是 0 或正整数'],
    ['a sentence that predicts', { body: '预计近期还将发生余震。' }, '正文含预测意见'],
    ['a summary that predicts', { summary: '近期不会发生更大地震。' }, '摘要含预测意见'],
    ['blame', { body: '造谣者已被公安机关拘留。' }, '正文指认责任'],
    ['a blank that was never filled', { body: 'X月X日，XX县震感明显。' }, '正文有没有填写的空白'],
    [
      'one place at two distances',
      { body: '震中距银川市54公里，距银川市52公里，距银川市50公里。' },
      '同一地名出现两个距离',
    ],
    ['a distance beyond its own radius', { body: '200公里内最大地震距离本次震中201公里。' }, '距离超出所说的范围'],
    [
      'bands in words that do not sum',
      { body: '共记录到余震56次，其中4.0–4.9级2次，3.0–3.9级50次。' },
      '各档次数之和与总数不符',
    ],
    ['a trend of its own bureau', { ...TREND, trendIssuer: '成都市地震局' }, '趋势判定意见只能引用'],
    ['a trend without its time', { ...TREND, trendAt: '' }, '须写明发布单位、发布时间和原文'],
    ['a quotation in a quotation', { ...TREND, trendWords: '近日“可能”有余震' }, '不能再含引号'],
    ['markup', { heading: '<b>通报</b>' }, '标题不能含'],
    ['a hashtag', { summary: '#震情#通报如下。' }, '摘要不能含'],
    ['an address beside its own', { summary: '详见 http://example.com 。' }, '摘要不能含网址'],
  ])('with %s is not handed in', (_what, over, fault) => {
    expect(findFaults('bulletin', { ...BULLETIN, ...over }).join('；')).toContain(fault)
  })

  test('says figures, words and whose opinion it quotes; the trend stands in quotation marks with issuer and time', () => {
    const fields = { ...BULLETIN, ...TREND }
    expect(findFaults('bulletin', fields)).toEqual([])
    const { text, title, variants } = renderer.render(
      factsOf({ kind: 'bulletin', report: 1, origin: null, written: writeWords(fields) }),
    )
    expect(title).toBe(BULLETIN.heading)
    expect(text).toBe(
      '截至08月09日00时00分，共记录到余震56次，其中4.0–4.9级2次、3.0–3.9级54次。现场工作队已到达。请避开危房。' +
        '四川省地震局2017年08月09日06时00分发布判定意见：“近日仍存在发生5级左右余震的可能”。',
    )
    expect(variants['website']).toContain('<p class="notice-text">请避开危房。</p>')
  })

  test.each(['北京市地震局', '中国地震局', '内蒙古自治区人民政府', '国务院抗震救灾指挥部办公室'])(
    'may quote %s, and its text passes the guard',
    (trendIssuer) => {
      const fields = { ...BULLETIN, ...TREND, trendIssuer }
      expect(findFaults('bulletin', fields)).toEqual([])
      const facts = factsOf({ kind: 'bulletin', report: 1, origin: null, written: writeWords(fields) })
      expect(renderer.render(facts).text).toContain(trendIssuer)
    },
  )

  test('the same opinion without its quotation is a forecast', () => {
    expect(findFaults('bulletin', { ...BULLETIN, body: `${TREND.trendWords}。` }).join()).toContain('预测')
  })
})

test('a blank heading, an unfinished summary and a name left blank are said', () => {
  const faults = findFaults('science', { ...HEAD, body: '' })
  expect(faults).toContain('请填写摘要')
  expect(faults).toContain('请填写正文')
  expect(faults.join()).toContain('标题有没有填写的空白')
  expect(findFaults('science', { heading: '怎样避震', summary: '没有写完', body: '趴下。' })).toEqual([
    '摘要须是完整的句子，以句号结束',
  ])
})

test('a no-quake statement needs its window in order, its area and a floor', () => {
  const whole = { from: '2026-01-31T08:00', to: '2026-01-31T08:30', area: '银川市', floor: '3.0', cause: '' }
  expect(findFaults('no-quake', whole)).toEqual([])
  expect(writeChecked(whole)).toEqual({
    from: beijing(2026, 1, 31, 8, 0),
    to: beijing(2026, 1, 31, 8, 30),
    area: '银川市',
    magnitudeFloor: 3,
    cause: '',
  })
  expect(findFaults('no-quake', { ...whole, to: whole.from })).toContain('核查起止时间须填写完整，且先起后止')
  expect(findFaults('no-quake', { ...whole, floor: '三级' })).toContain('震级下限须是 0 到 9 的数，最多一位小数')
})

test('the longest heading and summary that may be written fit Weibo and WeChat beside serial and address', () => {
  const written = {
    heading: '震'.repeat(30),
    summary: `${'震'.repeat(69)}。`,
    paragraphs: ['正文。'],
    shocks: null,
    trend: null,
  }
  for (const kind of ['bulletin', 'science', 'announcement'] as const) {
    const facts = factsOf({ kind, report: 1, origin: null, serial: '银川震信〔2026〕1234号', written })
    const { variants } = renderer.render({ ...facts, url: 'https://dizhenju.yinchuan.gov.cn/n/23456789' })
    expect(weiboLength(variants['weibo-brief'] ?? '')).toBeLessThanOrEqual(130)
    expect(Array.from(variants['wechat-title'] ?? '').length).toBeLessThanOrEqual(32)
    expect(Array.from(variants['wechat-digest'] ?? '').length).toBeLessThanOrEqual(120)
  }
})

test('whatever is typed into any field is judged without an error, and what is kept has no control characters', () => {
  const names = [...new Set(DRAFT_KINDS.flatMap((kind) => FIELDS[kind].map(({ name }) => name)))]
  fc.assert(
    fc.property(
      fc.constantFrom(...DRAFT_KINDS),
      fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'binary', maxLength: 60 })),
      (kind, given) => {
        const fields = keepFields(kind, (name) => given[name] ?? null)
        expect(Object.keys(fields)).toEqual(FIELDS[kind].map(({ name }) => name))
        for (const fault of findFaults(kind, fields)) expect(fault).toMatch(/\p{Script=Han}/u)
        for (const text of Object.values(fields)) expect(text).not.toMatch(/[^\P{C}\n]/u)
      },
    ),
    { numRuns: 150 },
  )
})

test('bands that are kept sum to the total, whatever is typed', () => {
  const count = fc.option(fc.nat({ max: 9 }).map(String), { nil: '' })
  fc.assert(
    fc.property(fc.nat({ max: 30 }), fc.tuple(count, count, count, count, count, count), (total, counts) => {
      const bands = Object.fromEntries(BANDS.map(({ field }, index) => [field, counts[index] ?? '']))
      const { band4: _four, band3: _three, ...bare } = BULLETIN
      const fields = { ...bare, ...bands, total: String(total) }
      const given = counts.filter((one) => one !== '')
      const sums = given.length === 0 || given.reduce((sum, one) => sum + Number(one), 0) === total
      expect(findFaults('bulletin', fields).length === 0).toBe(sums)
    }),
  )
})
