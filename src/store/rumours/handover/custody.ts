// In: deeds already chained. Out: a claim's custody list, kept and found, and what the journal noted of it.
// Must not chain by itself (core/rumour/handover/custody.ts does), and never changes an entry.
import type { CustodyEntry } from '../../../core/rumour/handover/custody.ts'
import { toTimestamp, type Queryable } from '../../pool.ts'

/** Nobody else writes into a claim's list until the transaction ends. */
export async function lockCustody(db: Queryable, claimId: string): Promise<void> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended('custody ' || $1, 0))`, [claimId])
}

export async function findCustodyHead(
  db: Queryable,
  claimId: string,
): Promise<Pick<CustodyEntry, 'seq' | 'hash'> | null> {
  const { rows } = await db.query<{ seq: number; hash: string }>(
    'select seq, hash from custody_entry where claim_id = $1 order by seq desc limit 1',
    [claimId],
  )
  return rows[0] ?? null
}

export async function addEntry(db: Queryable, claimId: string, entry: CustodyEntry): Promise<void> {
  await db.query(
    `insert into custody_entry (claim_id, seq, at, actor, act, evidence_id, detail, previous, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      claimId,
      entry.seq,
      toTimestamp(entry.at),
      entry.actor,
      entry.act,
      entry.evidence,
      JSON.stringify(entry.detail),
      entry.previous,
      entry.hash,
    ],
  )
}

/** The whole list, oldest first. */
export async function listEntries(db: Queryable, claimId: string): Promise<CustodyEntry[]> {
  const { rows } = await db.query<CustodyEntry>(
    `select seq, at, actor, act, evidence_id as evidence, detail, previous, hash from custody_entry
     where claim_id = $1 order by seq`,
    [claimId],
  )
  return rows
}

/** Hashes by number as the journal noted them; where it noted one twice, the first. */
export async function listNoted(db: Queryable, claimId: string): Promise<Map<number, string>> {
  const { rows } = await db.query<{ seq: number; hash: string }>(
    `select (detail ->> 'seq')::int as seq, detail ->> 'hash' as hash from journal
     where subject = $1 and act = 'custody.entry' order by id desc`,
    [claimId],
  )
  return new Map(rows.map(({ seq, hash }) => [seq, hash]))
}
