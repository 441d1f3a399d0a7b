// In: QuakeML or SCML elements. Out: which origin and which magnitude of an event the source stands by.
// Must not fall back on document order: in real files the preferred origin is often the second (feeds.md §1.6).
import type { Instant } from '../core/instant.ts'
import { readTime } from './rows.ts'
import type { XmlElement } from './xml.ts'
import { childOf, childrenOf, textAt } from './xml.ts'

/** What a choice came to; `none` and `ambiguous` carry no element. */
export type Choice = { state: 'chosen'; element: XmlElement } | { state: 'none' } | { state: 'ambiguous' }

/** The value of publicID, '' when absent. */
export function publicId(element: XmlElement): string {
  return element.attributes.get('publicID')?.trim() ?? ''
}

/** Latest of creationTime and modificationTime in creationInfo; zoneless means UTC in these formats. */
export function changedAt(element: XmlElement | null): Instant | null {
  const info = element && childOf(element, 'creationInfo')
  if (!info) return null
  const times = ['creationTime', 'modificationTime'].map((name) => readTime([], name, textAt(info, name), 0))
  return times.reduce((latest, at) => (at !== null && (latest === null || at > latest) ? at : latest), null)
}

/** True when evaluationStatus says the analysts threw it away. */
export function isRejected(element: XmlElement): boolean {
  return textAt(element, 'evaluationStatus').toLowerCase() === 'rejected'
}

/**
 * The origin an event stands by: the preferred one; else the newest that is not rejected; else, when all are, the newest.
 * Several equally new ones that are no revision of each other leave it ambiguous.
 */
export function chooseOrigin(event: XmlElement, origins: readonly XmlElement[]): Choice {
  const preferred = textAt(event, 'preferredOriginID')
  const named = preferred === '' ? undefined : origins.find((origin) => publicId(origin) === preferred)
  if (named) return { state: 'chosen', element: named }
  const standing = origins.filter((origin) => !isRejected(origin))
  return newest(standing.length > 0 ? standing : origins)
}

/**
 * The magnitude an event stands by: the preferred one; else the newest standing one of the chosen origin. Where several are
 * equally new, the summary magnitude of type M; else none, and the gate waits.
 */
export function chooseMagnitude(event: XmlElement, origin: XmlElement, magnitudes: readonly XmlElement[]): Choice {
  const preferred = textAt(event, 'preferredMagnitudeID')
  const named = preferred === '' ? undefined : magnitudes.find((magnitude) => publicId(magnitude) === preferred)
  if (named) return isRejected(named) ? { state: 'none' } : { state: 'chosen', element: named }
  const standing = magnitudes.filter((magnitude) => {
    const about = textAt(magnitude, 'originID')
    return !isRejected(magnitude) && (about === '' || about === publicId(origin))
  })
  const summary = standing.filter((magnitude) => textAt(magnitude, 'type') === 'M')
  const choice = newest(standing)
  return choice.state === 'ambiguous' && summary.length > 0 ? newest(summary) : choice
}

function newest(elements: readonly XmlElement[]): Choice {
  const dated = elements.map((element) => ({ element, at: changedAt(element) ?? Number.NEGATIVE_INFINITY }))
  const latest = dated.reduce((most, { at }) => Math.max(most, at), Number.NEGATIVE_INFINITY)
  const [first, second] = dated.filter(({ at }) => at === latest)
  if (!first) return { state: 'none' }
  return second ? { state: 'ambiguous' } : { state: 'chosen', element: first.element }
}

/** Text of a real quantity's value; 1.0 and 1.1 documents may hold it without the inner element. */
export function quantity(element: XmlElement | null, ...names: string[]): string {
  for (const name of names) {
    const holder = element && childOf(element, name)
    const text = holder ? textAt(holder, 'value') || holder.text.trim() : ''
    if (text !== '') return text
  }
  return ''
}

/** Elements that stand beside the events, by publicID. */
export function poolOf(parents: readonly XmlElement[], local: string): Map<string, XmlElement> {
  return new Map(gather(parents, local).map((element) => [publicId(element), element]))
}

/** What an event names in its reference elements, out of the pool. */
export function referenced(event: XmlElement, local: string, pool: ReadonlyMap<string, XmlElement>): XmlElement[] {
  const names = new Set(childrenOf(event, local).map((reference) => reference.text.trim()))
  return [...names].flatMap((name) => pool.get(name) ?? [])
}

/** All elements with this local name directly under any of the parents. */
export function gather(parents: readonly XmlElement[], local: string): XmlElement[] {
  return parents.flatMap((parent) => childrenOf(parent, local))
}
