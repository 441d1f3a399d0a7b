// In: Wolfx lists and messages. Out: proof that the keyed list is read in order and that a warning is never a determination.
import { describe, expect, it } from 'vitest'
import { parseWolfx } from '../../src/feeds/wolfx.ts'
import { expectSane, holdUnderMutation, onlyReport, ruleAt } from './json-payloads.ts'
import { describeOnRecorded, fixture, recorded } from './recorded.ts'

const LIST = fixture('wolfx-list.json')
const ROW = {
  type: 'reviewed',
  time: '2031-05-06 08:14:00',
  location: '甘肃东乡县',
  magnitude: '4.6',
  depth: '10',
  latitude: '35.41',
  longitude: '103.86',
}
const parseRow = (change: Record<string, unknown>): ReturnType<typeof parseWolfx> =>
  parseWolfx(JSON.stringify({ ...ROW, ...change }))
const reasons = (value: unknown): string[] => parseWolfx(JSON.stringify(value)).ignored.map(({ reason }) => reason)

describe('the CENC list of Wolfx', () => {
  it('is read in the order of its numbers, not of its keys', () => {
    const feed = parseWolfx(LIST)
    expectSane(feed)
    expect(feed.reports.map(({ row, magnitude }) => [row, magnitude?.value])).toEqual([
      [0, 4.6],
      [1, 3.2],
      [2, 2.8],
    ])
  })

  it('uses the type of the row, not that of the message, for automatic and formal', () => {
    expect(
      parseWolfx(LIST).reports.map(({ sourceCode, evaluation, agency }) => [sourceCode, evaluation, agency]),
    ).toEqual([
      ['CC', 'reviewed', 'CENC'],
      ['AU', 'automatic', 'CENC'],
      ['CC', 'reviewed', 'CENC'],
    ])
    expect(onlyReport(parseRow({ type: 'reviewed', EventID: 'AU20310506081400.000' })).evaluation).toBe('automatic')
    expect(onlyReport(parseRow({ type: undefined }))).toMatchObject({
      sourceCode: '',
      evaluation: 'unknown',
      agency: 'CENC',
    })
  })

  it('prefers the raw place to the edited one, reads km as a unit, and takes the type word from the bracket', () => {
    const reports = parseWolfx(LIST).reports
    expect(reports[0]).toMatchObject({
      place: '甘肃临夏州东乡县',
      depthKm: 10,
      originTime: Date.UTC(2031, 4, 6, 0, 13, 59),
    })
    expect(reports[2]).toMatchObject({ place: '陕西榆林市神木市', kind: 'collapse', depthKm: 0 })
  })

  it('is never a warning: warnings by stream name or by shape are set aside', () => {
    for (const type of ['jma_eew', 'sc_eew', 'fj_eew', 'cq_eew', 'cenc_eew', 'jma_eqlist'])
      expect(reasons({ type, No1: ROW })).toEqual(['early-warning'])
    expect(reasons({ EventID: 'x', OriginTime: '2031-05-06 08:14:00', Magunitude: 4.6, HypoCenter: '甘肃' })).toEqual([
      'early-warning',
    ])
    expect(reasons({ ...ROW, isFinal: true })).toEqual(['early-warning'])
  })

  it('sets heartbeats and answers to pings aside', () => {
    expect(reasons({ type: 'heartbeat', ver: 18, id: 'x', timestamp: 1 })).toEqual(['heartbeat'])
    expect(reasons({ type: 'pong', timestamp: 1 })).toEqual(['pong'])
  })

  it('takes a single row or a bare list, refuses a bad row by name, and keeps training apart', () => {
    expect(onlyReport(parseRow({})).place).toBe('甘肃东乡县')
    const feed = parseWolfx(JSON.stringify([ROW, 7, { ...ROW, longitude: '-181' }, ROW]))
    expect([feed.reports.length, ruleAt(feed, 1), ruleAt(feed, 2)]).toEqual([2, 'shape', 'longitude-range'])
    expect(onlyReport(parseRow({ isTraining: true })).class).toBe('test')
    expect(onlyReport(parseRow({ location: '【演练】甘肃东乡县' })).class).toBe('test')
  })

  it('is unreadable when it has neither rows nor a type', () => {
    for (const text of ['{}', '{"md5":"x"}', '3', 'null'])
      expect(() => parseWolfx(text)).toThrow(expect.objectContaining({ rule: 'shape' }))
    expect(parseWolfx('{"type":"cenc_eqlist","md5":"x"}').reports).toEqual([])
  })

  it('never yields a value out of range, whatever happens to its bytes', () => {
    holdUnderMutation(parseWolfx, [LIST, JSON.stringify(ROW)])
  })
})

describeOnRecorded('recorded payloads of Wolfx', () => {
  it('the list is read; the Japanese warning and list are not', () => {
    expect(onlyReport(parseWolfx(recorded('cenc/wolfx-cenc_eqlist.json')))).toMatchObject({
      magnitude: { value: 5.2, type: 'M' },
      sourceCode: 'CC',
    })
    for (const name of ['wolfx-jma_eew', 'wolfx-jma_eqlist']) {
      expect(parseWolfx(recorded(`eew/${name}.json`)).ignored).toEqual([{ row: 0, reason: 'early-warning' }])
    }
  })
})
