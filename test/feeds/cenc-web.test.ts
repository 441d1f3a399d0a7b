// In: answers of the CENC web catalogue. Out: proof that float noise, nested copies and misnamed times do no harm.
import { describe, expect, it } from 'vitest'
import { parseCencWeb } from '../../src/feeds/cenc-web.ts'
import { expectSane, holdUnderMutation, onlyReport, reportAt, ruleAt } from './json-payloads.ts'
import { describeOnRecorded, fixture, recorded } from './recorded.ts'

const LIST = fixture('cenc-web-catalogue.json')
const ROW = {
  id: 20310506081359,
  uniEventId: 'CC1935879239000',
  oriTime: '2031-05-06 08:13:59',
  locName: '甘肃临夏州东乡县',
  epiLon: 103.86,
  epiLat: 35.41,
  focDepth: 10,
  magType: '',
  magnitude: 4.6,
  eqType: 'CC',
  gmtCreate: '2031-05-06 08:20:24',
}
const parseRow = (change: Record<string, unknown>): ReturnType<typeof parseCencWeb> =>
  parseCencWeb(JSON.stringify({ ...ROW, ...change }))

describe('the CENC web catalogue', () => {
  it('rounds float32 noise to the figures CENC meant', () => {
    expect(reportAt(parseCencWeb(LIST), 0)).toMatchObject({
      magnitude: { value: 4.6, type: 'M' },
      latitude: 35.41,
      longitude: 103.86,
    })
  })

  it('reads every spelled time as Beijing time, whatever "gmt" in the name says', () => {
    expect(reportAt(parseCencWeb(LIST), 0)).toMatchObject({
      originTime: Date.UTC(2031, 4, 6, 0, 13, 59),
      idTime: Date.UTC(2031, 4, 6, 0, 13, 59),
      issuedAt: Date.UTC(2031, 4, 6, 0, 20, 24),
      revision: '2031-05-06 08:20:24',
    })
  })

  it('tells automatic from formal by the letters of id and eqType, and believes the weaker', () => {
    expect(reportAt(parseCencWeb(LIST), 1)).toMatchObject({ sourceCode: 'AU', evaluation: 'automatic', agency: 'CENC' })
    expect(onlyReport(parseRow({ eqType: 'AU' }))).toMatchObject({ sourceCode: 'AU', evaluation: 'automatic' })
    expect(onlyReport(parseRow({ eqType: 'NX', uniEventId: 'NX1935879239000' }))).toMatchObject({
      sourceCode: 'NX',
      agency: 'NX',
    })
  })

  it('hands on isDeleted as a deletion with the later time as its version', () => {
    const report = reportAt(parseCencWeb(LIST), 2)
    expect(report).toMatchObject({ lifecycle: 'delete', revision: '2031-05-06 08:10:02' })
    expect(onlyReport(parseRow({ isDeleted: '0' })).lifecycle).toBe('report')
    expect(onlyReport(parseCencWeb('{"uniEventId":"CC1935879239000","isDeleted":1}')).lifecycle).toBe('delete')
  })

  it('learns the kind from the bracket or from the word that ends the title', () => {
    expect(reportAt(parseCencWeb(LIST), 3).kind).toBe('collapse')
    expect(onlyReport(parseRow({ locName: '陕西榆林市神木市【疑爆】' }))).toMatchObject({
      kind: 'suspected-blast',
      place: '陕西榆林市神木市',
    })
    expect(onlyReport(parseRow({ nameByInfo: '塌陷沟镇4.6级地震' })).kind).toBe('earthquake')
  })

  it('refuses a row at 0°N 0°E and reads its neighbours', () => {
    const feed = parseCencWeb(LIST)
    expectSane(feed)
    expect(feed.refused.map(({ row, rule }) => [row, rule])).toEqual([[4, 'null-island']])
    expect(feed.reports).toHaveLength(4)
  })

  it('takes what the row leaves out from its nested copies', () => {
    const origin = {
      oriTime: 1_935_879_239_000,
      epiLat: 35.409999,
      epiLon: 103.860001,
      magnitude: 4.59999,
      focDepth: 10,
    }
    const bare = { uniEventId: 'CC1935879239000', oriTime: null, locName: '甘肃临夏州东乡县', eqType: 'CC' }
    const expected = { originTime: 1_935_879_239_000, magnitude: { value: 4.6, type: 'M' }, latitude: 35.41 }
    expect(
      onlyReport(parseCencWeb(JSON.stringify({ data: [{ ...bare, earthquakeEvent: { origin } }] }))),
    ).toMatchObject(expected)
    expect(
      onlyReport(parseCencWeb(JSON.stringify({ data: [{ ...bare, event: JSON.stringify({ origin }) }] }))),
    ).toMatchObject(expected)
    const unset = { ...bare, earthquakeEvent: { origin: { oriTime: 0 } } }
    expect(ruleAt(parseCencWeb(JSON.stringify({ data: [unset] })), 0)).toBe('origin-time-missing')
    expect(ruleAt(parseCencWeb(JSON.stringify({ data: [{ ...bare, event: '{broken' }] })), 0)).toBe(
      'origin-time-missing',
    )
  })

  it('keeps an exercise apart and leaves a draft aside', () => {
    expect(onlyReport(parseRow({ earthquakeEvent: { msgType: 'Exercise' } })).class).toBe('test')
    expect(onlyReport(parseRow({ infoTypeName: '[演练]' })).class).toBe('test')
    expect(parseRow({ status: 'draft' }).ignored).toEqual([{ row: 0, reason: 'draft' }])
  })

  it('reads numbers written as text, and leaves keys it does not know alone', () => {
    expect(
      onlyReport(parseRow({ epiLat: '35.41', magnitude: '4.6', focDepth: '10.00', id: '20310506081359', more: [1] })),
    ).toMatchObject({
      latitude: 35.41,
      depthKm: 10,
    })
  })

  it('calls an answer without data an outage, not an empty catalogue', () => {
    expect(() => parseCencWeb('{"message":"系统繁忙","code":500,"data":null}')).toThrow(
      expect.objectContaining({ rule: 'shape' }),
    )
    expect(() => parseCencWeb('{}')).toThrow(expect.objectContaining({ rule: 'shape' }))
    expect(parseCencWeb('{"code":0,"data":[]}').reports).toEqual([])
  })

  it('never yields a value out of range, whatever happens to its bytes', () => {
    holdUnderMutation(parseCencWeb, [LIST, JSON.stringify(ROW)])
  })
})

describeOnRecorded('a recorded answer of the CENC web catalogue', () => {
  it('gives M7.6 at 18.7°S 175.2°W from 7.599999904632568 and its like', () => {
    expect(onlyReport(parseCencWeb(recorded('cenc/cenc-web-catalogs-2026-03.json')))).toMatchObject({
      magnitude: { value: 7.6, type: 'M' },
      latitude: -18.7,
      longitude: -175.2,
      originTime: 1_774_327_070_000,
      idTime: 1_774_327_070_000,
    })
  })
})
