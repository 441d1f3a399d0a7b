// In: an item with GDACS values. Out: the outcome of that row; floods, cyclones and the rest are left aside by name.
// Must not be taken for a determination: GDACS models impact on other agencies' automatic origins, context only (feeds.md §1.10).
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, cleanText, decimalText, finishRow, readDepthKm, readLatitude } from './rows.ts'
import { readLongitude, readMagnitude } from './rows.ts'
import type { ItemFields } from './rss-fields.ts'
import { childIn, findPoint } from './rss-fields.ts'
import { parseFeedTime } from './rss-time.ts'
import { classifyTraffic } from './traffic.ts'
import type { XmlElement } from './xml.ts'

const GDACS = 'http://www.gdacs.org'

/** True when the item carries a GDACS event type. */
export function isGdacs(element: XmlElement | null): element is XmlElement {
  return element !== null && childIn(element, 'eventtype', GDACS) !== null
}

/** Translates a GDACS item. Magnitude is the value attribute of gdacs:severity; its text alone has the depth. */
export function translateGdacs(fields: ItemFields, element: XmlElement): RowOutcome {
  const value = (local: string): string => childIn(element, local, GDACS)?.text.trim() ?? ''
  if (value('eventtype').toUpperCase() !== 'EQ') return { ignored: 'not-a-quake' }
  const severity = childIn(element, 'severity', GDACS)
  const unit = severity?.attributes.get('unit') ?? ''
  const faults: Refusal[] = []
  const [latitude, longitude] = findPoint(element) ?? ['', '']
  const [, depth = ''] = /Depth:\s?(-?\d{1,4}(?:\.\d{1,6})?)\s?km/i.exec((severity?.text ?? '').slice(0, 200)) ?? []
  const from = parseFeedTime(value('fromdate')) ?? parseFeedTime(fields.published)
  const modified = parseFeedTime(value('datemodified'))
  return finishRow(faults, {
    lifecycle: 'report',
    class: classifyTraffic([], [fields.title]),
    sourceEventId: cleanId(value('eventid') ? `EQ${value('eventid')}` : fields.id),
    aliases: [],
    // An episode is one calculation; a temporary one may be replaced under the same version.
    revision: cleanId(
      [value('episodeid'), value('version'), value('temporary').toLowerCase() === 'true' ? 'temporary' : '']
        .filter((part) => part !== '')
        .join('.'),
    ),
    agency: 'GDACS',
    sourceCode: '',
    evaluation: 'automatic',
    kind: 'earthquake',
    originTime: from,
    issuedAt: modified,
    latitude: readLatitude(faults, 'georss:point', latitude),
    longitude: readLongitude(faults, 'georss:point', longitude),
    depthKm: readDepthKm(faults, 'gdacs:severity depth', depth),
    magnitude: readMagnitude(faults, 'gdacs:severity value', decimalText(severity?.attributes.get('value')) ?? '', {
      digits: 2,
      type: cleanText(unit, 12),
      minusOne: false,
    }),
    place: cleanPlace(value('country')),
    idTime: null,
  })
}
