// In: ids of reports. Out: what is kept of each, sealed, beside what the journal noted when it came.
// Must not open a seal; whoever compares is rumour/custody.ts.
import type { Instant } from '../../core/instant.ts'
import type { RecordedSighting } from '../../core/rumour/sighting-record.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

/** The journal's row of a sighting; the first, where somebody has added another. */
const NOTED = `left join lateral (select j.at, j.detail from journal j where j.subject = w.id and j.act = 'sighting.received'
  order by j.id limit 1) n on true`

export interface KeptSighting {
  id: string
  /** Null when the row is gone. */
  record: RecordedSighting | null
  receivedAt: Instant | null
  /** Null when the original is gone. */
  sealed: Buffer | null
  /** What the journal noted; all null when it noted nothing. record: null of a time when none was noted. */
  notedAt: Instant | null
  notedSha256: string | null
  notedRecord: string | null
  notedPicture: string | null
  hasPicture: boolean
  /** When the original and the picture were removed because their time was over. */
  forgottenAt: Instant | null
}

export async function listKept(db: Queryable, ids: readonly string[]): Promise<KeptSighting[]> {
  const { rows } = await db.query<Omit<KeptSighting, 'record'> & RecordedSighting & { found: boolean }>(
    `select w.id, s.id is not null as found, s.class, s.route, s.shown, s.stance, s.kind, s.url, s.platform, s.region,
       s.seen_at as "seenAt", s.taken_by as "takenBy", s.raw_sha256 as "rawSha256", s.reporter_ref as "reporterRef",
       s.received_at as "receivedAt", r.sealed, n.at as "notedAt", n.detail ->> 'sha256' as "notedSha256",
       n.detail ->> 'record' as "notedRecord", n.detail ->> 'picture' as "notedPicture",
       exists (select from sighting_picture p where p.sighting_id = w.id) as "hasPicture",
       (select min(j.at) from journal j where j.subject = w.id and j.act = 'sighting.forgotten') as "forgottenAt"
     from unnest($1::text[]) as w (id) left join sighting s on s.id = w.id
     left join sighting_raw r on r.sighting_id = w.id ${NOTED}`,
    [ids],
  )
  return rows.map(({ found, ...row }) => ({ ...row, record: found ? row : null }))
}

/** Sightings that are there, or of which the journal says that they came, in the order of their ids, after one. */
export async function listSightingIds(db: Queryable, after: string, most: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `(select id from sighting where id > $1 order by id limit $2)
     union (select subject from journal where subject > $1 and subject like 'r-%' and act = 'sighting.received' order by subject limit $2)
     order by id limit $2`,
    [after, most],
  )
  return rows.map(({ id }) => id)
}

/**
 * Removes originals and pictures whose time is over (000030-forgetting.sql says which may be). @returns how many sightings
 * @param given dismissedMs, publishedMs: how long after a claim came to rest
 */
export async function forgetOriginals(
  db: Queryable,
  now: Instant,
  given: { dismissedMs: number; publishedMs: number; most: number },
): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select forget_originals($1, $2, $3, $4) as n', [
    toTimestamp(now),
    given.dismissedMs / 1000,
    given.publishedMs / 1000,
    given.most,
  ])
  return rows[0]?.n ?? 0
}
