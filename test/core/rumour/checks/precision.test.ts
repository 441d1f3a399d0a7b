// In: claims of coming quakes with figures of all kinds. Out: which are more exact than anybody can be, and which only look it.
import { describe, expect, test } from 'vitest'
import { checkPrecision } from '../../../../src/core/rumour/checks/precision.ts'
import { checkRecurrence, type ArchivedClaim } from '../../../../src/core/rumour/checks/recurrence.ts'
import { claimOf, HEARD } from './readings.ts'

const signsOf = (text: string): string[] =>
  checkPrecision(claimOf(text, HEARD, 'predict'))?.rows.map(({ says }) => says.split('：')[0] ?? '') ?? []

describe('more exact than anybody can be', () => {
  test.each([
    ['今晚余震时间2点43分至45分', ['时间精确到分钟']],
    ['银川明天10时15分将发生7.3级地震', ['时间精确到分钟', '震级精确到小数']],
    ['震中在黄渠桥镇，今晚要发生地震', ['地点精确到乡镇、村或小区']],
    ['明天要发生6.8级地震', ['震级精确到小数']],
    ['预计凌晨3:15有强震', ['时间精确到分钟']],
  ])('%s', (text, signs) => {
    expect(signsOf(text)).toEqual(signs)
    expect(checkPrecision(claimOf(text, HEARD, 'predict'))?.outcome).toBe('contradicts')
  })

  test.each([
    '银川明天要发生7级大地震',
    '6月3日18时11分在银川发生5.0级地震，今晚还有更大的',
    '6月3日18时11分，银川发生5.0级地震，今晚还有更大的',
    '刚才18时11分地震了，半夜还要震',
    '中国地震台网正式测定5.0级，专家说三天内还有大的',
    '大家在十分钟内离开，今晚有大震',
    '21时30分发布：凌晨3时会再次发生余震',
    '截至20时15分，专家说今晚还有大震',
    '台里20:15消息，今晚要发生大地震',
  ])('%s is not, whatever figures of the past stand in it', (text) => {
    expect(signsOf(text)).toEqual([])
    expect(checkPrecision(claimOf(text, HEARD, 'predict'))?.outcome).toBe('no-data')
  })

  test('is asked only of what is foretold', () => {
    expect(checkPrecision(claimOf('18时11分银川发生5.0级地震', HEARD, 'occurred'))).toBeNull()
  })
})

describe('what was said before', () => {
  const archived = (id: string, text: string, verdict: ArchivedClaim['verdict']): ArchivedClaim => ({
    id,
    title: text,
    openedAt: HEARD - 400 * 86_400_000,
    verdict,
    texts: [text],
  })
  const OLD = '银川今晚要发生8级大地震，大家晚上不要睡觉，赶紧转发给家人'

  test('the same again is told with the old one’s day and verdict, without its words in the finding', () => {
    const finding = checkRecurrence(claimOf('【紧急】银川今晚要发生8级大地震,大家晚上不要睡觉,赶紧转发给家人!!!'), [
      archived('c-old', OLD, '不实'),
      archived('c-other', '兰州今晚要发生8级大地震，大家晚上不要睡觉，赶紧转发给家人', '不实'),
    ])
    expect(finding).toMatchObject({ outcome: 'contradicts', rows: [{ table: 'claim', id: 'c-old' }] })
    expect(finding.words).not.toContain('8级')
  })

  test('another fact is another claim, and what was true once may be true again', () => {
    expect(
      checkRecurrence(claimOf('银川今晚要发生5级地震，大家晚上不要睡觉，赶紧转发给家人'), [
        archived('c-old', OLD, '不实'),
      ]),
    ).toMatchObject({
      outcome: 'no-data',
      rows: [],
    })
    expect(checkRecurrence(claimOf(OLD), [archived('c-old', OLD, '属实')])).toMatchObject({
      outcome: 'no-data',
      rows: [{ id: 'c-old' }],
    })
    expect(checkRecurrence(claimOf(OLD), [archived('c-old', OLD, null)]).outcome).toBe('no-data')
  })
})
