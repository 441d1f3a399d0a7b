// What a template is handed: the regulated words, chosen by source code and kind, and nothing that is not true.
import { describe, expect, it } from 'vitest'
import type { SpokenOrigin } from '../../../src/core/notice.ts'
import { UnspeakableFact } from '../../../src/core/rendering/format.ts'
import { kindWord, labelOf, LABELLED_CODES } from '../../../src/core/rendering/label.ts'
import { speakName } from '../../../src/core/rendering/spoken-name.ts'
import { VIEW_FIELDS, viewOf } from '../../../src/core/rendering/view.ts'
import abroad from '../../../src/core/data/abroad.json' with { type: 'json' }
import counties from '../../../src/core/data/counties.json' with { type: 'json' }
import prefectures from '../../../src/core/data/prefectures.json' with { type: 'json' }
import { findForbidden } from '../../../src/core/rendering/word-guard.ts'
import { beijing, checkedOf, factsOf, originOf } from './facts.ts'

describe('the label', () => {
  it.each([
    ['AU', '中国地震台网自动测定'],
    ['CC', '中国地震台网正式测定'],
    ['CD', '中国地震台网正式测定'],
    ['FJ', '福建地震台网测定'],
    ['NX', '宁夏地震台网测定'],
    ['NM', '内蒙古地震台网测定'],
    ['SD', '山东地震台网测定'],
    ['SN', '陕西地震台网测定'],
    ['SX', '山西地震台网测定'],
  ])('of %s is %s', (code, label) => {
    expect(labelOf(code).full).toBe(label)
  })

  it('of a province never holds 正式, and every mainland province has one', () => {
    const provinces = LABELLED_CODES.filter((code) => !['AU', 'CC', 'CD'].includes(code))
    expect(provinces).toHaveLength(31)
    expect(new Set(provinces.map((code) => labelOf(code).full)).size).toBe(31)
    for (const code of provinces) expect(labelOf(code).full).not.toContain('正式')
  })

  it.each(['', 'US', 'au', 'constructor', '__proto__', 'TOKYO'])('is never guessed: “%s” has none', (code) => {
    expect(() => labelOf(code)).toThrow(UnspeakableFact)
  })

  it('of a formal determination cannot stand in a quick report, nor 自动测定 in a formal one', () => {
    expect(() => viewOf(factsOf({ origin: originOf({ sourceCode: 'CC' }) }))).toThrow(/正式测定/)
    expect(() => viewOf(factsOf({ kind: 'formal-report', origin: originOf() }))).toThrow(/自动测定/)
    const unseen = originOf({ sourceCode: 'AH', automatic: true })
    expect(() => viewOf(factsOf({ kind: 'formal-report', origin: unseen }))).toThrow(/自动测定/)
    const claimed = originOf({ sourceCode: 'CC', automatic: true })
    expect(() => viewOf(factsOf({ kind: 'revision', origin: claimed }))).toThrow(/正式测定/)
  })
})

describe('the kind', () => {
  it('of a natural quake has no bracket word; what never happened cannot be reported', () => {
    expect(kindWord('earthquake')).toBeNull()
    expect(kindWord('collapse')?.mark).toBe('塌陷')
    expect(() => kindWord('nonexistent')).toThrow(UnspeakableFact)
    expect(() => kindWord('toString' as never)).toThrow(UnspeakableFact)
  })

  it('stands once, even when the source already wrote it behind the place', () => {
    const say = (place: string): string =>
      viewOf(
        factsOf({ kind: 'formal-report', origin: originOf({ place, kind: 'collapse', sourceCode: 'CC', depthKm: 0 }) }),
      ).where
    expect(say('北京房山区')).toBe('北京房山区（塌陷）')
    expect(say('北京房山区（塌陷）')).toBe('北京房山区（塌陷）')
    expect(say('北京房山区(塌陷)')).toBe('北京房山区（塌陷）')
    expect(say('北京房山区（矿震）')).toBe('北京房山区（塌陷）')
    expect(say('北京房山区（非天然地震）')).toBe('北京房山区（塌陷）')
  })
})

