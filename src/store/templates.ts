// In: versions of notice templates, what was put in force, what was signed. Out: the same, kept and found.
// Appends only. Must not judge who may sign: publish/template-acts.ts does. What changes the policy moves the ledger's version on,
// so that no node can commit a word that was made by what stood before.
import type { Instant } from '../core/instant.ts'
import type { Authorisation, When } from '../core/judgement/policy.ts'
import type { NoticeKind } from '../core/notice.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface TemplateVersion {
  id: string
  /** What it was edited from; null: the shipped templates. */
  base: string | null
  /** File name → source, of every file that differs from the shipped one. */
  files: Record<string, string>
  madeBy: string
  madeAt: Instant
  why: string
}

export interface ForceRow {
  id: number
  /** Null: the shipped templates. */
  version: string | null
  /** Hash of each kind as it was signed. */
  hashes: Record<string, string>
  signedBy: string
  why: string
  at: Instant
}

export interface SignedAuthorisation extends Authorisation {
  version: string | null
}

export interface AuthorisationEnd {
  id: string
  by: string
  at: Instant
  why: string
}

const VERSION = 'id, base, files, made_by as "madeBy", made_at as "madeAt", why'
const FORCE = 'id, version_id as version, hashes, signed_by as "signedBy", why, at'
/** Newest of each; a bureau signs a few times a year. */
const MOST = 300

export async function addVersion(db: Queryable, version: TemplateVersion): Promise<void> {
  const { id, base, files, madeBy, madeAt, why } = version
  await db.query(
    'insert into template_version (id, base, files, made_by, made_at, why) values ($1, $2, $3, $4, $5, $6)',
    [id, base, JSON.stringify(files), madeBy, toTimestamp(madeAt), why],
  )
}

export async function findVersion(db: Queryable, id: string): Promise<TemplateVersion | null> {
  const { rows } = await db.query<TemplateVersion>(`select ${VERSION} from template_version where id = $1`, [id])
  return rows[0] ?? null
}

/** Newest first. */
export async function listVersions(db: Queryable, most: number): Promise<TemplateVersion[]> {
  const { rows } = await db.query<TemplateVersion>(
    `select ${VERSION} from template_version order by made_at desc, id limit $1`,
    [most],
  )
  return rows
}

/** A version and what it was edited from, back to the first draft; at most so many. */
export async function listChain(
  db: Queryable,
  id: string,
  most: number,
): Promise<Pick<TemplateVersion, 'id' | 'base' | 'madeBy'>[]> {
  const { rows } = await db.query<Pick<TemplateVersion, 'id' | 'base' | 'madeBy'>>(
    `with recursive chain as (
       select id, base, made_by, 1 as depth from template_version where id = $1
       union all
       select v.id, v.base, v.made_by, c.depth + 1 from template_version v join chain c on v.id = c.base where c.depth < $2
     ) select id, base, made_by as "madeBy" from chain order by depth`,
    [id, most],
  )
  return rows
}

/** What was put in force, newest first: the first row is what stands. */
export async function listForced(db: Queryable): Promise<ForceRow[]> {
  const { rows } = await db.query<ForceRow>(`select ${FORCE} from template_force order by id desc limit ${MOST}`)
  return rows
}

export async function addForce(db: Queryable, row: Omit<ForceRow, 'id'>): Promise<void> {
  await db.query('insert into template_force (version_id, hashes, signed_by, why, at) values ($1, $2, $3, $4, $5)', [
    row.version,
    JSON.stringify(row.hashes),
    row.signedBy,
    row.why,
    toTimestamp(row.at),
  ])
}

/** Newest first. */
export async function listSigned(db: Queryable): Promise<SignedAuthorisation[]> {
  const { rows } = await db.query<Omit<SignedAuthorisation, 'template'> & { template: NoticeKind; when: When }>(
    `select id, template, sha256, version_id as version, sources, conditions as "when", publication_level as "publicationLevel",
       secrecy_review as "secrecyReview", signed_by as "signedBy", signed_at as "signedAt", expires_at as "expiresAt"
     from template_authorisation order by signed_at desc, id limit ${MOST}`,
  )
  return rows
}

export async function addSigned(db: Queryable, given: SignedAuthorisation): Promise<void> {
  await db.query(
    `insert into template_authorisation (id, template, sha256, version_id, sources, conditions, publication_level,
       secrecy_review, signed_by, signed_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      given.id,
      given.template,
      given.sha256,
      given.version,
      [...given.sources],
      JSON.stringify(given.when),
      given.publicationLevel,
      given.secrecyReview,
      given.signedBy,
      toTimestamp(given.signedAt),
      toTimestamp(given.expiresAt),
    ],
  )
}

export async function isSigned(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('select from template_authorisation where id = $1', [id])
  return rowCount === 1
}

/** The newest of each authorisation: it is the one that counts. */
export async function listEnds(db: Queryable): Promise<AuthorisationEnd[]> {
  const { rows } = await db.query<AuthorisationEnd>(
    `select distinct on (authorisation_id) authorisation_id as id, ended_by as by, ended_at as at, why from authorisation_end
     order by authorisation_id, authorisation_end.id desc`,
  )
  return rows
}

export async function addEnd(db: Queryable, { id, by, at, why }: AuthorisationEnd): Promise<void> {
  await db.query('insert into authorisation_end (authorisation_id, ended_by, ended_at, why) values ($1, $2, $3, $4)', [
    id,
    by,
    toTimestamp(at),
    why,
  ])
}
