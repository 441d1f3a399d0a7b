// In: what waits for a person at the platforms themselves. Out: cards, each taken by one person at a time.
// Must not settle a delivery (by-hand.ts does), nor offer what was replaced, is too old, or that a person has switched off.
import type { Instant } from '../core/instant.ts'
import type { DeliveryState } from '../core/quake.ts'
import { BY_HAND } from '../core/public-word.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface HandCard {
  delivery: string
  outlet: string
  leg: string
  state: DeliveryState
  reason: string
  /** As the channel composed it; {} where nothing that fits could be made. */
  content: Record<string, string>
  notice: string
  code: string
  kind: string
  title: string
  text: string
  serial: string
  report: number
  issuedAt: Instant
  /** A newer notice stands: what was taken before is still to be accounted for. */
  replaced: boolean
  takenBy: string | null
  takenAt: Instant | null
}

/** Nobody posts a word of last week by hand. */
const LOOK_BACK_MS = 7 * 86_400_000
/** An unknown younger than this is still being asked for by its probes. */
const PROBED_FOR_MS = 5 * 60_000
/** No machine looks at a delivery that a person has in hand: its next look is a lifetime away. */
const FAR_MS = 36_500 * 86_400_000
const MOST = 50

const SELECT = `select d.id as delivery, d.outlet_id as outlet, d.leg, d.state, d.reason, d.content, n.id as notice, n.code, n.kind,
    n.title, n.text, l.serial, n.report_no as report, n.issued_at as "issuedAt",
    exists (select from notice s where s.supersedes = n.id) as replaced, h.taken_by as "takenBy", h.taken_at as "takenAt"
  from delivery d join notice n on n.id = d.notice_id join lineage l on l.id = n.lineage_id
    left join hand_post h on h.delivery_id = d.id and h.ended_at is null`

/**
 * What waits, withdrawals first, then the oldest first.
 * @param accounts outlets that people can post at: byHand has no interface, its words wait from the start
 */
export async function listCards(
  db: Queryable,
  accounts: readonly { id: string; byHand: boolean }[],
  now: Instant,
): Promise<HandCard[]> {
  const { rows } = await db.query<HandCard>(
    // Candidates first, each kind by its own index: the table holds every delivery there ever was.
    `${SELECT} where d.id in (
         select delivery_id from hand_post where ended_at is null
         union all select id from delivery where state = 'failed' and changed_at > $3
         union all select id from delivery where state in ('queued', 'unknown') and changed_at > $3)
       and d.class = 'actual' and d.outlet_id = any($1) and d.leg <> 'subscribe'
       and (h.id is not null or not exists (select from notice s where s.supersedes = d.notice_id)
         and (d.expires_at is null or d.expires_at > $5)
         and (d.state = 'failed' or d.state = 'queued' and d.outlet_id = any($2)
           or d.state = 'unknown' and d.first_attempt_at < $4))
     order by (n.kind <> 'withdrawal'), n.issued_at, d.id limit ${MOST}`,
    [
      accounts.map(({ id }) => id),
      accounts.filter(({ byHand }) => byHand).map(({ id }) => id),
      toTimestamp(now - LOOK_BACK_MS),
      toTimestamp(now - PROBED_FOR_MS),
      toTimestamp(now),
    ],
  )
  return rows
}

/** One card by its delivery; null when there is no such delivery of the actual lane. */
export async function findCard(db: Queryable, delivery: string): Promise<HandCard | null> {
  const { rows } = await db.query<HandCard>(`${SELECT} where d.class = 'actual' and d.id = $1`, [delivery])
  return rows[0] ?? null
}

/**
 * A person takes a text to post it. From now on it may stand there at any moment: unknown, so that a withdrawal goes there.
 * False when somebody was quicker, a newer word stands, it is too old, or the machine has it in its hands.
 */
export async function takeCard(
  db: Queryable,
  post: { id: string; delivery: string; by: string },
  byHand: boolean,
  now: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `with taken as (
       update delivery d set state = 'unknown', reason = $4, changed_at = $3, due_at = $5, absent_probes = 0,
         absent_since = null, lease_owner = '', lease_until = null, first_attempt_at = coalesce(first_attempt_at, $3)
       where d.id = $1 and d.class = 'actual' and d.state = any($6)
         and (d.lease_until is null or d.lease_until < clock_timestamp())
         and (d.expires_at is null or d.expires_at > $3)
         and not exists (select from notice s where s.supersedes = d.notice_id)
         and not is_switched_off(d.outlet_id, d.notice_id)
       returning d.id
     )
     insert into hand_post (id, delivery_id, taken_by, taken_at) select $2, id, $7, $3 from taken
     on conflict (delivery_id) where ended_at is null do nothing`,
    [
      post.delivery,
      post.id,
      toTimestamp(now),
      BY_HAND.taken,
      toTimestamp(now + FAR_MS),
      byHand ? ['failed', 'queued'] : ['failed'],
      post.by,
    ],
  )
  return rowCount === 1
}

/** What became of it is on record: nobody has it in hand any more. */
export async function endHandPost(db: Queryable, delivery: string, at: Instant): Promise<void> {
  await db.query('update hand_post set ended_at = $2 where delivery_id = $1 and ended_at is null', [
    delivery,
    toTimestamp(at),
  ])
}

/** Alarms about deliveries that nobody waits for any more: a person who was asked to post is not called on for an old word. */
export async function clearReplacedAlarms(db: Queryable, at: Instant): Promise<void> {
  await db.query(
    `update alarm a set cleared_at = $1 from delivery d
     where a.kind = 'delivery' and a.cleared_at is null and d.id = a.subject
       and d.state in ('superseded', 'cancelled', 'refused')`,
    [toTimestamp(at)],
  )
}
