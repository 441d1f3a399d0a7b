// In: that a post shall be taken down, by whom, confirmed by whom. Out: its row, taken by one node at a time, until the platform answered.
// Must not ask a platform; and nobody's wish alone makes a row due (000021-removals.sql refuses it too).
import type { Instant } from '../core/instant.ts'
import type { NoticeKind } from '../core/notice.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface RemovalRecord {
  id: string
  class: TrafficClass
  state: 'asked' | 'declined' | 'confirmed' | 'removed' | 'failed'
  why: string
  asked_by: string
  asked_at: Instant
  decided_by: string | null
  decided_at: Instant | null
  reason: string
  tries: number
  ended_at: Instant | null
  delivery_id: string
  outlet_id: string
  channel: string
  leg: string
  ref: string
  url: string | null
  notice_id: string
  kind: NoticeKind
  code: string
  /** 银震信〔2017〕12号 第2报 */
  serial: string
}

const SELECT = `select r.id, r.class, r.state, r.why, r.asked_by, r.asked_at, r.decided_by, r.decided_at, r.reason, r.tries,
    r.ended_at, r.delivery_id, d.outlet_id, o.channel, d.leg, d.ref, d.url, d.notice_id, n.kind, n.code,
    l.serial || ' 第' || n.report_no || '报' as serial
  from removal r join delivery d on d.id = r.delivery_id join outlet o on o.id = d.outlet_id and o.class = d.class
    join notice n on n.id = d.notice_id join lineage l on l.id = n.lineage_id`

/** Longer than any adapter's call (core/channel.ts LONGEST_ACT_MS): nobody else asks while one is asking. */
const LEASE_MS = 30_000

/** Where a delivery speaks. */
export async function findPost(
  db: Queryable,
  deliveryId: string,
): Promise<{ outlet: string; class: TrafficClass; leg: string } | null> {
  const { rows } = await db.query<{ outlet: string; class: TrafficClass; leg: string }>(
    'select outlet_id as outlet, class, leg from delivery where id = $1',
    [deliveryId],
  )
  return rows[0] ?? null
}

export async function findRemoval(db: Queryable, id: string): Promise<RemovalRecord | null> {
  const { rows } = await db.query<RemovalRecord>(`${SELECT} where r.id = $1`, [id])
  return rows[0] ?? null
}

/** Of these notices' posts, newest wish first. */
export async function listRemovals(db: Queryable, noticeIds: readonly string[]): Promise<RemovalRecord[]> {
  const { rows } = await db.query<RemovalRecord>(
    `${SELECT} where d.notice_id = any($1) order by r.asked_at desc, r.id`,
    [noticeIds],
  )
  return rows
}

/** Those that wait for a second person or for the platform. */
export async function listOpenRemovals(db: Queryable): Promise<RemovalRecord[]> {
  const { rows } = await db.query<RemovalRecord>(
    `${SELECT} where r.state in ('asked', 'confirmed') order by r.asked_at limit 50`,
  )
  return rows
}

