// Which counties a place text names, in all the spellings that CENC, provinces and the press use.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NATIONAL_COUNTIES } from '../../../src/core/places/county.ts'
import { countiesNamed, readPlace } from '../../../src/core/places/county-names.ts'
import { bareName, listColloquialNames, shortenName } from '../../../src/core/places/short-name.ts'
import { writeCounty } from '../../../src/core/places/table-place.ts'

const codes = (place: string) => countiesNamed(place).map(({ code }) => code)

describe('the counties that a text names', () => {
  it.each([
    // short and full forms
    ['四川甘孜州泸定县', ['513322']],
    ['四川省甘孜藏族自治州泸定县', ['513322']],
    ['新疆克孜勒苏州阿合奇县', ['653023']],
    ['新疆维吾尔自治区克孜勒苏柯尔克孜自治州阿合奇县', ['653023']],
    ['宁夏银川市灵武市', ['640181']],
    ['宁夏灵武市', ['640181']],
    ['银川市灵武市', ['640181']],
    ['宁夏回族自治区银川市西夏区', ['640105']],
    ['新疆巴音郭楞州和静县', ['652827']],
    ['新疆伊犁州塔城地区乌苏市', ['654202']],
    ['甘肃临夏州积石山县', ['622927']],
    ['甘肃积石山保安族东乡族撒拉族自治县', ['622927']],
    ['甘肃临夏州东乡县', ['622926']],
    ['内蒙古呼伦贝尔市鄂伦春旗', ['150723']],
    ['云南大理州漾濞县', ['532922']],
    ['新疆喀什地区塔什库尔干县', ['653131']],
    ['青海海西州大柴旦行委', ['632857']],
    ['北京昌平区', ['110114']],
    ['重庆武隆区', ['500156']],
    ['广东东莞市', ['441900']],
    ['内蒙古呼和浩特市和林格尔县', ['150123']],
    // former names and ranks
    ['新疆阿克苏地区库车县', ['652902']],
    ['陕西榆林市神木县', ['610881']],
    ['山东莱芜市莱城区', ['370116']],
    ['吉林四平市公主岭市', ['220184']],
    ['西藏那曲地区尼玛县', ['540629']],
    ['山西大同市大同县', ['140215']],
    ['河北邢台市邢台县', ['130503']],
    ['河北石家庄市藁城市', ['130109']],
    // banners in brief
    ['内蒙古通辽市科左后旗', ['150522']],
    ['阿拉善盟阿左旗附近', ['152921']],
    ['内蒙古阿拉善盟阿右旗', ['152922']],
    // seas and borders
    ['江苏盐城市东台市海域', ['320981']],
    ['台湾花莲县海域', ['71-HUA']],
    ['四川甘孜州泸定县与雅安市石棉县交界', ['513322', '511824']],
    ['甘肃甘南州迭部县和四川阿坝州若尔盖县交界', ['623024', '513232']],
    ['浙江宁波市象山县附近海域', ['330225']],
  ])('%s', (place, expected) => {
    expect(codes(place)).toEqual(expected)
  })

  it('are told apart by the words before them when names repeat', () => {
    expect(codes('河北石家庄市新华区')).toEqual(['130105'])
    expect(codes('河北沧州市新华区')).toEqual(['130902'])
    expect(codes('河南平顶山市新华区')).toEqual(['410402'])
    expect(codes('新疆和田地区和田县')).toEqual(['653221'])
    expect(codes('新疆和田地区和田市')).toEqual(['653201'])
    expect(codes('山西大同市云冈区')).toEqual(['140214'])
  })

  it('are all namesakes where the text leaves it open', () => {
    expect(codes('河北新华区')).toEqual(['130105', '130902'])
    expect(codes('新华区').length).toBeGreaterThanOrEqual(3)
  })

  it('are not sought in a sea, a prefecture alone, or a foreign place', () => {
    for (const place of [
      '南海海域',
      '东海海域',
      '四川阿坝州',
      '新疆',
      '汤加群岛',
      '日本本州东岸远海',
      '',
      '台湾海峡',
    ]) {
      expect(codes(place), place).toEqual([])
    }
  })

  it('are the counties 东海县 and 南海区, not the seas in their names', () => {
    expect(codes('江苏连云港市东海县')).toEqual(['320722'])
    expect(codes('广东佛山市南海区')).toEqual(['440605'])
  })

  it('are found for every county of the country as our own notices write it', () => {
    const missed = NATIONAL_COUNTIES.filter((county) => !codes(writeCounty(county)).includes(county.code))
    expect(missed.map((county) => writeCounty(county))).toEqual([])
  })

  it('are found for every county under its full official line', () => {
    const missed = NATIONAL_COUNTIES.map((county) => ({
      county,
      text: county.province.name + (county.prefecture?.name ?? '') + county.name,
    })).filter(({ county, text }) => codes(text).length !== 1 || codes(text)[0] !== county.code)
    // A unit named like its prefecture (东莞市) is the only one that the doubled name may leave open.
    expect(missed.map(({ text }) => text).filter((text) => !/^(.{3})省(.+)\2$/.test(text))).toEqual([])
  })

  it('never crash or run away on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const { leftovers, counties } = readPlace(text)
        expect(leftovers.join('').length).toBeLessThanOrEqual(60)
        expect(counties.length).toBeLessThan(3000)
      }),
    )
  })

  it('read every character as a name, a position or a leftover', () => {
    expect(readPlace('四川测试地区').leftovers).toEqual(['测试'])
    expect(readPlace('四川宜宾市长宁县双河镇').leftovers).toEqual(['双河镇'])
    expect(readPlace('四川宜宾市长宁县附近海域').leftovers).toEqual([])
  })
})

describe('short names', () => {
  it.each([
    ['阿坝藏族羌族自治州', '阿坝州'],
    ['克孜勒苏柯尔克孜自治州', '克孜勒苏州'],
    ['海西蒙古族藏族自治州', '海西州'],
    ['孟村回族自治县', '孟村县'],
    ['东乡族自治县', '东乡县'],
    ['鄂伦春自治旗', '鄂伦春旗'],
    ['莫力达瓦达斡尔族自治旗', '莫力达瓦旗'],
    ['双江拉祜族佤族布朗族傣族自治县', '双江县'],
    ['察布查尔锡伯自治县', '察布查尔县'],
    ['龙胜各族自治县', '龙胜县'],
    ['木里藏族自治县', '木里县'],
    ['灵武市', '灵武市'],
    ['沙县', '沙县'],
  ])('%s is written %s', (name, short) => {
    expect(shortenName(name)).toBe(short)
  })

  it('leave no people and no half a word at the end, for any autonomous unit', () => {
    const autonomous = NATIONAL_COUNTIES.filter(({ name }) => name.includes('自治'))
    expect(autonomous.length).toBeGreaterThan(110)
    for (const { name } of autonomous) expect(shortenName(name), name).toMatch(/^[^族]{2,6}[县旗]$/)
  })

  it('are not cut below two characters', () => {
    expect(bareName('沙县')).toBe('')
    expect(bareName('城区')).toBe('')
    expect(bareName('灵武市')).toBe('灵武')
    expect(listColloquialNames('灵武市')).toEqual([])
  })
})
