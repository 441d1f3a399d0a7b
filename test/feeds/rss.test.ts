import { describe, expect, it } from 'vitest'
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import { parseRss, splitItems } from '../../src/feeds/rss.ts'
import { parseFeedTime } from '../../src/feeds/rss-time.ts'
import { fixture, itOnRecorded, recorded } from './recorded.ts'

const CEIC = fixture('rsshub-ceic.xml')

function labelled(description: string, more = '', title = '宁夏银川市永宁县发生3.3级地震'): string {
  return `<rss version="2.0"><channel><item><title>${title}</title><description><![CDATA[${description}]]></description>${more}</item></channel></rss>`
}

const LABELS = '发震时刻(UTC+8) 2023-04-19 08:22:10<br>纬度(°) 38.27<br>经度(°) 106.2<br>深度(千米) 10'

describe("the RSSHub routes of China's lists", () => {
  it('takes place, magnitude, time and depth from the labels of the description', async () => {
    const { reports, refused, ignored } = await parseRss(CEIC)
    expect([refused, ignored]).toEqual([[], []])
    expect(reports[0]).toEqual({
      row: 0,
      lifecycle: 'report',
      class: 'actual',
      sourceEventId: 'CC20220905125218',
      aliases: [],
      revision: '2022-09-05 12:58:03',
      agency: 'CENC',
      sourceCode: 'CC',
      evaluation: 'reviewed',
      kind: 'earthquake',
      originTime: Date.UTC(2022, 8, 5, 4, 52, 18),
      issuedAt: Date.UTC(2022, 8, 5, 4, 58, 3),
      latitude: 29.59,
      longitude: 102.08,
      depthKm: 16,
      magnitude: { value: 6.8, type: 'M' },
      place: '四川甘孜州泸定县',
      idTime: Date.UTC(2022, 8, 5, 4, 52, 18),
    })
  })

  it('a second of 60 is legal in the id and only there', async () => {
    const { reports } = await parseRss(CEIC)
    expect(reports[1]?.idTime).toBe(Date.UTC(2022, 8, 3, 19, 11, 0))
    const { refused } = await parseRss(labelled(LABELS.replace('08:22:10', '08:22:60')))
    expect(refused[0]).toMatchObject({ row: 0, rule: 'origin-time-text' })
  })

  it('a collapse is named by the bracket of its place, and its depth of 0 stays for the gate to see', async () => {
    const { reports } = await parseRss(CEIC)
    expect(reports[1]).toMatchObject({ kind: 'collapse', place: '陕西榆林市神木市', depthKm: 0, sourceCode: 'CD' })
  })

  it('without a magnitude label the headline gives it, and the prefix AU makes it automatic', async () => {
    const { reports } = await parseRss(CEIC)
    expect(reports[2]).toMatchObject({
      magnitude: { value: 4.1, type: 'M' },
      place: '台湾花莲县海域',
      sourceCode: 'AU',
      evaluation: 'automatic',
      agency: 'CENC',
    })
  })

  it('an item without a guid has no id, no code and no firmness', async () => {
    const { reports } = await parseRss(labelled(LABELS))
    expect(reports[0]).toMatchObject({
      sourceEventId: '',
      sourceCode: '',
      agency: '',
      evaluation: 'unknown',
      idTime: null,
    })
  })

  it.each(['http://example.invalid/list?pageId=363409', '宁夏银川市永宁县发生3.3级地震', 'list'])(
    'a guid that is only the link or the title (%s) is no id: it would make all quakes one',
    async (guid) => {
      const { reports } = await parseRss(labelled(LABELS, `<guid>${guid}</guid>`))
      expect(reports[0]?.sourceEventId).toBe('')
    },
  )

  it('a provincial prefix names its agency but not how firm the row is', async () => {
    const { reports } = await parseRss(labelled(LABELS, '<guid>FJ20230419082211</guid>'))
    expect(reports[0]).toMatchObject({ sourceCode: 'FJ', agency: 'FJ', evaluation: 'unknown' })
  })

  it('the word 自动测定 weakens a national code, it never strengthens one', async () => {
    const { reports } = await parseRss(
      labelled(LABELS, '<guid>CC20230419082211</guid>', '【自动测定】宁夏银川市永宁县发生3.3级左右地震'),
    )
    expect(reports[0]).toMatchObject({ sourceCode: 'AU', evaluation: 'automatic', magnitude: { value: 3.3 } })
  })

  it('pubDate is the origin time where the description has none, and is believed only with a zone', async () => {
    const bare = '纬度(°) 38.27<br>经度(°) 106.2'
    const zoned = await parseRss(labelled(bare, '<pubDate>Wed, 19 Apr 2023 00:22:10 GMT</pubDate>'))
    expect(zoned.reports[0]?.originTime).toBe(Date.UTC(2023, 3, 19, 0, 22, 10))
    const zoneless = await parseRss(labelled(bare, '<pubDate>2023-04-19 08:22:10</pubDate>'))
    expect(zoneless.refused).toEqual([expect.objectContaining({ rule: 'origin-time-missing' })])
  })

  it('the unit of the label names the zone', async () => {
    const { reports } = await parseRss(labelled(LABELS.replace('UTC+8', 'UTC').replace('08:22:10', '00:22:10')))
    expect(reports[0]?.originTime).toBe(Date.UTC(2023, 3, 19, 0, 22, 10))
  })

  it.each([
    ['latitude-range', LABELS.replace('38.27', '98.27')],
    ['longitude-number', LABELS.replace('106.2', '东经一百零六')],
    ['coordinates-missing', LABELS.replace('经度(°) 106.2', '')],
    ['null-island', LABELS.replace('38.27', '0').replace('106.2', '0')],
    ['depth-range', LABELS.replace('深度(千米) 10', '深度(千米) 6371')],
    ['magnitude-range', `${LABELS}<br>震级(M) 81`],
  ])('a row that breaks %s is refused with its reason', async (rule, description) => {
    const { reports, refused } = await parseRss(labelled(description))
    expect(reports).toEqual([])
    expect(refused).toEqual([expect.objectContaining({ row: 0, rule })])
  })

  it('a magnitude of 0 is no magnitude yet', async () => {
    const { reports } = await parseRss(labelled(`${LABELS}<br>震级(M) 0`))
    expect(reports[0]?.magnitude).toBeNull()
  })

  it('a drill in the headline is recorded as test traffic', async () => {
    const { reports } = await parseRss(labelled(LABELS, '', '【演练】宁夏银川市永宁县发生6.0级地震'))
    expect(reports[0]?.class).toBe('test')
  })

  it.each(['宁夏银川市永宁县未发生3.3级地震', '宁夏银川市永宁县将发生3.3级地震'])(
    '"%s" is no report',
    async (title) => {
      expect(await parseRss(labelled(LABELS, '', title))).toEqual({
        reports: [],
        refused: [],
        ignored: [{ row: 0, reason: 'not-a-quake' }],
      })
    },
  )

  it('an early warning is left aside', async () => {
    const { ignored } = await parseRss(labelled(LABELS, '', '地震预警：宁夏银川市永宁县发生3.3级地震'))
    expect(ignored).toEqual([{ row: 0, reason: 'early-warning' }])
  })

  it('news that mention an earthquake without labelled figures are no reports', async () => {
    const { ignored } = await parseRss(labelled('专家解读昨日某地5.0级地震', '', '某地发生5.0级地震'))
    expect(ignored).toEqual([{ row: 0, reason: 'not-a-quake' }])
  })

  it('markup in a place stays text and loses its tags and bidi marks', async () => {
    const { reports } = await parseRss(labelled(`${LABELS}<br>参考位置 宁夏<script>x</script>\u202E银川市`))
    expect(reports[0]?.place).toBe('宁夏x银川市')
  })

  itOnRecorded('a GB2312 list reads like its UTF-8 twin once decoded', async () => {
    const utf8 = await parseRss(recorded('rss/CONSTRUCTED-rsshub-shape-utf8.xml'))
    const gb = await parseRss(recorded('rss/CONSTRUCTED-rsshub-shape-gb2312.xml', 'gb18030'))
    expect(gb).toEqual(utf8)
    expect(gb.reports).toHaveLength(1)
  })
})

