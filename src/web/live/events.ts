// In: rows of the record that say a notice was shown. Out: the stretch of them that is kept, what follows an offset, and the
// frames of the wire. Pure: no socket, no clock. Must not carry truth: an event says what changed, the pages say what is true.
import { formatUtc } from '../../core/instant.ts'
import type { ShownRow } from '../../store/shown.ts'

/** A notice whose page was stored for the first time; readers resume behind it. */
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

/**
 * A place in the order of record: an event's `seq`, and the seal that proves that the reader has read this very record and
 * not one that was replaced by a backup. A number alone is taken at its word; '' is before everything.
 */
export type Offset = string

export const OFFSET = /^(\d{1,15})(?:-([0-9a-f]{1,64}))?$/

/** The place behind this event. */
export function offsetOf({ seq, seal }: LiveEvent): Offset {
  return `${seq}-${seal}`
}

/** Where a reader stands who has everything. */
export function endOf(ring: Ring): Offset {
  const last = ring.events.at(-1)
  return last ? offsetOf(last) : String(ring.floor)
}

export type Following =
  | { state: 'events'; events: readonly LiveEvent[] }
  /** Too much lies between: fetch everything anew. */
  | { state: 'reset' }
  /** The reader has heard of more than we have read. */
  | { state: 'ahead' }

/** What a reader lacks who stands here. */
export function findFollowing({ floor, head, events }: Ring, after: Offset): Following {
  const seq = numberOf(after)
  const seal = OFFSET.exec(after)?.[2]
  if (seq < floor) return { state: 'reset' }
  if (seq > head) return { state: 'ahead' }
  if (seal !== undefined && !events.some((event) => event.seq === seq && event.seal === seal)) return { state: 'reset' }
  return { state: 'events', events: events.filter((event) => event.seq > seq) }
}

/** The number of a place; -1 before everything. */
export function numberOf(offset: Offset): number {
  return Number(OFFSET.exec(offset)?.[1] ?? -1)
}

/** An offset as a reader sent it; before everything when it is none. */
export function readOffset(text: string): Offset {
  return OFFSET.test(text) ? text : ''
}

/** The API's form of an event. */
export function writeEvent({ seq, at, code, kind, serial, report, quake, paths }: LiveEvent): object {
  return { seq, at: formatUtc(at), code, kind, serial, report, quake, paths }
}

/**
 * One event of the stream (WHATWG HTML §9.2). JSON has no raw line end, so data is one line whatever it holds.
 * @param id left out: the reader's offset stays
 */
export function writeFrame(event: string, data: object, id?: Offset): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
