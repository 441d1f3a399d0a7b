// In: answers prepared in peacetime, their versions and signatures. Out: the same, kept and found; who used which.
// Must not change a version's words: another text is another version (000029-rumour-answers.sql).
import type { Instant } from '../../core/instant.ts'
import type { ClaimActor } from '../../core/rumour/claim-states.ts'
import type { ClaimKind } from '../../core/rumour/kind.ts'
import type { PreparedVersion } from '../../core/rumour/prepared.ts'
import type { SignScope } from '../../core/rumour/signoff.ts'
import type { DraftFields } from '../../core/writing/fields.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export interface VersionRecord extends PreparedVersion {
  fields: DraftFields
  madeAt: Instant
  declinedBy: string | null
  declinedWhy: string | null
  signatures: { scope: SignScope; actor: ClaimActor; account: string; hash: string; at: Instant }[]
}

export interface PreparedRecord {
  id: string
  name: string
  kind: ClaimKind
  madeBy: string
  madeAt: Instant
  endedAt: Instant | null
  endedWhy: string | null
  /** Newest first. */
  versions: VersionRecord[]
}

export async function addPrepared(
  db: Queryable,
  one: Pick<PreparedRecord, 'id' | 'name' | 'kind' | 'madeBy' | 'madeAt'>,
): Promise<void> {
  await db.query('insert into prepared_answer (id, name, kind, made_by, made_at) values ($1, $2, $3, $4, $5)', [
    one.id,
    one.name,
    one.kind,
    one.madeBy,
    toTimestamp(one.madeAt),
  ])
}

export async function addPreparedVersion(
  db: Queryable,
  id: string,
  one: Pick<VersionRecord, 'version' | 'fields' | 'scopes' | 'hash' | 'madeBy' | 'madeAt'>,
): Promise<void> {
  await db.query(
    `insert into prepared_version (answer_id, version, fields, scopes, hash, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, one.version, JSON.stringify(one.fields), [...one.scopes], one.hash, one.madeBy, toTimestamp(one.madeAt)],
  )
}

type Row = Omit<PreparedRecord, 'versions'>

const COLUMNS = `a.id, a.name, a.kind, a.made_by as "madeBy", a.made_at as "madeAt", a.ended_at as "endedAt", a.ended_why as "endedWhy"`

/** Answers in the order of their names; those that ended come last. */
export async function listPrepared(db: Queryable, most: number): Promise<PreparedRecord[]> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from prepared_answer a order by a.ended_at is not null, a.name, a.id limit $1`,
    [most],
  )
  return fill(db, rows)
}

export async function findPrepared(db: Queryable, id: string): Promise<PreparedRecord | null> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from prepared_answer a where a.id = $1`, [id])
  return (await fill(db, rows))[0] ?? null
}

/** The same, held to the transaction's end: of two who sign or write at once, one is first. */
export async function lockPrepared(db: Queryable, id: string): Promise<PreparedRecord | null> {
  await db.query('select from prepared_answer where id = $1 for update', [id])
  return findPrepared(db, id)
}

async function fill(db: Queryable, rows: readonly Row[]): Promise<PreparedRecord[]> {
  const { rows: versions } = await db.query<VersionRecord & { answerId: string }>(
    `select v.answer_id as "answerId", v.version, v.fields, v.scopes, v.hash, v.made_by as "madeBy", v.made_at as "madeAt",
       v.offered_at as "offeredAt", v.expires_at as "expiresAt", v.declined_at as "declinedAt", v.declined_by as "declinedBy",
       v.declined_why as "declinedWhy",
       coalesce((select json_agg(json_build_object('scope', s.scope, 'actor', s.actor, 'account', s.account, 'hash', s.hash,
         'at', round(extract(epoch from s.at) * 1000)) order by s.at, s.scope)
         from prepared_signature s where s.answer_id = v.answer_id and s.version = v.version), '[]') as signatures
     from prepared_version v where v.answer_id = any($1) order by v.answer_id, v.version desc`,
    [rows.map(({ id }) => id)],
  )
  return rows.map((row) => ({
    ...row,
    versions: versions.flatMap(({ answerId, ...version }) => (answerId === row.id ? [version] : [])),
  }))
}

export async function offerPrepared(
  db: Queryable,
  id: string,
  version: number,
  given: { at: Instant; expiresAt: Instant },
): Promise<void> {
  await db.query(
    'update prepared_version set offered_at = $3, expires_at = $4 where answer_id = $1 and version = $2 and offered_at is null',
    [id, version, toTimestamp(given.at), toTimestamp(given.expiresAt)],
  )
}

export async function declinePrepared(
  db: Queryable,
  id: string,
  version: number,
  given: { by: string; at: Instant; why: string },
): Promise<void> {
  await db.query(
    `update prepared_version set declined_at = $3, declined_by = $4, declined_why = $5
     where answer_id = $1 and version = $2 and declined_at is null`,
    [id, version, toTimestamp(given.at), given.by, given.why],
  )
}

export async function signPrepared(
  db: Queryable,
  id: string,
  version: number,
  one: VersionRecord['signatures'][number],
): Promise<void> {
  await db.query(
    `insert into prepared_signature (answer_id, version, scope, actor, account, hash, at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, version, one.scope, one.actor, one.account, one.hash, toTimestamp(one.at)],
  )
}

/** It is used no more. @returns false when it had ended before */
export async function endPrepared(
  db: Queryable,
  id: string,
  given: { by: string; at: Instant; why: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    'update prepared_answer set ended_at = $2, ended_by = $3, ended_why = $4 where id = $1 and ended_at is null',
    [id, toTimestamp(given.at), given.by, given.why],
  )
  return rowCount === 1
}

export interface PreparedUse {
  claimId: string
  title: string
  version: number
  slots: Readonly<Record<string, string>>
  by: string
  at: Instant
}

export async function addPreparedUse(
  db: Queryable,
  use: Omit<PreparedUse, 'title'> & { draftId: string; answerId: string; hash: string },
): Promise<void> {
  await db.query(
    `insert into prepared_use (draft_id, claim_id, answer_id, version, hash, slots, by, at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      use.draftId,
      use.claimId,
      use.answerId,
      use.version,
      use.hash,
      JSON.stringify(use.slots),
      use.by,
      toTimestamp(use.at),
    ],
  )
}

/** What was let out with it, newest first: looked at once a week. */
export async function listPreparedUses(db: Queryable, id: string, most: number): Promise<PreparedUse[]> {
  const { rows } = await db.query<PreparedUse>(
    `select u.claim_id as "claimId", c.title, u.version, u.slots, u.by, u.at from prepared_use u join claim c on c.id = u.claim_id
     where u.answer_id = $1 order by u.at desc limit $2`,
    [id, most],
  )
  return rows
}
