// In: a sign that a platform has finished something. Out: the deliveries that wait for it, due at once.
// Must not settle anything: the check asks the platform itself.
import type { Queryable } from './pool.ts'

/** Whether a message came to a door before, and was done with. */
export async function isRemembered(db: Queryable, door: string, id: string): Promise<boolean> {
  const { rowCount } = await db.query('select 1 from seen_message where door = $1 and id = $2', [door, id])
  return rowCount === 1
}

/**
 * Notes a message's id for a door: once everything that it asks for is on record, for its sender repeats it only till then; or
 * within that very transaction, where a second one then waits for the first.
 * @returns false when it was noted before
 */
export async function rememberMessage(db: Queryable, door: string, id: string, at: string): Promise<boolean> {
  const text = 'insert into seen_message (door, id, at) values ($1, $2, $3) on conflict do nothing'
  return (await db.query(text, [door, id, at])).rowCount === 1
}

/** Makes an outlet's pending and unknown deliveries due now, unless a node has one in its hands. */
export async function wakePending(db: Queryable, outlet: string, at: string): Promise<void> {
  await db.query(
    `with waiting as (
       select id from delivery where outlet_id = $1 and state in ('pending', 'unknown') and due_at > $2
         and (lease_until is null or lease_until < clock_timestamp()) order by id for update
     )
     update delivery d set due_at = $2 from waiting where d.id = waiting.id`,
    [outlet, at],
  )
}
