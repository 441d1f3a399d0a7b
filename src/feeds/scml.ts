// In: decoded SeisComP XML (SCML), any schema version 0.x. Out: reports, refused and ignored rows.
// Must not read QuakeML, whose depth is in metres.
import type { ParseFeed } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { gather, poolOf, referenced } from './quakeml-choice.ts'
import { translateEvent } from './quakeml-event.ts'
import { gatherRows, quote } from './rows.ts'
import type { XmlElement } from './xml.ts'
import { childrenOf, readXml, textAt } from './xml.ts'

/** Measurements: of the sample's 782 elements these are 600; a great earthquake has thousands of picks. */
const SKIPPED = new Set([
  'pick',
  'amplitude',
  'arrival',
  'stationMagnitude',
  'stationMagnitudeContribution',
  'reading',
  'focalMechanism',
  'quality',
  'uncertainty',
  'comment',
])

/**
 * Parses an SCML document; every event is a row. Origins stand beside the events and are joined by originReference;
 * magnitudes stand inside their origin. An origin belongs to the first event that claims it, as in SeisComP's database. Read by local name: the namespace changes with every schema version.
 * @throws UnreadableFeed scml-root, or a rule of readXml
 */
export const parseScml: ParseFeed = (text) => {
  const root = readXml(text, SKIPPED)
  if (root.local !== 'seiscomp' && root.local !== 'seiscomp3') {
    throw new UnreadableFeed('scml-root', `the root element is ${quote(root.local)}, expected seiscomp`)
  }
  const scopes = childrenOf(root, 'EventParameters')
  const pool = poolOf(scopes, 'origin')
  const taken = new Set<XmlElement>()
  return gatherRows(gather(scopes, 'event'), (event) => {
    const named = [...referenced(event, 'originReference', pool), ...preferredOf(event, pool)]
    const origins = [...new Set(named)].filter((origin) => !taken.has(origin))
    for (const origin of origins) taken.add(origin)
    return translateEvent({ event, origins, magnitudes: gather(origins, 'magnitude'), depthUnit: 1 })
  })
}

function preferredOf(event: XmlElement, pool: ReadonlyMap<string, XmlElement>): XmlElement[] {
  const origin = pool.get(textAt(event, 'preferredOriginID'))
  return origin ? [origin] : []
}
