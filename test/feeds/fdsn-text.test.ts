// In: event lines of FDSN services. Out: proof that blank lines, empty columns, missing zones and other column orders do no harm.
import { describe, expect, it } from 'vitest'
import { parseFdsnText } from '../../src/feeds/fdsn-text.ts'
import { expectSane, holdUnderMutation, onlyReport, reportAt, ruleAt } from './json-payloads.ts'
import { describeOnRecorded, fixture, recorded } from './recorded.ts'

const LIST = fixture('fdsn-events.txt')
const LINE = 'smi:x/1|2031-05-06T00:13:59.31|35.4126|103.8619|10.3|LZ||GANSU||ML|4.81|LZ|Gansu'
const HEADER =
  '#EventID|Time|Latitude|Longitude|Depth/km|Author|Catalog|Contributor|ContributorID|MagType|Magnitude|MagAuthor|EventLocationName'

describe('the text of an FDSN event service', () => {
  it('is read with a leading blank line, blanks in the header and times without zone as UTC', () => {
    const feed = parseFdsnText(LIST)
    expectSane(feed)
    expect(reportAt(feed, 0)).toMatchObject({
      sourceEventId: 'local2031ivrt',
      originTime: Date.UTC(2031, 4, 6, 0, 13, 59, 310),
      agency: 'LZ',
      sourceCode: '',
      evaluation: 'unknown',
      magnitude: { value: 4.81, type: 'ML' },
      depthKm: 10.3,
      place: 'Gansu',
    })
  })

  it('keeps empty columns empty and a depth of 0 as 0', () => {
    expect(reportAt(parseFdsnText(LIST), 2)).toMatchObject({
      agency: '',
      place: '',
      depthKm: 0,
      magnitude: { value: 8.5, type: '' },
    })
  })

  it('refuses a line without time and a line cut short, and reads the others', () => {
    const feed = parseFdsnText(LIST)
    expect([ruleAt(feed, 1), ruleAt(feed, 3)]).toEqual(['origin-time-missing', 'columns'])
    expect(feed.reports).toHaveLength(2)
  })

  it('follows the header where a centre orders its columns differently or appends the event type', () => {
    const text = `${HEADER.replace('Latitude|Longitude', 'Longitude|Latitude')}|EventType\nx|2031-05-06T00:00:00|103.8|35.4|1|a|b|c|d|ML|2.0|e|f|quarry blast\r\n`
    expect(onlyReport(parseFdsnText(text))).toMatchObject({ latitude: 35.4, longitude: 103.8, kind: 'blast' })
  })

  it('reads a single pushed line without a header, and a line with a zone', () => {
    expect(onlyReport(parseFdsnText(LINE)).sourceEventId).toBe('smi:x/1')
    expect(onlyReport(parseFdsnText(LINE.replace('59.31', '59.31Z'))).originTime).toBe(
      Date.UTC(2031, 4, 6, 0, 13, 59, 310),
    )
    expect(parseFdsnText(HEADER)).toEqual({ reports: [], refused: [], ignored: [] })
  })

  it('takes a source code from an id that also spells its time, as CENC writes them, and from no other', () => {
    const chinese = LINE.replace('smi:x/1', 'CD20310506081400.00')
    expect(onlyReport(parseFdsnText(chinese))).toMatchObject({
      sourceCode: 'CD',
      evaluation: 'reviewed',
      agency: 'CENC',
      idTime: Date.UTC(2031, 4, 6, 0, 14, 0),
    })
    expect(onlyReport(parseFdsnText(LINE.replace('smi:x/1', 'SN70594767')))).toMatchObject({
      sourceCode: '',
      agency: 'LZ',
    })
  })

  it('knows a test system by its author or catalogue', () => {
    expect(onlyReport(parseFdsnText(LINE.replace('|LZ||', '|GNS_Test||'))).class).toBe('test')
    expect(onlyReport(parseFdsnText(LINE)).class).toBe('actual')
  })

  it('takes an event of type "not existing" for a deletion', () => {
    expect(onlyReport(parseFdsnText(`${LINE}|not existing`))).toMatchObject({
      lifecycle: 'delete',
      kind: 'nonexistent',
    })
  })

  it.each(['', '<html><body>413</body></html>', 'Error 400: bad request', '{"a":1}', '#'])(
    'is unreadable when it is %j',
    (text) => {
      expect(() => parseFdsnText(text)).toThrow(expect.objectContaining({ name: 'UnreadableFeed' }))
    },
  )

  it('never yields a value out of range, whatever happens to its bytes', () => {
    holdUnderMutation(parseFdsnText, [LIST, LINE])
  })
})

describeOnRecorded('a recorded FDSN text', () => {
  it('gives the 2012 Sumatra and 1960 Chile quakes', () => {
    const feed = parseFdsnText(recorded('fdsn-text/events.txt'))
    expect(feed.reports.map(({ originTime, magnitude }) => [originTime, magnitude?.value])).toEqual([
      [Date.UTC(2012, 3, 11, 8, 38, 37), 8.6],
      [Date.UTC(1960, 4, 22, 19, 11, 14), 8.5],
    ])
  })
})
