// In: one event of QuakeML or SCML with its origins and magnitudes. Out: the outcome of that row.
// Must not know which of the two it is beyond the unit of depth, nor average or mix two origins.
import type { Instant } from '../core/instant.ts'
import { formatUtc } from '../core/instant.ts'
import type { Evaluation, QuakeKind } from '../core/quake-report.ts'
import { readIdTime, sourceLetters, weighSource } from './cenc-source.ts'
import { kindFromWord, splitKindBracket } from './kinds.ts'
import { changedAt, chooseMagnitude, chooseOrigin, isRejected, publicId, quantity } from './quakeml-choice.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, decimalText, finishRow, quote, readDepthKm, readLatitude, readLongitude } from './rows.ts'
import { readMagnitude, readTime } from './rows.ts'
import { agencyCode, classifyTraffic } from './traffic.ts'
import type { XmlElement } from './xml.ts'
import { childOf, childrenOf, textAt } from './xml.ts'

/** One event with all that the document says about it. */
export interface EventParts {
  event: XmlElement
  origins: XmlElement[]
  magnitudes: XmlElement[]
  /** Kilometres per unit of depth: 0.001 in QuakeML, 1 in SCML. */
  depthUnit: 0.001 | 1
}

/**
 * Translates one event. Type "not existing" or "duplicate", or a rejected origin, takes the event back; neither format has
 * a delete element (feeds.md §1.6).
 */
export function translateEvent({ event, origins, magnitudes, depthUnit }: EventParts): RowOutcome {
  const choice = chooseOrigin(event, origins)
  const origin = choice.state === 'chosen' ? choice.element : null
  const type = textAt(event, 'type')
  const word = type.toLowerCase().replaceAll(/[\s_-]+/g, ' ')
  const gone = word === 'not existing' || word === 'duplicate' || (origin !== null && isRejected(origin))
  if (!origin && !gone) {
    const found = choice.state === 'ambiguous' ? `${origins.length} equally new origins` : 'no origin'
    const reason = `event ${quote(publicId(event))} has ${found}, expected a preferredOriginID that is in the document`
    return { refused: { rule: choice.state === 'ambiguous' ? 'origin-ambiguous' : 'origin-missing', reason } }
  }
  const chosen = origin ? chooseMagnitude(event, origin, magnitudes) : { state: 'none' as const }
  const magnitude = chosen.state === 'chosen' ? chosen.element : null
  const faults: Refusal[] = []
  const ids = eventIds(event)
  const issuedAt = latest([changedAt(event), changedAt(origin), changedAt(magnitude)])
  const agencies = [origin, magnitude, event].map(agencyText)
  const named = splitKindBracket(placeOf(event, origin))
  return finishRow(faults, {
    lifecycle: gone ? 'delete' : 'report',
    class: agencies.some((agency) => /test/i.test(agency)) ? 'test' : classifyTraffic([], [...agencies, ...ids]),
    sourceEventId: ids[0] ?? '',
    aliases: ids.slice(1),
    revision: issuedAt === null ? cleanId(versionOf(origin) || versionOf(event)) : formatUtc(issuedAt),
    ...sourceOf(ids, origin, authorOf(event, origin, agencies), named.stage),
    kind: named.kind ?? kindOf(event, word),
    originTime: readTime(faults, 'origin/time', quantity(origin, 'time'), 0),
    issuedAt,
    latitude: readLatitude(faults, 'origin/latitude', quantity(origin, 'latitude')),
    longitude: readLongitude(faults, 'origin/longitude', quantity(origin, 'longitude')),
    depthKm: readDepth(faults, quantity(origin, 'depth'), depthUnit),
    magnitude: readMagnitude(faults, 'magnitude', quantity(magnitude, 'mag', 'magnitude'), {
      digits: 2,
      type: magnitude ? textAt(magnitude, 'type') : '',
      minusOne: false,
    }),
    place: named.place,
    idTime: ids.map((id) => (sourceLetters(id) === '' ? null : readIdTime(id))).find((at) => at !== null) ?? null,
  })
}

/**
 * QuakeML's unit is the metre. Some old files hold kilometres under the same name; a 29 cannot tell which it is, so the
 * standard decides and such a row reads as very shallow (feeds.md §1.6).
 */
