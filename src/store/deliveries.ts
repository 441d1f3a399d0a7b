// In: a node's name and the time. Out: leased deliveries, written outcomes, booked calls, small durable facts.
// Must not decide what an outcome means; core/delivery.ts does.
import type { Box, Progress } from '../core/channel.ts'
import type { DeliveryChange } from '../core/delivery.ts'
import type { Instant } from '../core/instant.ts'
import type { NoticeKind } from '../core/notice.ts'
import type { DeliveryState } from '../core/quake.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import type { Pool } from 'pg'
import { toTimestamp, type Queryable } from './pool.ts'

/** A delivery as its row stands, with what its notice adds. */
export interface LeasedDelivery {
  id: string
  notice_id: string
  class: TrafficClass
  outlet_id: string
  leg: string
  priority: number
  state: DeliveryState
  content: Record<string, string>
  attempts: number
  progress: Progress
  first_attempt_at: Instant | null
  absent_probes: number
  absent_since: Instant | null
  expires_at: Instant | null
  job: string
  ref: string
  kind: NoticeKind
  serial: string
  report_no: number
  code: string
}

/** How long a node may hold a delivery without a word; longer than any adapter's deadline. */
export const LEASE_MS = 30_000

const WITH_NOTICE = `select d.id, d.notice_id, d.class, d.outlet_id, d.leg, d.priority, d.state, d.content, d.attempts, d.progress,
  d.first_attempt_at, d.absent_probes, d.absent_since, d.expires_at, d.job, d.ref, n.kind, l.serial, n.report_no, n.code`

/** Takes up to `most` due deliveries for this node; each already has its attempt row. */
export async function leaseDue(
  db: Queryable,
  node: string,
  clock: (trafficClass: TrafficClass) => Instant,
  most: number,
): Promise<LeasedDelivery[]> {
  const { rows } = await db.query<LeasedDelivery>(
    `${WITH_NOTICE} from lease_due($1, $2, $3, $4, $5) d join notice n on n.id = d.notice_id join lineage l on l.id = n.lineage_id`,
    [node, toTimestamp(clock('actual')), toTimestamp(clock('drill')), LEASE_MS, most],
  )
  return rows
}

/**
 * Ends the leases of earlier processes of this installation at its start: what they were sending becomes unknown at once
 * instead of when the lease runs out. Node names are `<installation>-<process>-<chance>`.
 * @param node the caller's own name; it must hold the owner lock of its data folder, which proves the others dead
 * @returns how many deliveries were taken over
 */
export async function endDeadLeases(
  db: Queryable,
  node: string,
  clock: (trafficClass: TrafficClass) => Instant,
): Promise<number> {
  const installation = node.split('-')[0] ?? node
  const { rowCount } = await db.query(
    `with dead as (
       select id from delivery where split_part(lease_owner, '-', 1) = $1 and lease_owner <> $2
         and state in ('sending', 'unknown', 'pending') order by id for update
     ), closed as (
       update attempt a set finished_at = $3, outcome = 'lost', detail = '{"reason": "发送中断，是否发出待查"}'
       from dead where a.delivery_id = dead.id and a.finished_at is null
     )
     update delivery d set
       state = case d.state when 'sending' then 'unknown' else d.state end,
       reason = case d.state when 'sending' then '发送中断，是否发出待查' else d.reason end,
       due_at = case d.state when 'sending' then case d.class when 'drill' then $4::timestamptz else $3::timestamptz end else d.due_at end,
       lease_owner = '', lease_until = null, changed_at = $3
     from dead where d.id = dead.id`,
    [installation, node, toTimestamp(clock('actual')), toTimestamp(clock('drill'))],
  )
  return rowCount ?? 0
}