describe('the place', () => {
  it.each([
    ['四川甘孜州泸定县', '四川甘孜州泸定县附近'],
    ['四川阿坝州九寨沟县附近', '四川阿坝州九寨沟县附近'],
    ['斐济群岛附近海域', '斐济群岛附近海域'],
    ['四川与云南交界', '四川与云南交界附近'],
  ])('of an automatic report says 附近 once: %s', (place, where) => {
    expect(viewOf(factsOf({ origin: originOf({ place }) })).where).toBe(where)
  })

  it('that is long gives way to its position in short texts and is never cut', () => {
    const place = '新疆维吾尔自治区克孜勒苏柯尔克孜自治州阿合奇县与阿克苏地区乌什县交界地带'
    const view = viewOf(factsOf({ origin: originOf({ place }) }))
    expect(view.where).toBe(`${place}附近`)
    expect(view.whereBrief).toBe('北纬37.98度，东经103.59度附近')
    expect(view.whereThing).toBe('北纬37.98度，东经103.59度附近')
    expect(view.whereTitle).toBe('北纬37.98度，东经103.59度附近')
  })

  it.each([
    '',
    '   ',
    '<b>银川</b>',
    '银川#地震#',
    '银川@某人',
    '银川{{ url }}',
    '银川\u202e',
    '银川\n市',
    '银川\u0000',
    '银川市。明天还有',
    '银川市！',
    '银川//evil.example',
    'www.evil.example',
    '【撤回】银川',
    '震'.repeat(61),
  ])('with anything that is no part of a name stops the notice: %j', (place) => {
    expect(() => viewOf(factsOf({ origin: originOf({ place }) }))).toThrow(UnspeakableFact)
  })

  it('gets full-width marks', () => {
    expect(speakName('阿尔巴尼亚(都拉斯), 西岸', 'place', 60)).toBe('阿尔巴尼亚（都拉斯），西岸')
  })

  it('of every county, prefecture and region abroad that we know can be said and is no forbidden word', () => {
    const names = JSON.stringify([counties, prefectures, abroad]).match(/[\p{Script=Han}]{2,20}/gu) ?? []
    expect(names.length).toBeGreaterThan(2_800)
    for (const name of names) {
      expect(speakName(name, 'place', 60)).toBe(name)
      expect(findForbidden(`06月03日18时11分在${name}发生5.0级地震，震中距${name}约5公里，部分地区可能有感。`)).toEqual(
        [],
      )
    }
  })
})

describe('the surroundings', () => {
  it('name each place once, nearest first, and not the home again', () => {
    const view = viewOf(
      factsOf({
        nearest: [
          { name: '永宁县', distanceKm: 31.2 },
          { name: '利通区', distanceKm: 5.4 },
          { name: '永宁县', distanceKm: 31.4 },
          { name: '银川市', distanceKm: 52 },
        ],
        home: { name: '银川市', distanceKm: 54 },
      }),
    )
    expect(view.nearby).toBe('距利通区5公里、距永宁县31公里')
    expect(view.home).toBe('距银川市约54公里')
  })

  it('say nothing about a distance of 0, and 可能有感 only when the model expects it', () => {
    const view = viewOf(factsOf({ home: { name: '银川市', distanceKm: 0.3 }, maybeFelt: false, nearest: [] }))
    expect([view.home, view.felt, view.nearby]).toEqual(['', '', ''])
    const under = viewOf(factsOf({ home: null, nearest: [{ name: '古浪县', distanceKm: 0.3 }] }))
    expect(under.nearby).toBe('距古浪县不足1公里')
  })

  it('refuse a distance that is none', () => {
    expect(() => viewOf(factsOf({ home: { name: '银川市', distanceKm: Number.NaN } }))).toThrow(UnspeakableFact)
    expect(() => viewOf(factsOf({ nearest: [{ name: '古浪县', distanceKm: -4 }] }))).toThrow(UnspeakableFact)
  })
})

