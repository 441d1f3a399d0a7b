// Domestic, abroad or undecidable, with the prefix traps on both sides.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import abroad from '../../../src/core/data/abroad.json' with { type: 'json' }
import { NATIONAL_COUNTIES, PROVINCES } from '../../../src/core/places/county.ts'
import { describeRegion } from '../../../src/core/places/region.ts'
import { writeCounty } from '../../../src/core/places/table-place.ts'

describe('a place is domestic', () => {
  it('when it opens with one of the 34 provinces, short or full', () => {
    for (const { name, short } of PROVINCES) {
      expect(describeRegion(name), name).toBe('domestic')
      expect(describeRegion(`${short}某地`), short).toBe('domestic')
    }
  })

  it('for every county as our notices write it', () => {
    const wrong = NATIONAL_COUNTIES.map(writeCounty).filter((place) => describeRegion(place) !== 'domestic')
    expect(wrong).toEqual([])
  })

  it.each(
    (
      '渤海 黄海海域 东海 南海海域 南海诸岛 台湾海峡 台湾花莲县附近海域 台湾以东海域 北部湾 钓鱼岛附近海域 南沙群岛 ' +
      '江苏盐城市东台市海域 内蒙古赤峰市巴林左旗 辽宁锦州市黑山县 阿拉善盟阿左旗附近 银川市灵武市 中国台湾 ' +
      '内蒙古锡林郭勒盟二连浩特市 新疆和田地区皮山县 青海海南州共和县'
    ).split(' '),
  )('%s', (place) => expect(describeRegion(place)).toBe('domestic'))

  it.each([
    'SOUTHERN XINJIANG, CHINA',
    'Taiwan region',
    '12 km NW of Hualien City, Taiwan',
    'WESTERN XIZANG',
    'South China Sea',
  ])('%s', (place) => expect(describeRegion(place)).toBe('domestic'))
})

describe('a place is abroad', () => {
  it('for every name of our list, alone and with a position', () => {
    for (const name of [...abroad.countries, ...abroad.regions]) {
      expect(describeRegion(name), name).toBe('abroad')
      expect(describeRegion(`${name}附近海域`), name).toBe('abroad')
    }
  })

  it.each(
    (
      '汤加群岛 堪察加东岸附近海域 瓦努阿图群岛 所罗门群岛 新不列颠地区 克马德克群岛 日本本州东岸远海 日本本州东南海域 ' +
      '印尼苏门答腊岛南部海域 阿富汗 缅甸 大西洋中脊 希腊克里特岛 洛亚蒂群岛附近海域 蒙古 蒙古国中部 日本海 东海道南方海域 ' +
      '新西兰 新几内亚 北大西洋海岭 南桑威奇群岛地区 印度洋 菲律宾海 巴林 黑山 哈萨克斯坦 塔吉克斯坦与阿富汗交界 兴都库什地区 中非共和国'
    ).split(' '),
  )('%s', (place) => expect(describeRegion(place)).toBe('abroad'))

  it.each([
    '67 km SSW of Murghob, Tajikistan',
    '10 km N of The Geysers, CA',
    'south of the Fiji Islands',
    'MID-INDIAN RIDGE, Indian Ocean',
    'NEAR EAST COAST OF HONSHU, JAPAN',
    'Sea of Japan',
    'western Türkiye',
  ])('%s', (place) => expect(describeRegion(place)).toBe('abroad'))
})

describe('a place is undecidable', () => {
  it.each(
    '中缅边境 中蒙边境地区 中缅交界 西藏与尼泊尔交界 缅甸-中国边境地区 吉尔吉斯斯坦-新疆边境 不丹、西藏交界 巴士海峡 某某群岛 能登半島沖'.split(
      ' ',
    ),
  )('%s', (place) => expect(describeRegion(place)).toBe('undecidable'))

  it.each(['', 'Myanmar-China border region', 'Kyrgyzstan-Xinjiang border region', 'Indiana', 'somewhere', '12345'])(
    '%j',
    (place) => expect(describeRegion(place)).toBe('undecidable'),
  )

  it('or one of the other two for any text at all, however long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        expect(['domestic', 'abroad', 'undecidable']).toContain(describeRegion(text))
      }),
    )
    expect(describeRegion('和'.repeat(200_000))).toBe('undecidable')
  })
})
