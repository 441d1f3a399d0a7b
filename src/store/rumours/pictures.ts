// In: pictures that came beside reports, sealed. Out: the same, with what their bytes must hash to and what the journal noted.
// Must not open a seal.
import type { Queryable } from '../pool.ts'

export interface SealedPicture {
  id: string
  sealed: Buffer
  sha256: string
  type: 'image/png' | 'image/jpeg'
  /** The hash that the journal noted when it came; null when it noted none. */
  journalled: string | null
}

const COLUMNS = `p.sighting_id as id, p.sealed, p.sha256, p.type, (select j.detail ->> 'picture' from journal j
  where j.subject = p.sighting_id and j.act = 'sighting.received' order by j.id limit 1) as journalled from sighting_picture p`

export async function findPicture(db: Queryable, sightingId: string): Promise<SealedPicture | null> {
  const { rows } = await db.query<SealedPicture>(`select ${COLUMNS} where p.sighting_id = $1`, [sightingId])
  return rows[0] ?? null
}

/** Those of these sightings that have one. */
export async function listPicturesOf(db: Queryable, ids: readonly string[]): Promise<SealedPicture[]> {
  return (await db.query<SealedPicture>(`select ${COLUMNS} where p.sighting_id = any($1)`, [ids])).rows
}
