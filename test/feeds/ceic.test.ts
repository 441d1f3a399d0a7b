// In: CEIC lists of our own making, and recorded ones where they lie beside the project. Out: proof of every trap of the format.
import { describe, expect, it } from 'vitest'
import { parseCeic } from '../../src/feeds/ceic.ts'
import { expectSane, holdUnderMutation, onlyReport, reportAt, ruleAt } from './json-payloads.ts'
import { describeOnRecorded, fixture, recorded } from './recorded.ts'

const LIST = fixture('ceic-list.jsonp')
const ROW = {
  CATA_ID: 'CC20310506081400.00',
  O_TIME: '2031-05-06 08:14:00',
  EPI_LAT: '35.41',
  EPI_LON: '103.86',
  EPI_DEPTH: 10,
  AUTO_FLAG: 'M',
  M: '4.6',
  LOCATION_C: '甘肃临夏州东乡县',
}
const parseRow = (change: Record<string, unknown>): ReturnType<typeof parseCeic> =>
  parseCeic(JSON.stringify({ ...ROW, ...change }))

describe('the list of CEIC', () => {
  it('is read although the HTML in "page" breaks its JSON', () => {
    expect(() => JSON.parse(LIST.slice(1, -1)) as unknown).toThrow(SyntaxError)
    const feed = parseCeic(LIST)
    expectSane(feed)
    expect([feed.reports.length, feed.refused.length]).toEqual([7, 1])
  })

  it('is read with a callback name, a BOM, blank lines and a semicolon around it', () => {
    expect(parseCeic(`\uFEFF\n\n cb1.x${LIST};\n`).reports).toHaveLength(7)
  })

  it('gives Beijing times as instants, and a formal national determination', () => {
    const report = reportAt(parseCeic(LIST), 0)
    expect(report).toMatchObject({
      sourceEventId: 'CC20310506081360.00',
      aliases: ['CC20310506081360'],
      revision: '2031-05-06 08:25:00',
      sourceCode: 'CC',
      evaluation: 'reviewed',
      agency: 'CENC',
      originTime: Date.UTC(2031, 4, 6, 0, 13, 59),
      issuedAt: Date.UTC(2031, 4, 6, 0, 20, 0),
      latitude: 35.41,
      longitude: 103.86,
      depthKm: 10,
      magnitude: { value: 4.6, type: 'M' },
      place: '甘肃临夏州东乡县',
    })
  })

  it('takes second 60 in an id for the next minute: one second off the origin time, not a fault', () => {
    const report = reportAt(parseCeic(LIST), 0)
    expect((report.idTime ?? 0) - (report.originTime ?? 0)).toBe(1_000)
  })

  it('reads the depth alike as a number and as text, and keeps a 0 for the kind gate', () => {
    const feed = parseCeic(LIST)
    expect([0, 1, 3].map((row) => reportAt(feed, row).depthKm)).toEqual([10, 8, 0])
  })

  it('calls a row automatic when the letters or the flag say so', () => {
    expect(reportAt(parseCeic(LIST), 2)).toMatchObject({ sourceCode: 'AU', evaluation: 'automatic' })
    expect(onlyReport(parseRow({ AUTO_FLAG: 'A' }))).toMatchObject({ sourceCode: 'AU', evaluation: 'automatic' })
    expect(onlyReport(parseRow({ CATA_ID: 'AU20310506081400.00' }))).toMatchObject({
      sourceCode: 'AU',
      evaluation: 'automatic',
    })
    expect(onlyReport(parseRow({ AUTO_FLAG: 'I' }))).toMatchObject({ sourceCode: 'CC', evaluation: 'reviewed' })
  })

  it('names a provincial determination by the province, not as CENC', () => {
    expect(reportAt(parseCeic(LIST), 5)).toMatchObject({ sourceCode: 'FJ', agency: 'FJ', evaluation: 'reviewed' })
  })

  it('learns the kind from the bracket or the type field, never from depth 0', () => {
    expect(reportAt(parseCeic(LIST), 3)).toMatchObject({ kind: 'collapse', place: '陕西榆林市神木市' })
    expect(onlyReport(parseRow({ LOCATION_S: '东乡县（爆破）' })).kind).toBe('blast')
    expect(onlyReport(parseRow({ EQ_TYPE: '爆破' })).kind).toBe('blast')
    expect(onlyReport(parseRow({ EQ_CATA_TYPE: '疑爆' })).kind).toBe('suspected-blast')
    expect(onlyReport(parseRow({ EPI_DEPTH: 0 })).kind).toBe('earthquake')
    expect(onlyReport(parseRow({ EQ_TYPE: 'A' })).kind).toBe('earthquake')
    expect(onlyReport(parseRow({ EQ_TYPE: 'se' })).kind).toBe('other')
  })

  it('lets a row without magnitude wait instead of refusing it, and never puts M_ML in the place of M', () => {
    expect(reportAt(parseCeic(LIST), 4).magnitude).toBeNull()
    expect(onlyReport(parseRow({ M: '0', M_ML: '4.9' })).magnitude).toBeNull()
    expect(onlyReport(parseRow({ M: undefined })).magnitude).toBeNull()
  })

  it('hands on a deletion, even one without coordinates', () => {
    expect(reportAt(parseCeic(LIST), 6).lifecycle).toBe('delete')
    const bare = onlyReport(parseCeic('{"shuju":[{"CATA_ID":"CC20310506081400.00","IS_DEL":1}]}'))
    expect(bare).toMatchObject({ lifecycle: 'delete', latitude: null, longitude: null, originTime: null })
    expect(ruleAt(parseCeic('{"shuju":[{"O_TIME":"","IS_DEL":1}]}'), 0)).toBe('names-nothing')
  })

  it('refuses one bad row with field, value and expectation while its neighbours go on', () => {
    const feed = parseCeic(LIST)
    expect(feed.refused).toEqual([{ row: 7, rule: 'latitude-range', reason: 'EPI_LAT is "97.00", expected -90 to 90' }])
  })

  it.each([
    [{ EPI_LON: '190' }, 'longitude-range'],
    [{ EPI_LAT: 0, EPI_LON: '0.00' }, 'null-island'],
    [{ EPI_LAT: 'north' }, 'latitude-number'],
    [{ EPI_LAT: null }, 'coordinates-missing'],
    [{ EPI_DEPTH: 1200 }, 'depth-range'],
    [{ M: '11.2' }, 'magnitude-range'],
    [{ M: 'big' }, 'magnitude-number'],
    [{ O_TIME: '2031-13-06 08:14:00' }, 'origin-time-text'],
    [{ O_TIME: null }, 'origin-time-missing'],
    [{ EPI_LAT: { $gt: 0 } }, 'shape'],
  ])('refuses %j as %s', (change, rule) => {
    expect(ruleAt(parseRow(change), 0)).toBe(rule)
  })

  it('takes one pushed row or a bare list as well as the wrapped list', () => {
    expect(onlyReport(parseRow({})).sourceCode).toBe('CC')
    expect(parseCeic(JSON.stringify([ROW, ROW])).reports.map(({ row }) => row)).toEqual([0, 1])
    expect(parseCeic('{"shuju":[],"num":1}')).toEqual({ reports: [], refused: [], ignored: [] })
    expect(parseCeic('({"shuju":"","num":1})').reports).toEqual([])
  })

  it('keeps drills as test traffic and leaves drafts aside', () => {
    expect(onlyReport(parseRow({ LOCATION_C: '【演练】甘肃东乡县' })).class).toBe('test')
    expect(onlyReport(parseRow({ isTraining: true })).class).toBe('test')
    expect(parseRow({ status: 'draft' }).ignored).toEqual([{ row: 0, reason: 'draft' }])
  })

  it('is not polluted by a hostile key', () => {
    expect(
      onlyReport(parseCeic(JSON.stringify(ROW).replace('{', '{"__proto__":{"IS_DEL":"1"},"constructor":null,')))
        .lifecycle,
    ).toBe('report')
    expect(({} as Record<string, unknown>).IS_DEL).toBeUndefined()
  })

  it.each(['', '   ', '<html>502</html>', '{"jieguo":1}', '"text"', '5', 'null', '({"shuju":[{'])(
    'is unreadable when the payload is %j',
    (text) => {
      expect(() => parseCeic(text)).toThrow(expect.objectContaining({ name: 'UnreadableFeed' }))
    },
  )

  it('never yields a value out of range, whatever happens to its bytes', () => {
    holdUnderMutation(parseCeic, [LIST, JSON.stringify({ shuju: [ROW] })])
  })
})

describeOnRecorded('recorded lists of CEIC', () => {
  it('ten rows of December 2019 are read, six of them with an id one second later than the origin time', () => {
    const feed = parseCeic(recorded('cenc/ceic-speedsearch-num2-2019-12.jsonp'))
    expect(feed.reports).toHaveLength(10)
    expect(feed.reports.filter(({ idTime, originTime }) => (idTime ?? 0) - (originTime ?? 0) === 1_000)).toHaveLength(6)
    expect(feed.reports.filter(({ evaluation }) => evaluation === 'reviewed')).toHaveLength(10)
  })

  it('a row of 2023 in Inner Mongolia keeps its provincial feedback code', () => {
    const report = onlyReport(parseCeic(recorded('cenc/ceic-speedsearch-alxa-2023-04-19.json')))
    expect(report).toMatchObject({ sourceCode: 'CD', magnitude: { value: 3.3, type: 'M' } })
    expect(report.originTime).toBe(Date.UTC(2023, 3, 19, 0, 22, 10))
  })
})
