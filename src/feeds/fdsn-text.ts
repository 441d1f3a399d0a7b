// In: text of an FDSN event service, format=text: lines of values between bars. Out: reports, refused and ignored rows.
// Must not read a time as local: the standard says UTC and writes no zone. Column order follows the header when there is one.
import type { ParseFeed } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { readIdTime, sourceLetters, weighSource } from './cenc-source.ts'
import { trimPayload } from './json-text.ts'
import { kindFromWord } from './kinds.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, cleanText, finishRow, gatherRows, quote } from './rows.ts'
import { readDepthKm, readLatitude, readLongitude, readMagnitude, readTime } from './rows.ts'
import { agencyCode, classifyTraffic } from './traffic.ts'

/**
 * FDSN Web Services specification 1.2, event text format, by the letters of its header; EventType is appended by some
 * centres.
 */
const COLUMNS = [
  'eventid',
  'time',
  'latitude',
  'longitude',
  'depth',
  'author',
  'catalog',
  'contributor',
  'contributorid',
  'magtype',
  'magnitude',
  'magauthor',
  'eventlocationname',
  'eventtype',
] as const
type Column = (typeof COLUMNS)[number]

/** Other spellings of a header; units ("Depth/km", "Depth (km)") are cut off before. */
const SAME_COLUMN: Readonly<Record<string, Column>> = {
  magnitudetype: 'magtype',
  mag: 'magnitude',
  lat: 'latitude',
  lon: 'longitude',
  origintime: 'time',
  location: 'eventlocationname',
}
/** A header without one of these tells nothing. */
const NEEDED: readonly Column[] = ['eventid', 'time', 'latitude', 'longitude', 'magnitude']

/**
 * Parses …/fdsnws/event/1/query?format=text (feeds.md §1.6). Leading blank lines, blanks in the header and empty columns
 * occur in the wild; a depth of 0 stays 0, because the kind gate needs to see it.
 * @throws UnreadableFeed size, empty, columns
 */
export const parseFdsnText: ParseFeed = (text) => {
  const lines = trimPayload(text)
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
  const headed = lines[0]?.trimStart().startsWith('#') ?? false
  const columns = headed ? readHeader(lines[0] ?? '') : [...COLUMNS]
  const least = Math.max(...NEEDED.map((name) => columns.indexOf(name))) + 1
  const rows = lines.filter((line) => !line.trimStart().startsWith('#'))
  const readable = headed || rows.some((line) => line.split('|', 40).length >= least)
  if (NEEDED.some((name) => !columns.includes(name)) || !readable) {
    throw new UnreadableFeed('columns', `the payload begins with ${quote(lines[0])}, expected #EventID|Time|Latitude|…`)
  }
  return gatherRows(rows, (line) => translateLine(line, columns, least))
}

function readHeader(line: string): string[] {
  const names = line.trim().slice(1).split('|', 40)
  return names.map((name) => {
    const word = name
      .trim()
      .toLowerCase()
      .replace(/\s{0,3}(?:\/|\().{0,20}$/, '')
    return Object.hasOwn(SAME_COLUMN, word) ? (SAME_COLUMN[word] ?? word) : word
  })
}

/** @param least columns that a row must have: up to the last one needed; what stands behind may be left out */
function translateLine(line: string, columns: readonly string[], least: number): RowOutcome {
  const cells = line.split('|', 40)
  if (cells.length < least) {
    const reason = `the line ${quote(line)} has ${cells.length} columns, expected at least ${least}`
    return { refused: { rule: 'columns', reason } }
  }
  const cell = (column: Column): string => (cells[columns.indexOf(column)] ?? '').trim()
  const faults: Refusal[] = []
  const kind = kindFromWord(cell('eventtype'))
  const origins = [cell('author'), cell('contributor')]
  // The CEA intranet serves CENC's catalogue in this format; only an id that also spells a time carries a source code.
  const idTime = readIdTime(cell('eventid'))
  const source = weighSource([idTime === null ? '' : sourceLetters(cell('eventid'))], [])
  return finishRow(faults, {
    lifecycle: kind === 'nonexistent' ? 'delete' : 'report',
    class: classifyTraffic([], [cell('eventid'), cell('catalog'), cell('eventtype'), ...origins]),
    sourceEventId: cleanId(cell('eventid')),
    aliases: [],
    revision: '',
    ...source,
    // ComCat's author may be a list of those who contributed ("at,us,pt"); then the contributor is the agency.
    agency: source.agency || (origins.map(agencyCode).find((code) => /^[^,;]+$/.test(code)) ?? ''),
    kind,
    originTime: readTime(faults, 'Time', cell('time'), 0),
    issuedAt: null,
    latitude: readLatitude(faults, 'Latitude', cell('latitude')),
    longitude: readLongitude(faults, 'Longitude', cell('longitude')),
    depthKm: readDepthKm(faults, 'Depth/km', cell('depth')),
    magnitude: readMagnitude(faults, 'Magnitude', cell('magnitude'), {
      digits: 2,
      type: cleanText(cell('magtype'), 12),
      minusOne: false,
    }),
    place: cleanPlace(cell('eventlocationname')),
    idTime,
  })
}
