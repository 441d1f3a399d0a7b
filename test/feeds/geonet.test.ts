// In: GeoNet's list (Apache-2.0 sample, data CC BY 3.0 NZ). Out: proof that deleted rows retract and long decimals are rounded.
import { describe, expect, it } from 'vitest'
import { parseGeonet } from '../../src/feeds/geonet.ts'
import { expectSane, holdUnderMutation, onlyReport, reportAt } from './json-payloads.ts'
import { describeOnRecorded, fixture, recorded } from './recorded.ts'

const LIST = fixture('geonet-quakes.json')
const quake = (properties: Record<string, unknown>): string =>
  JSON.stringify({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [172.6222076, -43.5546608] },
    properties: {
      publicID: '2031p1',
      time: '2031-05-06T00:13:59.303Z',
      depth: 5.9201,
      magnitude: 3.9008,
      locality: 'Within 5 km of Here',
      ...properties,
    },
  })

describe('the list of GeoNet', () => {
  it('rounds magnitudes to two and coordinates to four decimals', () => {
    expect(reportAt(parseGeonet(LIST), 0)).toMatchObject({
      magnitude: { value: 3.9, type: '' },
      latitude: -43.5547,
      longitude: 172.6222,
      depthKm: 5,
      agency: 'WEL',
      evaluation: 'reviewed',
    })
  })

  it('turns rows of quality "deleted" into deletions instead of dropping them', () => {
    const feed = parseGeonet(LIST)
    expectSane(feed)
    expect(feed.reports.filter(({ lifecycle }) => lifecycle === 'delete').map(({ row }) => row)).toEqual([2, 3, 4])
    expect(feed.refused).toEqual([])
  })

  it('calls only "best" reviewed', () => {
    const words = ['best', 'good', 'caution', 'preliminary', 'automatic', 'mystery', undefined].map(
      (quality) => onlyReport(parseGeonet(quake({ quality }))).evaluation,
    )
    expect(words).toEqual(['reviewed', 'automatic', 'automatic', 'automatic', 'automatic', 'unknown', 'unknown'])
  })

  it('tells the versions of a history by their modification time', () => {
    const report = onlyReport(parseGeonet(quake({ modificationTime: '2031-05-06T00:20:00.5Z' })))
    expect(report).toMatchObject({ revision: '2031-05-06T00:20:00.5Z', issuedAt: Date.UTC(2031, 4, 6, 0, 20, 0, 500) })
  })

  it('reads a time that lost its Z as UTC, whatever the zone of the machine', () => {
    expect(onlyReport(parseGeonet(quake({ time: '2031-05-06T00:13:59' }))).originTime).toBe(
      Date.UTC(2031, 4, 6, 0, 13, 59),
    )
  })

  it('never yields a value out of range, whatever happens to its bytes', () => {
    holdUnderMutation(parseGeonet, [LIST])
  })
})

describeOnRecorded('a recorded list of GeoNet', () => {
  it('has 88 rows, seven of them deleted', () => {
    const feed = parseGeonet(recorded('geonet/quake-mmi4-100.json'))
    expectSane(feed)
    expect([feed.reports.length, feed.reports.filter(({ lifecycle }) => lifecycle === 'delete').length]).toEqual([
      88, 7,
    ])
  })
})
