// In: FAN Studio messages. Out: proof that only network determinations become reports, whatever the envelope.
import { describe, expect, it } from 'vitest'
import { parseFan } from '../../src/feeds/fan.ts'
import { expectSane, holdUnderMutation, onlyReport, reportAt, ruleAt } from './json-payloads.ts'
import { describeOnRecorded, fixture, recorded } from './recorded.ts'

const ONE = fixture('fan-cenc.json')
const ALL = fixture('fan-initial-all.json')
const ROW = {
  id: 88001,
  eventId: 'CC.20310506081400.000_I',
  autoFlag: 'I',
  shockTime: '2031-05-06 08:14:00',
  longitude: 103.86,
  latitude: 35.41,
  placeName: '甘肃临夏州东乡县',
  magnitude: 4.6,
  createTime: '2031-05-06 08:20:12',
  depth: 10,
  earthtype: 4,
  infoTypeName: '[正式测定]',
}
const parseRow = (change: Record<string, unknown>): ReturnType<typeof parseFan> =>
  parseFan(JSON.stringify({ ...ROW, ...change }))
const reasons = (text: string): string[] => parseFan(text).ignored.map(({ reason }) => reason)

describe('a FAN Studio message', () => {
  it('gives the determination with the source code of its id, and the id without its suffix as an alias', () => {
    expect(onlyReport(parseFan(ONE))).toMatchObject({
      sourceEventId: 'CC.20310506081360.000_I',
      aliases: ['CC.20310506081360.000'],
      revision: '0123456789abcdef0123456789abcdef',
      sourceCode: 'CC',
      evaluation: 'reviewed',
      agency: 'CENC',
      magnitude: { value: 4.6, type: 'M' },
      originTime: Date.UTC(2031, 4, 6, 0, 13, 59),
      idTime: Date.UTC(2031, 4, 6, 0, 14, 0),
    })
  })

  it('may have been created more than eight hours after the shock: both times are given, the age gate decides', () => {
    const report = onlyReport(parseFan(ONE))
    expect((report.issuedAt ?? 0) - (report.originTime ?? 0)).toBeGreaterThan(8 * 3_600_000)
  })

  it('holds its row in Data or in data, bare, in a list, or by path in initial_all', () => {
    const same = onlyReport(parseRow({})).originTime
    for (const wrap of [
      { Data: ROW },
      { data: ROW },
      { type: 'update', source: 'cenc', Data: ROW },
      [ROW],
      { data: [ROW] },
      { list: [ROW] },
    ]) {
      expect(onlyReport(parseFan(JSON.stringify(wrap))).originTime).toBe(same)
    }
    const all = parseFan(ALL)
    expectSane(all)
    expect(all.reports).toHaveLength(1)
    expect(all.ignored.map(({ reason }) => reason).sort()).toEqual([
      'early-warning',
      'intensity-product',
      'other-source',
    ])
  })

  it('is read alike when the vendor writes numbers as text', () => {
    expect(reportAt(parseFan(ALL), 0)).toMatchObject({
      sourceCode: 'AU',
      evaluation: 'automatic',
      latitude: 28.33,
      longitude: 104.88,
      magnitude: { value: 3.2, type: 'M' },
      depthKm: 10,
    })
  })

  it('is automatic as soon as flag, label, suffix or letters say so', () => {
    const changes = [
      { autoFlag: 'A' },
      { infoTypeName: '[自动测定]' },
      { eventId: 'CC.20310506081400.000_A' },
      { eventId: 'AU.20310506081400.000_I' },
    ]
    for (const change of changes) {
      expect(onlyReport(parseRow(change))).toMatchObject({ sourceCode: 'AU', evaluation: 'automatic' })
    }
  })

  it('leaves the label open when neither letters nor flags say who determined it', () => {
    const report = onlyReport(parseRow({ eventId: '', autoFlag: null, infoTypeName: '' }))
    expect(report).toMatchObject({ sourceCode: '', evaluation: 'unknown', agency: '' })
  })

  it('never makes a label of the letters of a foreign id', () => {
    expect(onlyReport(parseRow({ eventId: 'us7000abcd' }))).toMatchObject({ sourceCode: '', agency: '' })
    expect(onlyReport(parseRow({ eventId: 'US20310506081400' }))).toMatchObject({ sourceCode: '', agency: '' })
  })

  it('carries a provincial network under its own letters', () => {
    const message = { type: 'update', source: 'ningxia', data: { ...ROW, eventId: 'NX.20310506081400.000_I' } }
    expect(onlyReport(parseFan(JSON.stringify(message)))).toMatchObject({ sourceCode: 'NX', agency: 'NX' })
  })

  it('is never a determination when its shape or its path is an early warning', () => {
    const { autoFlag: _flag, infoTypeName: _label, ...bare } = ROW
    expect(reasons(JSON.stringify({ Data: { ...bare, updates: 1 } }))).toEqual(['early-warning'])
    expect(reasons(JSON.stringify({ Data: { ...bare, epiIntensity: '5.1' } }))).toEqual(['early-warning'])
    expect(reasons(JSON.stringify({ Data: { ...bare, eventId: '203105060814.0001' } }))).toEqual(['early-warning'])
    expect(reasons(JSON.stringify({ type: 'update', source: 'cea', data: ROW }))).toEqual(['early-warning'])
    expect(reasons(JSON.stringify({ Data: { ...ROW, infoTypeName: '警報', updates: 3 } }))).toEqual(['early-warning'])
  })

  it('stays a determination when a formal row happens to count its updates', () => {
    expect(onlyReport(parseRow({ updates: 2, epiIntensity: 6 })).sourceCode).toBe('CC')
  })

  it('is set aside by name when it only speaks of the connection', () => {
    expect(
      ['heartbeat', 'auth_success', 'pong', 'notice'].flatMap((type) => reasons(JSON.stringify({ type }))),
    ).toEqual(['heartbeat', 'auth_success', 'pong', 'notice'])
    expect(reasons('{"type":"initial","Data":null}')).toEqual(['no-data'])
  })

  it('names collapses and drills, and hands on a cancellation and a deletion', () => {
    expect(onlyReport(parseRow({ placeName: '陕西榆林市神木市(塌陷)' }))).toMatchObject({
      kind: 'collapse',
      place: '陕西榆林市神木市',
    })
    expect(onlyReport(parseRow({ earthtype: '矿震' })).kind).toBe('mining')
    expect(onlyReport(parseRow({ infoTypeName: '[正式测定][演练]' })).class).toBe('test')
    expect(onlyReport(parseRow({ cancel: true })).lifecycle).toBe('cancel')
    expect(onlyReport(parseRow({ isDeleted: 1 })).lifecycle).toBe('delete')
    expect(parseRow({ status: 'draft' }).ignored).toEqual([{ row: 0, reason: 'draft' }])
  })

  it('refuses one bad row of a list by name and reads the next', () => {
    const feed = parseFan(JSON.stringify([5, { ...ROW, latitude: 'x' }, ROW]))
    expect([ruleAt(feed, 0), ruleAt(feed, 1), feed.reports.map(({ row }) => row)]).toEqual([
      'shape',
      'latitude-number',
      [2],
    ])
  })

  it.each(['{}', '5', '"x"', '{"foo":{"bar":{}}}', 'not json', ''])('is unreadable when it is %j', (text) => {
    expect(() => parseFan(text)).toThrow(expect.objectContaining({ name: 'UnreadableFeed' }))
  })

  it('never yields a value out of range, whatever happens to its bytes', () => {
    holdUnderMutation(parseFan, [ONE, ALL])
  })
})

describeOnRecorded('recorded FAN Studio messages', () => {
  it('the formal determination is a report; warnings before and after the schema drift, and the intensity product, are not', () => {
    expect(onlyReport(parseFan(recorded('cenc/fan-cenc-20251004.json')))).toMatchObject({
      sourceCode: 'CC',
      depthKm: 30,
    })
    expect(reasons(recorded('cenc/fan-cenc-ir-20260402.json'))).toEqual(['intensity-product'])
    for (const name of ['fan-cea-202505111609.0001', 'fan-cea-pr-202509120550.0001', 'fan-jma-20251214232654']) {
      expect(reasons(recorded(`eew/${name}.json`))).toEqual(['early-warning'])
    }
  })
})
