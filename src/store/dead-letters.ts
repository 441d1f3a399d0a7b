// In: when a delivery counts as given up. Out: what did not get through and is not tried any more, newest first.
// Reads only. What a newer notice replaced is not there: its outlet was sent that one, and the old word must not follow it.
import type { Instant } from '../core/instant.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface DeadLetter {
  delivery: string
  outlet: string
  leg: string
  state: string
  reason: string
  /** 银震信〔2017〕12号 第2报 */
  serial: string
  title: string
  attempts: number
  firstAttemptAt: Instant | null
  /** When it came to this state. */
  changedAt: Instant
}

export interface DeadLetterQuery {
  /** Unknown ones first sent before then: nothing is sent for them any more, they only wait for a person. */
  silentSince: Instant
  limit: number
  /** Outlet or delivery; left out: all. */
  of?: string | undefined
}

/** Of the lane that is in earnest, and only of outlets that are still there. */
export async function listDeadLetters(db: Queryable, query: DeadLetterQuery): Promise<DeadLetter[]> {
  const { rows } = await db.query<DeadLetter>(
    `select d.id as delivery, d.outlet_id as outlet, d.leg, d.state, d.reason, l.serial || ' 第' || n.report_no || '报' as serial,
       n.title, d.attempts, d.first_attempt_at as "firstAttemptAt", d.changed_at as "changedAt"
     from delivery d join notice n on n.id = d.notice_id join lineage l on l.id = n.lineage_id
       join outlet o on o.id = d.outlet_id and o.class = d.class
     where d.class = 'actual' and not o.retired
       and (d.state in ('failed', 'expired') or (d.state = 'unknown' and d.first_attempt_at < $1))
       and not exists (select from notice s where s.supersedes = n.id)
       and ($3::text is null or d.outlet_id = $3 or d.id = $3)
     order by d.changed_at desc, d.id limit $2`,
    [toTimestamp(query.silentSince), query.limit, query.of ?? null],
  )
  return rows
}
