// In: a database as a backup had it, some time ago. Out: the same, but nothing in it is sent as if no time had passed.
// Must not end a delivery: the probe or a person does.
import type { ClientBase } from 'pg'
import { formatUtc, type Instant } from '../core/instant.ts'

/**
 * What waited when the backup was taken may have gone out since, from the machine that is gone. It is unknown now: looked
 * for first, never sent again on a guess (DESIGN L2). Belongs into the transaction that restores.
 * @param takenAt when the backup was taken, as it says itself
 * @returns how many deliveries are to be looked for
 */
export async function distrustWaiting(client: ClientBase, takenAt: string, now: Instant): Promise<number> {
  const there = await client.query<{ it: string | null }>(`select to_regclass('public.delivery')::text as it`)
  if (there.rows[0]?.it == null) return 0
  const at = formatUtc(now)
  const reason = '由备份恢复，此后是否发出待查'
  await client.query(
    `update attempt a set finished_at = $1, outcome = 'lost', detail = jsonb_build_object('reason', $2::text)
     from delivery d where d.id = a.delivery_id and d.class = 'actual' and d.state = 'sending' and a.finished_at is null`,
    [at, reason],
  )
  const { rowCount } = await client.query(
    `update delivery set state = 'unknown', reason = $2,
       first_attempt_at = coalesce(first_attempt_at, changed_at), due_at = $1, absent_probes = 0, absent_since = null,
       lease_owner = '', lease_until = null, changed_at = $1
     where class = 'actual' and state in ('queued', 'sending')`,
    [at, reason],
  )
  await endSittings(client, at)
  await client.query(
    `insert into journal (at, actor, act, subject, detail) values ($1, 'restore', 'database.restored', $2, $3)`,
    [at, takenAt, JSON.stringify({ unknown: rowCount ?? 0 })],
  )
  return rowCount ?? 0
}

/** Whoever was shown out after the backup was taken would sit at the desk again; a link that was used would open once more. */
async function endSittings(client: ClientBase, at: string): Promise<void> {
  const there = await client.query<{ it: string | null }>(`select to_regclass('public.desk_session')::text as it`)
  if (there.rows[0]?.it == null) return
  await client.query('delete from desk_session')
  await client.query('update invitation set used_at = $1 where used_at is null', [at])
}
