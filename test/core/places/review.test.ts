// What may be printed of a source's place text, and what may not.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import abroad from '../../../src/core/data/abroad.json' with { type: 'json' }
import { GAPS, NATIONAL_COUNTIES, findPrefecture, findProvince } from '../../../src/core/places/county.ts'
import { mergeCounties } from '../../../src/core/places/gazetteer.ts'
import { reviewPlace } from '../../../src/core/places/review.ts'
import { placeFromTable, writeCounty } from '../../../src/core/places/table-place.ts'

const inland = { latitude: 38, longitude: 104 }
const ocean = { latitude: -30, longitude: -170 }

describe('a place text goes out as it is', () => {
  it.each(
    (
      '四川甘孜州泸定县 内蒙古自治区阿拉善盟阿拉善左旗 阿拉善盟阿左旗附近 宁夏银川市灵武市 江苏盐城市东台市海域 四川甘孜州泸定县与雅安市石棉县交界 ' +
      '西藏那曲地区尼玛县 北京 重庆武隆区 台湾附近海域 台湾花莲县海域 南海海域 东海 四川阿坝州 吉林省吉林市 陕西西安市鄠邑区 ' +
      '四川宜宾市长宁县双河镇 中缅边境 西藏与尼泊尔交界 巴士海峡 喀喇昆仑山 香港南丫岛 黑龙江大兴安岭地区呼中区 新疆和田地区和安县 新疆克州阿克陶县 四川巴中市巴州区 台湾兰屿 新疆维吾尔自治区克孜勒苏柯尔克孜自治州阿图什市'
    ).split(' '),
  )('%s', (place) => expect(reviewPlace(place, inland)).toEqual({ ok: true, place }))

  it('for every county of the country, with and without a point', () => {
    const lines = [
      ...NATIONAL_COUNTIES.map(writeCounty),
      ...GAPS.map(({ code, name }) => findProvince(code).short + (findPrefecture(code)?.short ?? '') + name),
    ]
    expect(lines.filter((place) => !reviewPlace(place, inland).ok)).toEqual([])
  })

  it('for every listed place abroad', () => {
    const names = [...abroad.countries, ...abroad.regions].flatMap((name) => [name, `${name}群岛附近海域`])
    expect(names.filter((place) => !reviewPlace(place, ocean).ok)).toEqual([])
  })

  it('with the dash of a border abroad', () => {
    expect(reviewPlace('智利—玻利维亚边境', ocean)).toEqual({ ok: true, place: '智利—玻利维亚边境' })
  })

  it('for an island that our list lacks, when no Chinese county is near', () => {
    expect(reviewPlace('里奇蒙群岛附近海域', ocean)).toEqual({ ok: true, place: '里奇蒙群岛附近海域' })
    expect(reviewPlace('里奇蒙群岛附近海域', inland)).toEqual({ ok: false, reason: 'unknown-county' })
  })

  it('without spaces, and without a kind in brackets, which the notice adds from the type word', () => {
    expect(reviewPlace(' 北京 房山区（塌陷） ', inland)).toEqual({ ok: true, place: '北京房山区' })
    expect(reviewPlace('山东济宁市兖州区(矿震)', inland)).toEqual({ ok: true, place: '山东济宁市兖州区' })
  })

  it('when it is our own table that speaks', () => {
    for (const { latitude, longitude } of NATIONAL_COUNTIES.filter((_, index) => index % 50 === 0)) {
      const place = placeFromTable(latitude, longitude) ?? ''
      expect(reviewPlace(place, { latitude, longitude }), place).toEqual({ ok: true, place })
    }
  })
})

describe('a place text is stopped', () => {
  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['（塌陷）', 'empty'],
    ['宁'.repeat(61), 'too-long'],
    ['宁'.repeat(100_000), 'too-long'],
    ['宁夏\u202e市武灵市川银', 'control'],
    ['宁夏\u0000银川市', 'control'],
    ['宁夏\u200b银川市灵武市', 'control'],
    ['宁夏\n银川市', 'control'],
    ['宁夏\ud800银川市', 'control'],
    ['<b>宁夏银川市</b>', 'markup'],
    ['＜script＞宁夏银川市', 'markup'],
    ['宁夏银川市&amp;', 'markup'],
    ['宁夏银川市 https://example.org/a', 'markup'],
    ['宁夏银川市www.example.cn', 'markup'],
    ['宁夏{{quake}}', 'markup'],
    ['#地震# 宁夏银川市', 'hashtag'],
    ['＃地震＃宁夏银川市', 'hashtag'],
    ['@某人 宁夏银川市', 'mention'],
    ['宁夏银川市＠某人', 'mention'],
    ['67 km SSW of Murghob, Tajikistan', 'not-chinese'],
    ['能登半島沖', 'not-chinese'],
    ['宁夏银川市5公里处', 'not-chinese'],
    ['宁夏银川市😀', 'not-chinese'],
    ['宁夏银川市！', 'not-chinese'],
    ['Ningxia', 'not-chinese'],
    ['四川测试地区', 'unknown-county'],
    ['新疆', 'unknown-county'],
    ['宁夏地区', 'unknown-county'],
    ['某某地区', 'unknown-county'],
    ['宁夏银川市将发生八级地震', 'unknown-county'],
    ['北京朝阳区大家快跑', 'unknown-county'],
    ['宁夏灵武市撤离乡', 'unknown-county'],
    ['日本请立即转发', 'unknown-county'],
    ['河北保定市新华区', 'unknown-county'],
  ])('%j: %s', (text, reason) => {
    expect(reviewPlace(text, inland)).toEqual({ ok: false, reason })
  })

  it.each(['日本将', '缅甸军方轰炸', '缅甸明夜更强震', '印尼火山灾区', '日本福岛核电站', '土耳其昨夜', '智利又要'])(
    'abroad, too, when words follow the country that name no place: %s',
    (text) => {
      expect(reviewPlace(text, ocean)).toEqual({ ok: false, reason: 'unknown-county' })
    },
  )

  it('even far out at sea, when it says something instead of naming a place', () => {
    for (const text of ['海啸即将到达请撤离', '太平洋八级大地震', '今晚有余震大家注意']) {
      expect(reviewPlace(text, ocean), text).toEqual({ ok: false, reason: 'unknown-county' })
    }
  })

  it('or is free of everything that a template, a hashtag or a link could be made of, for any text at all', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc
        .array(
          fc.constantFrom(
            '宁夏',
            '银川市',
            '灵武市',
            '附近',
            '<',
            '&',
            '#',
            '＃',
            '@',
            '\u202e',
            '地震',
            '北京',
            '·',
            '（',
            'a.cn',
          ),
        )
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        const review = reviewPlace(text, ocean)
        if (review.ok) expect(review.place).toMatch(/^[\p{Script=Han}、·()（）—–－-]{1,60}$/u)
        else expect(review.reason).toMatch(/^[a-z-]+$/)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a bureau that added its place', () => {
  it('may see it printed', () => {
    const own = mergeCounties([{ code: '640182', name: '滨河新区', latitude: 38.2, longitude: 106.5 }])
    expect(reviewPlace('宁夏银川市滨河新区', inland).ok).toBe(false)
    expect(reviewPlace('宁夏银川市滨河新区', inland, own).ok).toBe(true)
  })
})
