// In: drafts as publish/writing decided them. Out: the same, kept and found, with every version and every answer to it.
// Must not journal: whoever acts does, with ids alone and without a word of the draft.
import type { Attachment } from '../core/attachments/attachment.ts'
import type { Instant } from '../core/instant.ts'
import type { DraftState, Standing } from '../core/writing/draft.ts'
import type { DraftFields } from '../core/writing/fields.ts'
import type { DraftKind, Level } from '../core/writing/levels.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface DraftRecord extends Standing {
  id: string
  quakeId: string | null
  /** Of a rebuttal: the claim that it answers. */
  claimId: string | null
  /** Its claim's; without a claim actual. */
  class: 'actual' | 'drill'
  outlets: string[]
  fields: DraftFields
  /** In the order in which they stand below the text. */
  attachments: readonly Attachment[]
  hash: string
  scheduledBy: string | null
  reason: string
  createdAt: Instant
  editedBy: string
  editedAt: Instant
  approvedAt: Instant | null
  noticeId: string | null
  releasedBy: string | null
  releasedAt: Instant | null
}

export interface ReviewRecord {
  version: number
  accountId: string
  step: string
  passed: boolean
  ticks: string[]
  note: string
  at: Instant
}

export interface DraftLine {
  id: string
  class: DraftRecord['class']
  kind: DraftKind
  level: Level
  state: DraftState
  fields: DraftFields
  editedBy: string
  editedAt: Instant
  dueAt: Instant | null
}

const COLUMNS = `d.id, d.kind, d.level, d.quake_id as "quakeId", d.claim_id as "claimId",
  coalesce((select c.class from claim c where c.id = d.claim_id), 'actual') as class, d.outlets, d.fields, d.attachments, d.version, d.hash, d.state, d.hands,
  d.due_at as "dueAt", d.scheduled_by as "scheduledBy", d.reason, d.created_at as "createdAt", d.edited_by as "editedBy",
  d.edited_at as "editedAt", d.approved_at as "approvedAt", d.notice_id as "noticeId", d.released_by as "releasedBy",
  d.released_at as "releasedAt",
  coalesce((select array_agg(r.account_id order by r.id) from draft_review r
    where r.draft_id = d.id and r.version = d.version and r.passed), '{}') as passes`

export async function addDraft(db: Queryable, draft: DraftRecord): Promise<void> {
  await db.query(
    `insert into draft (id, kind, level, quake_id, outlets, fields, version, hash, state, hands, created_at, edited_by, edited_at,
       attachments, claim_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11, $13, $14)`,
    [
      draft.id,
      draft.kind,
      draft.level,
      draft.quakeId,
      draft.outlets,
      JSON.stringify(draft.fields),
      draft.version,
      draft.hash,
      draft.state,
      draft.hands,
      toTimestamp(draft.createdAt),
      draft.editedBy,
      JSON.stringify(draft.attachments),
      draft.claimId,
    ],
  )
  await addVersion(db, draft)
}

/** Keeps what a version says; whoever looks a year later reads the words that were approved. */
export async function addVersion(db: Queryable, draft: DraftRecord): Promise<void> {
  const { id, version, level, quakeId, outlets, fields, attachments, hash, editedBy, editedAt } = draft
  const words = [JSON.stringify(fields), JSON.stringify(attachments)]
  await db.query(
    `insert into draft_version (draft_id, version, level, quake_id, outlets, fields, attachments, hash, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [id, version, level, quakeId, outlets, ...words, hash, editedBy, toTimestamp(editedAt)],
  )
}

/** All but what its release writes, which is the notice's own commit. */
export async function saveDraft(db: Queryable, draft: DraftRecord): Promise<void> {
  const at = (instant: Instant | null): string | null => (instant === null ? null : toTimestamp(instant))
  await db.query(
    `update draft set level = $2, quake_id = $3, outlets = $4, fields = $5, version = $6, hash = $7, state = $8, hands = $9,
       due_at = $10, scheduled_by = $11, reason = $12, edited_by = $13, edited_at = $14, approved_at = $15, attachments = $16
     where id = $1`,
    [
      draft.id,
      draft.level,
      draft.quakeId,
      draft.outlets,
      JSON.stringify(draft.fields),
      draft.version,
      draft.hash,
      draft.state,
      draft.hands,
      at(draft.dueAt),
      draft.scheduledBy,
      draft.reason,
      draft.editedBy,
      toTimestamp(draft.editedAt),
      at(draft.approvedAt),
      JSON.stringify(draft.attachments),
    ],
  )
}

export async function addReview(db: Queryable, draftId: string, review: ReviewRecord): Promise<void> {
  await db.query(
    `insert into draft_review (draft_id, version, account_id, step, passed, ticks, note, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      draftId,
      review.version,
      review.accountId,
      review.step,
      review.passed,
      review.ticks,
      review.note,
      toTimestamp(review.at),
    ],
  )
}