describe('GDACS', () => {
  it('gives earthquakes only, with magnitude from the attribute and depth from the text', async () => {
    const { reports, ignored } = await parseRss(fixture('gdacs.xml'))
    expect(reports).toEqual([
      expect.objectContaining({
        row: 0,
        sourceEventId: 'EQ1000001',
        revision: '1100002.2',
        agency: 'GDACS',
        evaluation: 'automatic',
        sourceCode: '',
        originTime: Date.UTC(2021, 1, 5, 10, 0, 7),
        latitude: -12.3456,
        longitude: 166.5432,
        depthKm: 33.4,
        magnitude: { value: 6.4, type: 'M' },
        place: 'Somewhere',
      }),
    ])
    expect(ignored).toEqual([
      { row: 1, reason: 'not-a-quake' },
      { row: 2, reason: 'not-a-quake' },
    ])
  })

  it('reads values by namespace, whatever the prefix', async () => {
    const other = fixture('gdacs.xml')
      .replaceAll('gdacs:', 'g:')
      .replace('xmlns:g:', '')
      .replace('xmlns:gdacs=', 'xmlns:g=')
    expect(await parseRss(other)).toEqual(await parseRss(fixture('gdacs.xml')))
  })

  it('a temporary episode is another revision than the settled one', async () => {
    const { reports } = await parseRss(fixture('gdacs.xml').replace('temporary>false', 'temporary>true'))
    expect(reports[0]?.revision).toBe('1100002.2.temporary')
  })

  itOnRecorded('the recorded feed with its BOM and six namespaces has 2 earthquakes among 16 items', async () => {
    const { reports, refused, ignored } = await parseRss(recorded('gdacs/gdacs-rss-full.xml'))
    expect(reports.map(({ sourceEventId, depthKm, place }) => [sourceEventId, depthKm, place])).toEqual([
      ['EQ1199929', 10, 'South Africa'],
      ['EQ1199647', 59.95, 'Southeast Of Loyalty Islands'],
    ])
    expect(refused).toEqual([])
    expect(ignored).toHaveLength(14)
  })
})

