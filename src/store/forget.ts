// In: an instant. Out: nothing left of what has served its time: booked calls, remembered message ids, notes of outlets.
// Must not touch the record (reports, notices, attempts and journal stay), nor a note that keeps a post from being made twice.
import type { Instant } from '../core/instant.ts'
import { toTimestamp, type Queryable } from './pool.ts'

/**
 * Removes booked calls and message ids from before an instant, and what outlets have noted with an end (core/channel.ts Box)
 * that lies before now. A note about a delivery outlives its end until the delivery is settled: Weibo's and WeChat's marks
 * that a post was made are read without asking for their age, and without one an absent post would be sent again. Drill
 * outlets run by another clock; a drill's end removes their notes (drills.ts).
 */
export async function forgetOld(db: Queryable, before: Instant, now: Instant): Promise<void> {
  await db.query('delete from call where at < $1', [toTimestamp(before)])
  await db.query('delete from seen_message where at < $1', [toTimestamp(before)])
  await db.query(
    `delete from outlet_box b where b.expires_at < $1
       and not exists (select from outlet o where o.id = b.outlet_id and o.class = 'drill')
       and not exists (select from delivery d
         where d.id = split_part(b.key, ':', 2) and d.state in ('queued', 'sending', 'pending', 'unknown'))`,
    [toTimestamp(now)],
  )
}
