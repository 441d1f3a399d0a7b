// In: gathered shocks of sequences. Out: which are due, and a digest of them as a word like any other.
// Must not word it.
import type { NoticeFacts } from '../core/notice.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import type { Gathered } from '../core/push/sequence.ts'
import type { Queryable } from './pool.ts'

export interface DueSequence {
  /** Topic of the main shock. */
  sequence: string
  gathered: Gathered[]
  /** The words gathered. */
  broadcasts: string[]
}

/**
 * Sequences whose last digest, or first gathered shock, is so many minutes old. A shock whose word was replaced counts by
 * its newest word; one that was withdrawn does not count.
 */
export async function listDueSequences(db: Queryable, outlet: string, minutes: number): Promise<DueSequence[]> {
  const { rows } = await db.query<{ sequence: string; id: string; title: string; facts: NoticeFacts }>(
    `with waiting as (
       select distinct g.sequence, p.id, p.handed_at, n.title, n.facts from push_gathered g
         join push_broadcast p on p.id = g.broadcast_id join notice n on n.id = p.notice_id
       where g.digest_id is null and p.outlet_id = $1 and not exists (select from push_broadcast q
         where q.outlet_id = p.outlet_id and q.topic = p.topic and (q.handed_at, q.id) > (p.handed_at, p.id))
     ), due as (
       select w.sequence from waiting w group by w.sequence
       having greatest(min(w.handed_at), coalesce((select max(d.handed_at) from push_gathered g
           join push_broadcast d on d.id = g.digest_id where g.sequence = w.sequence), min(w.handed_at)))
         <= clock_timestamp() - make_interval(mins => $2)
     )
     select w.sequence, w.id, w.title, w.facts from waiting w join due on due.sequence = w.sequence order by w.handed_at, w.id`,
    [outlet, minutes],
  )
  return [...Map.groupBy(rows, (row) => row.sequence)].map(([sequence, group]) => ({
    sequence,
    gathered: group.map(({ title, facts }) => ({ title, magnitude: facts.origin?.magnitude ?? 0 })),
    broadcasts: group.map(({ id }) => id),
  }))
}

export interface NewDigest extends DueSequence {
  outlet: { id: string; class: TrafficClass }
  content: { title: string; body: string; url: string }
}

/** Subscribers in one batch, as for any word. */
const BATCH = 500
const DIGEST_PRIORITY = 3

/** One statement: the digest, its batches by push service, and the mark on what it tells. A second node finds nothing left. */
export async function saveDigest(db: Queryable, digest: NewDigest): Promise<void> {
  await db.query(
    `with taken as (
       select g.broadcast_id, g.n, g.told from push_gathered g
       where g.broadcast_id = any($1) and g.digest_id is null for update skip locked
     ), made as (
       insert into push_broadcast (id, outlet_id, class, topic, content, priority, issued_at, expires_at, state)
       select 'g' || gen_random_uuid(), $2, $3::traffic_class,
         left(translate(encode(sha256(convert_to('digest ' || $4, 'UTF8')), 'base64'), '+/', '-_'), 24), $5, $6,
         (select max(p.issued_at) from push_broadcast p where p.id = any($1)), clock_timestamp() + interval '1 hour', 'sending'
       where exists (select from taken) returning id
     ), people as (
       select s.number, s.origin, (row_number() over (partition by s.origin order by s.number) - 1) / $7 as part
       from push_subscription s where s.number in (select unnest(told) from taken)
     ), batches as (
       insert into push_batch (broadcast_id, n, origin, told, open)
       select made.id, row_number() over () - 1, b.origin, b.numbers, b.numbers from made,
         (select origin, part, array_agg(number) as numbers from people group by origin, part) b
     )
     update push_gathered g set digest_id = made.id from made, taken
     where g.broadcast_id = taken.broadcast_id and g.n = taken.n`,
    [
      digest.broadcasts,
      digest.outlet.id,
      digest.outlet.class,
      digest.sequence,
      JSON.stringify(digest.content),
      DIGEST_PRIORITY,
      BATCH,
    ],
  )
}
