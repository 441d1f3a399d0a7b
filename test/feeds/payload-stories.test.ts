// In: payloads that belong together, in the order in which they arrived. Out: what the bureau knows after each.
// The stories are those of feeds.md §6 that no single payload can tell; ids and values are of public record or invented.
import { describe, expect, it } from 'vitest'
import { associate } from '../../src/core/judgement/associate.ts'
import { standingReports, type Quake, type StoredReport } from '../../src/core/quake.ts'
import type { ParsedFeed, QuakeReport } from '../../src/core/quake-report.ts'
import { decodeText } from '../../src/feeds/charset.ts'
import { FORMATS, type FeedFormat } from '../../src/feeds/index.ts'
import { parseRss } from '../../src/feeds/rss.ts'
import { parseUsgs } from '../../src/feeds/usgs.ts'
import { onlyReport } from './json-payloads.ts'
import { fixture } from './recorded.ts'

/** A USGS Feature with what the story needs. */
function feature(id: string, properties: object, coordinates: number[] | null): object {
  const geometry = coordinates === null ? null : { type: 'Point', coordinates }
  return { type: 'Feature', id, properties: { type: 'earthquake', ids: `,${id},`, ...properties }, geometry }
}

function collection(...features: object[]): string {
  return JSON.stringify({ type: 'FeatureCollection', metadata: { generated: 1 }, features })
}

/** The bureau's memory: rows are joined to quakes as they come. */
function remember() {
  const quakes: Quake[] = []
  return {
    quakes,
    take(source: string, feed: ParsedFeed): string[] {
      return feed.reports.map((report) => join(quakes, source, report))
    },
  }
}

function join(quakes: Quake[], source: string, row: QuakeReport): string {
  const id = `${source}-${quakes.reduce((sum, quake) => sum + quake.reports.length, 0)}`
  const report: StoredReport = { ...row, id, source, authority: 'foreign', receivedAt: 0 }
  const found = associate(report, quakes)
  if (found.verdict === 'known') found.quake.reports.push(report)
  if (found.verdict === 'new') {
    const lineages: Quake['lineages'] = []
    const empty = { createdAt: 0, pinnedReportId: null, mergedInto: null, lineages }
    quakes.push({ id: `q${quakes.length}`, class: report.class, reports: [report], ...empty })
  }
  return found.verdict
}

describe('a quake that was deleted and came back as a blast', () => {
  const at = Date.parse('2017-05-15T17:03:45.490Z')
  const automatic = { net: 'ci', status: 'automatic', mag: 1.82, magType: 'ml', time: at, updated: at + 122_560 }
  const blast = {
    net: 'ci',
    status: 'reviewed',
    type: 'quarry blast',
    mag: 1.32,
    magType: 'ml',
    time: at + 5_570,
    updated: at + 25_159_520,
  }
  const first = collection(feature('ci37645983', automatic, [-117.9104996, 33.6910019, 4.41]))
  const sibling = collection(
    feature('ci37645991', { ...automatic, mag: 1.75, time: at + 6_430 }, [-117.654, 33.6006667, 17.73]),
  )
  const gone = collection(feature('ci37645983', { net: 'ci', status: 'deleted', updated: at + 6_351_520 }, null))
  const back = collection(feature('ci37645983', blast, [-117.4835, 33.8228333, -0.66]))

  it('is an automatic earthquake, then a deletion without coordinates, then a reviewed blast above sea level', () => {
    expect(onlyReport(parseUsgs(first))).toMatchObject({ evaluation: 'automatic', kind: 'earthquake', depthKm: 4.41 })
    expect(onlyReport(parseUsgs(gone))).toMatchObject({
      lifecycle: 'delete',
      sourceEventId: 'ci37645983',
      originTime: null,
      latitude: null,
      longitude: null,
      magnitude: null,
    })
    expect(onlyReport(parseUsgs(back))).toMatchObject({
      lifecycle: 'report',
      kind: 'blast',
      evaluation: 'reviewed',
      depthKm: -0.66,
      magnitude: { value: 1.32, type: 'ml' },
    })
  })

  it('is one quake all along: nothing stands after the deletion, the blast 42 km away stands after its return', () => {
    const memory = remember()
    const standing = (): string[] => standingReports(memory.quakes[0] as Quake).map(({ kind }) => kind)
    expect(memory.take('usgs', parseUsgs(first))).toEqual(['new'])
    expect(standing()).toEqual(['earthquake'])
    expect(memory.take('usgs', parseUsgs(gone))).toEqual(['known'])
    expect(standing()).toEqual([])
    expect(memory.take('usgs', parseUsgs(back))).toEqual(['known'])
    expect(standing()).toEqual(['blast'])
    expect(memory.quakes).toHaveLength(1)
  })

  it('does not swallow the sibling id that the same network gave six seconds later', () => {
    const memory = remember()
    expect(memory.take('usgs', parseUsgs(first))).toEqual(['new'])
    expect(memory.take('usgs', parseUsgs(sibling))).toEqual(['new'])
    memory.take('usgs', parseUsgs(gone))
    expect(memory.quakes.map((quake) => standingReports(quake).length)).toEqual([0, 1])
  })
})

