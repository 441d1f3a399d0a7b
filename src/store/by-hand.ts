// In: what a person saw of a delivery, or did. Out: its row as that person says; the platform is not asked.
// Must not touch a delivery that a node has in its hands.
import type { Instant } from '../core/instant.ts'
import { BY_HAND } from '../core/public-word.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export type Verdict =
  /** It stands: found or posted by hand. */
  | { is: 'posted'; url: string | null }
  /** It does not stand and shall not be sent any more. */
  | { is: 'absent' }
  /** It does not stand: everything from the start. keepProgress: who was told already is not told again. */
  | { is: 'again'; keepProgress: boolean }

/** States from which a person may settle a delivery that way. */
export const SETTLED_FROM: Readonly<Record<Verdict['is'], readonly string[]>> = {
  posted: ['failed', 'unknown', 'pending', 'queued', 'expired'],
  absent: ['unknown', 'pending'],
  again: ['failed', 'unknown', 'expired'],
}

/** Writes the verdict. False when the delivery is in another state by now, or is being sent at this moment. */
export async function settleByHand(
  db: Queryable,
  deliveryId: string,
  verdict: Verdict,
  now: Instant,
): Promise<boolean> {
  const state = { posted: 'accepted', absent: 'failed', again: 'queued' }[verdict.is]
  const { rowCount } = await db.query(
    `with settled as (
     update delivery set state = $2, reason = $3, changed_at = $4, due_at = $4, absent_probes = 0, absent_since = null,
       lease_owner = '', lease_until = null,
       url = coalesce($5, url),
       ref = case when $2 = 'accepted' and ref = '' then 'by hand' else ref end,
       accepted_at = case when $2 = 'accepted' then $4 else accepted_at end,
       job = case when $2 = 'queued' then '' else job end,
       -- A new round: a key that the platform has used up must not be met again (channels.md §2.5).
       progress = case when $2 <> 'queued' or $6 then progress
         else jsonb_build_object('round', coalesce((progress->>'round')::integer, 0) + 1) end,
       first_attempt_at = case when $2 = 'queued' then null else first_attempt_at end,
       expires_at = case when $2 = 'queued' then null else expires_at end
     where id = $1 and state = any($7) and ($2 <> 'queued' or content <> '{}')
       and (lease_until is null or lease_until < clock_timestamp())
     returning id
     ), closed as (
       -- Of a node that is gone: its lease ran out, and after this word nobody looks for it any more.
       update attempt a set finished_at = $4, outcome = 'lost', detail = '{"reason": "发送中断，由人工了结"}'
       from settled where a.delivery_id = settled.id and a.finished_at is null
     )
     select from settled`,
    [
      deliveryId,
      state,
      BY_HAND[verdict.is],
      toTimestamp(now),
      verdict.is === 'posted' ? verdict.url : null,
      verdict.is === 'again' && verdict.keepProgress,
      SETTLED_FROM[verdict.is],
    ],
  )
  return rowCount === 1
}

/** An accepted delivery of the outlet by the platform's own number of the job, with its serial; null when there is none. */
export async function findAcceptedByJob(
  db: Queryable,
  outlet: string,
  job: string,
): Promise<{ id: string; serial: string } | null> {
  const { rows } = await db.query<{ id: string; serial: string }>(
    `select d.id, l.serial || ' 第' || n.report_no || '报' as serial from delivery d join notice n on n.id = d.notice_id
     join lineage l on l.id = n.lineage_id where d.outlet_id = $1 and d.job = $2 and $2 <> '' and d.state = 'accepted' limit 1`,
    [outlet, job],
  )
  return rows[0] ?? null
}