function readDepth(faults: Refusal[], text: string, unit: EventParts['depthUnit']): number | null {
  const decimal = decimalText(text)
  if (decimal === null || unit === 1) return readDepthKm(faults, 'origin/depth', text)
  return readDepthKm(faults, 'origin/depth', decimalText(`${decimal}e-3`) ?? text)
}

/** ANSS network and code first where given, then the publicID and the bare id at its end, which FDSN text uses. */
function eventIds(event: XmlElement): string[] {
  const full = cleanId(publicId(event))
  const catalogued = catalogValue(event, 'eventsource') + catalogValue(event, 'eventid')
  const bare = /(?:eventid=|[/=:#])([A-Za-z0-9][\w.-]{2,60})(?:&.{0,120})?$/i.exec(full)?.[1] ?? ''
  return [...new Set([cleanId(catalogued), full, bare])].filter((id) => id !== '')
}

function catalogValue(element: XmlElement, name: string): string {
  for (const [key, value] of element.attributes) {
    if (key.startsWith('{http://anss.org/xmlns/catalog/') && key.endsWith(`}${name}`)) return value.trim()
  }
  return ''
}

function agencyText(element: XmlElement | null): string {
  const info = element && childOf(element, 'creationInfo')
  return info ? textAt(info, 'agencyID') : ''
}

function versionOf(element: XmlElement | null): string {
  const info = element && childOf(element, 'creationInfo')
  return info ? textAt(info, 'version') : ''
}

/** Author of the origin: its agencyID, else ANSS's source attributes, else the agency of the event. */
function authorOf(event: XmlElement, origin: XmlElement | null, [own = '', , ofEvent = '']: string[]): string {
  const sources = [origin, event].flatMap((element) =>
    element ? [catalogValue(element, 'eventsource'), catalogValue(element, 'datasource')] : [],
  )
  return [own, ...sources, ofEvent].map(agencyCode).find((code) => code !== '') ?? ''
}

/** A CENC-style id ("CC" and fourteen digits) names source and firmness; evaluationMode can only weaken it. */
function sourceOf(
  ids: readonly string[],
  origin: XmlElement | null,
  agency: string,
  stage: string,
): { sourceCode: string; evaluation: Evaluation; agency: string } {
  const mode = origin ? evaluationOf(origin) : 'unknown'
  const code = ids
    .map((id) => (/^[A-Z]{2}\.?\d{14}/.test(id) ? sourceLetters(id) : ''))
    .find((letters) => letters !== '')
  if (code === undefined) return { sourceCode: '', evaluation: mode, agency }
  const weighed = weighSource([code], [mode, stage])
  return { ...weighed, agency: weighed.agency || agency }
}

/** manual is reviewed; without a mode the status decides; an unknown word of either is no word. */
function evaluationOf(origin: XmlElement): Evaluation {
  const mode = textAt(origin, 'evaluationMode').toLowerCase()
  if (mode === 'manual') return 'reviewed'
  if (mode === 'automatic') return 'automatic'
  return /^(?:confirmed|reviewed|final|reported)$/i.test(textAt(origin, 'evaluationStatus')) ? 'reviewed' : 'unknown'
}

function kindOf(event: XmlElement, word: string): QuakeKind {
  const kind = kindFromWord(word)
  const blast = kind === 'blast' || kind === 'explosion'
  return blast && textAt(event, 'typeCertainty').toLowerCase() === 'suspected' ? 'suspected-blast' : kind
}

const PLACE_TYPES = ['earthquake name', 'nearest cities', 'local name', 'region name', 'flinn-engdahl region', '']

/** The most local description that is a place (felt reports and summaries are none); origin/region as the last resort. */
function placeOf(event: XmlElement, origin: XmlElement | null): string {
  const named = childrenOf(event, 'description').map((description) => ({
    at: PLACE_TYPES.indexOf(textAt(description, 'type').toLowerCase()),
    text: cleanPlace(textAt(description, 'text')),
  }))
  const best = named.filter(({ at, text }) => at !== -1 && text !== '').sort((a, b) => a.at - b.at)[0]
  return best?.text ?? (origin ? cleanPlace(textAt(origin, 'region')) : '')
}

function latest(times: readonly (Instant | null)[]): Instant | null {
  return times.reduce((most, at) => (at !== null && (most === null || at > most) ? at : most), null)
}
