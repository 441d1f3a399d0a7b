import { describe, expect, it } from 'vitest'
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import { senderAgency } from '../../src/feeds/cap-names.ts'
import { parseCap } from '../../src/feeds/cap.ts'
import { fixture, itOnRecorded, recorded, vary } from './recorded.ts'

const TEXT = fixture('cap-alert.xml')

const varied = (...pairs: [string, string][]): string => vary(TEXT, pairs)
const first = (text: string) => parseCap(text).reports[0]
const parameter = (name: string, value: string) =>
  `<parameter><valueName>${name}</valueName><value>${value}</value></parameter>`

describe('CAP messages', () => {
  it('an alert about a past earthquake is a report; the id loses its version number', () => {
    expect(parseCap(TEXT)).toEqual({
      reports: [
        {
          row: 0,
          lifecycle: 'report',
          class: 'actual',
          sourceEventId: 'XZ2023.0001',
          aliases: ['XZ2023.0001.1700000000000000000'],
          revision: '2023-11-14T22:20:00.000Z',
          agency: 'EXAMPLE',
          sourceCode: '',
          evaluation: 'unknown',
          kind: 'earthquake',
          originTime: Date.UTC(2023, 10, 14, 22, 13, 20),
          issuedAt: Date.UTC(2023, 10, 14, 22, 20),
          latitude: 38.5,
          longitude: 106.25,
          depthKm: 12,
          magnitude: { value: 5.1, type: '' },
          place: 'Somewhere',
          idTime: null,
        },
      ],
      refused: [],
      ignored: [],
    })
  })

  it.each(['Exercise', 'Test', 'System'])('status %s is test traffic', (status) => {
    expect(first(varied(['Actual', status]))?.class).toBe('test')
  })

  it('a drill that calls itself Actual is still test traffic', () => {
    expect(first(varied(['Earthquake, M5.1', '【演练】Earthquake, M5.1']))?.class).toBe('test')
    expect(first(varied(['Earthquake, M5.1', 'TEST: Earthquake']))?.class).toBe('test')
  })

  it('a draft is left aside', () => {
    expect(parseCap(varied(['Actual', 'Draft'])).ignored).toEqual([{ row: 0, reason: 'draft' }])
  })

  it.each(['Ack', 'Error'])('%s is talk between systems', (msgType) => {
    expect(parseCap(varied(['>Alert<', `>${msgType}<`])).ignored).toEqual([{ row: 0, reason: 'acknowledgement' }])
  })

  it.each([
    ['cap-status', 'Actual', 'Real'],
    ['cap-msgtype', '>Alert<', '>Shout<'],
  ])('a word outside CAP is refused as %s', (rule, from, to) => {
    expect(parseCap(varied([from, to])).refused).toEqual([expect.objectContaining({ row: 0, rule })])
  })

  it('an update keeps the id of the message it refers to', () => {
    const update = varied(
      ['>Alert<', '>Update<'],
      ['XZ2023.0001.1700000000000000000', 'second-message'],
      [
        '<scope>Public</scope>',
        '<scope>Public</scope><references>a@b,first-message,2023-11-14T22:15:00-00:00</references>',
      ],
    )
    expect(first(update)).toMatchObject({
      lifecycle: 'report',
      sourceEventId: 'first-message',
      aliases: ['second-message'],
    })
  })

  it('a cancellation may omit info and names what it cancels', () => {
    const cancel = TEXT.replace('>Alert<', '>Cancel<')
      .replace(/<info>[^]*<\/info>/, '')
      .replace(
        '</scope>',
        '</scope><references>a@b,XZ2023.0001.1699999999999999999,2023-11-14T22:15:00-00:00</references>',
      )
    expect(first(cancel)).toMatchObject({
      lifecycle: 'cancel',
      class: 'actual',
      sourceEventId: 'XZ2023.0001',
      originTime: null,
      latitude: null,
    })
    expect(first(cancel)?.aliases).toContain('XZ2023.0001.1699999999999999999')
  })

  it('an alert without info says nothing and is refused', () => {
    expect(parseCap(TEXT.replace(/<info>[^]*<\/info>/, '')).refused).toEqual([
      expect.objectContaining({ rule: 'cap-info' }),
    ])
  })

  it.each(['Immediate', 'Expected', 'Future'])('urgency %s is an early warning', (urgency) => {
    expect(parseCap(varied(['Past', urgency])).ignored).toEqual([{ row: 0, reason: 'early-warning' }])
  })

  it.each(['地震预警', 'Earthquake Early Warning', 'ShakeAlert earthquake', '緊急地震速報'])(
    'event "%s" is an early warning',
    (event) => {
      expect(parseCap(varied(['<event>Earthquake', `<event>${event}`])).ignored).toEqual([
        { row: 0, reason: 'early-warning' },
      ])
    },
  )

  it('the SAME code for an earthquake warning is an early warning', () => {
    const coded = varied(['<urgency>', '<eventCode><valueName>SAME</valueName><value>EQW</value></eventCode><urgency>'])
    expect(parseCap(coded).ignored).toEqual([{ row: 0, reason: 'early-warning' }])
  })

  it('a cancelled early warning is left aside too', () => {
    const text = varied(['>Alert<', '>Cancel<'], ['<event>Earthquake', '<event>地震预警'])
    expect(parseCap(text).ignored).toEqual([{ row: 0, reason: 'early-warning' }])
  })

  it('a warning in one language of several is a warning', () => {
    const info = TEXT.slice(TEXT.indexOf('<info>'), TEXT.indexOf('</info>') + 7)
    const chinese = info.replace('<language>en', '<language>zh-CN').replace('<event>Earthquake', '<event>地震预警')
    expect(parseCap(TEXT.replace(info, info + chinese)).ignored).toEqual([{ row: 0, reason: 'early-warning' }])
  })

  it.each(['Severe Thunderstorm', '暴雨', 'Tsunami after an earthquake'])('event "%s" is not ours', (event) => {
    expect(parseCap(varied(['<event>Earthquake', `<event>${event}`])).ignored).toEqual([
      { row: 0, reason: 'not-a-quake' },
    ])
  })

  it('a forecast is never a report', () => {
    expect(parseCap(varied(['Earthquake, M5.1', 'Earthquake forecast for tomorrow'])).ignored).toEqual([
      { row: 0, reason: 'forecast' },
    ])
  })

  it('parameters stand before circles and onset', () => {
    const more =
      parameter('OriginTime', '2023-11-14T22:13:21.5Z') +
      parameter('Latitude', '38.4321') +
      parameter('Longitude', '106.2') +
      parameter('Location-Name', '某地')
    expect(first(varied(['<area>', `${more}<area>`]))).toMatchObject({
      originTime: Date.UTC(2023, 10, 14, 22, 13, 21, 500),
      latitude: 38.4321,
      longitude: 106.2,
      place: '某地',
    })
  })

  it('a Chinese time label without zone is Beijing time, any other zoneless time is refused', () => {
    expect(first(varied(['<area>', `${parameter('发震时刻', '2023-11-15 06:13:20')}<area>`]))?.originTime).toBe(
      Date.UTC(2023, 10, 14, 22, 13, 20),
    )
    expect(parseCap(varied(['<area>', `${parameter('OriginTime', '2023-11-14T22:13:20')}<area>`])).refused).toEqual([
      expect.objectContaining({ rule: 'origin-time-text' }),
    ])
  })

  it.each([
    ['M5.1', { value: 5.1, type: 'M' }],
    ['5.125 Mw', { value: 5.13, type: 'Mw' }],
    ['0', null],
    ['', null],
  ])('magnitude "%s"', (text, magnitude) => {
    expect(first(varied(['>5.1<', `>${text}<`]))?.magnitude).toEqual(magnitude)
  })

  it('a magnitude in words only is no magnitude', () => {
    expect(first(varied([parameter('Magnitude', '5.1'), '']))?.magnitude).toBeNull()
  })

  it('circles around different centres have no epicentre', () => {
    const two = varied(['</circle>', '</circle><circle>10,20 5</circle>'])
    expect(parseCap(two).refused).toEqual([expect.objectContaining({ rule: 'coordinates-missing' })])
  })

  it.each([
    ['latitude-range', '38.5,106.25', '98.5,106.25'],
    ['null-island', '38.5,106.25', '0,0'],
    ['magnitude-number', '>5.1<', '>strong<'],
    ['depth-number', '12 km', 'shallow'],
    ['origin-time-text', '2023-11-15T06:13:20+08:00', '2023-11-15T06:13:20'],
  ])('a row that breaks %s is refused with its reason', (rule, from, to) => {
    expect(parseCap(varied([from, to])).refused).toEqual([expect.objectContaining({ row: 0, rule })])
  })

  it('a national id names its source', () => {
    const coded = varied(['XZ2023.0001.1700000000000000000', 'AU20231115061320'])
    expect(first(coded)).toMatchObject({
      sourceCode: 'AU',
      agency: 'CENC',
      evaluation: 'automatic',
      idTime: Date.UTC(2023, 10, 14, 22, 13, 20),
    })
  })

  it('Chinese infos go first, and a collapse is named by the event word', () => {
    const info = TEXT.slice(TEXT.indexOf('<info>'), TEXT.indexOf('</info>') + 7)
    const chinese = info
      .replace('<language>en', '<language>zh-CN')
      .replace('<event>Earthquake', '<event>非天然地震（塌陷）')
      .replace('Somewhere', '某县')
    expect(first(TEXT.replace(info, info + chinese))).toMatchObject({ place: '某县', kind: 'collapse' })
  })

  it('an Atom feed may carry whole messages', () => {
    const alert = TEXT.slice(TEXT.indexOf('<alert'))
    const feed = `<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="text/xml">${alert}</content></entry><entry><title>x</title></entry></feed>`
    expect(parseCap(feed)).toEqual(parseCap(TEXT))
  })

  it.each(['<alert/>', '<alert xmlns="urn:other"/>', '<rss/>', '', 'not xml'])(
    'what is no CAP is refused as a whole: %s',
    (text) => {
      expect(() => parseCap(text)).toThrow(UnreadableFeed)
    },
  )

  it.each([
    ['http://geonet.org.nz', 'WEL'],
    ['duty@cenc.ac.cn', 'CENC'],
    ['w-nceri@usgs.gov', 'US'],
    ['JMA', 'JMA'],
    ['a free text', ''],
    ['', ''],
  ])('sender "%s" is agency "%s"', (sender, agency) => {
    expect(senderAgency(sender)).toBe(agency)
  })

  itOnRecorded("GeoNet's alert has its magnitude in a parameter and its place in a circle", () => {
    expect(first(recorded('cap/geonet-2015p822263.xml'))).toMatchObject({
      sourceEventId: '2015p822263',
      agency: 'WEL',
      originTime: Date.UTC(2015, 10, 1, 5, 42, 11),
      latitude: -39.4,
      longitude: 175.95,
      depthKm: null,
      magnitude: { value: 5.4, type: '' },
    })
  })
})
