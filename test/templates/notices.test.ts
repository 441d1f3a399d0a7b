// The shipped notice templates, each on a table of quakes and in every form: complete, in length, and only what is true.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AREA_LIMIT } from '../../src/core/denied-area.ts'
import type { NoticeFacts, NoticeKind, RenderedNotice, SpokenOrigin } from '../../src/core/notice.ts'
import { WITHDRAWAL_REASONS } from '../../src/core/notice.ts'
import { formatMagnitude, formatPosition } from '../../src/core/rendering/format.ts'
import { LABELLED_CODES } from '../../src/core/rendering/label.ts'
import { createRenderer } from '../../src/core/rendering/renderer.ts'
import { countCharacters } from '../../src/core/rendering/spoken-name.ts'
import { findForbidden } from '../../src/core/rendering/word-guard.ts'
import { beijing, checkedOf, factsOf, originOf, readTemplates, weiboLength } from '../core/rendering/facts.ts'

const renderer = createRenderer(readTemplates())
const LONG = '新疆维吾尔自治区克孜勒苏柯尔克孜自治州阿合奇县与阿克苏地区乌什县及温宿县交界山区地带'

const QUAKES: Record<string, Partial<SpokenOrigin>> = {
  'a domestic quake': {},
  'a border quake': { place: '四川甘孜州泸定县与雅安市石棉县交界', latitude: 29.4, longitude: 102.1 },
  'a quake at sea': { place: '台湾海峡中部', latitude: 23.32, longitude: 117.39 },
  'a quake abroad, south': { place: '所罗门群岛', latitude: -9.5, longitude: 159.1, depthKm: 600, domestic: false },
  'a quake abroad, west': {
    place: '阿拉斯加半岛',
    latitude: 55.3,
    longitude: -158.04,
    magnitude: 8.2,
    domestic: false,
  },
  'a collapse at depth 0': { place: '北京房山区', kind: 'collapse', depthKm: 0, magnitude: 2.8 },
  'a blast without a depth': { place: '山东临沂市平邑县', kind: 'blast', depthKm: null, magnitude: 2.1 },
  'a quake at midnight': { originTime: beijing(2021, 5, 22, 0, 0, 0) },
  'a quake before midnight': { originTime: beijing(2021, 5, 21, 23, 59, 59) },
  'a New Year quake': { originTime: Date.UTC(2023, 11, 31, 16, 0, 30) },
  'the largest magnitude': { magnitude: 10 },
  'a negative magnitude': { magnitude: -0.05 },
  'a long place name': { place: LONG },
  'no depth': { depthKm: null },
  'a natural quake with depth 0': { depthKm: 0 },
}
const CODES: [NoticeKind, string[]][] = [
  ['quick-report', ['AU', 'NX']],
  ['formal-report', ['CC', 'CD', 'HL']],
  ['revision', ['AU', 'CC', 'NM']],
  ['correction', ['AU', 'CC', 'NX']],
]

function* allFacts(): Generator<[string, NoticeFacts]> {
  for (const cls of ['actual', 'drill'] as const) {
    for (const [kind, codes] of CODES) {
      for (const sourceCode of codes) {
        for (const [name, over] of Object.entries(QUAKES)) {
          yield [
            `${cls} ${kind} ${sourceCode} ${name}`,
            factsOf({ kind, class: cls, origin: originOf({ sourceCode, ...over }) }),
          ]
        }
      }
    }
    for (const withdrawal of WITHDRAWAL_REASONS) {
      yield [`${cls} withdrawal ${withdrawal}`, factsOf({ kind: 'withdrawal', class: cls, withdrawal })]
    }
    const windows = [checkedOf(), checkedOf({ to: beijing(2017, 6, 4, 0, 20), cause: '施工爆破' })]
    for (const checked of [
      ...windows,
      checkedOf({ from: beijing(2017, 12, 31, 23, 50), to: beijing(2018, 1, 1, 0, 20) }),
      checkedOf({
        from: beijing(2017, 12, 31, 23, 50),
        to: beijing(2018, 1, 1, 0, 20),
        area: LONG.slice(0, AREA_LIMIT),
      }),
    ]) {
      yield [`${cls} no-quake`, factsOf({ kind: 'no-quake', class: cls, checked })]
      yield [`${cls} withdrawal no-quake`, factsOf({ kind: 'withdrawal', withdrawal: 'no-quake', class: cls, checked })]
    }
  }
}

function textsOf(notice: RenderedNotice): [string, string][] {
  return [['title', notice.title], ['text', notice.text], ...Object.entries(notice.variants)]
}

