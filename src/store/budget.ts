// In: calls an adapter wants to make. Out: booked, or the instant the exhausted window ends. Survives restarts (channels.md §0.3).
// Must not let a call go that is not on record.
import type { CallLimit, Spend } from '../core/channel.ts'
import { BEIJING_OFFSET, DAY, HOUR, MINUTE, type Instant } from '../core/instant.ts'
import { toTimestamp, type Queryable } from './pool.ts'

const WINDOW_MS = { day: DAY, hour: HOUR, minute: MINUTE } as const

/** Start of the quota window an instant lies in. Days and hours are Beijing's: the platforms reset there (channels.md §1.4, §2.7). */
export function windowStart(now: Instant, window: CallLimit['window']): Instant {
  const size = WINDOW_MS[window]
  return Math.floor((now + BEIJING_OFFSET) / size) * size - BEIJING_OFFSET
}

/** Opens the book of one outlet: every call is on record before it is made. */
export function openBudget(db: Queryable, outlet: string, limits: readonly CallLimit[], clock: () => Instant): Spend {
  return async (api, priority) => {
    const now = clock()
    const concerned = limits.filter((limit) => limit.api === '*' || limit.api === api)
    if (concerned.length === 0) return { ok: true }
    const rows = concerned.map((limit) => ({
      api: limit.api,
      max: maxFor(limit, priority),
      since: toTimestamp(windowStart(now, limit.window)),
    }))
    const answer = await db.query<{ broken: number }>('select broken from book_call($1, $2, $3, $4::jsonb)', [
      outlet,
      api,
      toTimestamp(now),
      JSON.stringify(rows),
    ])
    const broken = concerned[(answer.rows[0]?.broken ?? 0) - 1]
    return broken ? { ok: false, until: windowStart(now, broken.window) + WINDOW_MS[broken.window] } : { ok: true }
  }
}

/** Priorities 0 and 1 may use the reserve (DESIGN §6.11). */
function maxFor(limit: CallLimit, priority: number): number {
  return priority <= 1 ? limit.max : limit.max - limit.reserve
}
