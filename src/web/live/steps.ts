// In: the ring and what surrounds it. Out: for each place a reader may stand at, the bytes of its next step, made once for all.
// Must not know a socket. Whatever is interrupted, a reader that goes on from its own place gets every event once.
import { formatUtc, type Instant } from '../../core/instant.ts'
import {
  endOf,
  findFollowing,
  numberOf,
  offsetOf,
  writeEvent,
  writeFrame,
  type LiveEvent,
  type Offset,
  type Ring,
} from './events.ts'

export interface Steps {
  /**
   * True when there is something new to tell.
   * @param sure false while the ring is the copy on disk: the record may have gone further
   */
  set(ring: Ring, sure: boolean): boolean
  /** What a reader at this place is sent, and where it stands then; null: nothing now. Null as a place: it has just come. */
  next(at: Offset | null): Step | null
  /** For a reader that stays ahead of the record: it was restored to an earlier state. */
  reset(): Step | null
  /** True when the record is read and does not reach this place. */
  isBehind(at: Offset | null): boolean
  /** Answer of GET /api/v1/changes; null while nothing is known at all. */
  changes(after: Offset | null, staleSince: Instant | null): Buffer | null
}

export interface Step {
  text: string
  /** The same, for all who are told it at once. */
  bytes: Buffer
  at: Offset
}

/** A reader far behind gets them in several answers. */
const MOST_LISTED = 100
/** Readers stand at few places; strangers may ask from any. */
const MOST_REMEMBERED = 64

/** Opens the steps of one process. @param demonstration said in everything that leaves */
export function openSteps(demonstration: boolean): Steps {
  const mark = demonstration ? { demonstration: true } : {}
  const steps = new Map<Offset | null, Step | null>()
  const answers = new Map<string, Buffer>()
  const written = new WeakMap<LiveEvent, string>()
  let ring: Ring | null = null
  let sure = false

  const newest = (): { newest: string | null } => ({ newest: ring?.events.at(-1)?.code ?? null })
  const stepOf = (text: string, at: Offset): Step => ({ text, bytes: Buffer.from(text), at })
  const frame = (event: string, at: Offset): Step => stepOf(writeFrame(event, { ...newest(), ...mark }, at), at)
  const write = (event: LiveEvent): string => {
    const text = written.get(event) ?? writeFrame('notice', { ...writeEvent(event), ...mark }, offsetOf(event))
    written.set(event, text)
    return text
  }
  const make = (at: Offset | null): Step | null => {
    if (ring === null) return null
    if (at === null) return frame('hello', endOf(ring))
    const following = findFollowing(ring, at)
    if (following.state === 'ahead') return null
    if (following.state === 'reset') return frame('reset', endOf(ring))
    if (following.events.length === 0) return null
    return stepOf(following.events.map(write).join(''), endOf(ring))
  }
  const list = (after: Offset | null): object | null => {
    if (ring === null) return null
    const end = endOf(ring)
    const following = findFollowing(ring, after ?? end)
    const events = following.state === 'events' ? following.events.slice(0, MOST_LISTED) : []
    const last = events.at(-1)
    return {
      changes: events.map(writeEvent),
      // Who has heard of more than we have read (another node reads a moment earlier) keeps its place.
      next: last ? offsetOf(last) : following.state === 'ahead' ? after : end,
      reset: following.state === 'reset',
      ...newest(),
    }
  }
  return {
    set: (fresh, known) => {
      const isSame = ring?.events === fresh.events
      ring = fresh
      sure = known
      if (isSame) return false
      steps.clear()
      answers.clear()
      return true
    },
    next: (at) => {
      const known = steps.get(at)
      if (known !== undefined) return known
      const step = make(at)
      if (steps.size < MOST_REMEMBERED) steps.set(at, step)
      return step
    },
    reset: () => (ring === null ? null : frame('reset', endOf(ring))),
    isBehind: (at) => sure && ring !== null && at !== null && numberOf(at) > ring.head,
    changes: (after, staleSince) => {
      const key = `${after ?? ''} ${staleSince ?? ''}`
      const known = answers.get(key)
      if (known) return known
      const body = list(after)
      if (body === null) return null
      const answer = { ...body, stale: staleSince === null ? null : formatUtc(staleSince), ...mark }
      const bytes = Buffer.from(JSON.stringify(answer))
      if (answers.size < MOST_REMEMBERED) answers.set(key, bytes)
      return bytes
    },
  }
}
