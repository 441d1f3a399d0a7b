// In: packages for the police as rumour/handover built them, sealed. Out: the same, kept and found, with what came of each.
// Must not open a seal; what was decided, received or told is never written over.
import type { Instant } from '../../../core/instant.ts'
import type { Outcome } from '../../../core/rumour/handover/platform.ts'
import { toTimestamp, type Queryable } from '../../pool.ts'

export interface PolicePackage {
  id: string
  claimId: string
  /** 第几份, from 1. */
  number: number
  reason: string
  /** Ids of the items in it. */
  evidence: string[]
  /** Bytes and SHA-256 of the archive. */
  size: number
  sha256: string
  builtBy: string
  builtAt: Instant
  decided: 'approved' | 'declined' | null
  decidedBy: string | null
  decidedAt: Instant | null
  decidedWords: string
  /** Number that the police gave. */
  receipt: string | null
  receivedBy: string | null
  receivedAt: Instant | null
}

const COLUMNS = `p.id, p.claim_id as "claimId", p.number, p.reason, p.evidence, p.size, p.sha256, p.built_by as "builtBy",
  p.built_at as "builtAt", p.decided, p.decided_by as "decidedBy", p.decided_at as "decidedAt", p.decided_words as "decidedWords",
  p.receipt, p.received_by as "receivedBy", p.received_at as "receivedAt"`

/** Within a transaction that holds the claim. */
export async function addPackage(
  db: Queryable,
  one: Pick<
    PolicePackage,
    'id' | 'claimId' | 'number' | 'reason' | 'evidence' | 'size' | 'sha256' | 'builtBy' | 'builtAt'
  >,
  sealed: Uint8Array,
): Promise<void> {
  await db.query(
    `insert into police_package (id, claim_id, number, reason, evidence, size, sha256, built_by, built_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      one.id,
      one.claimId,
      one.number,
      one.reason,
      one.evidence,
      one.size,
      one.sha256,
      one.builtBy,
      toTimestamp(one.builtAt),
    ],
  )
  await db.query('insert into police_package_bytes (package_id, sealed) values ($1, $2)', [one.id, Buffer.from(sealed)])
}

/** The newest first. */
export async function listPackages(db: Queryable, claimId: string): Promise<PolicePackage[]> {
  const { rows } = await db.query<PolicePackage>(
    `select ${COLUMNS} from police_package p where p.claim_id = $1 order by p.number desc limit 100`,
    [claimId],
  )
  return rows
}

export async function findPackage(db: Queryable, id: string): Promise<PolicePackage | null> {
  return (
    (await db.query<PolicePackage>(`select ${COLUMNS} from police_package p where p.id = $1`, [id])).rows[0] ?? null
  )
}

/** The seal, null when it is gone; and the hash that the journal noted when it was built. */
export async function findPackageBytes(
  db: Queryable,
  id: string,
): Promise<{ sealed: Buffer | null; journalled: string | null }> {
  const { rows } = await db.query<{ sealed: Buffer | null; journalled: string | null }>(
    `select (select sealed from police_package_bytes where package_id = $1) as sealed,
       (select detail ->> 'sha256' from journal where subject = $1 and act = 'package.built' order by id limit 1) as journalled`,
    [id],
  )
  return rows[0] ?? { sealed: null, journalled: null }
}

/** Packages of a claim that the journal speaks of, and that are gone. */
export async function listLostPackages(db: Queryable, claimId: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select j.subject as id from journal j where j.act = 'package.built' and j.detail ->> 'claim' = $1
       and not exists (select from police_package p where p.id = j.subject) order by j.id`,
    [claimId],
  )
  return rows.map(({ id }) => id)
}

/** @returns false when somebody was first */
export async function decidePackage(
  db: Queryable,
  id: string,
  given: { decided: 'approved' | 'declined'; words: string; by: string; at: Instant },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update police_package set decided = $2, decided_words = $3, decided_by = $4, decided_at = $5 where id = $1 and decided is null`,
    [id, given.decided, given.words, given.by, toTimestamp(given.at)],
  )
  return rowCount === 1
}

/** @returns false when it was received already */
export async function savePackageReceipt(
  db: Queryable,
  id: string,
  given: { receipt: string; by: string; at: Instant },
): Promise<boolean> {
  const { rowCount } = await db.query(
    'update police_package set receipt = $2, received_by = $3, received_at = $4 where id = $1 and receipt is null',
    [id, given.receipt, given.by, toTimestamp(given.at)],
  )
  return rowCount === 1
}

export interface PoliceOutcome {
  packageId: string
  code: Outcome
  words: string
  by: string
  at: Instant
}

export async function addOutcome(db: Queryable, one: PoliceOutcome): Promise<void> {
  await db.query('insert into police_outcome (package_id, code, words, by, at) values ($1, $2, $3, $4, $5)', [
    one.packageId,
    one.code,
    one.words,
    one.by,
    toTimestamp(one.at),
  ])
}

/** Of all packages of a claim, oldest first. */
export async function listOutcomes(db: Queryable, claimId: string): Promise<PoliceOutcome[]> {
  const { rows } = await db.query<PoliceOutcome>(
    `select o.package_id as "packageId", o.code, o.words, o.by, o.at from police_outcome o
     join police_package p on p.id = o.package_id where p.claim_id = $1 order by o.id limit 200`,
    [claimId],
  )
  return rows
}
