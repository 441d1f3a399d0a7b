// In: names of earthquake agencies, real ones and made-up ones. Out: that the made-up are found and no real one ever is.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAgency, findAgencies } from '../../../../src/core/rumour/checks/agency.ts'
import { AGENCY_FORMS } from '../../../../src/core/rumour/checks/agency-forms.ts'
import { NATIONAL_COUNTIES, PREFECTURES, PROVINCES } from '../../../../src/core/places/county.ts'
import { claimOf } from './readings.ts'

const outcomeOf = (text: string): string | null => checkAgency(claimOf(text))?.outcome ?? null

describe('agencies that do not exist', () => {
  test.each([
    '中国地震局四川分局通知，今晚有余震',
    '接中国地震局宁夏分局紧急通知：明天有7级地震',
    '国家地震预报中心发布：三天内有大震',
    '国家地震总局内部消息',
    '亚洲地震局预测下周二有8级地震',
    '世界地震组织警告',
    '据地震卫星显示，银川今晚有大地震',
    '国际地震预测中心说要地震',
    '四川地震分局的人说的',
    '地震局宁夏分局通知，凌晨三点有余震',
    '美国地震局预测中国将有大地震',
  ])('%s', (text) => {
    const finding = checkAgency(claimOf(text))
    expect(finding).toMatchObject({ outcome: 'contradicts' })
    expect(finding?.rows.some(({ table }) => table === 'agency')).toBe(true)
  })
})

describe('agencies that exist prove nothing and are never called made up', () => {
  test.each([
    '中国地震局发布公告',
    '中国地震台网中心测定',
    '中国地震台网正式测定：06月03日18时11分',
    '宁夏回族自治区地震局通报',
    '宁夏地震局说的',
    '北京市地震局提醒',
    '银川市地震局辟谣',
    '同心县地震局的亲戚说',
    '吴忠市盐池县地震局通知',
    '阿拉善盟地震局',
    '凉山州防震减灾局',
    '九寨沟县防震减灾局发布',
    '成都市温江区地震办公室',
    '中国地震局地球物理研究所专家',
    '中国地震局地震预测研究所',
    '四川省地震台网测定',
    '国家地震局早年的资料',
    '美国地质调查局测定',
  ])('%s', (text) => {
    expect(outcomeOf(text)).not.toBe('contradicts')
  })

  test('张衡一号 is a satellite that exists, and somebody’s uncle at 地震局 is no agency', () => {
    expect(outcomeOf('张衡一号电磁监测试验卫星发射成功')).toBeNull()
    expect(outcomeOf('我姑父是地震局的，他说今晚别睡')).toBeNull()
    expect(outcomeOf('县地震局的人都不知道')).toBeNull()
  })

  test('the bureau of any county, prefecture or province of the country, in any of the usual forms', () => {
    const places = [
      ...NATIONAL_COUNTIES.map(({ name }) => name),
      ...PREFECTURES.map(({ name }) => name),
      ...PROVINCES.map(({ name }) => name),
    ]
    const forms = fc.constantFrom('地震局', '防震减灾局', '防震减灾服务中心', '地震台', '地震监测中心站', '地震办公室')
    const around = fc.constantFrom(['', '通知'], ['据', '消息，今晚有大地震'], ['我是', '的工作人员'])
    fc.assert(
      fc.property(fc.constantFrom(...places), forms, around, (place, form, [before = '', after = '']) => {
        const made = findAgencies(`${before}${place}${form}${after}`).filter((one) => !one.form.exists)
        expect(made).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })
})

test('every form has a name of its own and says why', () => {
  expect(new Set(AGENCY_FORMS.map(({ id }) => id)).size).toBe(AGENCY_FORMS.length)
  for (const { because } of AGENCY_FORMS) expect(because).toMatch(/^[\p{Script=Han}，、；：0-9 ]+$/u)
})
