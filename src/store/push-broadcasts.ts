// In: words for all subscribers of an outlet, and what became of their parts. Out: what is open, in an order that survives a crash.
// At-least-once: what was not settled is sent again and replaced on the device (Topic, tag). Must not decide who wants what.
import type { Instant } from '../core/instant.ts'
import type { NoticeFacts, NoticeKind } from '../core/notice.ts'
import type { HandedWord, PushStanding } from '../core/push/handing.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { toTimestamp, type Queryable } from './pool.ts'

const TOPIC_LETTERS = 24
/**
 * 144 bits of a hash, url-safe (RFC 8030 §5.4 allows 32 letters): the same for every word about a quake, and for every word about a
 * rumour, whichever lineage answers it.
 */
const TOPIC = `left(translate(encode(sha256(convert_to(coalesce(
    (select 'claim ' || w.claim_id from draft w where w.lineage_id = n.lineage_id and w.claim_id is not null),
    'quake ' || coalesce(n.quake_id, n.lineage_id)), 'UTF8')), 'base64'), '+/', '-_'), ${TOPIC_LETTERS})`

/** A batch of which something may have left: its last owner stays written until it is settled. */
const ATTEMPTED = `(b.tries > 0 or b.lease_owner <> '')`

/** Puts a word on record for the sender; handing it again changes nothing. False when there is no such delivery. */
export async function handWord(db: Queryable, word: HandedWord): Promise<boolean> {
  const { rows } = await db.query(
    `with handed as (
       insert into push_broadcast (id, delivery_id, notice_id, outlet_id, class, topic, content, priority, issued_at, expires_at)
       select 'p' || d.id, d.id, n.id, d.outlet_id, d.class, ${TOPIC}, $3, $4, n.issued_at,
         clock_timestamp() + make_interval(secs => $5::double precision / 1000)
       from delivery d join notice n on n.id = d.notice_id where d.id = $1 and d.outlet_id = $2
       on conflict (delivery_id) do nothing returning id
     )
     select id from handed union all select id from push_broadcast where delivery_id = $1`,
    [word.deliveryId, word.outlet, JSON.stringify(word.content), word.priority, word.ttlMs],
  )
  return rows.length > 0
}

/** How far a delivery's word has come; null when it was never handed over. */
export async function readStanding(db: Queryable, deliveryId: string): Promise<PushStanding | null> {
  const { rows } = await db.query<PushStanding>(
    `select case
         when p.state <> 'stopped' then p.state
         when exists (select from push_batch b where b.broadcast_id = p.id and b.lease_until > clock_timestamp()) then 'sending'
         when exists (select from push_batch b where b.broadcast_id = p.id and ${ATTEMPTED}) then 'stopped'
         else 'refused' end as state,
       p.sent, p.gone, p.failed,
       (select coalesce(sum(cardinality(b.open)), 0)::integer from push_batch b where b.broadcast_id = p.id) as open
     from push_broadcast p where p.delivery_id = $1`,
    [deliveryId],
  )
  return rows[0] ?? null
}

/** An open word. */
export interface Broadcast {
  id: string
  outlet: string
  class: TrafficClass
  topic: string
  content: Record<string, string>
  priority: number
  issuedAt: Instant
  expiresAt: Instant
  cursor: number
  state: 'planning' | 'sending'
  /** Of the notice; null for a digest. */
  kind: NoticeKind | null
  facts: NoticeFacts | null
}

const OPEN = `select p.id, p.outlet_id as outlet, p.class, p.topic, p.content, p.priority, p.issued_at as "issuedAt",
    p.expires_at as "expiresAt", p.cursor, p.state, n.kind, n.facts
  from push_broadcast p left join notice n on n.id = p.notice_id where p.state in ('planning', 'sending')`

/** Open words, withdrawals and corrections first. */
export async function listOpenBroadcasts(db: Queryable): Promise<Broadcast[]> {
  const { rows } = await db.query<Broadcast>(`${OPEN} order by p.priority, p.handed_at`)
  return rows
}

/**
 * Ends words whose quake has a newer one: those told by them stand on record and are told by the newer. And words that
 * were all sent, or have grown too old: what is still open of these has failed.
 */
