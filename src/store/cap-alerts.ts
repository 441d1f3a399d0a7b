// In: CAP messages as they are published. Out: the same, by notice, by lineage, newest first.
// Only ever adds: what was published is what later messages name.
import type { AlertReference } from '../core/cap/alert.ts'
import type { Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface StoredAlert extends AlertReference {
  noticeId: string
  class: TrafficClass
  outlet: string
  lineage: string
  /** From 1, in the order of publication. */
  position: number
  /** N of 第N报. */
  report: number
  msgType: string
  headline: string
  sentAt: Instant
  /** The document. */
  body: string
}

interface Row {
  notice_id: string
  class: TrafficClass
  outlet_id: string
  lineage_id: string
  position: number
  report_no: number
  identifier: string
  sender: string
  sent: string
  msg_type: string
  headline: string
  sent_at: Instant
  body: string
}

const SELECT = `select notice_id, class, outlet_id, lineage_id, position, report_no, identifier, sender, sent, msg_type, headline,
  sent_at, body from cap_alert`

/** Adds one. False when its notice, its identifier or its place in the chain is taken: look again. */
export async function saveAlert(db: Queryable, alert: StoredAlert): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into cap_alert (notice_id, class, outlet_id, lineage_id, position, report_no, identifier, sender, sent, msg_type,
       headline, sent_at, body)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing`,
    [
      alert.noticeId,
      alert.class,
      alert.outlet,
      alert.lineage,
      alert.position,
      alert.report,
      alert.identifier,
      alert.sender,
      alert.sent,
      alert.msgType,
      alert.headline,
      toTimestamp(alert.sentAt),
      alert.body,
    ],
  )
  return rowCount === 1
}

/** The message of a notice; undefined when it has none. */
export async function findAlert(db: Queryable, noticeId: string): Promise<StoredAlert | undefined> {
  const { rows } = await db.query<Row>(`${SELECT} where notice_id = $1`, [noticeId])
  return rows.map(toAlert)[0]
}

/** What a lineage has published, oldest first. */
export async function listChain(db: Queryable, lineage: string): Promise<StoredAlert[]> {
  const { rows } = await db.query<Row>(`${SELECT} where lineage_id = $1 order by position`, [lineage])
  return rows.map(toAlert)
}

/** Public ones, newest first. */
export async function listAlerts(db: Queryable, limit: number): Promise<StoredAlert[]> {
  const { rows } = await db.query<Row>(
    `${SELECT} where class = 'actual' order by sent_at desc, position desc, notice_id limit $1`,
    [limit],
  )
  return rows.map(toAlert)
}

function toAlert(row: Row): StoredAlert {
  return {
    noticeId: row.notice_id,
    class: row.class,
    outlet: row.outlet_id,
    lineage: row.lineage_id,
    position: row.position,
    report: row.report_no,
    identifier: row.identifier,
    sender: row.sender,
    sent: row.sent,
    msgType: row.msg_type,
    headline: row.headline,
    sentAt: row.sent_at,
    body: row.body,
  }
}
