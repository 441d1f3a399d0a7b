// In: identifiers, references and sender of a CAP message. Out: the ids of its quake and the agency behind it.
// Must not verify who sent it: the door's signature does that.
import type { Lifecycle } from '../core/quake-report.ts'
import { cleanId } from './rows.ts'
import { agencyCode } from './traffic.ts'
import type { XmlElement } from './xml.ts'
import { textAt } from './xml.ts'

/** A message references at most all earlier ones of its quake; more is a fault or an attack. */
const MAX_REFERENCES = 20

/**
 * Ids that name the quake, most stable first. CAP numbers messages, not events: the chain of references is the lineage, and
 * the first message's identifier serves as the event's, unless an event id is given or spelled in front of a version number.
 * @param values parameters by lower-case name
 */
export function capIds(alert: XmlElement, values: ReadonlyMap<string, string>, lifecycle: Lifecycle): string[] {
  const own = textAt(alert, 'identifier')
  const referenced = textAt(alert, 'references')
    .slice(0, 20_000)
    .split(/\s+/)
    .slice(0, MAX_REFERENCES)
    .map(referencedId)
  const incidents = textAt(alert, 'incidents').split(/\s+/)[0] ?? ''
  const named = values.get('eventid') ?? values.get('eventidkey') ?? values.get('publicid') ?? ''
  const chain = lifecycle === 'cancel' || referenced.length > 0 ? [...referenced, own] : [own]
  const all = [named, incidents, ...chain.map(stemOf), ...chain].map(cleanId)
  return [...new Set(all)].filter((id) => id !== '').slice(0, 2 * MAX_REFERENCES)
}

/** "sender,identifier,sent" → identifier. */
function referencedId(reference: string): string {
  const parts = reference.split(',')
  return parts.length >= 3 ? parts.slice(1, -1).join(',') : ''
}

/** GeoNet appends the version in nanoseconds: 2015p822263.1446357128542910 → 2015p822263. */
function stemOf(identifier: string): string {
  return identifier.replace(/\.\d{10,20}$/, '')
}

/**
 * The agency of a sender such as "http://geonet.org.nz" or "duty@cenc.ac.cn": the label of its host that is no public suffix;
 * a bare word is taken as it is.
 */
export function senderAgency(sender: string): string {
  const text = sender.trim().slice(0, 200)
  const host = /(?:@|:\/\/)([A-Za-z0-9.-]{1,120})/.exec(text)?.[1]
  if (host === undefined) return /^[A-Za-z]{2,12}$/.test(text) ? agencyCode(text) : ''
  const labels = host.split('.').filter((label) => label !== '')
  const suffix = /^(?:[a-z]{2}|com|org|net|edu|gov|int|mil|ac|co|govt)$/i
  while (labels.length > 1 && suffix.test(labels.at(-1) ?? '')) labels.pop()
  return agencyCode(labels.at(-1) ?? '')
}
