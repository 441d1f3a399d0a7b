// In: a receipt's hash, a sighting's id. Out: the row that it stands for, the original's seal, as the record has them.
// Must not be asked by a page: whoever holds a receipt is told less (store/rumours/receipts.ts).
import type { Queryable } from '../../src/store/pool.ts'

/** Null where nobody has such a receipt. */
export async function findByReceipt(
  db: Queryable,
  receiptHash: Uint8Array,
): Promise<{ id: string; claimId: string | null } | null> {
  const { rows } = await db.query<{ id: string; claimId: string | null }>(
    `select s.id, l.claim_id as "claimId" from sighting s
     left join sighting_link l on l.sighting_id = s.id and l.ended_at is null where s.receipt_hash = $1`,
    [Buffer.from(receiptHash)],
  )
  return rows[0] ?? null
}

/** The original's seal; null when it is gone. */
export async function findRaw(db: Queryable, id: string): Promise<Buffer | null> {
  const { rows } = await db.query<{ sealed: Buffer }>('select sealed from sighting_raw where sighting_id = $1', [id])
  return rows[0]?.sealed ?? null
}
