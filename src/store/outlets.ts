// In: the outlets of the YAML. Out: their rows, which deliveries point at with their class.
// Must not delete: a delivery of years ago still names its outlet.
import { tellLedgers } from './listen.ts'
import type { Queryable } from './pool.ts'

/**
 * Registers the outlets that are configured now and retires the others.
 * @throws when one was in the other lane before: what is kept under its id (quota, tokens, posts) belongs to that lane
 */
export async function saveOutlets(
  db: Queryable,
  outlets: readonly { id: string; class: string; channel: string; mode: string }[],
): Promise<void> {
  const { rows } = await db.query<{ id: string; class: string }>('select id, class from outlet where id = any($1)', [
    outlets.map((outlet) => outlet.id),
  ])
  for (const { id, class: before } of rows) {
    const wanted = outlets.find((outlet) => outlet.id === id)?.class
    if (wanted !== before) {
      throw new Error(
        `outlet ${id} was of class ${before} and stands in quakedesk.yaml as ${wanted}: an outlet keeps its class for ever; give this one an id of its own`,
      )
    }
  }
  await db.query(
    `with given as (select * from jsonb_to_recordset($1::jsonb) as o(id text, class traffic_class, channel text, mode text)),
     saved as (
       insert into outlet (id, class, channel, mode) select id, class, channel, mode from given
       on conflict (id, class) do update set channel = excluded.channel, mode = excluded.mode, retired = false
       returning id)
     update outlet o set retired = true where not exists (select from given g where g.id = o.id and g.class = o.class)`,
    [JSON.stringify(outlets)],
  )
}

/** Turns an outlet's switch, or with '*' everyone's. The newest row counts. */
export async function saveSwitch(
  db: Queryable,
  act: { outlet: string; on: boolean; actor: string; reason: string; at: string },
): Promise<void> {
  await db.query('insert into kill_switch (outlet_id, is_on, actor, reason, at) values ($1, $2, $3, $4, $5)', [
    act.outlet,
    act.on,
    act.actor,
    act.reason,
    act.at,
  ])
  await tellLedgers(db)
}
