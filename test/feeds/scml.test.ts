import { describe, expect, it } from 'vitest'
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import { parseScml } from '../../src/feeds/scml.ts'
import { fixture, itOnRecorded, recorded } from './recorded.ts'

const TEXT = fixture('scml.xml')
const first = (text: string) => parseScml(text).reports[0]

describe("SeisComP's own XML", () => {
  it('depth is in kilometres, unlike QuakeML', () => {
    expect(parseScml(TEXT)).toEqual({
      reports: [
        {
          row: 0,
          lifecycle: 'report',
          class: 'actual',
          sourceEventId: 'nxb2021abcd',
          aliases: [],
          revision: '2021-02-05T10:02:02.250Z',
          agency: 'NXB',
          sourceCode: '',
          evaluation: 'automatic',
          kind: 'earthquake',
          originTime: Date.UTC(2021, 1, 5, 10, 0, 3, 500),
          issuedAt: Date.UTC(2021, 1, 5, 10, 2, 2, 250),
          latitude: 38.61,
          longitude: 106.21,
          depthKm: 12.5,
          magnitude: { value: 3.46, type: 'M' },
          place: 'Ningxia',
          idTime: null,
        },
      ],
      refused: [],
      ignored: [],
    })
  })

  it.each(['0.7', '0.9', '0.13', '0.14'])('schema version %s reads the same', (version) => {
    expect(parseScml(TEXT.replaceAll('0.11', version))).toEqual(parseScml(TEXT))
  })

  it('only origins that the event refers to are its own', () => {
    const foreign = TEXT.slice(TEXT.indexOf('<origin '), TEXT.indexOf('</origin>') + 9)
      .replaceAll('Origin/1', 'Origin/2')
      .replace('38.61', '10')
      .replace('10:01:00.1Z', '12:00:00Z')
    const text = TEXT.replace('<event ', `${foreign}<event `).replace(/<preferredOriginID>.*?<\/preferredOriginID>/, '')
    expect(first(text)?.latitude).toBe(38.61)
  })

  it('an origin that two events claim belongs to the first', () => {
    const event = TEXT.slice(TEXT.indexOf('<event '), TEXT.indexOf('</event>') + 8)
    const { reports, refused } = parseScml(TEXT.replace(event, event + event.replace('nxb2021abcd', 'nxb2021abce')))
    expect(reports.map(({ sourceEventId }) => sourceEventId)).toEqual(['nxb2021abcd'])
    expect(refused).toEqual([expect.objectContaining({ row: 1, rule: 'origin-missing' })])
  })

  it('without a preferred magnitude the summary M stands before its components', () => {
    const text = TEXT.replace('<preferredMagnitudeID>Origin/1/M</preferredMagnitudeID>', '')
    expect(first(text)?.magnitude).toEqual({ value: 3.46, type: 'M' })
  })

  it.each(['not existing', 'duplicate'])('type "%s" takes the event back', (word) => {
    expect(first(TEXT.replace('<type>earthquake', `<type>${word}`))?.lifecycle).toBe('delete')
  })

  it('an agency that says Test is a test system', () => {
    expect(first(TEXT.replaceAll('>NXB<', '>NXB(GNS_Test)<'))).toMatchObject({ class: 'test', agency: 'NXB' })
  })

  it('thousands of picks do not stand in the way of the event', () => {
    const pick = TEXT.slice(TEXT.indexOf('<pick'), TEXT.indexOf('</pick>') + 7)
    expect(parseScml(TEXT.replace(pick, pick.repeat(20_000)))).toEqual(parseScml(TEXT))
  })

  it.each(['<quakeml/>', '<seiscomp', ''])('what is no SCML is refused as a whole: %s', (text) => {
    expect(() => parseScml(text)).toThrow(UnreadableFeed)
  })

  itOnRecorded('the recorded output of a test system never counts as actual', () => {
    expect(first(recorded('scml/geonet-2024p344188_0.13.xml'))).toMatchObject({
      class: 'test',
      agency: 'WEL',
      depthKm: 5.116,
      magnitude: { value: 1.41, type: 'M' },
      kind: 'other',
      place: 'Taupo',
    })
  })
})
