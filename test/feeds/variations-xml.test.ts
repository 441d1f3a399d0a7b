// In: small XML payloads of our own, each as a real service may send it one day. Out: proof that each is read as it is meant.
import { describe, expect, it } from 'vitest'
import type { ParsedFeed } from '../../src/core/quake-report.ts'
import { parseCap } from '../../src/feeds/cap.ts'
import { parseJma } from '../../src/feeds/jma.ts'
import { parseRss } from '../../src/feeds/rss.ts'
import { fixture } from './recorded.ts'

const reasons = (parsed: ParsedFeed): string[] => parsed.ignored.map(({ reason }) => reason)
const rules = (parsed: ParsedFeed): string[] => parsed.refused.map(({ rule }) => rule)
const escaped = (html: string): string => html.replaceAll('<', '&lt;')

describe('a labelled description', () => {
  const LABELLED =
    '发震时刻(UTC+8) 2031-05-07 02:09:04<br>参考位置 四川甘孜州德格县<br>震级(M) 5.1<br>纬度(°) 31.26<br>经度(°) 98.63<br>深度(千米) 22'
  const feed = (html: string, title = '四川甘孜州德格县发生5.1级地震'): Promise<ParsedFeed> =>
    parseRss(
      `<rss version="2.0"><channel><item><title>${title}</title><guid>CC20310507020904.000</guid><description>${escaped(html)}</description></item></channel></rss>`,
    )
  const first = async (html: string) => (await feed(html)).reports[0]
  const said = { originTime: Date.UTC(2031, 4, 6, 18, 9, 4), latitude: 31.26, longitude: 98.63, depthKm: 22 }

  it.each([
    ['dates in Chinese', ['2031-05-07 02:09:04', '2031年5月7日2时9分4秒']],
    ['degrees in words', ['纬度(°) 31.26', '纬度 北纬31.26度']],
    ['degrees as an entity', ['经度(°) 98.63', '经度 98.63&deg;E']],
    ['labels in heavy brackets', ['发震时刻(UTC+8)', '【发震时刻(UTC+8)】']],
    ['a magnitude in full-width signs', ['震级(M) 5.1', '震级（M） ５．１级']],
  ])('%s are read', async (_, [from = '', to = '']) => {
    expect(LABELLED).toContain(from)
    expect(await first(LABELLED.replace(from, to))).toMatchObject({
      ...said,
      magnitude: { value: 5.1 },
      evaluation: 'reviewed',
    })
  })

  it('a southern and western hemisphere are no northern and eastern one', async () => {
    const html = LABELLED.replace('31.26', '31.26°S').replace('98.63', '98.63°W')
    expect(await first(html)).toMatchObject({ latitude: -31.26, longitude: -98.63 })
  })

  it('"(自动)" behind the place makes the row automatic, whatever its id says', async () => {
    expect(await first(LABELLED.replace('德格县', '德格县(自动)'))).toMatchObject({
      evaluation: 'automatic',
      sourceCode: 'AU',
      place: '四川甘孜州德格县',
    })
  })

  it('"(正式)" behind the place is no part of the place', async () => {
    expect(await first(LABELLED.replace('德格县', '德格县（正式）'))).toMatchObject({
      evaluation: 'reviewed',
      place: '四川甘孜州德格县',
    })
  })
})

describe('a GeoRSS item', () => {
  const feed = (title: string, namespaces: string, inside: string): Promise<ParsedFeed> =>
    parseRss(
      `<rss version="2.0" ${namespaces}><channel><item><title>${title}</title><guid>a1</guid><pubDate>Tue, 06 May 2031 18:09:04 GMT</pubDate>${inside}</item></channel></rss>`,
    )
  const SIMPLE = 'xmlns:g="http://www.georss.org/georss"'
  const POINT = '<g:point>31.26 98.63</g:point>'

  it.each([
    ['versions in the namespace', 'M 5.1, Somewhere', 'xmlns:g="http://www.georss.org/georss/10"', POINT],
    [
      'the older W3C namespace',
      'ML 5.1 SOMEWHERE',
      'xmlns:g="http://www.w3.org/2003/01/geo/"',
      '<g:lat>31.26</g:lat><g:long>98.63</g:long>',
    ],
    ['the magnitude behind the place', 'Somewhere (Mw 5.1)', SIMPLE, POINT],
    ["INGV's order", '2031-05-06 18:09:04 - Magnitude(ML) 5.1 - 5 km N of Somewhere', SIMPLE, POINT],
  ])('%s: is read', async (_, title, namespaces, inside) => {
    const { reports } = await feed(title, namespaces, inside)
    expect(reports).toMatchObject([
      { latitude: 31.26, longitude: 98.63, magnitude: { value: 5.1 }, originTime: Date.UTC(2031, 4, 6, 18, 9, 4) },
    ])
  })

  it.each(['Aid after M 5.1 quake', 'Bush fire (Level 3)', 'Flood in Somewhere'])('"%s" is no quake', async (title) => {
    expect(reasons(await feed(title, SIMPLE, POINT))).toEqual(['not-a-quake'])
  })

  it('a slash behind the namespace of GDACS changes nothing', async () => {
    const text = fixture('gdacs.xml')
    const slashed = text.replace('"http://www.gdacs.org"', '"http://www.gdacs.org/"')
    expect(slashed).not.toBe(text)
    expect(await parseRss(slashed)).toEqual(await parseRss(text))
  })
})

