// In: a lane. Out: which of its deliveries are under way, and when the next falls due.
// Reads only; for clocks that are moved by hand from one due thing to the next.
import type { Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { toTimestamp, type Queryable } from './pool.ts'

/** Deliveries in somebody's hands (leases run by the real clock) or due by `now`; each in words. */
export async function listBusy(db: Queryable, lane: TrafficClass, now: Instant): Promise<string[]> {
  const { rows } = await db.query<{ words: string }>(
    `select id || ' ' || outlet_id || ' ' || state as words from delivery where class = $1
     and (lease_until > clock_timestamp() or (state in ('queued', 'pending', 'unknown') and due_at <= $2))`,
    [lane, toTimestamp(now)],
  )
  return rows.map((row) => row.words)
}

/** When the next delivery of the lane wants to be looked at; null when none does. */
export async function findNextDue(db: Queryable, lane: TrafficClass): Promise<Instant | null> {
  const { rows } = await db.query<{ due: Instant | null }>(
    `select min(due_at) as due from delivery where class = $1 and state in ('queued', 'pending', 'unknown')`,
    [lane],
  )
  return rows[0]?.due ?? null
}