/** Deliveries that are not settled yet, of either lane. */
export async function countOpen(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from delivery where state in ('queued', 'sending', 'pending', 'unknown')`,
  )
  return rows[0]?.n ?? 0
}

/** Writes what an attempt came to. False when the lease had passed on: the other node's word counts. */
export async function settleAttempt(
  db: Queryable,
  attempt: { deliveryId: string; n: number; node: string; outcome: string; detail: object },
  change: DeliveryChange,
  now: Instant,
): Promise<boolean> {
  const row = {
    delivery_id: attempt.deliveryId,
    n: attempt.n,
    node: attempt.node,
    outcome: attempt.outcome,
    detail: attempt.detail,
    at: toTimestamp(now),
    state: change.state,
    due_at: change.dueAt === undefined ? undefined : toTimestamp(change.dueAt),
    progress: change.progress,
    absent_probes: change.absentProbes,
    ...(change.absentSince === undefined
      ? {}
      : { absent_since: change.absentSince === null ? null : toTimestamp(change.absentSince) }),
    job: change.job,
    ref: change.ref,
    url: change.url,
    reason: change.reason,
    accepted_at: change.acceptedAt === undefined ? undefined : toTimestamp(change.acceptedAt),
    ...(change.nextAct === undefined ? {} : { next_act: change.nextAct, lease_ms: LEASE_MS }),
  }
  const { rows } = await db.query<{ settle_attempt: boolean }>('select settle_attempt($1::jsonb)', [
    JSON.stringify(row),
  ])
  return rows[0]?.settle_attempt ?? false
}

/** True once a newer notice of its lineage stands. */
export async function isReplaced(db: Queryable, noticeId: string): Promise<boolean> {
  const { rows } = await db.query<{ it: boolean }>('select exists (select from notice where supersedes = $1) as it', [
    noticeId,
  ])
  return rows[0]?.it ?? false
}

/** Notes that the public saw it (L7: read back through the public port). First sight counts. */
export async function markSeen(db: Queryable, deliveryId: string, at: Instant): Promise<void> {
  await db.query('update delivery set seen_at = $2 where id = $1 and seen_at is null', [deliveryId, toTimestamp(at)])
}

/** Accepted deliveries nobody has read back yet, newest first. */
export async function listUnseen(
  db: Queryable,
  outlets: string[],
  since: Instant,
): Promise<{ id: string; code: string; serial: string; report_no: number }[]> {
  if (outlets.length === 0) return []
  const { rows } = await db.query<{ id: string; code: string; serial: string; report_no: number }>(
    `select d.id, n.code, l.serial, n.report_no from delivery d join notice n on n.id = d.notice_id join lineage l on l.id = n.lineage_id
     where d.outlet_id = any($1) and d.state = 'accepted' and d.seen_at is null and d.accepted_at >= $2
     order by d.accepted_at desc limit 50`,
    [outlets, toTimestamp(since)],
  )
  return rows
}

/**
 * Durable facts of one outlet; withLock is an advisory lock, held over the act by a connection of its own. Callers of this
 * process queue before they take that connection: many waiters must not drain the pool that the act itself needs.
 */
export function openBox(pool: Pool, outlet: string): Box {
  const tails = new Map<string, Promise<unknown>>()
  return {
    async read(key) {
      const { rows } = await pool.query<{ value: string; expires_at: Instant }>(
        'select value, expires_at from outlet_box where outlet_id = $1 and key = $2',
        [outlet, key],
      )
      const row = rows[0]
      return row ? { value: row.value, expiresAt: row.expires_at } : null
    },
    async write(key, value, expiresAt) {
      await pool.query(
        `insert into outlet_box (outlet_id, key, value, expires_at) values ($1, $2, $3, $4)
         on conflict (outlet_id, key) do update set value = excluded.value, expires_at = excluded.expires_at`,
        [outlet, key, value, toTimestamp(expiresAt)],
      )
    },
    withLock(key, act) {
      const mine = (tails.get(key) ?? Promise.resolve()).then(() => holdLock(pool, `box ${outlet} ${key}`, act))
      tails.set(
        key,
        mine.catch(() => undefined),
      )
      return mine
    },
  }
}

async function holdLock<T>(pool: Pool, name: string, act: () => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let freed = null
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [name])
    try {
      return await act()
    } finally {
      freed = await client.query('select pg_advisory_unlock_all()').catch(() => null)
    }
  } finally {
    // A connection that still holds the lock, or waits for it, ends: nobody would ever give it back.
    client.release(freed === null)
  }
}