export async function findDraft(db: Queryable, id: string): Promise<DraftRecord | null> {
  return (await db.query<DraftRecord>(`select ${COLUMNS} from draft d where d.id = $1`, [id])).rows[0] ?? null
}

/** A claim's draft that is not let out yet; null when there is none. */
export async function findDraftOf(db: Queryable, claimId: string): Promise<DraftRecord | null> {
  const { rows } = await db.query<DraftRecord>(
    `select ${COLUMNS} from draft d where d.claim_id = $1 and d.state not in ('released', 'discarded') order by d.created_at desc limit 1`,
    [claimId],
  )
  return rows[0] ?? null
}

/** Of each draft of a claim that was let out: its notice, newest first. */
export async function listNoticesOf(db: Queryable, claimId: string): Promise<string[]> {
  const { rows } = await db.query<{ notice: string }>(
    'select notice_id as notice from draft where claim_id = $1 and notice_id is not null order by released_at desc limit 20',
    [claimId],
  )
  return rows.map(({ notice }) => notice)
}

/** The serial under which a claim was answered last; null while it was not. */
export async function findSerialOf(db: Queryable, claimId: string): Promise<string | null> {
  const { rows } = await db.query<{ serial: string }>(
    `select l.serial from draft d join notice n on n.id = d.notice_id join lineage l on l.id = n.lineage_id
     where d.claim_id = $1 order by d.released_at desc limit 1`,
    [claimId],
  )
  return rows[0]?.serial ?? null
}

/**
 * The same, held until the transaction ends: two who act on one draft act one after the other. A rebuttal's claim is held first,
 * in the order of whoever signs it.
 */
export async function lockDraft(db: Queryable, id: string): Promise<DraftRecord | null> {
  await db.query('select from claim c where c.id = (select claim_id from draft where id = $1) for update', [id])
  await db.query('select from draft where id = $1 for update', [id])
  return findDraft(db, id)
}

/** Every answer to any version, newest first. */
export async function listReviews(db: Queryable, id: string): Promise<ReviewRecord[]> {
  const { rows } = await db.query<ReviewRecord>(
    `select version, account_id as "accountId", step, passed, ticks, note, at from draft_review
     where draft_id = $1 order by id desc limit 100`,
    [id],
  )
  return rows
}

export interface VersionRecord {
  version: number
  fields: DraftFields
  madeBy: string
  madeAt: Instant
}

/** Newest first. */
export async function listVersions(db: Queryable, id: string): Promise<VersionRecord[]> {
  const { rows } = await db.query<VersionRecord>(
    `select version, fields, made_by as "madeBy", made_at as "madeAt" from draft_version
     where draft_id = $1 order by version desc limit 100`,
    [id],
  )
  return rows
}

const LINE = `id, coalesce((select c.class from claim c where c.id = draft.claim_id), 'actual') as class, kind, level, state, fields, edited_by as "editedBy", edited_at as "editedAt", due_at as "dueAt"`

/** Drafts under way, what was touched last first. */
export async function listOpenDrafts(db: Queryable, most: number): Promise<DraftLine[]> {
  const { rows } = await db.query<DraftLine>(
    `select ${LINE} from draft where state not in ('released', 'discarded') order by edited_at desc limit $1`,
    [most],
  )
  return rows
}

/** Drafts that have come to their end, newest first. */
export async function listEndedDrafts(db: Queryable, most: number): Promise<DraftLine[]> {
  const { rows } = await db.query<DraftLine>(
    `select ${LINE} from draft where state in ('released', 'discarded') order by edited_at desc limit $1`,
    [most],
  )
  return rows
}

/** Ids of drafts whose time has come, the longest due first. */
export async function listDueDrafts(db: Queryable, now: Instant): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from draft where state = 'scheduled' and due_at <= $1 order by due_at limit 20`,
    [toTimestamp(now)],
  )
  return rows.map(({ id }) => id)
}
