// In: rows of the record that say a notice was shown. Out: the stretch of them that is kept, what follows an offset, and the
// frames of the wire. Pure: no socket, no clock. Must not carry truth: an event says what changed, the pages say what is true.
import { formatUtc } from '../../core/instant.ts'
import type { ShownRow } from '../../store/shown.ts'

/** A notice whose page was stored for the first time; readers resume after its `seq`. */
export type LiveEvent = ShownRow

/** The newest events: all there are after `floor`, the record read up to `head`. */
export interface Ring {
  floor: number
  head: number
  /** Ascending. */
  events: readonly LiveEvent[]
}

/** What a look at the record brought: its events after an offset. */
export interface Look {
  head: number
  events: readonly LiveEvent[]
  /** False when older ones were left out because there were too many. */
  whole: boolean
}

/** Some days of a sequence; who was away longer reads everything anew. */
export const MOST_KEPT = 512

/** The ring after a look from its head, or a new ring of a look from the beginning. */
export function extendRing(ring: Ring | null, look: Look): Ring {
  // The same list while nothing was added: that is how others see that nothing was.
  if (ring && look.whole && look.events.length === 0) return { ...ring, head: look.head }
  const first = look.events[0]
  const joined = ring !== null && look.whole ? [...ring.events, ...look.events] : look.events
  const known = ring !== null && look.whole ? ring.floor : look.whole || !first ? 0 : first.seq - 1
  const dropped = joined.at(-MOST_KEPT - 1)
  return { floor: dropped?.seq ?? known, head: look.head, events: joined.slice(-MOST_KEPT) }
}

/** Where a reader stands who has everything. */
export function endOf(ring: Ring): number {
  return ring.events.at(-1)?.seq ?? ring.floor
}

export type Following =
  | { state: 'events'; events: readonly LiveEvent[] }
  /** Too much lies between: fetch everything anew. */
  | { state: 'reset' }
  /** The reader has heard of more than we have read. */
  | { state: 'ahead' }

/** What a reader lacks whose last event was this one. */
export function findFollowing(ring: Ring, after: number): Following {
  if (after < ring.floor) return { state: 'reset' }
  if (after > ring.head) return { state: 'ahead' }
  return { state: 'events', events: ring.events.filter(({ seq }) => seq > after) }
}

/** An offset as a reader sent it: -1, before everything, when it is none. */
export function readOffset(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : -1
}

/** The API's form of an event. */
export function writeEvent(event: LiveEvent): object {
  return { ...event, at: formatUtc(event.at) }
}

/**
 * One event of the stream (WHATWG HTML §9.2). JSON has no raw line end, so data is one line whatever it holds.
 * @param id left out: the reader's offset stays
 */
export function writeFrame(event: string, data: object, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
