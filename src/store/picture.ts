// In: the tables. Out: the rows of which publish builds its picture of recent quakes, and single quakes from before.
// Reads one consistent snapshot. Must not decide anything.
import type { Pool, PoolClient } from 'pg'
import type { Instant } from '../core/instant.ts'
import type { StoredReport } from '../core/quake.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { toTimestamp, withConnection, type Queryable } from './pool.ts'

export interface QuakeRecord {
  id: string
  class: TrafficClass
  created_at: Instant
  merged_into: string | null
  pinned_report_id: string | null
}

export interface ReportRecord {
  quake_id: string
  body: StoredReport
}

export interface NoticeRecord {
  id: string
  code: string
  class: TrafficClass
  lineage_id: string
  serial: string
  year: number
  number: number
  quake_id: string | null
  report_id: string | null
  report_no: number
  kind: string
  evaluation: string
  issued_at: Instant
  facts: object
}

export interface DeliveryRecord {
  id: string
  notice_id: string
  outlet_id: string
  leg: string
  state: string
}

export interface HoldRecord {
  id: string
  quake_id: string
  report_id: string | null
  class: TrafficClass
  notice_kind: string
  gate: string
  reason: string
  state: string
  since: Instant
  due_at: Instant | null
}

export interface RowKeyRecord {
  source: string
  row_key: string
  /** Oldest first; the last is the newest version. */
  fingerprints: string[]
}

export interface PictureRecords {
  version: number
  quakes: QuakeRecord[]
  reports: ReportRecord[]
  notices: NoticeRecord[]
  deliveries: DeliveryRecord[]
  holds: HoldRecord[]
  bindings: { source: string; base_id: string; quake_id: string }[]
  acts: { report_id: string; state: string }[]
  counters: { class: TrafficClass; year: number; last: number }[]
  switches: { outlet_id: string; is_on: boolean }[]
  /** Outlets that the register lets speak. */
  admitted: string[]
  seeded: string[]
  /** Of the whole memory, or of what came after `rowsAfter`. */
  rowKeys: RowKeyRecord[]
  /** Where the memory of rows ends: the next load may begin there. */
  rowsUpTo: number
}

/** Newest row keys kept per source; a list holds at most a few hundred rows, an archive query 20,000. */
const ROW_KEYS = 20_000

/**
 * Loads everything a judgement may need for quakes created after `since`, and all that still have an open hold.
 * @param rowsAfter `rowsUpTo` of an earlier load whose memory of rows is kept; 0 for none. Reports are numbered under the head's
 *   lock (000004-commit.sql): in the order in which they become visible
 * @throws on database trouble
 */
export function loadPicture(pool: Pool, since: Instant, rowsAfter = 0): Promise<PictureRecords> {
  return withConnection(pool, async (client) => {
    await client.query('begin isolation level repeatable read read only')
    const records = await readAll(client, since, rowsAfter)
    await client.query('commit')
    return records
  })
}

async function readAll(client: PoolClient, since: Instant, rowsAfter: number): Promise<PictureRecords> {
  const version = await readVersion(client)
  const quakes = await client.query<QuakeRecord>(
    `select id, class, created_at, merged_into, pinned_report_id from quake
     where created_at >= $1 or id in (select quake_id from hold where state in ('open', 'veto', 'waiting'))
     order by created_at, id`,
    [toTimestamp(since)],
  )
  const rest = await readQuakes(
    client,
    quakes.rows.map((q) => q.id),
  )
  const bindings = await client.query<{ source: string; base_id: string; quake_id: string }>(
    'select source, base_id, quake_id from binding order by id',
  )
  const acts = await client.query<{ report_id: string; state: string }>(
    `select report_id, state from hold where state in ('released', 'dismissed') and report_id is not null and since >= $1`,
    [toTimestamp(since)],
  )
  const counters = await client.query<{ class: TrafficClass; year: number; last: number }>(
    'select * from serial_counter',
  )
  const switches = await client.query<{ outlet_id: string; is_on: boolean }>(
    'select distinct on (outlet_id) outlet_id, is_on from kill_switch order by outlet_id, id desc',
  )
  const admitted = await client.query<{ id: string }>('select id from outlet where is_admitted(id)')
  const seeded = await client.query<{ id: string }>('select id from source where seeded_at is not null')
  const rowKeys = await (rowsAfter === 0 ? readRows(client) : readNewRows(client, rowsAfter))
  const upTo = await client.query<{ seq: number }>('select seq from report order by seq desc limit 1')
  return {
    version,
    quakes: quakes.rows,
    ...rest,
    bindings: bindings.rows,
    acts: acts.rows,
    counters: counters.rows,
    switches: switches.rows,
    admitted: admitted.rows.map((r) => r.id),
    seeded: seeded.rows.map((r) => r.id),
    rowKeys,
    rowsUpTo: upTo.rows[0]?.seq ?? 0,
  }
}

