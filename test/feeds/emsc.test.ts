// In: EMSC features by REST and by websocket. Out: proof of the depth sign, late creates, deletes and relayed origins.
import { describe, expect, it } from 'vitest'
import { parseEmscWs } from '../../src/feeds/emsc-ws.ts'
import { parseEmsc } from '../../src/feeds/emsc.ts'
import { expectSane, holdUnderMutation, onlyReport, reportAt, ruleAt } from './json-payloads.ts'
import { describeOnRecorded, fixture, recorded } from './recorded.ts'

const LIST = fixture('emsc-list.json')
const LATE = fixture('emsc-ws-late-create.json')
const feature = (
  properties: Record<string, unknown>,
  coordinates: unknown[] | null = [103.88, 35.43, -12],
): unknown => ({
  type: 'Feature',
  id: '20310506_0000011',
  geometry: coordinates && { type: 'Point', coordinates },
  properties: { time: '2031-05-06T00:13:59.5Z', mag: 4.66, magtype: 'mb', auth: 'GFZ', ...properties },
})
const parseOne = (...made: Parameters<typeof feature>): ReturnType<typeof parseEmsc> =>
  parseEmsc(JSON.stringify(feature(...made)))

describe('the REST answer of EMSC', () => {
  it('gives depth downwards although the third coordinate points up', () => {
    expect(reportAt(parseEmsc(LIST), 0)).toMatchObject({
      depthKm: 12.4,
      magnitude: { value: 4.66, type: 'mb' },
      agency: 'GFZ',
      evaluation: 'unknown',
      originTime: Date.UTC(2031, 4, 6, 0, 13, 59, 500),
      revision: '2031-05-06T01:10:52.946851Z',
    })
    expect(onlyReport(parseOne({})).depthKm).toBe(12)
  })

  it('accepts a relay that turned the sign round, and refuses two depths that differ in more than the sign', () => {
    const feed = parseEmsc(LIST)
    expectSane(feed)
    expect(reportAt(feed, 3).depthKm).toBe(198)
    expect(feed.refused).toEqual([
      { row: 2, rule: 'depth-sign', reason: 'depth is "35" and -z is "90", expected the same value' },
    ])
  })

  it('refuses a lone third coordinate that would put the quake in the sky', () => {
    expect(ruleAt(parseOne({}, [103.88, 35.43, 44.7]), 0)).toBe('depth-range')
    expect(onlyReport(parseOne({}, [103.88, 35.43, 2.1])).depthKm).toBe(-2.1)
    expect(onlyReport(parseOne({}, [103.88, 35.43])).depthKm).toBeNull()
  })

  it('refuses a place that differs between its two copies, but not 180° from −180°', () => {
    expect(ruleAt(parseOne({ lat: 34.43, lon: 103.88 }), 0)).toBe('latitude-disagrees')
    expect(ruleAt(parseOne({ lat: 35.43, lon: 102.88 }), 0)).toBe('longitude-disagrees')
    expect(onlyReport(parseOne({ lat: 35.43, lon: 180 }, [-180, 35.43, -12])).longitude).toBe(180)
    expect(onlyReport(parseOne({ lat: 35.43, lon: 103.88, depth: 12 }, null))).toMatchObject({
      latitude: 35.43,
      depthKm: 12,
    })
  })

  it('names the author of the origin, so that a relayed NEIC origin never confirms USGS', () => {
    expect(reportAt(parseEmsc(LIST), 3).agency).toBe('US')
    expect(onlyReport(parseOne({ auth: 'BJI' })).agency).toBe('CENC')
    expect(onlyReport(parseOne({ auth: '' })).agency).toBe('EMSC')
  })

  it('reads the two-letter event types: known and suspected explosions, rockbursts, induced quakes', () => {
    const kinds = ['ke', 'se', 'km', 'sm', 'kx', 'kr', 'ki', 'ls', 'zz', null].map(
      (evtype) => onlyReport(parseOne({ evtype })).kind,
    )
    expect(kinds).toEqual([
      'earthquake',
      'earthquake',
      'blast',
      'suspected-blast',
      'explosion',
      'mining',
      'induced',
      'landslide',
      'other',
      'earthquake',
    ])
    expect(onlyReport(parseOne({ evtype: 'not existing' })).lifecycle).toBe('delete')
  })

  it('never yields a value out of range, whatever happens to its bytes', () => {
    holdUnderMutation(parseEmsc, [LIST])
  })
})

describe('the websocket of EMSC', () => {
  it('may call a quake of nine days ago a create: its origin time says how old it is', () => {
    const report = onlyReport(parseEmscWs(LATE))
    expect(report).toMatchObject({ lifecycle: 'report', depthKm: 44.7, agency: 'US' })
    expect((report.issuedAt ?? 0) - (report.originTime ?? 0)).toBeGreaterThan(8 * 86_400_000)
  })

  it('takes create, update, a list of messages, and a Feature without action', () => {
    const update = { action: 'update', data: feature({}) }
    expect(onlyReport(parseEmscWs(JSON.stringify(update))).lifecycle).toBe('report')
    expect(parseEmscWs(JSON.stringify([update, feature({})])).reports).toHaveLength(2)
    expect(parseEmscWs(LIST).reports).toHaveLength(3)
  })

  it('takes a delete at its word, with a Feature or with an id alone', () => {
    expect(onlyReport(parseEmscWs(JSON.stringify({ action: 'delete', data: feature({}) }))).lifecycle).toBe('delete')
    const bare = onlyReport(parseEmscWs('{"action":"delete","data":{"id":"20310506_0000011"}}'))
    expect(bare).toMatchObject({ lifecycle: 'delete', sourceEventId: '20310506_0000011', latitude: null })
    expect(onlyReport(parseEmscWs('{"action":"DELETE","data":"20310506_0000011"}')).sourceEventId).toBe(
      '20310506_0000011',
    )
    expect(ruleAt(parseEmscWs('{"action":"delete"}'), 0)).toBe('names-nothing')
  })

  it('sets heartbeats aside and refuses an action that it does not know', () => {
    for (const text of ['h', 'o', '{"type":"heartbeat"}'])
      expect(parseEmscWs(text).ignored).toEqual([{ row: 0, reason: 'heartbeat' }])
    expect(ruleAt(parseEmscWs(JSON.stringify({ action: 'replace', data: feature({}) })), 0)).toBe('action')
    expect(() => parseEmscWs('{"a":1}')).toThrow(expect.objectContaining({ rule: 'shape' }))
  })

  it('never yields a value out of range, whatever happens to its bytes', () => {
    holdUnderMutation(parseEmscWs, [LATE, LIST])
  })
})

describeOnRecorded('recorded answers of EMSC', () => {
  it('both surfaces give the same shape', () => {
    expect(onlyReport(parseEmsc(recorded('emsc/fdsn-json-20210502.json')))).toMatchObject({
      depthKm: 38,
      agency: 'GUC',
    })
    const late = onlyReport(parseEmscWs(recorded('emsc/ws-create-20260430_0000391-9daysLate.json')))
    expect(late).toMatchObject({ depthKm: 44.7, originTime: Date.UTC(2026, 3, 30, 8, 43, 19, 582) })
  })
})
