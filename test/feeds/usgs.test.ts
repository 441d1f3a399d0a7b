// In: USGS GeoJSON, recorded (public domain) and made for the purpose. Out: proof of versions, deletions, kinds and scenarios.
import { describe, expect, it } from 'vitest'
import { parseUsgs } from '../../src/feeds/usgs.ts'
import { expectSane, holdUnderMutation, onlyReport, reportAt, ruleAt } from './json-payloads.ts'
import { describeOnRecorded, fixture, recorded } from './recorded.ts'

const DAY = fixture('usgs-day.json')
const LIFECYCLE = fixture('usgs-lifecycle.json')

describe('the GeoJSON of USGS', () => {
  it('gives every id that the quake is known by, so that a change of the preferred network is no new quake', () => {
    const feed = parseUsgs(DAY)
    expectSane(feed)
    expect(feed.refused).toEqual([])
    expect(feed.reports.find(({ sourceEventId }) => sourceEventId === 'ak20254969')?.aliases).toEqual(['us2000hf7h'])
  })

  it('keeps a depth above sea level negative and rounds nothing but noise', () => {
    const depths = parseUsgs(DAY).reports.map(({ depthKm }) => depthKm)
    expect(depths).toContain(-0.25)
    expect(reportAt(parseUsgs(DAY), 0)).toMatchObject({
      agency: 'AK',
      sourceCode: '',
      evaluation: 'automatic',
      magnitude: { value: 2, type: 'ml' },
      originTime: 1_537_070_431_969,
      issuedAt: 1_537_070_826_993,
      revision: '1537070826993',
      idTime: null,
    })
  })

  it('reads a quake of 1905 as 1905', () => {
    const report = onlyReport(parseUsgs(fixture('usgs-1905.json')))
    expect(report.originTime).toBe(-2_043_184_201_000)
    expect(new Date(report.originTime ?? 0).getUTCFullYear()).toBe(1905)
  })

  it('keeps two quakes one second apart as two reports of one source with two ids', () => {
    const reports = parseUsgs(fixture('usgs-ridgecrest-minute.json')).reports
    expect(reports).toHaveLength(4)
    expect(new Set(reports.map(({ sourceEventId }) => sourceEventId)).size).toBe(4)
  })

  it('lets a first version without magnitude, or with the placeholder 0.0, wait', () => {
    const feed = parseUsgs(LIFECYCLE)
    expect([reportAt(feed, 0).magnitude, reportAt(feed, 1).magnitude]).toEqual([null, null])
    expect([reportAt(feed, 0).evaluation, reportAt(feed, 1).evaluation]).toEqual(['automatic', 'automatic'])
  })

  it('hands on a deletion without time and place, and a quake that does not exist', () => {
    const feed = parseUsgs(LIFECYCLE)
    expect(reportAt(feed, 2)).toMatchObject({
      lifecycle: 'delete',
      sourceEventId: 'ci90000003',
      latitude: null,
      originTime: null,
    })
    expect(reportAt(feed, 3)).toMatchObject({ lifecycle: 'delete', kind: 'nonexistent' })
    expect(onlyReport(parseUsgs('{"type":"Feature","id":"x1","properties":{"status":"DELETED"}}')).lifecycle).toBe(
      'delete',
    )
  })

  it('learns the kind from the type word: a quarry blast is a blast, an unknown word is for a person', () => {
    const feed = parseUsgs(LIFECYCLE)
    expect(reportAt(feed, 4)).toMatchObject({ kind: 'blast', depthKm: -0.66, evaluation: 'reviewed' })
    expect(reportAt(feed, 6).kind).toBe('other')
  })

  it('records a scenario as test traffic and leaves a draft aside', () => {
    const feed = parseUsgs(LIFECYCLE)
    expect(reportAt(feed, 5).class).toBe('test')
    expect(reportAt(feed, 0).class).toBe('actual')
    expect(feed.ignored).toEqual([{ row: 7, reason: 'draft' }])
  })

  it('refuses a depth that must be metres, and reads its neighbours', () => {
    expect(ruleAt(parseUsgs(LIFECYCLE), 8)).toBe('depth-range')
    expectSane(parseUsgs(LIFECYCLE))
  })

  it('takes one pushed Feature, a list of Features, and an empty answer', () => {
    const [feature] = (JSON.parse(DAY) as { features: unknown[] }).features
    expect(onlyReport(parseUsgs(JSON.stringify(feature))).sourceEventId).toBe('ak20255160')
    expect(onlyReport(parseUsgs(JSON.stringify([feature]))).sourceEventId).toBe('ak20255160')
    expect(parseUsgs('{"type":"FeatureCollection","features":[]}').reports).toEqual([])
    expect(() => parseUsgs('{"type":"FeatureCollection"}')).toThrow(expect.objectContaining({ rule: 'shape' }))
  })

  it('lets one row of another shape fall without its neighbours', () => {
    const list = JSON.parse(DAY) as { features: unknown[] }
    list.features.splice(1, 0, null, { properties: null }, { id: 'x', properties: { mag: [] }, geometry: 'POINT' })
    const feed = parseUsgs(JSON.stringify(list))
    expect(feed.refused.map(({ row, rule }) => [row, rule])).toEqual([
      [1, 'shape'],
      [2, 'shape'],
      [3, 'shape'],
    ])
    expect(feed.reports).toHaveLength(8)
  })

  it('never yields a value out of range, whatever happens to its bytes', () => {
    holdUnderMutation(parseUsgs, [fixture('usgs-ridgecrest-minute.json'), fixture('usgs-1905.json'), LIFECYCLE])
  })
})

describeOnRecorded('recorded answers of USGS', () => {
  it('a whole day of 188 events is read without a refusal', () => {
    const feed = parseUsgs(recorded('usgs-geojson/all_day-2018.json'))
    expectSane(feed)
    expect([feed.reports.length, feed.refused.length]).toEqual([188, 0])
    expect(feed.reports.filter(({ evaluation }) => evaluation === 'reviewed')).toHaveLength(43)
  })

  it('a detail with nine ids of one quake gives them all', () => {
    const report = onlyReport(parseUsgs(recorded('usgs-geojson/detail-ci3144585-northridge.json')))
    expect(report.aliases).toContain('usp00066k9')
    expect(report.aliases).not.toContain('ci3144585')
  })
})
