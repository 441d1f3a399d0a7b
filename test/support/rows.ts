// In: a database and what a test cares about. Out: rows of an outlet, a notice under a serial of its own, a delivery, as the
// program's role writes them. Must not decide: every column that is not given has a plain value.
import type { Queryable } from '../../src/store/pool.ts'

type Lane = 'actual' | 'drill'

export async function saveOutletRow(
  db: Queryable,
  id: string,
  lane: Lane = 'actual',
  channel = 'weibo',
): Promise<void> {
  await db.query(`insert into outlet (id, class, channel, mode) values ($1, $2, $3, 'live') on conflict do nothing`, [
    id,
    lane,
    channel,
  ])
}

/** A formal report, first of its lineage. @param number of the serial, which is unique in its lane */
export async function saveNoticeRow(db: Queryable, id: string, number = 1, lane: Lane = 'actual'): Promise<void> {
  const serial = `例震信${lane === 'drill' ? '演' : ''}〔2026〕${number}号`
  await db.query(`insert into lineage (id, class, year, number, serial) values ('l-' || $1, $2, 2026, $3, $4)`, [
    id,
    lane,
    number,
    serial,
  ])
  await db.query(
    `insert into notice (id, code, class, lineage_id, report_no, kind, title, text, variants, facts, evaluation, received_at,
       decided_at, issued_at, actor)
     values ($1::text, $1, $2, 'l-' || $1, 1, 'formal-report', 't', 't', '{}', '{}', 'reviewed', now(), now(), now(), 'system')`,
    [id, lane],
  )
}

/** A delivery of that notice to that outlet. @param columns over the plain ones */
export async function saveDeliveryRow(
  db: Queryable,
  at: { id: string; notice: string; outlet: string },
  columns: Record<string, unknown> = {},
): Promise<void> {
  const now = new Date().toISOString()
  const row: Record<string, unknown> = {
    id: at.id,
    notice_id: at.notice,
    outlet_id: at.outlet,
    class: 'actual',
    leg: 'post',
    priority: 1,
    state: 'queued',
    content: '{}',
    due_at: now,
    changed_at: now,
    ...columns,
  }
  const names = Object.keys(row)
  await db.query(
    `insert into delivery (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
    Object.values(row),
  )
}