export async function closeBroadcasts(db: Queryable): Promise<void> {
  await db.query(
    `with old as (
       select p.id from push_broadcast p where p.state in ('planning', 'sending') and exists (
         select from push_broadcast q where q.outlet_id = p.outlet_id and q.topic = p.topic and q.class = p.class
           and (q.handed_at, q.id) > (p.handed_at, p.id))
     ), emptied as (
       update push_batch b set open = '{}', lease_owner = '', lease_until = null from old where b.broadcast_id = old.id
     )
     update push_broadcast p set state = 'replaced', done_at = clock_timestamp() from old where p.id = old.id`,
  )
  await db.query(
    `with aged as (
       select p.id, coalesce(sum(cardinality(b.open)), 0)::integer as open
       from push_broadcast p left join push_batch b on b.broadcast_id = p.id
       where p.state in ('planning', 'sending') and p.expires_at < clock_timestamp() group by p.id
     ), emptied as (
       update push_batch b set open = '{}', lease_owner = '', lease_until = null from aged where b.broadcast_id = aged.id
     )
     update push_broadcast p set state = 'done', failed = p.failed + aged.open, done_at = clock_timestamp()
     from aged where p.id = aged.id`,
  )
  await db.query(
    `update push_broadcast p set state = 'done', done_at = clock_timestamp() where p.state = 'sending'
       and not exists (select from push_batch b where b.broadcast_id = p.id and b.open <> '{}')`,
  )
}

/**
 * Numbers of everyone who was told anything about the quake by this outlet, this word left out. Those whom a switch kept
 * from being told are not among them: a withdrawal would be news to them.
 */
export async function listTold(
  db: Queryable,
  broadcast: Pick<Broadcast, 'id' | 'outlet' | 'topic'>,
): Promise<Set<number>> {
  const { rows } = await db.query<{ number: number }>(
    `select distinct unnest(told) as number from (
       select b.told from push_batch b join push_broadcast p on p.id = b.broadcast_id
         where p.outlet_id = $1 and p.topic = $2 and p.id <> $3 and (p.state <> 'stopped' or ${ATTEMPTED})
       union all
       select g.told from push_gathered g join push_broadcast p on p.id = g.broadcast_id
         where p.outlet_id = $1 and p.topic = $2 and p.id <> $3 and g.digest_id is not null
     ) t`,
    [broadcast.outlet, broadcast.topic, broadcast.id],
  )
  return new Set(rows.map((row) => row.number))
}

/** Part of a plan: those of one push service who are to be told. */
export interface PlannedBatch {
  origin: string
  told: number[]
}

/**
 * Takes a word's plan one step further, whole or not at all.
 * @param from the cursor that the step began at; when it has moved, another node was faster and nothing is written
 * @returns whether the step was written
 */
export async function savePlanStep(
  db: Queryable,
  id: string,
  from: number,
  step: { to: number; last: boolean; batches: readonly PlannedBatch[]; gathered: readonly number[]; sequence: string },
): Promise<boolean> {
  const { rows } = await db.query<{ id: string }>(
    `with moved as (
       update push_broadcast set cursor = $3, state = case when $4 then 'sending' else 'planning' end
       where id = $1 and cursor = $2 and state = 'planning' returning id
     ), batches as (
       insert into push_batch (broadcast_id, n, origin, told, open)
       select moved.id, row_number() over () - 1 + (select coalesce(max(n) + 1, 0) from push_batch where broadcast_id = $1),
         j.origin, t.numbers, t.numbers
       from moved, jsonb_to_recordset($5::jsonb) as j (origin text, told jsonb),
         lateral (select array(select jsonb_array_elements_text(j.told)::bigint) as numbers) t
     ), gathered as (
       insert into push_gathered (broadcast_id, n, sequence, told)
       select moved.id, (select coalesce(max(n) + 1, 0) from push_gathered where broadcast_id = $1), $7, $6::bigint[]
       from moved where cardinality($6::bigint[]) > 0
     )
     select id from moved`,
    [id, from, step.to, step.last, JSON.stringify(step.batches), step.gathered, step.sequence],
  )
  return rows.length > 0
}

