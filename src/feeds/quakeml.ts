// In: decoded QuakeML text: 1.2, 1.1, 1.0, their drafts and the real-time variant. Out: reports, refused and ignored rows.
// Must not read SCML, whose depth is in kilometres.
import type { ParseFeed } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { gather, poolOf, referenced } from './quakeml-choice.ts'
import { translateEvent } from './quakeml-event.ts'
import { gatherRows, quote } from './rows.ts'
import { childrenOf, readXml } from './xml.ts'

/** Measurements behind an origin and opinions about it: most of a large document, none of it ours. */
const SKIPPED = new Set([
  'pick',
  'amplitude',
  'arrival',
  'stationMagnitude',
  'stationMagnitudeContribution',
  'focalMechanism',
  'originUncertainty',
  'quality',
  'uncertainty',
  'compositeTime',
  'comment',
])

/** All versions share this beginning; what follows differs (quakeml/1.2, quakeml/1.0, quakeml-rt/1.2 …). */
const NAMESPACE = 'http://quakeml.org/xmlns/'

/**
 * Parses a QuakeML document; every event is a row. Magnitude two decimals, coordinates four, zoneless times UTC, depth metres.
 * @throws UnreadableFeed quakeml-root, or a rule of readXml
 */
export const parseQuakeml: ParseFeed = (text) => {
  const root = readXml(text, SKIPPED)
  if (root.local !== 'quakeml' || !root.ns.startsWith(NAMESPACE)) {
    const found = quote(`${root.ns} ${root.local}`)
    throw new UnreadableFeed('quakeml-root', `the root element is ${found}, expected quakeml in ${NAMESPACE}…`)
  }
  const scopes = [root, ...childrenOf(root, 'eventParameters')]
  const origins = poolOf(scopes, 'origin')
  const magnitudes = poolOf(scopes, 'magnitude')
  return gatherRows(gather(scopes, 'event'), (event) =>
    translateEvent({
      event,
      origins: [...childrenOf(event, 'origin'), ...referenced(event, 'originReference', origins)],
      magnitudes: [...childrenOf(event, 'magnitude'), ...referenced(event, 'magnitudeReference', magnitudes)],
      depthUnit: 0.001,
    }),
  )
}
