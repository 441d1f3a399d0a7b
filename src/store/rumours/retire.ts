// In: the end of a drill. Out: what was told in it is closed for good: claims, their drafts, reports that nobody has compared yet.
// Must not touch a row of class actual, nor take anything off the record.
import type { Pool } from 'pg'
import { tellDesks } from '../listen.ts'
import { withTransaction, type Queryable } from '../pool.ts'
import { lockMatching } from './links.ts'

const CLAIMS = `select id from claim where class = 'drill' and retired_at is null`
const WAITING = `select w.sighting_id from sighting_waiting w join sighting s on s.id = w.sighting_id where s.class = 'drill'`

/** Whether a drill has left anything of the kind. */
export async function hasDrillClaims(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ some: boolean }>(`select exists (${CLAIMS}) or exists (${WAITING}) as some`)
  return rows[0]?.some ?? false
}

/** @param reason why a draft that was not let out ends */
export async function retireClaims(pool: Pool, reason: string): Promise<void> {
  await withTransaction(pool, async (client) => {
    // Whatever is being compared now has its claim before, or never.
    await lockMatching(client)
    await client.query(`delete from sighting_waiting where sighting_id in (${WAITING})`)
    // In the order of whoever acts on one: the claim first, then its draft.
    await client.query(`${CLAIMS} order by id for update`)
    await client.query(
      `update draft set state = 'discarded', reason = $1, due_at = null
       where claim_id in (${CLAIMS}) and state not in ('released', 'discarded')`,
      [reason],
    )
    await client.query(
      `update claim_clock set stopped_at = clock_timestamp() where claim_id in (${CLAIMS}) and met_at is null and stopped_at is null`,
    )
    await client.query(`update claim set retired_at = clock_timestamp() where id in (${CLAIMS})`)
  })
  await tellDesks(pool)
}
