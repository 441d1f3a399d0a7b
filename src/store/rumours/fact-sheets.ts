// In: fact sheets as core/rumour/fact-sheet.ts writes them. Out: the same, kept version by version, and found by quake.
// Must not change a version: what a rebuttal cites stays what it was (000027-checks.sql).
import type { Instant } from '../../core/instant.ts'
import type { NoticeFacts, NoticeKind } from '../../core/notice.ts'
import type { SheetBody } from '../../core/rumour/fact-sheet.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export interface SheetVersion {
  sheetId: string
  quakeId: string
  version: number
  noticeId: string
  body: SheetBody
  hash: string
  why: 'opened' | 'notice' | 'line'
  madeBy: string
  madeAt: Instant
}

/** One at a time makes versions of a quake's sheet; held to the transaction's end. */
export async function lockSheet(db: Queryable, quakeId: string): Promise<void> {
  await db.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`fact sheet ${quakeId}`])
}

export async function addSheet(db: Queryable, id: string, quakeId: string, at: Instant): Promise<void> {
  await db.query('insert into fact_sheet (id, quake_id, opened_at) values ($1, $2, $3)', [id, quakeId, toTimestamp(at)])
}

export async function addSheetVersion(db: Queryable, one: Omit<SheetVersion, 'quakeId'>): Promise<void> {
  await db.query(
    `insert into fact_sheet_version (sheet_id, version, notice_id, body, hash, why, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      one.sheetId,
      one.version,
      one.noticeId,
      JSON.stringify(one.body),
      one.hash,
      one.why,
      one.madeBy,
      toTimestamp(one.madeAt),
    ],
  )
}

const COLUMNS = `v.sheet_id as "sheetId", f.quake_id as "quakeId", v.version, v.notice_id as "noticeId", v.body, v.hash, v.why,
  v.made_by as "madeBy", v.made_at as "madeAt" from fact_sheet_version v join fact_sheet f on f.id = v.sheet_id`

/** All versions of a quake's sheet, newest first; [] while it has none. */
export async function listSheetVersions(db: Queryable, quakeId: string): Promise<SheetVersion[]> {
  const { rows } = await db.query<SheetVersion>(
    `select ${COLUMNS} where f.quake_id = $1 order by v.version desc limit 200`,
    [quakeId],
  )
  return rows
}

/** One version, or the newest of its sheet. */
export async function findSheetVersion(
  db: Queryable,
  sheetId: string,
  version: number | null,
): Promise<SheetVersion | null> {
  const { rows } = await db.query<SheetVersion>(
    `select ${COLUMNS} where v.sheet_id = $1 and ($2::int is null or v.version = $2) order by v.version desc limit 1`,
    [sheetId, version],
  )
  return rows[0] ?? null
}

/** The newest version of every sheet, what was opened last first. */
export async function listSheets(db: Queryable, most: number): Promise<SheetVersion[]> {
  const { rows } = await db.query<SheetVersion>(
    `select ${COLUMNS} where v.version = (select max(n.version) from fact_sheet_version n where n.sheet_id = v.sheet_id)
     order by f.opened_at desc, f.id limit $1`,
    [most],
  )
  return rows
}

/** Notices that state a determination, or take one back. */
const STATING: readonly NoticeKind[] = ['quick-report', 'formal-report', 'revision', 'correction', 'withdrawal']
/** What stands before what was withdrawn, then the newest: a duplicate that was taken back does not hide the other. */
const NEWEST_FIRST = `exists (select from notice w where w.lineage_id = n.lineage_id and w.kind = 'withdrawal'), n.issued_at desc,
  n.report_no desc`

/** Quakes whose newest notice no sheet knows yet. */
export async function listQuakesWithoutSheet(db: Queryable, since: Instant, most: number): Promise<string[]> {
  const { rows } = await db.query<{ quakeId: string }>(
    `with newest as (
       select distinct on (n.quake_id) n.quake_id, n.id from notice n
       where n.class = 'actual' and n.quake_id is not null and n.kind = any($1) and n.issued_at >= $2
       order by n.quake_id, ${NEWEST_FIRST})
     select s.quake_id as "quakeId" from newest s left join fact_sheet f on f.quake_id = s.quake_id
     left join lateral (select v.notice_id from fact_sheet_version v where v.sheet_id = f.id order by v.version desc limit 1) v on true
     where v.notice_id is distinct from s.id order by s.quake_id limit $3`,
    [STATING, toTimestamp(since), most],
  )
  return rows.map(({ quakeId }) => quakeId)
}

export interface StatingNotice {
  id: string
  code: string
  serial: string
  report: number
  kind: NoticeKind
  issuedAt: Instant
  facts: NoticeFacts
}

/** Notices about a quake, the one that counts first. */
export async function listStatingNotices(db: Queryable, quakeId: string): Promise<StatingNotice[]> {
  const { rows } = await db.query<StatingNotice>(
    `select n.id, n.code, l.serial, n.report_no as report, n.kind, n.issued_at as "issuedAt", n.facts
     from notice n join lineage l on l.id = n.lineage_id
     where n.class = 'actual' and n.quake_id = $1 and n.kind = any($2) order by ${NEWEST_FIRST} limit 100`,
    [quakeId, STATING],
  )
  return rows
}

/** The newest version of the newest sheet among these quakes, or else of one whose notice is not older than `since`. */
export async function findSheetFor(
  db: Queryable,
  quakes: readonly string[],
  reports: readonly string[],
  since: Instant,
): Promise<SheetVersion | null> {
  const { rows } = await db.query<SheetVersion>(
    `select ${COLUMNS} join notice n on n.id = v.notice_id
     where v.version = (select max(m.version) from fact_sheet_version m where m.sheet_id = v.sheet_id)
       and (f.quake_id = any($1) or f.quake_id in (select q.quake_id from report_quake q where q.report_id = any($2))
         or n.issued_at >= $3)
     order by (f.quake_id = any($1) or f.quake_id in (select q.quake_id from report_quake q where q.report_id = any($2))) desc,
       n.issued_at desc limit 1`,
    [quakes, reports, toTimestamp(since)],
  )
  return rows[0] ?? null
}
