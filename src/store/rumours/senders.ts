// In: senders as keyed hashes, what they sent. Out: who sends much, who is held back, what of theirs waits; how much comes in lately.
// Must not know an address or an account: what stands here tells one from another and nothing else.
import { HOUR, MINUTE, type Instant } from '../../core/instant.ts'
import type { Flow } from '../../core/rumour/flow.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export interface Sender {
  number: number
  state: 'open' | 'shadow'
  /** Within its last day. */
  today: number
  total: number
  /** The same words once more. */
  repeats: number
  firstAt: Instant
  lastAt: Instant
  decidedBy: string | null
  decidedAt: Instant | null
  reason: string
  /** Reports of its that wait for a person. */
  held: number
}

const COLUMNS = `n.number, n.state, n.today, n.total, n.repeats, n.first_at as "firstAt", n.last_at as "lastAt",
  n.decided_by as "decidedBy", n.decided_at as "decidedAt", n.reason,
  (select count(*) from sighting_source o where o.sender_ref = n.ref and o.held) as held from sender n`

/** Held back first, then whoever sent most of late. */
export async function listSenders(db: Queryable, since: Instant, most: number): Promise<Sender[]> {
  const { rows } = await db.query<Sender>(
    `select ${COLUMNS} where n.state = 'shadow' or (n.last_at >= $1 and n.today + n.repeats >= 5)
     order by n.state desc, n.last_at desc, n.number limit $2`,
    [toTimestamp(since), most],
  )
  return rows
}

/** Of the sender of a report, for whoever looks at it; null where nobody can be told. */
export async function findSenderOf(db: Queryable, sightingId: string): Promise<number | null> {
  const { rows } = await db.query<{ number: number }>(
    'select n.number from sighting_source o join sender n on n.ref = o.sender_ref where o.sighting_id = $1',
    [sightingId],
  )
  return rows[0]?.number ?? null
}

/** @returns the sender as it was; null when there is none. Within a transaction of the caller's. */
export async function lockSender(db: Queryable, number: number): Promise<Sender | null> {
  await db.query('select from sender where number = $1 for update', [number])
  return (await db.query<Sender>(`select ${COLUMNS} where n.number = $1`, [number])).rows[0] ?? null
}

export async function saveSenderState(
  db: Queryable,
  number: number,
  decided: { state: Sender['state']; by: string; at: Instant; reason: string },
): Promise<void> {
  await db.query('update sender set state = $2, decided_by = $3, decided_at = $4, reason = $5 where number = $1', [
    number,
    decided.state,
    decided.by,
    toTimestamp(decided.at),
    decided.reason,
  ])
}

export interface HeldReport {
  id: string
  /** Null once its sender is forgotten. */
  sender: number | null
  shown: string
  receivedAt: Instant
}

/** Reports that wait because of who sent them, newest first. */
export async function listHeld(db: Queryable, most: number): Promise<HeldReport[]> {
  const { rows } = await db.query<HeldReport>(
    `select s.id, n.number as sender, s.shown, s.received_at as "receivedAt"
     from sighting_source o join sighting s on s.id = o.sighting_id left join sender n on n.ref = o.sender_ref
     where o.held order by o.at desc, s.id limit $1`,
    [most],
  )
  return rows
}

/**
 * Lets held reports go the way of every other: they are compared with claims, questions among them are to be answered.
 * @param which of a sender, or one @returns their ids
 */
export async function releaseHeld(
  db: Queryable,
  which: { sender: number } | { sighting: string },
  answerBy: Instant,
): Promise<string[]> {
  const [column, value] =
    'sender' in which
      ? ['(select n.number from sender n where n.ref = o.sender_ref)', which.sender]
      : ['o.sighting_id', which.sighting]
  const { rows } = await db.query<{ id: string }>(
    `with let as (update sighting_source o set held = false where o.held and ${column} = $1 returning o.sighting_id as id),
     waits as (insert into sighting_waiting (sighting_id) select id from let on conflict do nothing),
     asks as (insert into question (sighting_id, due_at) select let.id, $2 from let join sighting s on s.id = let.id
       where s.stance = 'ask' on conflict do nothing)
     select id from let order by id`,
    [value, toTimestamp(answerBy)],
  )
  return rows.map(({ id }) => id)
}

/** What came from outside of late; what is held back counts: it is part of a flood. */
export async function readFlow(db: Queryable, now: Instant): Promise<Flow> {
  const { rows } = await db.query<Flow>(
    `select count(*) filter (where o.at > $2) as recent, count(distinct o.network_ref) filter (where o.at > $2) as networks,
       count(*) as day from sighting_source o where o.at > $1`,
    [toTimestamp(now - 24 * HOUR), toTimestamp(now - 10 * MINUTE)],
  )
  return rows[0] ?? { recent: 0, networks: 0, day: 0 }
}

/** What tells where a report came from, and senders not heard of, go; what is held back waits on without its origin. */
export async function forgetSenders(db: Queryable, before: Instant): Promise<number> {
  const at = toTimestamp(before)
  await db.query('delete from sighting_source where at < $1 and not held', [at])
  await db.query(`update sighting_source set sender_ref = null, network_ref = '' where at < $1 and network_ref <> ''`, [
    at,
  ])
  const { rowCount } = await db.query(
    `delete from sender n where n.last_at < $1 and not exists (select from sighting_source o where o.sender_ref = n.ref)`,
    [at],
  )
  return rowCount ?? 0
}

/** How far the installation's clock is ahead: the public's process, which has none of its own, records by it. */
export async function saveClock(db: Queryable, aheadMs: number): Promise<void> {
  await db.query(
    `insert into setting as s (key, value, changed_at) values ('clock', $1, now())
     on conflict (key) do update set value = excluded.value, changed_at = excluded.changed_at where s.value <> excluded.value`,
    [JSON.stringify({ aheadMs })],
  )
}
