// In: outlets with the limits of their platforms. Out: how each stands: last success, calls used, whether its breaker has opened.
// Reads only.
import type { CallLimit } from '../core/channel.ts'
import type { Instant } from '../core/instant.ts'
import { windowStart } from './budget.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface LimitStanding extends CallLimit {
  used: number
}

export interface OutletStanding {
  lastAcceptedAt: Instant | null
  /** Three calls in a row without an answer, and none since: publish/breaker.ts told it by an alarm. */
  isSilent: boolean
  limits: LimitStanding[]
}

/** By outlet id. @param now by the outlet's own lane */
export async function readStandings(
  db: Queryable,
  outlets: readonly { id: string; limits: readonly CallLimit[]; now: Instant }[],
): Promise<Map<string, OutletStanding>> {
  const ids = outlets.map(({ id }) => id)
  const asked = outlets.flatMap(({ id, limits, now }) => limits.map((limit) => ({ id, limit, now })))
  const [last, silent, used] = await Promise.all([
    db.query<{ id: string; at: Instant | null }>(
      `select o.id, (select d.accepted_at from delivery d where d.outlet_id = o.id and d.accepted_at is not null
         order by d.accepted_at desc limit 1) as at from unnest($1::text[]) as o(id)`,
      [ids],
    ),
    db.query<{ id: string }>(
      `select subject as id from alarm where kind = 'outlet' and cleared_at is null and subject = any($1)`,
      [ids],
    ),
    db.query<{ used: number }>(
      `select (select count(*)::integer from call c
         where c.outlet_id = l.outlet and c.at >= l.since and (l.api = '*' or c.api = l.api)) as used
       from rows from (jsonb_to_recordset($1::jsonb) as (outlet text, api text, since timestamptz)) with ordinality
         as l(outlet, api, since, position) order by l.position`,
      [
        JSON.stringify(
          asked.map(({ id, limit, now }) => ({
            outlet: id,
            api: limit.api,
            since: toTimestamp(windowStart(now, limit.window)),
          })),
        ),
      ],
    ),
  ])
  return new Map(
    outlets.map(({ id }) => [
      id,
      {
        lastAcceptedAt: last.rows.find((row) => row.id === id)?.at ?? null,
        isSilent: silent.rows.some((row) => row.id === id),
        limits: asked.flatMap((one, index) =>
          one.id === id ? [{ ...one.limit, used: used.rows[index]?.used ?? 0 }] : [],
        ),
      },
    ]),
  )
}
