// In: a sign that a platform has finished something. Out: the deliveries that wait for it, due at once.
// Must not settle anything: the check asks the platform itself.
import type { Queryable } from './pool.ts'

/** Notes a message's id for a door. False when it came before. */
export async function rememberMessage(db: Queryable, door: string, id: string, at: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'insert into seen_message (door, id, at) values ($1, $2, $3) on conflict do nothing',
    [door, id, at],
  )
  return rowCount === 1
}

/** Makes an outlet's pending and unknown deliveries due now, unless a node has one in its hands. */
export async function wakePending(db: Queryable, outlet: string, at: string): Promise<void> {
  await db.query(
    `update delivery set due_at = $2 where outlet_id = $1 and state in ('pending', 'unknown') and due_at > $2
       and (lease_until is null or lease_until < clock_timestamp())`,
    [outlet, at],
  )
}
