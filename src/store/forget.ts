// In: an instant. Out: nothing left of what has served its time before it: booked calls, remembered message ids.
// Must not touch the record: reports, notices, attempts and journal stay.
import type { Instant } from '../core/instant.ts'
import { toTimestamp, type Queryable } from './pool.ts'

/** Removes booked calls and message ids from before the instant. */
export async function forgetOld(db: Queryable, before: Instant): Promise<void> {
  await db.query('delete from call where at < $1', [toTimestamp(before)])
  await db.query('delete from seen_message where at < $1', [toTimestamp(before)])
}
