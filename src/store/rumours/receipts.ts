// In: a receipt's hash. Out: how far what it stands for has come: the claim as it stands today, the answer to a question.
// Must not say who reported, nor what anybody else did.
import type { Instant } from '../../core/instant.ts'
import type { ClaimState } from '../../core/rumour/claim-states.ts'
import type { Queryable } from '../pool.ts'
import { WHOLE_SIGHTINGS, wholeOf } from './whole.ts'

/** Whoever told of a claim, and what they learn by their receipts. */
export interface Tellers {
  /** Reports that came from somebody, not from the desk's own patrols. */
  told: number
  questions: number
  /** Of the questions. */
  answered: number
}

export async function countTellers(db: Queryable, claimId: string): Promise<Tellers> {
  const { rows } = await db.query<Tellers>(
    `with recursive ${wholeOf('$1::text')}
     select count(*) filter (where s.route not in ('patrol', 'csv'))::integer as told, count(q.sighting_id)::integer as questions,
       count(q.answered_at)::integer as answered
     from ${WHOLE_SIGHTINGS}
     left join question q on q.sighting_id = s.id`,
    [claimId],
  )
  return rows[0] ?? { told: 0, questions: 0, answered: 0 }
}

export interface ReceiptRecord {
  /** Of what was reported. */
  id: string
  /** Of the claim that it belongs to now; null while it belongs to none. */
  state: ClaimState | null
  /** The newest answer to a question; null while there is none. */
  reply: string | null
  repliedAt: Instant | null
  /** More than one: the first was put right. */
  replies: number
}

/** Null where nobody has such a receipt. Asks the same of the record whatever comes of it. */
export async function findReceipt(db: Queryable, receiptHash: Uint8Array): Promise<ReceiptRecord | null> {
  const { rows } = await db.query<ReceiptRecord>(
    `with recursive mine as (
       select s.id, l.claim_id from sighting s
       left join sighting_link l on l.sighting_id = s.id and l.ended_at is null where s.receipt_hash = $1),
     up (id, next) as (
       select c.id, c.merged_into from claim c join mine m on m.claim_id = c.id
       union select c.id, c.merged_into from claim c join up on c.id = up.next)
     select m.id, root.state, answer.words as reply, answer.at as "repliedAt", coalesce(answer.number, 0) as replies
     from mine m
     left join lateral (select c.id, c.state from claim c join up on up.id = c.id where up.next is null limit 1) root on true
     left join lateral (select r.words, r.at, r.number from question_reply r where r.sighting_id = m.id
       order by r.number desc limit 1) answer on true`,
    [Buffer.from(receiptHash)],
  )
  return rows[0] ?? null
}