describe('a CAP message', () => {
  const alert = (changes: Record<string, string> = {}): string => {
    const v: Record<string, string> = {
      status: 'Actual',
      msgType: 'Alert',
      scope: 'Public',
      magnitude: '5.1',
      depth: '22 km',
      area: '<circle>31.26,98.63 50</circle>',
      more: '',
      ...changes,
    }
    return `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>id-1</identifier><sender>a@example.org</sender><sent>2031-05-07T02:15:00+08:00</sent><status>${v['status']}</status><msgType>${v['msgType']}</msgType><scope>${v['scope']}</scope><info><category>Geo</category><event>Earthquake</event><urgency>Past</urgency><severity>Minor</severity><certainty>Observed</certainty><onset>2031-05-07T02:09:04+08:00</onset><parameter><valueName>Magnitude</valueName><value>${v['magnitude']}</value></parameter><parameter><valueName>Depth</valueName><value>${v['depth']}</value></parameter>${v['more']}<area><areaDesc>Somewhere</areaDesc>${v['area']}</area></info></alert>`
  }
  const first = (changes?: Record<string, string>) => parseCap(alert(changes)).reports[0]
  const said = { latitude: 31.26, longitude: 98.63, depthKm: 22, magnitude: { value: 5.1 } }
  const parameter = (name: string, value: string): string =>
    `<parameter><valueName>${name}</valueName><value>${value}</value></parameter>`

  it.each([
    ['a circle with blanks', { area: '<circle> 31.26 , 98.63 50 </circle>' }],
    ['both coordinates in one parameter', { area: '', more: parameter('EventLatLon', '31.26,98.63 0.0') }],
    ['a magnitude with its scale in brackets', { magnitude: '5.1 (Mw)' }],
    ['a magnitude in Chinese', { magnitude: 'M5.1级' }],
    ['a depth in metres', { depth: '22000 m' }],
    ['small letters', { status: 'actual', msgType: 'alert' }],
  ])('%s is read', (_, changes) => {
    expect(first(changes)).toMatchObject({ ...said, class: 'actual', lifecycle: 'report' })
  })

  it('an event id of USGS is the id of the quake', () => {
    expect(first({ more: parameter('EventIDKey', 'us7000zzzz') })?.sourceEventId).toBe('us7000zzzz')
  })

  it.each(['Private', 'Restricted'])('what is addressed to few (%s) is not published to all', (scope) => {
    expect(parseCap(alert({ scope }))).toMatchObject({ reports: [], ignored: [{ reason: 'not-public' }] })
  })

  it.each(['Private', 'Restricted'])('a cancellation is heard, also a %s one', (scope) => {
    expect(first({ scope, msgType: 'cancel' })?.lifecycle).toBe('cancel')
  })

  it('a feed that only links its messages says so', () => {
    const feed =
      '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><link href="https://example.org/a.xml"/></entry></feed>'
    expect(reasons(parseCap(feed))).toEqual(['message-index'])
  })

  it('a polygon has no centre', () => {
    expect(rules(parseCap(alert({ area: '<polygon>31,98 32,98 32,99 31,98</polygon>' })))).toEqual([
      'coordinates-missing',
    ])
  })
})

describe("JMA's long-period motion", () => {
  it('cancelling its observation does not cancel the quake', () => {
    const text = fixture('jma-hypocentre.xml')
    const cancelled = text
      .replaceAll('震源・震度に関する情報', '長周期地震動に関する観測情報')
      .replaceAll('発表', '取消')
      .replace(/<Earthquake>.*<\/Earthquake>/s, '')
    expect(parseJma(cancelled)).toMatchObject({ reports: [], ignored: [{ reason: 'no-hypocentre' }] })
  })
})
