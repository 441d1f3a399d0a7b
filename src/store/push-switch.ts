// In: open words and the switches that a person turned (DESIGN §6.11). Out: those of them that are over.
// What was not sent then ends, as a delivery that met the switch does: turned off again, it sends nothing old.
import type { Queryable } from './pool.ts'

/**
 * Ends the open words of outlets that are switched off.
 * @param known words that the caller may still be sending
 * @returns ids of these that are over by now, for whatever reason, and of all that were ended here
 */
export async function stopBroadcasts(db: Queryable, known: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `with stopped as (
       update push_broadcast p set state = 'stopped', done_at = clock_timestamp()
       where p.state in ('planning', 'sending') and is_switched_off(p.outlet_id, p.notice_id) returning p.id
     )
     select id from stopped
     union select id from push_broadcast where id = any($1) and state not in ('planning', 'sending')`,
    [known],
  )
  return rows.map(({ id }) => id)
}
