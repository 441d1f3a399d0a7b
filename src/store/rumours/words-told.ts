// In: corrections and withdrawals of answers. Out: which organisations were told the answer and have not said that they know.
// Must not forget one whose sight has ended: whoever was told wrong is told right (rumours.md §11.10). Names notices alone, which are public.
import type { Instant } from '../../core/instant.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

/** A correction or a withdrawal, as an organisation that was told before reads of it. */
export interface ToldWord {
  noticeId: string
  code: string
  title: string
  kind: 'correction' | 'withdrawal'
  issuedAt: Instant
}

/**
 * Words that put right or take back an answer, with the claim: the second and later rebuttals of a claim, and withdrawals of any.
 * An organisation was told when a share of the claim began before that.
 */
const WORDS = `select n.id, n.code, n.title, n.issued_at, d.claim_id,
    case when n.kind = 'withdrawal' then 'withdrawal' else 'correction' end as kind
  from draft d join notice f on f.id = d.notice_id join notice n on n.lineage_id = f.lineage_id
  where d.claim_id is not null and n.class = 'actual' and (n.kind = 'withdrawal' or n.id = f.id and exists (
    select from draft e where e.claim_id = d.claim_id and e.notice_id is not null and e.released_at < d.released_at))`

/** Newest first, each once. */
export async function listUnreadWords(db: Queryable, organisation: string, most: number): Promise<ToldWord[]> {
  const { rows } = await db.query<ToldWord>(
    `select distinct w.id as "noticeId", w.code, w.title, w.kind, w.issued_at as "issuedAt" from (${WORDS}) w
     where exists (select from claim_grant g where g.claim_id = w.claim_id and g.organisation_id = $1 and g.at < w.issued_at)
       and not exists (select from claim_word_read r where r.notice_id = w.id and r.organisation_id = $1)
     order by w.issued_at desc, w.id limit $2`,
    [organisation, most],
  )
  return rows
}

/** @returns false when nothing of that name waits for this organisation */
export async function markWordRead(
  db: Queryable,
  noticeId: string,
  organisation: string,
  by: string,
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into claim_word_read (notice_id, organisation_id, by, at) select distinct w.id, $2::text, $3::text, $4::timestamptz from (${WORDS}) w
     where w.id = $1 and exists (select from claim_grant g where g.claim_id = w.claim_id and g.organisation_id = $2 and g.at < w.issued_at)
     on conflict do nothing`,
    [noticeId, organisation, by, toTimestamp(at)],
  )
  return (rowCount ?? 0) > 0
}

export interface WordReader {
  title: string
  code: string
  kind: 'correction' | 'withdrawal'
  issuedAt: Instant
  organisationName: string
  /** Null while it has not said so. */
  readAt: Instant | null
}

/** Of one claim: who was told, and who has said that they know. */
export async function listWordReaders(db: Queryable, claimId: string): Promise<WordReader[]> {
  const { rows } = await db.query<WordReader>(
    `select distinct w.id, w.title, w.code, w.kind, w.issued_at as "issuedAt", o.name as "organisationName", r.at as "readAt"
     from (${WORDS}) w join claim_grant g on g.claim_id = w.claim_id and g.at < w.issued_at join organisation o on o.id = g.organisation_id
     left join claim_word_read r on r.notice_id = w.id and r.organisation_id = o.id
     where w.claim_id = $1 order by w.issued_at desc, o.name limit 200`,
    [claimId],
  )
  return rows
}
