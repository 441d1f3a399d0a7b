// In: an item or entry with a GeoRSS point, such as USGS's Atom summaries and EMSC's RSS. Out: the outcome of that row.
// Must not take bush fires, floods or news for earthquakes: the title has to open with a magnitude.
import type { Instant } from '../core/instant.ts'
import { kindFromWord } from './kinds.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, cleanText, decimalText, finishRow, readDepthKm, readLatitude } from './rows.ts'
import { readLongitude, readMagnitude } from './rows.ts'
import type { ItemFields } from './rss-fields.ts'
import { findElevation, findPoint } from './rss-fields.ts'
import { parseFeedTime } from './rss-time.ts'
import { agencyCode, classifyTraffic } from './traffic.ts'
import type { XmlElement } from './xml.ts'

/** "M 4.5 - 10km N of X", "M 1.2 Quarry Blast - …", "Mw 6.1, region", "Magnitude 5.0 earthquake …"; "M ? - …" has none yet. */
const TITLE =
  /^(M[A-Za-z]{0,3}|Magnitude)[ :]{0,2}(-?\d{1,2}(?:\.\d{1,4})?|\?)(?:\s{1,3}([A-Za-z ]{3,40}?))?\s{0,3}(?:[-–,:]\s{0,3}(.{0,200}))?$/
/** INGV puts the time in front and the scale into a bracket: "2018-10-06 09:14:56 - Magnitude(ML) 2.6 - 5 km N of X". */
const INGV_TITLE = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} - Magnitude\((M[A-Za-z]{0,3})\) (?=-?\d)/
/** Others put it behind the place: "Fiji (M 5.0)". */
const LAST_TITLE = /^([^()]{2,120}?)\s{1,3}\((M[A-Za-z]{0,3})\s?(\d{1,2}(?:\.\d{1,4})?)\)$/
const USGS_ID = /^urn:earthquake-usgs-gov:([a-z0-9]{2,12}):([A-Za-z0-9_-]{1,40})$/

/** True when the title opens like an earthquake's; anything else with a point is not ours. */
export function isGeorssQuake(fields: ItemFields): boolean {
  return TITLE.test(readTitle(fields))
}

/** The title in the order of TITLE. */
function readTitle(fields: ItemFields): string {
  const title = cleanText(fields.title, 300)
  return title.replace(INGV_TITLE, '$1 ').replace(LAST_TITLE, '$2 $3 - $1')
}

/** Translates such an entry. `updated` of an Atom entry is the version, never the origin time. */
export function translateGeorss(fields: ItemFields, element: XmlElement): RowOutcome {
  const title = readTitle(fields)
  const [, scale = '', number = '', words, rest] = TITLE.exec(title) ?? []
  if (/early warning|预警/i.test(title)) return { ignored: 'early-warning' }
  const usgs = USGS_ID.exec(fields.id)
  const faults: Refusal[] = []
  const [latitude, longitude] = findPoint(element) ?? ['', '']
  const updated = parseFeedTime(fields.updated)
  // "M 1.2 Quarry Blast - place" has a type word; "ML 2.6 CENTRAL TURKEY" has only the place.
  const kind = rest === undefined && kindFromWord(words) === 'other' ? 'earthquake' : kindFromWord(words)
  return finishRow(faults, {
    lifecycle: kind === 'nonexistent' ? 'delete' : 'report',
    class: classifyTraffic(
      [],
      [fields.id, ...fields.categories, /^\W{0,3}(?:test|drill|exercise)\b/i.exec(title)?.[0]],
    ),
    sourceEventId: cleanId(usgs ? `${usgs[1]}${usgs[2]}` : fields.id),
    aliases: [],
    revision: cleanId(fields.updated),
    agency: agencyCode(usgs?.[1] ?? ''),
    sourceCode: '',
    evaluation: 'unknown',
    kind,
    originTime: readOriginTime(fields, element),
    issuedAt: updated,
    latitude: readLatitude(faults, 'georss:point', latitude),
    longitude: readLongitude(faults, 'georss:point', longitude),
    depthKm: readDepth(faults, element),
    magnitude: readMagnitude(faults, 'title', number === '?' ? '' : number, {
      digits: 2,
      type: scale === 'Magnitude' ? 'M' : scale,
      minusOne: false,
    }),
    place: cleanPlace(rest ?? (kindFromWord(words) === 'other' ? words : '')),
    idTime: null,
  })
}

/** georss:elev is in metres and negative downwards; some producers write kilometres down, which nothing marks (feeds.md §6.13). */
function readDepth(faults: Refusal[], element: XmlElement): number | null {
  const elevation = findElevation(element)
  // EMSC: kilometres down, with an "f" where an analyst fixed it.
  if (elevation === '')
    return readDepthKm(faults, 'depth', extension(element, 'depth').replace(/\s?(?:km)?\s?f?$/i, ''))
  const metres = decimalText(elevation)
  return readDepthKm(faults, 'georss:elev', metres === null ? elevation : String(-Number(metres) / 1_000))
}

/**
 * USGS writes the origin time only into the summary ("2018-06-26 11:58:14 UTC"), EMSC into an element of its own, INGV
 * into the title (in UTC); plain GeoRSS has it as pubDate.
 */
function readOriginTime(fields: ItemFields, element: XmlElement): Instant | null {
  const texts = `${extension(element, 'time')} ${fields.text.slice(0, 8_000)}`
  const [, wall] = /(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?) UTC/.exec(texts) ?? []
  if (wall !== undefined) return parseFeedTime(`${wall}Z`)
  if (INGV_TITLE.test(fields.title)) return parseFeedTime(`${fields.title.slice(0, 19)}Z`)
  return parseFeedTime(fields.published)
}

/** A value that the producer put into a namespace of its own (emsc:time, emsc:depth); '' when absent. */
function extension(element: XmlElement, local: string): string {
  const found = element.children.find((child) => child.local === local && child.ns !== element.ns)
  return found ? found.text.trim().slice(0, 60) : ''
}