describe('GeoRSS and Atom', () => {
  it('takes the origin time from the summary, never from updated', async () => {
    const { reports } = await parseRss(fixture('georss-atom.xml'))
    expect(reports[0]).toMatchObject({
      sourceEventId: 'us7000aaaa',
      agency: 'US',
      revision: '2021-02-05T10:40:12.040Z',
      originTime: Date.UTC(2021, 1, 5, 10, 20, 31),
      issuedAt: Date.UTC(2021, 1, 5, 10, 40, 12, 40),
      latitude: -19.4012,
      longitude: 169.3001,
      magnitude: { value: 5.6, type: 'M' },
      place: '61 km NNW of Somewhere',
      kind: 'earthquake',
    })
  })

  it('georss:elev is in metres, negative below ground', async () => {
    const { reports } = await parseRss(fixture('georss-atom.xml'))
    expect(reports.map(({ depthKm }) => depthKm)).toEqual([109.52, -1.95])
  })

  it('a quarry blast is named by its title word', async () => {
    const { reports } = await parseRss(fixture('georss-atom.xml'))
    expect(reports[1]).toMatchObject({ kind: 'blast', place: '3 km S of Elsewhere', sourceEventId: 'uu60000001' })
  })

  it('a bush fire with a point is no quake', async () => {
    const { ignored } = await parseRss(fixture('georss-atom.xml'))
    expect(ignored).toEqual([{ row: 2, reason: 'not-a-quake' }])
  })

  it.each([
    ['<geo:Point><geo:lat>1.5</geo:lat><geo:long>2.5</geo:long></geo:Point>'],
    ['<geo:lat>1.5</geo:lat><geo:long>2.5</geo:long>'],
    ['<georss:where><gml:Point><gml:pos>1.5 2.5</gml:pos></gml:Point></georss:where>'],
    ['<georss:point>\n 1.5\n 2.5 </georss:point>'],
    ['<georss:point>1.5,2.5</georss:point>'],
  ])('finds the point in each spelling: %s', async (point) => {
    const { reports } =
      await parseRss(`<rss version="2.0" xmlns:georss="http://www.georss.org/georss" xmlns:gml="http://www.opengis.net/gml" xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#"><channel>
      <item><title>M 4.0 - somewhere</title><pubDate>Sun, 7 Oct 2018 19:52:00 -0200</pubDate>${point}</item></channel></rss>`)
    expect(reports[0]).toMatchObject({ latitude: 1.5, longitude: 2.5, originTime: Date.UTC(2018, 9, 7, 21, 52) })
  })

  it("EMSC's items have time and depth in elements of their own and no dash before the place", async () => {
    const { reports } =
      await parseRss(`<rss version="2.0" xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#" xmlns:emsc="https://www.emsc-csem.org"><channel>
      <item><title>ML 2.6  CENTRAL TURKEY</title><link>https://example.invalid/?id=1</link><geo:lat>38.31</geo:lat><geo:long>37.12</geo:long><emsc:depth>10.0 f</emsc:depth><emsc:time>2024-05-07 08:24:09 UTC</emsc:time></item></channel></rss>`)
    expect(reports[0]).toMatchObject({
      originTime: Date.UTC(2024, 4, 7, 8, 24, 9),
      depthKm: 10,
      magnitude: { value: 2.6, type: 'ML' },
      place: 'CENTRAL TURKEY',
      kind: 'earthquake',
    })
  })

  it('an area is no point', async () => {
    const { refused } = await parseRss(`<rss version="2.0" xmlns:georss="http://www.georss.org/georss"><channel>
      <item><title>M 4.0 - somewhere</title><pubDate>Sun, 7 Oct 2018 19:52:00 -0200</pubDate><georss:polygon>1 2 3 4 1 2</georss:polygon></item></channel></rss>`)
    expect(refused).toEqual([expect.objectContaining({ rule: 'coordinates-missing' })])
  })

  itOnRecorded('the mixed encodings of the recorded sample hold no earthquake', async () => {
    const { reports, ignored } = await parseRss(recorded('georss/xml_parser_complex_1.xml'))
    expect([reports.length, ignored.length]).toEqual([0, 6])
  })
})