describe('two ids of one source beside the quake of another network', () => {
  const at = Date.parse('2018-09-15T06:07:08Z')
  const here = [-121.5, 36.5, 8]
  const two = collection(
    feature('nc80000001', { net: 'nc', status: 'automatic', mag: 2.9, time: at }, here),
    feature('nc80000002', { net: 'nc', status: 'automatic', mag: 3.1, time: at + 4_000 }, [-121.2, 36.6, 8]),
  )
  const other = collection(
    feature('us8000abcd', { net: 'us', status: 'reviewed', mag: 3, time: at + 800 }, [-121.48, 36.52, 9]),
  )
  const deletion = { net: 'nc', status: 'deleted', type: 'not existing', updated: at + 600_000 }
  const both = collection(feature('nc80000001', deletion, null), feature('nc80000002', deletion, null))

  it('are both taken back by one list, in the same second, as not existing', () => {
    expect(
      parseUsgs(both).reports.map(({ lifecycle, kind, sourceEventId, issuedAt }) => [
        lifecycle,
        kind,
        sourceEventId,
        issuedAt,
      ]),
    ).toEqual([
      ['delete', 'nonexistent', 'nc80000001', at + 600_000],
      ['delete', 'nonexistent', 'nc80000002', at + 600_000],
    ])
  })

  it('leave the other network’s determination standing', () => {
    const memory = remember()
    expect(memory.take('nc', parseUsgs(two))).toEqual(['new', 'new'])
    memory.take('us', parseUsgs(other))
    expect(memory.take('nc', parseUsgs(both))).toEqual(['known', 'known'])
    const standing = memory.quakes.flatMap(standingReports).map(({ sourceEventId }) => sourceEventId)
    expect(standing).toEqual(['us8000abcd'])
  })
})

describe('quakes that are easily taken for one another', () => {
  it('four shocks of one minute, two of them 1.07 s and 44 km apart, are four quakes', () => {
    const memory = remember()
    const feed = parseUsgs(fixture('usgs-ridgecrest-minute.json'))
    expect(memory.take('usgs', feed)).toEqual(feed.reports.map(() => 'new'))
    expect(memory.quakes).toHaveLength(feed.reports.length)
    expect(feed.reports.length).toBeGreaterThanOrEqual(4)
  })

  it('a quake of 1925 that is edited in the catalogue stays in 1925, and one hundred years later it is another quake', () => {
    const time = Date.parse('1925-06-29T14:42:00Z')
    const wrong = Date.parse('2025-06-29T14:42:00Z')
    const row = (when: number): string =>
      collection(feature('ci1925', { net: 'ci', status: 'reviewed', mag: 6.8, time: when }, [-119.8, 34.3, 10]))
    expect(onlyReport(parseUsgs(row(time))).originTime).toBe(-1_404_551_880_000)
    const memory = remember()
    expect(memory.take('usgs', parseUsgs(row(time)))).toEqual(['new'])
    expect(memory.take('usgs', parseUsgs(row(wrong)))).toEqual(['ambiguous'])
  })
})

