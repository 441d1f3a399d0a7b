import { describe, expect, it } from 'vitest'
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import { parseQuakeml } from '../../src/feeds/quakeml.ts'
import { fixture, itOnRecorded, recorded, vary } from './recorded.ts'

const TEXT = fixture('quakeml.xml')

const varied = (...pairs: [string, string][]): string => vary(TEXT, pairs)
const first = (text: string) => parseQuakeml(text).reports[0]

describe('QuakeML', () => {
  it('takes the preferred origin and magnitude, not the first', () => {
    expect(parseQuakeml(TEXT)).toEqual({
      reports: [
        {
          row: 0,
          lifecycle: 'report',
          class: 'actual',
          sourceEventId: 'smi:example.invalid/event/abc2021xyz',
          aliases: ['abc2021xyz'],
          revision: '2021-02-05T10:15:00.000Z',
          agency: 'GFZ',
          sourceCode: '',
          evaluation: 'reviewed',
          kind: 'earthquake',
          originTime: Date.UTC(2021, 1, 5, 10, 0, 3, 456),
          issuedAt: Date.UTC(2021, 1, 5, 10, 15),
          latitude: -6.2556,
          longitude: 130.4,
          depthKm: 151.25,
          magnitude: { value: 5.68, type: 'Mw' },
          place: 'Banda Sea',
          idTime: null,
        },
      ],
      refused: [],
      ignored: [],
    })
  })

  it('without a preferred origin the newest one that is not rejected stands, wherever it is in the document', () => {
    const bare: [string, string] = ['<preferredOriginID>smi:o/2</preferredOriginID>', '']
    expect(first(varied(bare))?.latitude).toBe(-6.2556)
    expect(first(varied(bare, ['2021-02-05T10:03:00', '2021-02-05T11:03:00']))?.latitude).toBe(-6.1)
    expect(first(varied(bare, ['confirmed', 'rejected']))?.latitude).toBe(-6.1)
  })

  it('a preferred origin that is not in the document is no preference', () => {
    expect(first(varied(['smi:o/2<', 'smi:o/9<'], ['2021-02-05T10:03:00', '2021-02-05T11:03:00']))?.latitude).toBe(-6.1)
  })

  it('several undated origins without a preference are refused: document order decides nothing', () => {
    const { reports, refused } = parseQuakeml(
      varied(
        ['<preferredOriginID>smi:o/2</preferredOriginID>', ''],
        ['<creationTime>2021-02-05T10:03:00</creationTime>', ''],
        ['<creationTime>2021-02-05T10:15:00.000000Z</creationTime>', ''],
      ),
    )
    expect(reports).toEqual([])
    expect(refused).toEqual([expect.objectContaining({ row: 0, rule: 'origin-ambiguous' })])
  })

  it('without a preferred magnitude only one of the chosen origin counts', () => {
    const bare: [string, string] = ['<preferredMagnitudeID>smi:m/2</preferredMagnitudeID>', '']
    expect(first(varied(bare))?.magnitude).toEqual({ value: 5.68, type: 'Mw' })
    expect(first(varied(bare, ['<originID>smi:o/2</originID>', '<originID>smi:o/1</originID>']))?.magnitude).toBeNull()
  })

  it('depth is in metres, and a kilometre value of an old file reads as the standard says', () => {
    expect(first(varied(['151250', '29.0']))?.depthKm).toBe(0.029)
    expect(first(varied(['<value>151250</value>', '<value>-1690</value>']))?.depthKm).toBe(-1.69)
  })

  it('a time without a zone is UTC', () => {
    const zoned = first(varied(['10:00:03.456789', '18:00:03.456789+08:00']))
    expect(zoned?.originTime).toBe(first(TEXT)?.originTime)
  })

  it.each([
    ['not existing', 'nonexistent'],
    ['duplicate', 'other'],
  ])('type "%s" takes the event back', (word, kind) => {
    expect(first(varied(['<type>earthquake', `<type>${word}`]))).toMatchObject({ lifecycle: 'delete', kind })
  })

  it('an event taken back may have lost its origins', () => {
    const text = `<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2"><eventParameters><event publicID="smi:x/gone1"><type>not existing</type></event></eventParameters></q:quakeml>`
    expect(first(text)).toMatchObject({
      lifecycle: 'delete',
      sourceEventId: 'smi:x/gone1',
      originTime: null,
      latitude: null,
    })
  })

  it('a rejected preferred origin takes the event back', () => {
    expect(first(varied(['confirmed', 'rejected']))).toMatchObject({ lifecycle: 'delete', kind: 'earthquake' })
  })

  it.each([
    ['quarry blast', 'blast'],
    ['mine_collapse', 'collapse'],
    ['rock burst', 'mining'],
    ['meteorite', 'other'],
    ['a word nobody knows', 'other'],
  ])('type "%s" is the kind %s', (word, kind) => {
    expect(first(varied(['<type>earthquake', `<type>${word}`]))?.kind).toBe(kind)
  })

  it('a suspected explosion is only suspected', () => {
    expect(
      first(varied(['<type>earthquake</type>', '<type>explosion</type><typeCertainty>suspected</typeCertainty>']))
        ?.kind,
    ).toBe('suspected-blast')
  })

  it('evaluationMode decides how firm it is; an unknown word of it decides nothing', () => {
    expect(first(varied(['manual', 'automatic']))?.evaluation).toBe('automatic')
    expect(first(varied(['manual', 'psychic'], ['confirmed', 'preliminary']))?.evaluation).toBe('unknown')
    expect(first(varied(['<evaluationMode>manual</evaluationMode>', '']))?.evaluation).toBe('reviewed')
  })

  it("a national id names source, firmness and time, and the machine's mode weakens it", () => {
    const id: [string, string] = ['event/abc2021xyz', 'event/CC20210205180003']
    expect(first(varied(id))).toMatchObject({
      sourceCode: 'CC',
      agency: 'CENC',
      evaluation: 'reviewed',
      idTime: Date.UTC(2021, 1, 5, 10, 0, 3),
    })
    expect(first(varied(id, ['manual', 'automatic']))).toMatchObject({ sourceCode: 'AU', evaluation: 'automatic' })
  })

  it('ANSS attributes name the event and, without an agencyID, its author', () => {
    const attributes = 'catalog:eventsource="nc" catalog:eventid="7300001" catalog:datasource="nc" '
    const report = first(
      varied(['<event publicID', `<event ${attributes}publicID`]).replaceAll('<agencyID>GFZ</agencyID>', ''),
    )
    expect(report).toMatchObject({ sourceEventId: 'nc7300001', agency: 'NC' })
    expect(report?.aliases).toContain('smi:example.invalid/event/abc2021xyz')
  })

  it.each(['GFZ_Test', 'TEST', 'XX(exercise)'])('agency %s is test traffic', (agency) => {
    expect(first(TEXT.replaceAll('>GFZ<', `>${agency}<`))?.class).toBe('test')
  })

  it('a scenario is test traffic', () => {
    expect(first(varied(['abc2021xyz', 'abc2021xyz-scenario']))?.class).toBe('test')
  })

  it.each([
    ['http://quakeml.org/xmlns/quakeml/1.0', 'http://quakeml.org/xmlns/quakeml/1.0'],
    ['http://quakeml.org/xmlns/quakeml/1.1', 'http://quakeml.org/xmlns/bed/1.1'],
    ['http://quakeml.org/xmlns/quakeml/1.2RC3', 'http://quakeml.org/xmlns/bed/1.2RC3'],
    ['http://quakeml.org/xmlns/quakeml-rt/1.2', 'http://quakeml.org/xmlns/bed-rt/1.2'],
  ])('reads version %s', (root, bed) => {
    const text = varied(['http://quakeml.org/xmlns/quakeml/1.2', root], ['http://quakeml.org/xmlns/bed/1.2', bed])
    expect(parseQuakeml(text)).toEqual(parseQuakeml(TEXT))
  })

  it('in the real-time variant origins stand beside their event', () => {
    const origins = TEXT.slice(TEXT.indexOf('<origin '), TEXT.lastIndexOf('</origin>') + 9)
    const apart = TEXT.replace(origins, '<originReference>smi:o/2</originReference>').replace(
      '</event>',
      `</event>${origins}`,
    )
    expect(first(apart)).toEqual(first(TEXT))
  })

  it.each([
    ['latitude-range', '-6.25555', '-96.25555'],
    ['longitude-number', '130.4', '130,4'],
    ['depth-range', '151250', '900000'],
    ['origin-time-text', '2021-02-05T10:00:03.456789', '05/02/2021 10:00'],
    ['magnitude-range', '5.675', '56.75'],
  ])('a row that breaks %s is refused and the next goes on', (rule, from, to) => {
    const good = TEXT.slice(TEXT.indexOf('<event '), TEXT.indexOf('</event>') + 8)
    const bad = good.replace(from, to)
    expect(bad).not.toBe(good)
    const { reports, refused } = parseQuakeml(TEXT.replace(good, bad + good))
    expect(refused).toEqual([expect.objectContaining({ row: 0, rule })])
    expect(reports.map(({ row }) => row)).toEqual([1])
  })

  it('an event without any origin is refused', () => {
    const text = '<quakeml xmlns="http://quakeml.org/xmlns/quakeml/1.0"><event publicID="x"/></quakeml>'
    expect(parseQuakeml(text).refused).toEqual([expect.objectContaining({ rule: 'origin-missing' })])
  })

  it('an empty list is a list', () => {
    const text = '<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2"><eventParameters/></q:quakeml>'
    expect(parseQuakeml(text)).toEqual({ reports: [], refused: [], ignored: [] })
  })

  it.each(['<quakeml/>', '<seiscomp xmlns="http://quakeml.org/xmlns/quakeml/1.2"/>', '', 'Error 413: too much data'])(
    'what is no QuakeML is refused as a whole: %s',
    (text) => {
      expect(() => parseQuakeml(text)).toThrow(UnreadableFeed)
    },
  )
})

