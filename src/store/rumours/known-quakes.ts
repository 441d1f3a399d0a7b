// In: the record of quakes. Out: those around a time, since when official sources are on record, and what came since somebody looked.
// Reads only, but for how far was heard. Must not decide what a determination means.
import type { Instant } from '../../core/instant.ts'
import type { Authority } from '../../core/quake-report.ts'
import type { OfficialNews } from '../../core/rumour/fresh-news.ts'
import type { QuakeRecord } from '../picture.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

/** Sources whose determinations may become a notice (core/judgement/prefer.ts maySpeak). */
const OFFICIAL: readonly Authority[] = ['official-national', 'official-provincial', 'own']

/** Quakes whose origin lies between two instants, newest first. */
export async function findQuakesBetween(
  db: Queryable,
  lane: 'actual' | 'drill',
  span: { from: Instant; to: Instant },
  most: number,
): Promise<QuakeRecord[]> {
  const { rows } = await db.query<QuakeRecord>(
    `select id, class, created_at, merged_into, pinned_report_id from quake
     where class = $1 and origin_at between $2 and $3 order by origin_at desc limit $4`,
    [lane, toTimestamp(span.from), toTimestamp(span.to), most],
  )
  return rows
}

/**
 * Quakes around a point whose origin lies between two instants, of which some official source has given a magnitude: the strongest first.
 * @param except another quake's id, left out
 */
export async function findQuakesAround(
  db: Queryable,
  { latitude, longitude, km }: { latitude: number; longitude: number; km: number },
  span: { from: Instant; to: Instant },
  { except, atLeast, most }: { except: string; atLeast: number; most: number },
): Promise<QuakeRecord[]> {
  const { rows } = await db.query<QuakeRecord>(
    `select q.id, q.class, q.created_at, q.merged_into, q.pinned_report_id from quake q
     join lateral (select max(r.magnitude) as magnitude from report_quake l join report r on r.id = l.report_id
       where l.quake_id = q.id and r.lifecycle = 'report' and r.authority = any($8)) o on o.magnitude >= $7
     where q.class = 'actual' and q.merged_into is null and q.id <> $6 and q.origin_at between $4 and $5
       and 12742 * asin(least(1, sqrt(sin(radians(q.latitude - $1) / 2) ^ 2
         + cos(radians($1)) * cos(radians(q.latitude)) * sin(radians(q.longitude - $2) / 2) ^ 2))) <= $3 + 5
     order by o.magnitude desc, q.origin_at desc limit $9`,
    [latitude, longitude, km, toTimestamp(span.from), toTimestamp(span.to), except, atLeast, OFFICIAL, most],
  )
  return rows
}

/** Since when an official source is on record; null: no source is. */
export async function findRecordStart(db: Queryable): Promise<Instant | null> {
  const { rows } = await db.query<{ since: Instant | null }>(
    'select min(seeded_at) as since from source where authority = any($1)',
    [OFFICIAL],
  )
  return rows[0]?.since ?? null
}

export interface Heard {
  reportSeq: number
  bindingId: number
  /** The ledger's version up to which was heard. */
  version: number
  /** Its version now. */
  now: number
}

/** How far was heard, held to the transaction's end; null while nothing has moved since, or another node is listening. */
export async function lockHeard(db: Queryable): Promise<Heard | null> {
  const { rows } = await db.query<Heard>(
    `select h.report_seq as "reportSeq", h.binding_id as "bindingId", h.version, l.version as now
     from rumour_heard h, ledger_head l where h.version <> l.version for update of h skip locked`,
  )
  return rows[0] ?? null
}

export async function saveHeard(db: Queryable, { reportSeq, bindingId, version }: Omit<Heard, 'now'>): Promise<void> {
  await db.query('update rumour_heard set report_seq = $1, binding_id = $2, version = $3', [
    reportSeq,
    bindingId,
    version,
  ])
}

/** A determination that lacks something is told by its kind alone: it moves the record, and flags nothing. */
export type NewOfficial = { seq: number } & (({ isWhole: true } & OfficialNews) | { isWhole: false })

/** Rows of official sources after one, in the order in which they became visible. */
export async function listNewOfficial(db: Queryable, after: number, most: number): Promise<NewOfficial[]> {
  const { rows } = await db.query<NewOfficial>(
    `select r.seq, r.id as "reportId", q.quake_id as "quakeId", r.source, r.place, r.origin_at as "originTime",
       r.received_at as "receivedAt", r.latitude, r.longitude, r.magnitude,
       (q.quake_id is not null and r.lifecycle = 'report' and r.origin_at is not null and r.latitude is not null
         and r.longitude is not null and r.magnitude is not null) as "isWhole"
     from report r left join report_quake q on q.report_id = r.id
     where r.seq > $1 and r.class = 'actual' and r.authority = any($2) order by r.seq limit $3`,
    [after, OFFICIAL, most],
  )
  return rows
}

/** The newest row of any source, and the newest merge or split by a person. */
export async function readNewest(db: Queryable): Promise<Pick<Heard, 'reportSeq' | 'bindingId'>> {
  const { rows } = await db.query<Pick<Heard, 'reportSeq' | 'bindingId'>>(
    `select coalesce((select max(seq) from report), 0) as "reportSeq", coalesce((select max(id) from binding), 0) as "bindingId"`,
  )
  return rows[0] ?? { reportSeq: 0, bindingId: 0 }
}
