// In: evidence as rumour/handover collected it, its bytes sealed. Out: the same, kept and found.
// Must not open a seal, and never changes an item (000028-handover.sql).
import type { EvidenceRecord } from '../../../core/rumour/handover/evidence.ts'
import { toTimestamp, type Queryable } from '../../pool.ts'
import { wholeOf } from '../whole.ts'

const COLUMNS = `e.id, e.claim_id as "claimId", e.kind, e.title, e.derived_from as "derivedFrom", e.shows, e.method, e.tool,
  e.collected_by as "collectedBy", e.collected_at as "collectedAt", e.added_at as "addedAt", e.source_url as "sourceUrl", e.mime,
  e.size, e.sha256`

/** Within a transaction of the caller's. @returns false when the claim has these bytes already */
export async function addEvidence(db: Queryable, item: EvidenceRecord, sealed: Uint8Array): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into evidence (id, claim_id, kind, title, derived_from, shows, method, tool, collected_by, collected_at, added_at,
       source_url, mime, size, sha256) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     on conflict (claim_id, sha256) do nothing`,
    [
      item.id,
      item.claimId,
      item.kind,
      item.title,
      item.derivedFrom,
      item.shows,
      item.method,
      item.tool,
      item.collectedBy,
      toTimestamp(item.collectedAt),
      toTimestamp(item.addedAt),
      item.sourceUrl,
      item.mime,
      item.size,
      item.sha256,
    ],
  )
  if (rowCount !== 1) return false
  await db.query('insert into evidence_bytes (evidence_id, sealed) values ($1, $2)', [item.id, Buffer.from(sealed)])
  return true
}

/** A claim's items in the order in which they came. */
export async function listEvidence(db: Queryable, claimId: string): Promise<EvidenceRecord[]> {
  const { rows } = await db.query<EvidenceRecord>(
    `select ${COLUMNS} from evidence e where e.claim_id = $1 order by (select min(c.seq) from custody_entry c
       where c.claim_id = e.claim_id and c.evidence_id = e.id), e.added_at, e.id limit 200`,
    [claimId],
  )
  return rows
}

/** Null when the seal is gone. */
export async function findEvidenceBytes(db: Queryable, id: string): Promise<Buffer | null> {
  const { rows } = await db.query<{ sealed: Buffer }>('select sealed from evidence_bytes where evidence_id = $1', [id])
  return rows[0]?.sealed ?? null
}

/** A claim and those merged into it, however far down, in the order of their ids; of the merged only those that have evidence. */
export async function listWhole(
  db: Queryable,
  claimId: string,
): Promise<{ id: string; title: string; items: number }[]> {
  const { rows } = await db.query<{ id: string; title: string; items: number }>(
    `with recursive ${wholeOf('$1::text')}
     select c.id, c.title, (select count(*) from evidence e where e.claim_id = c.id) as items from whole w join claim c on c.id = w.id
     where c.id = $1 or exists (select from evidence e where e.claim_id = c.id) order by c.id limit 50`,
    [claimId],
  )
  return rows
}

/** Claims that have evidence or entries about it, or of which the journal says so, in the order of their ids, after one. */
export async function listEvidenceClaims(db: Queryable, after: string, most: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from (select claim_id as id from evidence union select claim_id from custody_entry
       union select claim_id from police_package union select subject from journal where act = 'custody.entry') known
     where id > $1 order by id limit $2`,
    [after, most],
  )
  return rows.map(({ id }) => id)
}