describe('what changed', () => {
  it('is said from old to new in a revision', () => {
    const view = viewOf(
      factsOf({
        kind: 'revision',
        previous: originOf({ sourceCode: 'CC', magnitude: 5, depthKm: 8 }),
        origin: originOf({ sourceCode: 'CC', magnitude: 5.2, depthKm: 10 }),
      }),
    )
    expect(view.changes).toBe('震级由5.0级修订为5.2级；震源深度由8千米修订为10千米')
    expect(view.changedItems).toBe('震级、震源深度')
  })

  it('is said in a short text, too: with its values where they fit, else by name', () => {
    const brief = (now: Partial<SpokenOrigin>): string[] => {
      const previous = originOf({ sourceCode: 'CC', magnitude: 4.7 })
      const origin = originOf({ sourceCode: 'CC', magnitude: 4.7, ...now })
      const view = viewOf(factsOf({ kind: 'revision', previous, origin }))
      return [view.changesThing, view.changesBrief]
    }
    expect(brief({ magnitude: 5.1 })).toEqual(['震级由4.7级修订为5.1级', '震级由4.7级修订为5.1级'])
    expect(brief({ magnitude: 5.1, depthKm: 20 })).toEqual(['', '较第1报修订了震级、震源深度'])
    const all = { magnitude: 5.1, depthKm: 20, latitude: 38.2, originTime: beijing(2017, 6, 4, 0, 0) }
    expect(brief(all)).toEqual(['', '较第1报修订了震级等4项'])
    expect(brief({})).toEqual(['', ''])
  })

  it('is read aloud with the times as people say them', () => {
    const previous = originOf({ sourceCode: 'CC' })
    const origin = originOf({ sourceCode: 'CC', originTime: beijing(2017, 6, 4, 0, 5) })
    const view = viewOf(factsOf({ kind: 'revision', previous, origin }))
    expect(view.changes).toBe('发震时刻由06月03日18时11分修订为06月04日00时05分')
    expect(view.changesSpoken).toBe('发震时刻由6月3日18时11分修订为6月4日0时05分')
  })

  it.each([
    ['内蒙古阿拉善盟阿拉善左旗', '内蒙古自治区阿拉善盟阿拉善左旗', '震级'],
    ['内蒙古阿左旗', '内蒙古阿拉善盟阿拉善左旗', '震级'],
    ['四川甘孜州泸定县', '四川甘孜州泸定县与雅安市石棉县交界', '震中地名、震级'],
    ['宁夏银川市永宁县望远镇', '宁夏银川市永宁县', '震中地名、震级'],
    ['日本本州东岸近海', '日本本州东岸远海', '震中地名、震级'],
  ])('is no place that is only spelt in another way: %s, %s', (before, now, items) => {
    for (const kind of ['revision', 'correction'] as const) {
      const previous = originOf({ sourceCode: 'CC', magnitude: 4.6, place: before })
      const view = viewOf(factsOf({ kind, previous, origin: originOf({ sourceCode: 'CC', place: now }) }))
      expect(view.changedItems).toBe(items)
    }
  })

  it('counts only what is printed: an automatic report had no depth', () => {
    const view = viewOf(
      factsOf({
        kind: 'revision',
        previous: originOf({ depthKm: 8 }),
        origin: originOf({ depthKm: 12, magnitude: 5.04 }),
      }),
    )
    expect(view.changes).toBe('')
  })

  it('is only named in a correction, never with the old value', () => {
    const view = viewOf(
      factsOf({
        kind: 'correction',
        previous: originOf({ sourceCode: 'CC', magnitude: 8.1, depthKm: 5 }),
        origin: originOf({ sourceCode: 'CC', magnitude: 3.1 }),
      }),
    )
    expect(view.changes).toBe('')
    expect(view.changedItems).toBe('震级、震源深度')
    expect(JSON.stringify(view)).not.toContain('8.1')
  })

  it('an old value that cannot be printed does not hold up the correction', () => {
    const view = viewOf(factsOf({ kind: 'correction', previous: originOf({ place: '<b>', magnitude: Number.NaN }) }))
    expect(view.changedItems).toBe('有关内容')
  })
})

describe('a withdrawal', () => {
  it('is handed no determination at all, even if one is given', () => {
    const view = viewOf(factsOf({ kind: 'withdrawal', origin: originOf(), home: { name: '银川市', distanceKm: 240 } }))
    for (const field of ['label', 'time', 'where', 'position', 'magnitude', 'depth', 'home', 'felt'] as const) {
      expect(view[field]).toBe('')
    }
  })

  it('says the year of the withdrawn notice when it is another one', () => {
    const over = { kind: 'withdrawal', issuedAt: beijing(2018, 1, 1, 0, 20) } as const
    expect(viewOf(factsOf({ ...over, replacedIssuedAt: beijing(2017, 12, 31, 23, 50) })).replacedTime).toBe(
      '2017年12月31日23时50分',
    )
    expect(viewOf(factsOf({ ...over, replacedIssuedAt: beijing(2018, 1, 1, 0, 5) })).replacedTime).toBe(
      '01月01日00时05分',
    )
  })

  it.each([
    { replaces: '' },
    { replaces: '银震信〔2017〕12号' },
    { replacedIssuedAt: null },
    { withdrawal: 'no-quake', checked: null },
    { withdrawal: 'no-quake', checked: checkedOf({ area: '' }) },
    { withdrawal: 'no-quake', checked: checkedOf({ magnitudeFloor: Number.NaN }) },
  ] as const)('needs to know what it withdraws: %j', (over) => {
    expect(() => viewOf(factsOf({ kind: 'withdrawal', ...over }))).toThrow(UnspeakableFact)
  })
})

describe('the identity', () => {
  it('is serial, number and one plain address', () => {
    const view = viewOf(factsOf({ report: 3 }))
    expect(view.serialReport).toBe('银震信〔2017〕12号 第3报')
    expect(view.serialSpoken).toBe('银震信2017年12号第3报')
    expect(viewOf(factsOf({ kind: 'withdrawal' })).replacesSpoken).toBe('银震信2017年12号第1报')
    for (const url of ['javascript:alert(1)', 'https://a.example/#x', 'https://a.example/ b', 'https://a.example/银']) {
      expect(() => viewOf(factsOf({ url }))).toThrow(UnspeakableFact)
    }
    for (const report of [0, 1.5, Number.NaN, -1]) expect(() => viewOf(factsOf({ report }))).toThrow(UnspeakableFact)
  })

  it('of foreign test traffic is never spoken', () => {
    expect(() => viewOf(factsOf({ class: 'test' }))).toThrow(/never spoken/)
  })

  it('has exactly the fields that the templates are checked against', () => {
    expect(new Set(Object.keys(viewOf(factsOf())))).toEqual(VIEW_FIELDS)
  })
})
