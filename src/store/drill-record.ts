// In: a run's eight digits. Out: what the record holds of it: reports, holds with their alarms, notices with their deliveries.
// Reads only, and rows of class drill only.
import {
  toDrillTime,
  type ClockStretch,
  type DrillHold,
  type DrillNotice,
  type DrillRecord,
  type DrillReportRow,
} from '../core/drill/stopwatch.ts'
import { nameDrillSource } from '../core/judgement/drill-lane.ts'
import type { Instant } from '../core/instant.ts'
import type { NoticeKind } from '../core/notice.ts'
import { listNoticesById } from './notices.ts'
import { DRILL_PATH } from './pages.ts'
import type { Queryable } from './pool.ts'

/** A scenario has dozens; a run that has more is cut, not awaited. */
const MOST = 500

/** @param clock how the drill's clock ran: alarms are acknowledged in real time */
export async function readDrillRecord(
  db: Queryable,
  run: string,
  clock: readonly ClockStretch[],
): Promise<DrillRecord> {
  const prefix = nameDrillSource(run, '')
  const reports = await db.query<DrillReportRow & { quake: string | null }>(
    `select r.source, r.evaluation, r.lifecycle <> 'report' as "isDeletion", r.place, r.magnitude, r.origin_at as "originAt",
       r.received_at as "receivedAt", b.quake_id as quake
     from report r left join report_quake b on b.report_id = r.id
     where r.class = 'drill' and starts_with(r.source, $1) order by r.seq limit ${MOST}`,
    [prefix],
  )
  const quakes = [...new Set(reports.rows.flatMap(({ quake }) => quake ?? []))]
  const holds = await db.query<DrillHold & { heardAt: Instant | null }>(
    `select h.quake_id as quake, h.gate, h.reason, h.state, h.since, h.closed_at as "closedAt", h.closed_by as "closedBy",
       h.closed_why as "closedWhy", a.acknowledged_at as "heardAt", a.acknowledged_by as "acknowledgedBy", a.id is not null as rang
     from hold h left join lateral (select * from alarm where subject = h.id and class = 'drill' order by raised_at desc limit 1) a on true
     where h.class = 'drill' and h.quake_id = any($1) and h.gate <> '' order by h.since, h.id limit ${MOST}`,
    [quakes],
  )
  const notices = await db.query<{ id: string }>(
    `select id from notice where class = 'drill' and quake_id = any($1) limit ${MOST}`,
    [quakes],
  )
  const views = await listNoticesById(
    db,
    notices.rows.map(({ id }) => id),
  )
  return {
    reports: reports.rows.map(({ quake: _quake, ...report }) => ({
      ...report,
      source: report.source.slice(prefix.length),
    })),
    holds: holds.rows.map(({ heardAt, ...hold }) => ({
      ...hold,
      acknowledgedAt: heardAt === null ? null : toDrillTime(clock, heardAt),
    })),
    notices: views
      .toSorted((a, b) => a.issuedAt - b.issuedAt || a.report - b.report)
      .map((view): DrillNotice => ({
        quake: view.quake ?? '',
        serial: `${view.serial} 第${view.report}报`,
        kind: view.kind as NoticeKind,
        title: view.title,
        actor: view.actor,
        receivedAt: view.receivedAt,
        issuedAt: view.issuedAt,
        deliveries: view.deliveries.map(({ outlet, channel, leg, state, cause, acceptedAt, seenAt }) => ({
          outlet,
          channel,
          leg,
          state,
          reason: cause,
          acceptedAt,
          seenAt,
        })),
      })),
  }
}

/** The page of a drill's notice as its website outlet has stored it; null before. */
export async function readDrillPage(db: Queryable, code: string): Promise<string | null> {
  const { rows } = await db.query<{ body: Buffer }>('select body from page where path = $1', [
    `${DRILL_PATH}/n/${code}`,
  ])
  return rows[0]?.body.toString('utf8') ?? null
}
