// In: texts that are out or about to go. Out: which of them must be looked at again, why, and who has.
// Must not take a text back, and never forgets a flag: it is settled by somebody, or by the text's end.
import type { Instant } from '../../core/instant.ts'
import type { LiveText } from '../../core/rumour/fresh-news.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

/** A rebuttal by its claim, or a 未发生 notice; one of the two ids is null. */
export interface LiveRow extends LiveText {
  claimId: string | null
  noticeId: string | null
  /** The claim's title, or the notice's. */
  name: string
}

const NOT_WITHDRAWN = `not exists (select from notice w where w.lineage_id = n.lineage_id and w.kind = 'withdrawal')`

/**
 * Rebuttals that stand or are being signed, and no-quake notices that stand.
 * @param since what was said before and has come to rest since is nobody's work any more
 */
export async function listLiveTexts(db: Queryable, since: Instant): Promise<LiveRow[]> {
  const { rows } = await db.query<Omit<LiveRow, 'denies'> & { deniesFrom: number | null; deniesTo: number | null }>(
    `select c.id as "claimId", null as "noticeId", c.title as name, null::float8 as "deniesFrom", null::float8 as "deniesTo",
       coalesce(p.issued_at, to_timestamp((c.text ->> 'submittedAt')::float8 / 1000)) as "saidAt"
     from claim c left join lateral (
       select n.issued_at from draft d join notice n on n.id = d.notice_id
       where d.claim_id = c.id and ${NOT_WITHDRAWN} order by n.issued_at desc limit 1) p on true
     where c.class = 'actual' and (
       (p.issued_at is not null and c.state <> 'merged' and (c.state not in ('closed', 'dismissed') or p.issued_at >= $1))
       or (p.issued_at is null and c.text is not null and c.state in ('signoff', 'approved', 'publishing', 'hold')))
     union all
     select null, n.id, n.title, (n.facts #>> '{checked,from}')::float8, (n.facts #>> '{checked,to}')::float8, n.issued_at
     from notice n where n.kind = 'no-quake' and n.class = 'actual' and n.issued_at >= $1 and ${NOT_WITHDRAWN}`,
    [toTimestamp(since)],
  )
  return rows.map(({ deniesFrom, deniesTo, ...row }) => ({
    ...row,
    denies: deniesFrom === null || deniesTo === null ? null : { from: deniesFrom, to: deniesTo },
  }))
}

/** A rebuttal by its claim, or the answer to a question; one of the two ids is null. */
export interface CitingRow {
  claimId: string | null
  questionId: string | null
  /** The claim's title, or the question. */
  name: string
  /** As it stands in the text (core/rumour/fact-sheet.ts readCitation). */
  citation: string
}

/**
 * Drafts under way, rebuttals that stand, and the newest answers to questions, which cite a sheet in whichever version; of a
 * claim that rests only what is out.
 */
export async function listCiting(db: Queryable, sheetId: string): Promise<CitingRow[]> {
  const { rows } = await db.query<CitingRow>(
    `select c.id as "claimId", null as "questionId", c.title as name, d.fields ->> 'sheet' as citation
     from draft d join claim c on c.id = d.claim_id left join notice n on n.id = d.notice_id
     where d.state <> 'discarded' and starts_with(d.fields ->> 'sheet', $1) and c.state <> 'merged' and c.class = 'actual'
       and ((n.id is null and c.state not in ('closed', 'dismissed')) or (n.id is not null and ${NOT_WITHDRAWN} and not exists (
         select from draft l where l.claim_id = d.claim_id and l.notice_id is not null and l.released_at > d.released_at)))
     union all
     select null, r.sighting_id, left(s.shown, 60), r.sheet from question_reply r join sighting s on s.id = r.sighting_id
     where r.sheet <> '' and starts_with(r.sheet, $1) and not exists (
       select from question_reply n where n.sighting_id = r.sighting_id and n.number > r.number)`,
    [sheetId],
  )
  return rows
}

export interface NewFlag {
  claimId: string | null
  noticeId: string | null
  questionId: string | null
  reason: 'new-quake' | 'sheet-changed'
  quakeId: string
  sheetVersion: number | null
  words: string
}

export interface Flag extends NewFlag {
  id: number
  /** The claim's title, the notice's, or the question. */
  name: string
  raisedAt: Instant
}

/** @returns its number; null where the same was raised before */
export async function addFlag(db: Queryable, flag: NewFlag, at: Instant): Promise<number | null> {
  const { rows } = await db.query<{ id: number }>(
    `insert into claim_flag (claim_id, notice_id, question_id, reason, quake_id, sheet_version, words, raised_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id`,
    [
      flag.claimId,
      flag.noticeId,
      flag.questionId,
      flag.reason,
      flag.quakeId,
      flag.sheetVersion,
      flag.words,
      toTimestamp(at),
    ],
  )
  return rows[0]?.id ?? null
}

const FLAG = `f.id, f.claim_id as "claimId", f.notice_id as "noticeId", f.question_id as "questionId", f.reason, f.quake_id as "quakeId",
  f.sheet_version as "sheetVersion", f.words, f.raised_at as "raisedAt", coalesce(c.title, n.title, left(s.shown, 60)) as name
  from claim_flag f left join claim c on c.id = f.claim_id left join notice n on n.id = f.notice_id
  left join sighting s on s.id = f.question_id
  where f.settled_at is null`

/** More are not shown on a page. */
const MOST_SHOWN = 500

/** Flags that stand, newest first, as many as a page shows; of one claim or question, or of all. */
export async function listOpenFlags(db: Queryable, about: string | null = null): Promise<Flag[]> {
  const { rows } = await db.query<Flag>(
    `select ${FLAG} and ($1::text is null or $1 in (f.claim_id, f.question_id)) order by f.raised_at desc, f.id desc limit $2`,
    [about, MOST_SHOWN],
  )
  return rows
}

/** Every one, for whoever ends what has no cause any more: after a strong quake each of its aftershocks flags each text. */
export async function listEveryFlag(db: Queryable): Promise<Flag[]> {
  return (await db.query<Flag>(`select ${FLAG} order by f.id`)).rows
}

/** One that stands; null where it was settled. */
export async function findOpenFlag(db: Queryable, id: number): Promise<Flag | null> {
  return (await db.query<Flag>(`select ${FLAG} and f.id = $1`, [id])).rows[0] ?? null
}

/** @returns false when somebody was first, or there is none */
export async function settleFlag(
  db: Queryable,
  id: number,
  { by, why, at }: { by: string; why: string; at: Instant },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update claim_flag set settled_at = $2, settled_by = $3, settled_why = $4 where id = $1 and settled_at is null`,
    [id, toTimestamp(at), by, why],
  )
  return rowCount === 1
}