export interface LeasedBatch {
  broadcast: string
  n: number
  origin: string
  open: number[]
  tries: number
}

/** Takes batches that are due, the most important words first; a lease that ran out is a crash's leftover. */
export async function leaseBatches(
  db: Queryable,
  options: { node: string; leaseMs: number; most: number; busy: readonly string[] },
): Promise<LeasedBatch[]> {
  const { rows } = await db.query<LeasedBatch>(
    `with due as (
       select b.broadcast_id, b.n, p.priority, p.handed_at from push_batch b join push_broadcast p on p.id = b.broadcast_id
       where b.open <> '{}' and b.due_at <= clock_timestamp() and p.state in ('planning', 'sending')
         and (b.lease_until is null or b.lease_until < clock_timestamp()) and b.origin <> all ($4)
         and not is_switched_off(p.outlet_id, p.notice_id)
       order by p.priority, p.handed_at, b.n limit $3 for update of b skip locked
     )
     update push_batch b set lease_owner = $1, lease_until = clock_timestamp() + make_interval(secs => $2::double precision / 1000)
     from due where b.broadcast_id = due.broadcast_id and b.n = due.n
     returning b.broadcast_id as broadcast, b.n, b.origin, b.open, b.tries`,
    [options.node, options.leaseMs, options.most, options.busy],
  )
  return rows
}

export interface BatchOutcome {
  sent: number[]
  gone: number[]
  failed: number[]
  /** To be tried again. */
  open: number[]
  againMs: number
}

/** Writes what became of a batch; nothing when its lease has passed on. */
export async function settleBatch(
  db: Queryable,
  node: string,
  batch: Pick<LeasedBatch, 'broadcast' | 'n'>,
  outcome: BatchOutcome,
): Promise<void> {
  await db.query(
    `with mine as (
       update push_batch set open = $4::bigint[], tries = tries + 1, lease_owner = '', lease_until = null,
         due_at = clock_timestamp() + make_interval(secs => $5::double precision / 1000)
       where broadcast_id = $1 and n = $2 and lease_owner = $3 returning broadcast_id
     ), reached as (
       update push_subscription set last_ok_at = clock_timestamp() where exists (select from mine) and number = any($6::bigint[])
         and (last_ok_at is null or last_ok_at < clock_timestamp() - interval '7 days')
     )
     update push_broadcast p set sent = p.sent + $7, gone = p.gone + $8, failed = p.failed + $9
     from mine where p.id = mine.broadcast_id`,
    [
      batch.broadcast,
      batch.n,
      node,
      outcome.open,
      outcome.againMs,
      outcome.sent,
      outcome.sent.length,
      outcome.gone.length,
      outcome.failed.length,
    ],
  )
}

/** Ends leases of earlier processes of this installation: their batches are due at once. See endDeadLeases. */
export async function endDeadBatches(db: Queryable, node: string): Promise<void> {
  await db.query(
    `update push_batch set lease_until = null
     where split_part(lease_owner, '-', 1) = $1 and lease_owner <> $2 and lease_until is not null`,
    [node.split('-')[0] ?? node, node],
  )
}

/** When a shock took place and how large it was, as last told. */
export interface ToldQuake {
  topic: string
  originTime: Instant
  latitude: number
  longitude: number
  magnitude: number
}

/** Quakes told since then whose newest word stands: what a sequence is read from. */
export async function listToldQuakes(db: Queryable, outlet: string, since: Instant): Promise<ToldQuake[]> {
  const { rows } = await db.query<{ topic: string; facts: NoticeFacts }>(
    `select distinct on (p.topic) p.topic, n.facts from push_broadcast p join notice n on n.id = p.notice_id
     where p.outlet_id = $1 and p.issued_at >= $2 order by p.topic, p.issued_at desc, n.report_no desc`,
    [outlet, toTimestamp(since)],
  )
  return rows.flatMap(({ topic, facts }) =>
    facts.origin === null
      ? []
      : [
          {
            topic,
            originTime: facts.origin.originTime,
            latitude: facts.origin.latitude,
            longitude: facts.origin.longitude,
            magnitude: facts.origin.magnitude,
          },
        ],
  )
}