describe('QuakeML samples', () => {
  itOnRecorded('the preferred origin is a year from the first one', () => {
    const report = first(recorded('quakeml/obspy-preferred.xml'))
    expect(report?.originTime).toBe(Date.UTC(2012, 11, 12, 5, 46, 24, 120))
    expect(report?.magnitude).toEqual({ value: 2, type: 'MW' })
  })

  itOnRecorded('an invalid enumeration word costs nothing but itself', () => {
    const { reports, refused } = parseQuakeml(recorded('quakeml/obspy-invalid_enum.xml'))
    expect([reports.length, refused.length]).toEqual([1, 0])
  })

  itOnRecorded('quarry blasts of the USGS keep their ANSS ids', () => {
    const { reports } = parseQuakeml(recorded('quakeml/obspy-usgs_event.xml'))
    expect(reports.map(({ sourceEventId, kind, agency }) => [sourceEventId, kind, agency])).toEqual([
      ['ci37285320', 'blast', 'CI'],
      ['uw60916552', 'blast', 'UW'],
    ])
  })

  itOnRecorded('an origin with every field there is reads like a plain one', () => {
    expect(first(recorded('quakeml/obspy-quakeml_1.2_origin.xml'))).toMatchObject({
      latitude: 38.297,
      longitude: 142.373,
      depthKm: 0.029,
      evaluation: 'reviewed',
      magnitude: null,
    })
  })
})