/** Enters a wish. False when one stands already for that post, the post does not stand, or its word was not withdrawn. */
export async function askRemoval(
  db: Queryable,
  wish: { id: string; deliveryId: string; by: string; why: string },
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into removal (id, delivery_id, class, why, asked_by, asked_at)
     select $1, d.id, d.class, $4, $3, $5 from delivery d join notice n on n.id = d.notice_id
     where d.id = $2 and d.state = 'accepted' and d.removed_at is null and n.kind <> 'withdrawal'
       and exists (select from notice w where w.lineage_id = n.lineage_id and w.kind = 'withdrawal')
     on conflict (delivery_id) where state in ('asked', 'confirmed', 'removed') do nothing`,
    [wish.id, wish.deliveryId, wish.by, wish.why, toTimestamp(at)],
  )
  return rowCount === 1
}

/** A second person's word. False when somebody else was quicker, or the wish is their own. */
export async function confirmRemoval(db: Queryable, id: string, by: string, at: Instant): Promise<boolean> {
  const { rowCount } = await db.query(
    `update removal set state = 'confirmed', decided_by = $2, decided_at = $3, due_at = $3
     where id = $1 and state = 'asked' and asked_by <> $2`,
    [id, by, toTimestamp(at)],
  )
  return rowCount === 1
}

/** Anybody's no, also that of whoever asked. False when it was decided before. */
export async function declineRemoval(db: Queryable, id: string, by: string, at: Instant): Promise<boolean> {
  const { rowCount } = await db.query(
    `update removal set state = 'declined', decided_by = $2, decided_at = $3, ended_at = $3
     where id = $1 and state = 'asked'`,
    [id, by, toTimestamp(at)],
  )
  return rowCount === 1
}

/** Takes confirmed ones whose turn it is. A switched-off outlet is left alone; a crash leaves the row to the next look. */
export async function takeRemovals(db: Queryable, now: Instant): Promise<RemovalRecord[]> {
  const { rows } = await db.query<{ id: string }>(
    `update removal set tries = tries + 1, lease_until = clock_timestamp() + make_interval(secs => ${LEASE_MS / 1000})
     where id in (
       select r.id from removal r join delivery d on d.id = r.delivery_id
       where r.state = 'confirmed' and r.due_at <= $1 and (r.lease_until is null or r.lease_until < clock_timestamp())
         and not coalesce((select k.is_on from kill_switch k where k.outlet_id = d.outlet_id order by k.id desc limit 1), false)
       order by r.due_at limit 20 for update of r skip locked)
     returning id`,
    [toTimestamp(now)],
  )
  if (rows.length === 0) return []
  const taken = await db.query<RemovalRecord>(`${SELECT} where r.id = any($1)`, [rows.map(({ id }) => id)])
  return taken.rows
}

/** What a platform would not take down a person has taken down there. False when it was noted before, or is asked about anew. */
export async function noteRemoved(db: Queryable, id: string, _by: string, at: Instant): Promise<boolean> {
  const { rows } = await db.query<{ delivery: string }>(
    `update removal r set state = 'removed', ended_at = $2, reason = '平台未能删除，已人工删除'
     where id = $1 and state = 'failed' and not exists (
       select from removal o where o.delivery_id = r.delivery_id and o.state in ('asked', 'confirmed', 'removed'))
     returning delivery_id as delivery`,
    [id, toTimestamp(at)],
  )
  const [row] = rows
  if (row) await markRemoved(db, row.delivery, at)
  return row !== undefined
}

async function markRemoved(db: Queryable, delivery: string, at: Instant): Promise<void> {
  await db.query('update delivery set removed_at = $2 where id = $1 and removed_at is null', [
    delivery,
    toTimestamp(at),
  ])
}

export type RemovalEnd =
  | { state: 'removed' }
  | { state: 'failed'; reason: string }
  | { state: 'again'; at: Instant; reason: string }

/** Writes what the platform said. False when the lease had passed on: the other node's word counts. */
export async function settleRemoval(
  db: Queryable,
  { id, tries, delivery_id: delivery }: Pick<RemovalRecord, 'id' | 'tries' | 'delivery_id'>,
  end: RemovalEnd,
  now: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update removal set state = case $3 when 'again' then 'confirmed' else $3 end, reason = $4, due_at = coalesce($5, due_at),
       lease_until = null, ended_at = case $3 when 'again' then null else $6::timestamptz end
     where id = $1 and tries = $2 and state = 'confirmed'`,
    [
      id,
      tries,
      end.state,
      'reason' in end ? end.reason : '',
      end.state === 'again' ? toTimestamp(end.at) : null,
      toTimestamp(now),
    ],
  )
  if (rowCount !== 1) return false
  if (end.state === 'removed') await markRemoved(db, delivery, now)
  return true
}