/** Twelve and a half kilometres below ground as each format writes it. */
const DEPTHS: [FeedFormat, string, string][] = [
  [
    'emsc',
    'kilometres, and z upwards',
    '{"type":"Feature","id":"e1","geometry":{"coordinates":[100,30,-12.5]},"properties":{"time":"2024-01-02T03:04:05Z","lat":30,"lon":100,"depth":12.5,"mag":4}}',
  ],
  [
    'emsc',
    'z upwards alone',
    '{"type":"Feature","id":"e1","geometry":{"coordinates":[100,30,-12.5]},"properties":{"time":"2024-01-02T03:04:05Z","mag":4}}',
  ],
  ['usgs', 'z downwards', collection(feature('us1', { net: 'us', mag: 4, time: 1704164645000 }, [100, 30, 12.5]))],
  ['fdsn-text', 'kilometres', '1|2024-01-02T03:04:05|30|100|12.5|A||||M|4|A|x'],
  ['quakeml', 'metres', quakemlWith('<depth><value>12500</value></depth>')],
  ['scml', 'kilometres', scmlWith('<depth><value>12.5</value></depth>')],
  ['rss', 'metres of georss:elev, upwards', georssWith('<georss:elev>-12500</georss:elev>')],
  ['jma', 'metres of ISO 6709, upwards', jmaWith('+30.0+100.0-12500/')],
]

function quakemlWith(depth: string): string {
  return `<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2"><eventParameters><event publicID="smi:x/1"><origin publicID="o"><time><value>2024-01-02T03:04:05Z</value></time><latitude><value>30</value></latitude><longitude><value>100</value></longitude>${depth}</origin></event></eventParameters></q:quakeml>`
}

function scmlWith(depth: string): string {
  return `<seiscomp xmlns="http://geofon.gfz-potsdam.de/ns/seiscomp3-schema/0.11"><EventParameters><event publicID="e1"><preferredOriginID>o</preferredOriginID><originReference>o</originReference></event><origin publicID="o"><time><value>2024-01-02T03:04:05Z</value></time><latitude><value>30</value></latitude><longitude><value>100</value></longitude>${depth}</origin></EventParameters></seiscomp>`
}

function georssWith(elevation: string): string {
  return `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:georss="http://www.georss.org/georss"><entry><id>urn:earthquake-usgs-gov:us:1</id><title>M 4.0 - somewhere</title><summary type="html">2024-01-02 03:04:05 UTC</summary><georss:point>30 100</georss:point>${elevation}</entry></feed>`
}

function jmaWith(coordinate: string): string {
  return `<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>震源に関する情報</Title><Status>通常</Status></Control><Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><EventID>1</EventID><InfoType>発表</InfoType></Head><Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/seismology1/"><Earthquake><OriginTime>2024-01-02T12:04:05+09:00</OriginTime><Hypocenter><Area><Coordinate>${coordinate}</Coordinate></Area></Hypocenter></Earthquake></Body></Report>`
}

describe('depth', () => {
  it.each(DEPTHS)('in %s, written as %s, is the same twelve and a half kilometres', async (format, _unit, text) => {
    const [report] = (await FORMATS[format](text)).reports
    expect(report).toMatchObject({ depthKm: 12.5, latitude: 30, longitude: 100, originTime: 1_704_164_645_000 })
  })
})

/** GB2312 bytes of these words, as Python's codec writes them. */
const GB2312 = {
  发震时刻: 'b7a2d5f0cab1bfcc',
  纬度: 'ceb3b6c8',
  经度: 'beadb6c8',
  深度: 'c9eeb6c8',
  宁夏银川市永宁县发生: 'c4fecfc4d2f8b4a8cad0d3c0c4fecfd8b7a2c9fa',
  级地震: 'bcb6b5d8d5f0',
} as const

describe('a feed in GB2312', () => {
  it('gives its Chinese names, because the declaration of the bytes is believed', async () => {
    const word = (name: keyof typeof GB2312): Buffer => Buffer.from(GB2312[name], 'hex')
    const bytes = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="GB2312"?><rss version="2.0"><channel><item><title>'),
      word('宁夏银川市永宁县发生'),
      Buffer.from('3.3'),
      word('级地震'),
      Buffer.from('</title><guid>CC20240102110405</guid><description>'),
      word('发震时刻'),
      Buffer.from(' 2024-01-02 11:04:05&lt;br&gt;'),
      word('纬度'),
      Buffer.from(' 38.3&lt;br&gt;'),
      word('经度'),
      Buffer.from(' 106.2&lt;br&gt;'),
      word('深度'),
      Buffer.from(' 10</description></item></channel></rss>'),
    ])
    const decoded = decodeText(bytes, '')
    expect(decoded).toMatchObject({ ok: true, charset: 'gb18030', by: 'declaration' })
    const { reports } = await parseRss(decoded.ok ? decoded.text : '')
    expect(reports).toMatchObject([
      { place: '宁夏银川市永宁县', magnitude: { value: 3.3, type: 'M' }, originTime: 1_704_164_645_000, depthKm: 10 },
    ])
  })
})
