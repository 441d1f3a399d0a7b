// In: messages of P2P地震情報 (MIT samples). Out: proof that sentinels are no values, eruptions no quakes, warnings no reports.
import { describe, expect, it } from 'vitest'
import { parseP2pquake } from '../../src/feeds/p2pquake.ts'
import { expectSane, holdUnderMutation, onlyReport, reportAt, ruleAt } from './json-payloads.ts'
import { describeOnRecorded, fixture, recorded } from './recorded.ts'

const DESTINATION = fixture('p2pquake-destination.json')
const change = (text: string, edit: (message: Record<string, never>) => void): string => {
  const message = JSON.parse(text) as Record<string, never>
  edit(message)
  return JSON.stringify(message)
}

describe('a message of P2P', () => {
  it('is read in Japan Standard Time and names JMA', () => {
    expect(onlyReport(parseP2pquake(DESTINATION))).toMatchObject({
      sourceEventId: '',
      revision: '2021/02/17 23:08:00',
      agency: 'JMA',
      originTime: Date.UTC(2021, 1, 17, 14, 6, 0),
      issuedAt: Date.UTC(2021, 1, 17, 14, 8, 0),
      latitude: 37.6,
      longitude: 141.6,
      depthKm: 50,
      magnitude: { value: 4.5, type: '' },
      place: '福島県沖',
    })
  })

  it('without a hypocentre is set aside, and its −200 and −1 are never values', () => {
    const feed = parseP2pquake(fixture('p2pquake-scale-prompt.json'))
    expect(feed).toEqual({ reports: [], refused: [], ignored: [{ row: 0, reason: 'no-hypocentre' }] })
  })

  it('about an eruption abroad is no earthquake, and its depth −1 and magnitude −1 mean unknown', () => {
    expect(onlyReport(parseP2pquake(fixture('p2pquake-eruption.json')))).toMatchObject({
      kind: 'volcanic',
      depthKm: null,
      magnitude: null,
      revision: '65f0aa',
    })
  })

  it('about a quake abroad stays an earthquake', () => {
    const text = change(fixture('p2pquake-eruption.json'), (message) =>
      Object.assign(message, { comments: { freeFormComment: '震源は推定です' } }),
    )
    expect(onlyReport(parseP2pquake(text)).kind).toBe('earthquake')
  })

  it('of another code is named for what it is: a warning, a tsunami, chatter of peers', () => {
    expect(parseP2pquake(fixture('p2pquake-556.json')).ignored).toEqual([{ row: 0, reason: 'early-warning' }])
    const codes = [552, 554, '555', 561, 9611, 1234, 'eew', '__proto__'].map((code) => ({ code }))
    expect(parseP2pquake(JSON.stringify(codes)).ignored.map(({ reason }) => reason)).toEqual([
      'tsunami',
      'early-warning',
      'peer-traffic',
      'peer-traffic',
      'peer-traffic',
      'other-code',
      'early-warning',
      'other-code',
    ])
  })

  it('that is a test is recorded as one, and a cancelled one takes back', () => {
    expect(
      onlyReport(parseP2pquake(change(DESTINATION, (message) => Object.assign(message, { test: true })))).class,
    ).toBe('test')
    expect(
      onlyReport(parseP2pquake(change(DESTINATION, (message) => Object.assign(message, { cancelled: true }))))
        .lifecycle,
    ).toBe('cancel')
  })

  it('of the first API is read where its day fits its date, and refused where the sender was inconsistent', () => {
    const feed = parseP2pquake(fixture('p2pquake-v1.json'))
    expectSane(feed)
    expect(ruleAt(feed, 0)).toBe('origin-time-day')
    expect(reportAt(feed, 1)).toMatchObject({
      originTime: Date.UTC(2014, 8, 23, 10, 26, 0),
      latitude: 35.1,
      longitude: 132.6,
      depthKm: 10,
      magnitude: { value: 2.6, type: '' },
    })
  })

  it('of the first API crosses midnight and a month, and writes "very shallow" and southern latitudes', () => {
    const message = {
      code: 551,
      time: '2031/06/01 00:03:00.1',
      issue: { type: 'DetailScale', source: null },
      earthquake: {
        time: '31日23時58分',
        hypocenter: { name: '某所', depth: 'ごく浅い', magnitude: '5.0', latitude: 'S10.5', longitude: 'W170.2' },
      },
    }
    expect(onlyReport(parseP2pquake(JSON.stringify(message)))).toMatchObject({
      originTime: Date.UTC(2031, 4, 31, 14, 58, 0),
      latitude: -10.5,
      longitude: -170.2,
      depthKm: 0,
    })
  })

  it('in a list falls alone', () => {
    const list = [
      JSON.parse(DESTINATION) as unknown,
      5,
      { earthquake: { hypocenter: { latitude: 95, longitude: 10 }, time: '2031/01/01 00:00:00' } },
    ]
    const feed = parseP2pquake(JSON.stringify(list))
    expect([feed.reports.length, ruleAt(feed, 1), ruleAt(feed, 2)]).toEqual([1, 'shape', 'latitude-range'])
    expect(() => parseP2pquake('{}')).toThrow(expect.objectContaining({ rule: 'shape' }))
  })

  it('never yields a value out of range, whatever happens to its bytes', () => {
    holdUnderMutation(parseP2pquake, [DESTINATION, fixture('p2pquake-v1.json'), fixture('p2pquake-eruption.json')])
  })
})

describeOnRecorded('recorded messages of P2P', () => {
  it('two telegrams of one quake agree although neither has an id of it', () => {
    const [first, second] = ['Destination-20210217140847', 'DetailScale-20210217140958'].map((name) =>
      onlyReport(parseP2pquake(recorded(`p2pquake/v2-551-${name}.json`))),
    )
    expect([first?.originTime, first?.latitude]).toEqual([second?.originTime, second?.latitude])
    expect(first?.revision).not.toBe(second?.revision)
  })
})
