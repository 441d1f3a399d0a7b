// In: nothing, or an id or serial. Out: events that have a record worth opening; a payload's bytes as they came.
// Reads only.
import type { Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import type { Queryable } from './pool.ts'

export interface DossierEntry {
  id: string
  class: TrafficClass
  place: string
  magnitude: number | null
  originAt: Instant | null
  serial: string | null
}

const SELECT = `select q.id, q.class, coalesce(r.place, '') as place, r.magnitude, q.origin_at as "originAt",
    (select serial from lineage l where l.quake_id = q.id order by year desc, number desc limit 1) as serial
  from quake q left join lateral (select r.place, r.magnitude from report_quake b join report r on r.id = b.report_id
    where b.quake_id = q.id and r.magnitude is not null order by r.seq desc limit 1) r on true
  where (q.merged_into is null or q.merged_into = q.id)`

/** Quakes of a lane about which something was said or asked, newest origin first. */
export async function listDossiers(db: Queryable, lane: TrafficClass, most: number): Promise<DossierEntry[]> {
  const { rows } = await db.query<DossierEntry>(
    `${SELECT} and q.class = $1 and q.origin_at is not null
       and (exists (select from lineage l where l.quake_id = q.id) or exists (select from hold h where h.quake_id = q.id))
     order by q.origin_at desc limit $2`,
    [lane, most],
  )
  return rows
}

/** What an auditor names: a quake's id, or a serial without 第N报. */
export async function findDossiers(db: Queryable, wanted: string, most: number): Promise<DossierEntry[]> {
  const { rows } = await db.query<DossierEntry>(
    `${SELECT} and q.id in (select id from quake where id = $1 union select quake_id from lineage where serial = $1) limit $2`,
    [wanted, most],
  )
  return rows
}

/** The bytes of a payload as they came; null when there is none. */
export async function readRawBytes(db: Queryable, id: number): Promise<{ bytes: Buffer; sha256: string } | null> {
  const { rows } = await db.query<{ bytes: Buffer; sha256: string }>(
    'select bytes, sha256 from raw_payload where id = $1',
    [id],
  )
  return rows[0] ?? null
}