/** Source by source from an index: the table holds years of reports, the memory some thousands of each source. */
async function readRows(db: Queryable): Promise<RowKeyRecord[]> {
  const { rows } = await db.query<RowKeyRecord>(
    `with recursive known as (
       (select source from report order by source limit 1)
       union all
       select (select r.source from report r where r.source > k.source order by r.source limit 1) from known k
       where k.source is not null)
     select k.source, t.row_key, array_agg(t.fingerprint order by t.seq) as fingerprints
     from known k cross join lateral
       (select row_key, fingerprint, seq from report where source = k.source order by seq desc limit $1) t
     where k.source is not null group by k.source, t.row_key`,
    [ROW_KEYS],
  )
  return rows
}

async function readNewRows(db: Queryable, after: number): Promise<RowKeyRecord[]> {
  const { rows } = await db.query<RowKeyRecord>(
    `select source, row_key, array_agg(fingerprint order by seq) as fingerprints from report where seq > $1
     group by source, row_key`,
    [after],
  )
  return rows
}

/** The record's version: moves with every commit of any process. */
export async function readVersion(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ version: number }>('select version from ledger_head')
  return rows[0]?.version ?? 0
}

type QuakeContents = Pick<PictureRecords, 'reports' | 'notices' | 'deliveries' | 'holds'>

/** Everything that hangs on these quakes. */
export async function readQuakes(db: Queryable, ids: string[]): Promise<QuakeContents> {
  const reports = await db.query<ReportRecord>(
    `select rq.quake_id, r.body || jsonb_build_object('id', r.id) as body
     from report r join report_quake rq on rq.report_id = r.id where rq.quake_id = any($1) order by r.seq`,
    [ids],
  )
  const notices = await db.query<NoticeRecord>(
    `select n.id, n.code, n.class, n.lineage_id, l.serial, l.year, l.number, n.quake_id, n.report_id, n.report_no, n.kind,
       n.evaluation, n.issued_at, n.facts
     from notice n join lineage l on l.id = n.lineage_id where n.quake_id = any($1)
     order by n.issued_at, n.report_no`,
    [ids],
  )
  const deliveries = await readDeliveries(
    db,
    notices.rows.map((n) => n.id),
  )
  const holds = await db.query<HoldRecord>(
    `select id, quake_id, report_id, class, notice_kind, gate, reason, state, since, due_at from hold
     where quake_id = any($1) and state in ('open', 'veto', 'waiting')`,
    [ids],
  )
  return { reports: reports.rows, notices: notices.rows, deliveries, holds: holds.rows }
}

/** How far the deliveries of these notices have come. */
export async function readDeliveries(db: Queryable, noticeIds: string[]): Promise<DeliveryRecord[]> {
  const { rows } = await db.query<DeliveryRecord>(
    'select id, notice_id, outlet_id, leg, state from delivery where notice_id = any($1)',
    [noticeIds],
  )
  return rows
}

/** Quakes from before the picture that a late row may belong to: same source id, or an origin near its own. */
export async function findOlderQuakes(
  db: Queryable,
  query: { source: string; ids: string[]; originTime: Instant | null; windowMs: number },
): Promise<QuakeRecord[]> {
  const { rows } = await db.query<QuakeRecord>(
    `select distinct q.id, q.class, q.created_at, q.merged_into, q.pinned_report_id
     from quake q join report_quake rq on rq.quake_id = q.id join report r on r.id = rq.report_id
     where (r.source = $1 and r.source_event_id = any($2)) or (r.origin_at between $3 and $4)`,
    [
      query.source,
      query.ids,
      query.originTime === null ? null : toTimestamp(query.originTime - query.windowMs),
      query.originTime === null ? null : toTimestamp(query.originTime + query.windowMs),
    ],
  )
  return rows
}

/** Quakes by their ids, or by the serial of a notice about them. */
export async function findQuakes(db: Queryable, ids: string[], serial: string): Promise<QuakeRecord[]> {
  const { rows } = await db.query<QuakeRecord>(
    `select id, class, created_at, merged_into, pinned_report_id from quake
     where id = any($1) or id in (select quake_id from lineage where serial = $2)`,
    [ids, serial],
  )
  return rows
}