/** What must hold for every notice whatever its facts. */
function checkNotice(name: string, facts: NoticeFacts, notice: RenderedNotice): void {
  const drill = facts.class === 'drill'
  const v = notice.variants
  for (const [suffix, text] of textsOf(notice)) {
    const where = `${name} / ${suffix}: ${text}`
    expect(text.trim(), where).not.toBe('')
    expect(findForbidden(text), where).toEqual([])
    expect(text, where).not.toContain('预警')
    expect(text, where).not.toContain('#')
    expect(/有感/.test(text.replaceAll('部分地区可能有感', '')), where).toBe(false)
    // Half-width marks beside a Chinese character; addresses, field names, clock times and tags are not sentences.
    const sentence = text
      .replace(facts.url, '')
      .replace(/^[a-z]+\d: /gm, '')
      .replace(/\d{2}:\d{2}/g, '')
      .replace(/<[^>]*>/g, '')
    expect(sentence, where).not.toMatch(/[,;:!?()[\]{}<>"'&]/)
    expect(sentence, where).not.toMatch(/[\p{Script=Han}][.]|[.][\p{Script=Han}]/u)
    const allowed = facts.kind === 'no-quake' || facts.withdrawal === 'no-quake'
    if (!allowed) expect(text, where).not.toContain('未发生')
    if (facts.kind === 'withdrawal' || facts.kind === 'no-quake') expect(text, where).not.toMatch(/(?<!未)发生/)
    for (const part of text.split(/[。\n]/)) {
      if (part.includes('未发生')) expect(part, where).toMatch(/\d+时\d\d分至.*\d+时\d\d分.*\d\.\d级及以上/)
    }
  }
  const mark = { withdrawal: '【撤回】', correction: '【更正】', revision: '【修订】' }[facts.kind as 'withdrawal']
  if (mark !== undefined) {
    for (const text of [
      notice.title,
      notice.text,
      v['weibo'],
      v['weibo-brief'],
      v['weibo-minimal'],
      v['brief'],
      v['wechat-title'],
      v['wechat-digest'],
    ]) {
      expect(text?.replace(/^【演练】/, '').startsWith(mark), `${name}: ${text}`).toBe(true)
    }
  }
  for (const suffix of ['weibo', 'weibo-brief', 'weibo-minimal']) {
    expect(v[suffix]?.split(facts.url).length, `${name} ${suffix}: one address`).toBe(2)
    expect(v[suffix]?.match(/https?:/g)).toHaveLength(1)
    expect(v[suffix]).toContain(`${facts.serial} 第${facts.report}报`)
  }
  expect(v['wechat-digest']).toContain(`${facts.serial} 第${facts.report}报`)
  expect(weiboLength(v['weibo-minimal'] ?? ''), `${name}: ${v['weibo-minimal']}`).toBeLessThanOrEqual(130)
  expect(countCharacters(notice.title), `${name}: ${notice.title}`).toBeLessThanOrEqual(32)
  expect(countCharacters(v['wechat-title'] ?? ''), name).toBeLessThanOrEqual(32)
  expect(countCharacters(v['wechat-digest'] ?? ''), `${name}: ${v['wechat-digest']}`).toBeLessThanOrEqual(128)
  const lines = (v['wechat-subscribe'] ?? '').split('\n')
  expect(lines).toHaveLength(5)
  for (const line of lines) {
    const [, type, value = ''] = /^(thing|time)\d: (.+)$/.exec(line) ?? []
    expect(type, `${name}: ${line}`).toBeDefined()
    expect(countCharacters(value), `${name}: ${line}`).toBeLessThanOrEqual(20)
  }
  expect(notice.text.startsWith('【演练】')).toBe(drill)
}

describe('every shipped template', () => {
  const all = [...allFacts()]
  it('is tried on enough quakes to mean something', () => {
    expect(all.length).toBeGreaterThan(300)
  })

  it.each(all)('%s is whole, in length, and says nothing it may not say', (name, facts) => {
    checkNotice(name, facts, renderer.render(facts))
  })
})

describe('the regulated sentence', () => {
  const say = (over: Partial<NoticeFacts>): string =>
    renderer.render(factsOf({ home: null, maybeFelt: false, nearest: [], ...over })).text

  it('of an automatic determination has 附近, 左右 and 最终结果以正式速报为准, and no depth', () => {
    expect(say({})).toBe(
      '中国地震台网自动测定：06月03日18时11分内蒙古阿拉善盟阿拉善左旗附近（北纬37.98度，东经103.59度）发生5.0级左右地震，最终结果以正式速报为准。',
    )
  })

  it.each([
    [
      {
        originTime: beijing(2017, 8, 8, 21, 19),
        latitude: 33.2,
        longitude: 103.82,
        magnitude: 7,
        depthKm: 20,
        place: '四川阿坝州九寨沟县',
        sourceCode: 'CC',
      },
      '中国地震台网正式测定：08月08日21时19分在四川阿坝州九寨沟县（北纬33.20度，东经103.82度）发生7.0级地震，震源深度20千米。',
    ],
    [
      {
        originTime: beijing(2025, 1, 16, 17, 54),
        latitude: 38.4,
        longitude: 106.3,
        magnitude: 2.3,
        depthKm: 15,
        place: '宁夏银川市金凤区',
        sourceCode: 'NX',
      },
      '宁夏地震台网测定：01月16日17时54分在宁夏银川市金凤区（北纬38.40度，东经106.30度）发生2.3级地震，震源深度15千米。',
    ],
    [
      { latitude: -56.1, longitude: -27.25, magnitude: 6.85, depthKm: null, place: '南桑威奇群岛', sourceCode: 'CD' },
      '中国地震台网正式测定：06月03日18时11分在南桑威奇群岛（南纬56.10度，西经27.25度）发生6.9级地震。',
    ],
    [
      {
        place: '北京房山区',
        latitude: 39.9,
        longitude: 115.8,
        kind: 'collapse' as const,
        depthKm: 0,
        magnitude: 2.8,
        sourceCode: 'CC',
      },
      '中国地震台网正式测定：06月03日18时11分在北京房山区（塌陷）（北纬39.90度，东经115.80度）发生2.8级地震，震源深度0千米。塌陷是地表或地下空间塌落引起的震动，不是天然地震。',
    ],
  ])('of a formal determination: %j', (origin, text) => {
    expect(say({ kind: 'formal-report', origin: originOf(origin) })).toBe(text)
  })

  it('is followed by distance and 部分地区可能有感, and by nothing that is felt as a fact', () => {
    expect(renderer.render(factsOf()).text).toContain('为准。震中距银川市约240公里，部分地区可能有感。')
    expect(renderer.render(factsOf({ home: null })).text).toContain('为准。部分地区可能有感。')
  })

  it('of a formal report after a quick one is neither called a correction nor apologised for', () => {
    const all = textsOf(renderer.render(factsOf({ kind: 'formal-report' })))
    for (const [, text] of all) expect(text).not.toMatch(/更正|修订|有误|歉/)
  })
})

describe('a revision', () => {
  it.each(['AU', 'AH'])('of an automatic determination (%s) stays automatic in every word', (sourceCode) => {
    for (const kind of ['revision', 'correction'] as const) {
      const notice = renderer.render(
        factsOf({
          kind,
          previous: originOf({ sourceCode, automatic: true, kind: 'collapse', depthKm: 8 }),
          origin: originOf({ sourceCode, automatic: true, magnitude: 5.2 }),
        }),
      )
      expect(notice.text).toContain('地震台网自动测定：')
      expect(notice.text).toContain('附近（北纬')
      expect(notice.text).toContain('5.2级左右地震，最终结果以正式速报为准')
      // The first report gave no depth: none can have been revised.
      for (const [suffix, text] of textsOf(notice)) expect(text, suffix).not.toMatch(/震源深度|正式测定/)
      expect(notice.title).toContain('左右')
    }
  })

  it('says from what to what, and does not apologise', () => {
    const { text } = renderer.render(
      factsOf({
        kind: 'revision',
        previous: originOf({ sourceCode: 'CC' }),
        origin: originOf({ sourceCode: 'CC', magnitude: 5.2 }),
        home: null,
        maybeFelt: false,
      }),
    )
    expect(text).toBe(
      '【修订】中国地震台网正式测定：06月03日18时11分在内蒙古阿拉善盟阿拉善左旗（北纬37.98度，东经103.59度）发生5.2级地震，震源深度10千米。与第1报相比，震级由5.0级修订为5.2级。',
    )
  })
})

describe('a revision on Weibo', () => {
  const revised = (now: Partial<SpokenOrigin>): RenderedNotice =>
    renderer.render(
      factsOf({
        kind: 'revision',
        previous: originOf({ sourceCode: 'CC', magnitude: 4.7 }),
        origin: originOf({ sourceCode: 'CC', ...now }),
      }),
    )

  it('says from what to what even where the full text is too long', () => {
    const { variants } = revised({ magnitude: 5.1 })
    for (const suffix of ['weibo', 'weibo-brief', 'weibo-minimal', 'wechat-digest', 'wechat-subscribe']) {
      expect(variants[suffix], suffix).toContain('震级由4.7级修订为5.1级')
    }
    expect(weiboLength(variants['weibo-brief'] ?? '')).toBeLessThanOrEqual(130)
  })

  it('of several figures at once names the report it revises and what, in the shortest text, too', () => {
    const far = { magnitude: 5.1, depthKm: 90, latitude: 38.5, place: '内蒙古阿拉善盟额济纳旗' }
    const { variants } = revised({ ...far, originTime: beijing(2017, 6, 4, 0, 0, 1) })
    expect(variants['weibo-minimal']).toContain('较第1报修订了震级等5项。（银震信〔2017〕12号 第2报）')
  })
})

describe('a follow-up that comes as a subscribe notice', () => {
  it.each(['collapse', 'volcanic', 'suspected-blast', 'induced', 'other'] as const)(
    'of a %s names the kind, and calls nothing unnatural that may be natural',
    (kind) => {
      const origin = originOf({ sourceCode: 'CC', kind, depthKm: 0 })
      const { variants } = renderer.render(factsOf({ kind: 'formal-report', origin }))
      expect(variants['wechat-subscribe']).toMatch(/^thing5: 事件类型：\p{Script=Han}{2,4}，详见公告$/mu)
    },
  )
})

describe('a correction', () => {
  it('of a wrong magnitude says that it was wrong and what is right, never the wrong value', () => {
    const facts = factsOf({
      kind: 'correction',
      previous: originOf({ magnitude: 8.1, sourceCode: 'CC', place: '四川泸州市纳溪区' }),
      origin: originOf({ magnitude: 3.1, sourceCode: 'CC' }),
    })
    const notice = renderer.render(facts)
    expect(notice.text).toMatch(
      /^【更正】银震信〔2017〕12号 第1报中的震中地名、震级有误，以本报为准。中国地震台网正式测定：/,
    )
    expect(notice.text).toContain('深表歉意')
    for (const [suffix, text] of textsOf(notice)) expect(text, suffix).not.toMatch(/8\.1|泸州/)
  })
})

describe('a withdrawal', () => {
  const OWN_FAULT = ['no-quake', 'wrong-parameters', 'drill-leak', 'sent-in-error']
  it.each(WITHDRAWAL_REASONS)(
    'for %s names the notice, its time and the reason, and restates nothing',
    (withdrawal) => {
      // The false report is even handed in: a withdrawal must not be able to repeat it.
      const notice = renderer.render(factsOf({ kind: 'withdrawal', withdrawal, origin: originOf({ magnitude: 8.1 }) }))
      expect(notice.text).toContain('银震信〔2017〕12号 第1报（06月03日18时12分发布）')
      expect(notice.text.includes('歉意')).toBe(OWN_FAULT.includes(withdrawal))
      for (const [suffix, text] of textsOf(notice)) {
        expect(text, suffix).not.toMatch(/8\.1|阿拉善|北纬|震源深度|自动测定|正式测定/)
      }
    },
  )

  it.each(WITHDRAWAL_REASONS)('for %s can be understood by who only hears it', (withdrawal) => {
    const { variants } = renderer.render(factsOf({ kind: 'withdrawal', withdrawal }))
    const speech = variants['speech'] ?? ''
    expect(speech).toMatch(/^银川市地震局撤回公告。/)
    expect(speech).toMatch(/6月3日18时12分发布的银震信2017年12号第1报/)
    expect(speech).toMatch(/现予撤回.*公告编号银震信2017年12号第2报。$/)
    expect(speech).not.toMatch(/[【】〔〕（）]/)
  })

  it('is titled once as what it is', () => {
    expect(renderer.render(factsOf({ kind: 'withdrawal' })).title).toBe('【撤回】银震信〔2017〕12号 第1报已撤回')
  })

  it('has its own words for every reason', () => {
    const texts = WITHDRAWAL_REASONS.map(
      (withdrawal) => renderer.render(factsOf({ kind: 'withdrawal', withdrawal })).text,
    )
    expect(new Set(texts).size).toBe(WITHDRAWAL_REASONS.length)
  })

  it('of a quake that never was opens with 误报 and 未发生, with window, area and floor', () => {
    const { text } = renderer.render(factsOf({ kind: 'withdrawal', withdrawal: 'no-quake' }))
    expect(text).toMatch(/^【撤回】【误报】经核实，06月03日18时00分至18时30分，银川市未发生3\.0级及以上地震。/)
  })
})

describe('a no-quake notice', () => {
  it('names window, area, magnitude floor and, if known, the cause', () => {
    expect(renderer.render(factsOf({ kind: 'no-quake', checked: checkedOf({ cause: '施工' }) })).text).toMatch(
      /^经核实，06月03日18时00分至18时30分，银川市未发生3\.0级及以上地震，震动系施工所致。/,
    )
  })
})

describe('whatever the facts', () => {
  const original = fc.record({
    originTime: fc.integer({ min: beijing(1905, 1, 1, 0, 0), max: beijing(2099, 12, 31, 23, 59) }),
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    depthKm: fc.option(fc.double({ min: -10, max: 800, noNaN: true })),
    magnitude: fc.double({ min: -2, max: 9.6, noNaN: true }),
    kind: fc.constantFrom(
      'earthquake',
      'collapse',
      'blast',
      'mining',
      'suspected-blast',
      'explosion',
      'induced',
      'landslide',
      'volcanic',
      'other',
    ),
    place: fc.constantFrom(
      LONG,
      '福建三明市将乐县',
      '甘肃白银市会宁县',
      '汤加群岛',
      '台湾花莲县海域',
      '四川与云南交界',
      'Xinjiang Aksu',
    ),
    sourceCode: fc.constantFrom(...LABELLED_CODES),
    automatic: fc.boolean(),
    domestic: fc.boolean(),
  })
  const notices = fc.record({
    kind: fc.constantFrom<NoticeKind>(
      'quick-report',
      'formal-report',
      'revision',
      'correction',
      'withdrawal',
      'no-quake',
    ),
    class: fc.constantFrom('actual', 'drill'),
    report: fc.integer({ min: 1, max: 99 }),
    serial: fc.constantFrom('银震信〔2017〕12号', '兰山应急震信〔2026〕123号'),
    origin: original,
    previous: original,
    withdrawal: fc.constantFrom(...WITHDRAWAL_REASONS),
    maybeFelt: fc.boolean(),
    home: fc.option(
      fc.record({
        name: fc.constantFrom('银川市', '呼和浩特市'),
        distanceKm: fc.double({ min: 0, max: 20_000, noNaN: true }),
      }),
    ),
    nearest: fc.array(
      fc.record({
        name: fc.constantFrom('利通区', '灵武市', '会宁县', '将乐县', '银川市'),
        distanceKm: fc.double({ min: 0, max: 900, noNaN: true }),
      }),
    ),
    checked: fc.record({
      from: fc.integer({ min: 0, max: 4e12 }).map((t) => t - 7_200_000),
      to: fc.integer({ min: 4e12, max: 4.1e12 }),
      area: fc.constantFrom('银川市', '内蒙古自治区阿拉善盟阿拉善左旗全境'),
      magnitudeFloor: fc.double({ min: 0, max: 9, noNaN: true }),
      cause: fc.constantFrom('', '施工', '爆破'),
    }),
  })

  it('a notice has no hole, no forecast, and no false sentence; or the label does not fit its kind and it is refused', () => {
    let rendered = 0
    fc.assert(
      fc.property(notices, (over) => {
        const facts = factsOf(over)
        const { sourceCode, automatic } = over.origin
        const national = ['CC', 'CD'].includes(sourceCode)
        const silent = over.kind === 'withdrawal' || over.kind === 'no-quake'
        const clash =
          (over.kind === 'quick-report' && national) ||
          (!silent && automatic && national) ||
          (over.kind === 'formal-report' && (automatic || sourceCode === 'AU'))
        if (clash) {
          expect(() => renderer.render(facts)).toThrow(/sourceCode/)
          return
        }
        const notice = renderer.render(facts)
        rendered += 1
        checkNotice(`${over.kind} ${over.withdrawal}`, facts, notice)
        if (over.kind === 'correction') {
          const wrong = formatMagnitude(over.previous.magnitude)
          const position = formatPosition(over.previous.latitude, over.previous.longitude)
          const told = wrong !== formatMagnitude(over.origin.magnitude)
          for (const [, text] of textsOf(notice)) {
            if (told) expect(text).not.toMatch(new RegExp(`(?<![\\d.-])${wrong.replace('.', '\\.')}级`))
            if (position !== formatPosition(over.origin.latitude, over.origin.longitude))
              expect(text).not.toContain(position)
          }
        }
      }),
      { numRuns: 300 },
    )
    expect(rendered).toBeGreaterThan(150)
  })
})
