// In: questions as they came in, answers that people wrote. Out: the same, found by what waits, each answer kept beside those before it.
// Must not change an answer: another one stands in its place.
import type { Instant } from '../../core/instant.ts'
import type { ClaimKind } from '../../core/rumour/kind.ts'
import { toTimestamp, type Queryable } from '../pool.ts'
import type { SightingRoute } from './sightings.ts'

export interface Question {
  id: string
  route: SightingRoute
  shown: string
  kind: ClaimKind
  region: string
  receivedAt: Instant
  dueAt: Instant
  /** Account that has it in hand; null: nobody. */
  owner: string | null
  ownerName: string
  answeredAt: Instant | null
  /** Of the claim that it goes with; null: none. */
  claimId: string | null
  replies: number
}

const COLUMNS = `s.id, s.route, s.shown, s.kind, s.region, s.received_at as "receivedAt", q.due_at as "dueAt", q.owner,
  coalesce(a.name, '') as "ownerName", q.answered_at as "answeredAt",
  (select l.claim_id from sighting_link l where l.sighting_id = s.id and l.ended_at is null) as "claimId",
  (select count(*) from question_reply r where r.sighting_id = s.id) as replies
  from question q join sighting s on s.id = q.sighting_id left join account a on a.id = q.owner`

/** Whoever asked about a claim that was answered, or merged into one that was, reads the answer by the receipt. */
const UNSAID = `q.answered_at is null and not exists (
  with recursive up (id, next, state) as (
    select c.id, c.merged_into, c.state from sighting_link l join claim c on c.id = l.claim_id
      where l.sighting_id = q.sighting_id and l.ended_at is null
    union select c.id, c.merged_into, c.state from claim c join up on c.id = up.next)
  select from up where state in ('published', 'published-partial', 'monitoring', 'closed'))`

/** What waits for an answer, by the time it is due. */
export async function listOpenQuestions(db: Queryable, most: number): Promise<Question[]> {
  const { rows } = await db.query<Question>(
    `select ${COLUMNS} where s.class = 'actual' and ${UNSAID} order by q.due_at, s.id limit $1`,
    [most],
  )
  return rows
}

/** Answered last first. */
export async function listAnswered(db: Queryable, most: number): Promise<Question[]> {
  const { rows } = await db.query<Question>(
    `select ${COLUMNS} where s.class = 'actual' and q.answered_at is not null order by q.answered_at desc, s.id limit $1`,
    [most],
  )
  return rows
}

export async function findQuestion(db: Queryable, id: string): Promise<Question | null> {
  return (await db.query<Question>(`select ${COLUMNS} where s.id = $1`, [id])).rows[0] ?? null
}

/** Held to the end of the transaction, in the order of their ids. @returns those that are there */
export async function lockQuestions(db: Queryable, ids: readonly string[]): Promise<Question[]> {
  await db.query('select from question where sighting_id = any($1) order by sighting_id for update', [ids])
  return (await db.query<Question>(`select ${COLUMNS} where s.id = any($1) order by s.id`, [ids])).rows
}

/** @param owner null: nobody has it in hand any more */
export async function saveOwner(db: Queryable, id: string, owner: string | null, at: Instant): Promise<void> {
  await db.query('update question set owner = $2, owned_at = $3 where sighting_id = $1', [
    id,
    owner,
    owner === null ? null : toTimestamp(at),
  ])
}

export interface Reply {
  number: number
  words: string
  /** The fact sheet and its version on which it rests (core/rumour/fact-sheet.ts readCitation); '' for none. */
  sheet: string
  by: string
  at: Instant
}

export async function listReplies(db: Queryable, id: string): Promise<Reply[]> {
  const { rows } = await db.query<Reply>(
    'select number, words, sheet, by, at from question_reply where sighting_id = $1 order by number desc',
    [id],
  )
  return rows
}

/** Within the transaction that holds the question. */
export async function addReply(db: Queryable, id: string, reply: Reply): Promise<void> {
  const at = toTimestamp(reply.at)
  await db.query(
    'insert into question_reply (sighting_id, number, words, sheet, by, at) values ($1, $2, $3, $4, $5, $6)',
    [id, reply.number, reply.words, reply.sheet, reply.by, at],
  )
  await db.query('update question set answered_at = coalesce(answered_at, $2) where sighting_id = $1', [id, at])
}

/** How many wait for an answer, and how many of them past their time. */
export async function countQuestions(db: Queryable, now: Instant): Promise<{ open: number; late: number }> {
  const { rows } = await db.query<{ open: number; late: number }>(
    `select count(*) as open, count(*) filter (where q.due_at <= $1) as late from question q
     join sighting s on s.id = q.sighting_id where s.class = 'actual' and ${UNSAID}`,
    [toTimestamp(now)],
  )
  return rows[0] ?? { open: 0, late: 0 }
}