describe('a feed as a whole', () => {
  it('a broken item is refused and its neighbours go on', async () => {
    const broken = CEIC.replace('</title><description><![CDATA[', '</titel><description><![CDATA[')
    const { reports, refused } = await parseRss(broken)
    expect(reports.map(({ row }) => row)).toEqual([0, 2])
    expect(refused).toEqual([expect.objectContaining({ row: 1, rule: 'item-malformed' })])
  })

  it('an item without an end does not swallow the next', async () => {
    const second = CEIC.indexOf('</item>', CEIC.indexOf('</item>') + 1)
    const { reports, refused } = await parseRss(CEIC.slice(0, second) + CEIC.slice(second + 7))
    expect(reports.map(({ row }) => row)).toEqual([0, 2])
    expect(refused.map(({ row }) => row)).toEqual([1])
  })

  it('a list that was cut off on its way keeps what arrived and says so', async () => {
    const { reports, refused } = await parseRss(CEIC.slice(0, CEIC.lastIndexOf('<guid')))
    expect(reports).toHaveLength(2)
    expect(refused.map(({ rule }) => rule)).toEqual(['item-malformed', 'feed-cut-off'])
  })

  it('items inside comments and CDATA are none', () => {
    const text =
      '<rss version="2.0"><channel><!-- <item></item> --><item><d><![CDATA[<item>]]></d></item></channel></rss>'
    expect(splitItems(text).items).toHaveLength(1)
  })

  it('an empty list is a list', async () => {
    expect(await parseRss('<rss version="2.0"><channel><title>x</title></channel></rss>')).toEqual({
      reports: [],
      refused: [],
      ignored: [],
    })
  })

  it.each([
    ['xml-doctype', '<!DOCTYPE rss><rss version="2.0"><channel/></rss>'],
    ['rss-root', '<html><body/></html>'],
    ['rss-root', ''],
    ['rss-root', '{"json": true}'],
    [
      'rss-opening',
      `<rss version="2.0" ${'a="1" '.repeat(1_000)}><channel a="${'x'.repeat(4_000)}"><item/></channel></rss>`,
    ],
    ['xml-malformed', '<rss version="2.0"><channel><item><a></b></item></channel></rss>'],
  ])('what is no feed is refused as %s', async (rule, text) => {
    await expect(parseRss(text)).rejects.toThrow(UnreadableFeed)
    await expect(parseRss(text)).rejects.toMatchObject({ rule })
  })

  it('a list without end is read up to its limit, and says where it stopped', async () => {
    const { ignored, refused } = await parseRss(
      `<rss version="2.0"><channel>${'<item></item>'.repeat(5_001)}</channel></rss>`,
    )
    expect(ignored).toHaveLength(5_000)
    expect(refused).toEqual([expect.objectContaining({ row: 5_000, rule: 'row-count' })])
  })

  it('items stuffed with tags end the reading, and what came before stands', async () => {
    const stuffed = `<item>${'<a/>'.repeat(60_000)}</item>`.repeat(9)
    const { reports, refused } = await parseRss(CEIC.replace('</channel>', `${stuffed}</channel>`))
    expect(reports).toHaveLength(3)
    expect(refused).toEqual([expect.objectContaining({ row: 11, rule: 'feed-tags' })])
  })

  it('an item of a quarter megabyte and more is refused alone', async () => {
    const { reports, refused } = await parseRss(CEIC.replace('</guid>', `</guid><x>${'x'.repeat(262_144)}</x>`))
    expect(reports.map(({ row }) => row)).toEqual([1, 2])
    expect(refused).toEqual([expect.objectContaining({ row: 0, rule: 'item-size' })])
  })

  it('one broken item does not help the next broken one through', async () => {
    const text = CEIC.replaceAll('</title><description>发震', '</titel><description>发震')
    const { refused } = await parseRss(text)
    expect(refused.map(({ rule }) => rule)).toEqual(['item-malformed', 'item-malformed'])
  })

  it('descriptions that would hold up the HTML stripping of rss-parser pass by it', async () => {
    const hostile = labelled('a<p'.repeat(60_000), '', 'x')
    expect((await parseRss(hostile)).ignored).toEqual([{ row: 0, reason: 'not-a-quake' }])
  })

  it('RSS 1.0 has its items beside the channel', async () => {
    const item = CEIC.slice(CEIC.indexOf('<item>'), CEIC.indexOf('</item>') + 7)
    const text = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>x</title></channel>${item}</rdf:RDF>`
    expect((await parseRss(text)).reports).toEqual((await parseRss(CEIC)).reports.slice(0, 1))
  })

  itOnRecorded('a news feed in ISO 8859-1 is read and holds no quake', async () => {
    const { reports, ignored } = await parseRss(recorded('rss/uolNoticias-iso8859-1.rss', 'iso-8859-1'))
    expect([reports.length, ignored.length]).toEqual([0, 15])
  })
})

describe('dates of feeds', () => {
  it.each([
    ['Wed, 19 Apr 2023 00:22:10 GMT', Date.UTC(2023, 3, 19, 0, 22, 10)],
    ['19 Apr 2023 08:22:10 +0800', Date.UTC(2023, 3, 19, 0, 22, 10)],
    ['Wed, 19 Apr 2023 08:22 +08:00', Date.UTC(2023, 3, 19, 0, 22)],
    ['Tue, 18 Apr 2023 19:22:10 EST', Date.UTC(2023, 3, 19, 0, 22, 10)],
    ['2023-04-19T08:22:10+08:00', Date.UTC(2023, 3, 19, 0, 22, 10)],
  ])('%s is an instant', (text, at) => {
    expect(parseFeedTime(text)).toBe(at)
  })

  it.each([
    'Wed, 19 Apr 2023 00:22:10',
    'Wed, 19 Apr 25 00:22:10 GMT',
    'Wed, 31 Feb 2023 00:22:10 GMT',
    '2023-04-19 08:22:10',
    '',
    '19 Foo 2023 00:00 GMT',
    '19 Apr 2023 00:00 Q',
    '19 Apr 2023 00:00 +9900',
  ])('"%s" is none', (text) => {
    expect(parseFeedTime(text)).toBeNull()
  })
})
