// In: a quake. Out: everything on record about it: reports with their raw bytes' hashes, decisions, holds, notices, deliveries
// with every attempt, alarms with their steps, and the journal's rows about all of them.
// Reads only. Each list is bounded: what is cut is said, never silently left out.
import type { Instant } from '../core/instant.ts'
import type { QuakeReport, TrafficClass } from '../core/quake-report.ts'
import type { DeliveryState } from '../core/quake.ts'
import type { ClockStretch } from '../core/drill/stopwatch.ts'
import type { GateWord } from './desk.ts'
import type { JournalRow } from './journal-search.ts'
import type { Queryable } from './pool.ts'

const MOST = 2_000

export interface DossierReport {
  id: string
  source: string
  authority: string
  receivedAt: Instant
  lifecycle: QuakeReport['lifecycle']
  evaluation: QuakeReport['evaluation']
  sourceEventId: string
  agency: string
  originAt: Instant | null
  latitude: number | null
  longitude: number | null
  depthKm: number | null
  magnitude: number | null
  magnitudeType: string | null
  place: string
  /** Null for one that a person put right by hand. */
  raw: number | null
}

export interface DossierRaw {
  id: number
  source: string
  transport: string
  receivedAt: Instant
  contentType: string
  sha256: string
  size: number
  refused: { row: number; rule: string; reason: string }[]
}

export interface DossierDecision {
  id: number
  report: string | null
  at: Instant
  association: string
  act: string
  gate: string
  reason: string
  gates: GateWord[]
}

export interface DossierHold {
  id: string
  kind: string
  gate: string
  reason: string
  state: string
  since: Instant
  dueAt: Instant | null
  closedAt: Instant | null
  closedBy: string | null
  closedWhy: string | null
}

export interface DossierAttempt {
  n: number
  act: 'deliver' | 'probe' | 'check' | 'remove'
  startedAt: Instant
  finishedAt: Instant | null
  outcome: string
  detail: { reason?: string; code?: string }
}

export interface DossierDelivery {
  id: string
  notice: string
  outlet: string
  channel: string
  leg: string
  state: DeliveryState
  reason: string
  job: string
  ref: string
  url: string | null
  acceptedAt: Instant | null
  seenAt: Instant | null
  removedAt: Instant | null
  attempts: DossierAttempt[]
}

export interface DossierNotice {
  id: string
  code: string
  serial: string
  kind: string
  title: string
  text: string
  receivedAt: Instant
  decidedAt: Instant
  issuedAt: Instant
  actor: string
  rule: string
  authorisation: string | null
  level: string
  secrecy: string
}

export interface DossierAlarm {
  id: string
  kind: string
  subject: string
  message: string
  raisedAt: Instant
  sent: number
  acknowledgedAt: Instant | null
  acknowledgedBy: string | null
  clearedAt: Instant | null
  steps: { step: number; dueAt: Instant; overAt: Instant | null; told: string[] }[]
}

export interface DossierRow extends JournalRow {
  /** The seal's own claim about the hash before it, and the hash that stands there; null while unsealed. */
  previous: string | null
  before: string | null
}

export interface DossierRecord {
  quake: { id: string; class: TrafficClass; createdAt: Instant; mergedInto: string | null }
  /** This one and what persons merged into it. */
  ids: string[]
  reports: DossierReport[]
  raws: DossierRaw[]
  decisions: DossierDecision[]
  holds: DossierHold[]
  notices: DossierNotice[]
  deliveries: DossierDelivery[]
  alarms: DossierAlarm[]
  journal: DossierRow[]
  /** How its clock ran beside the real one, for a drill's quake; empty otherwise. */
  clock: ClockStretch[]
  /** Names of lists that are longer than what is shown. */
  cut: string[]
}

/** Reads it; null when there is no such quake. */
export async function readDossier(db: Queryable, id: string): Promise<DossierRecord | null> {
  const ask = async <R extends object>(text: string, values: unknown[]): Promise<R[]> =>
    (await db.query<R>(`${text} limit ${MOST + 1}`, values)).rows
  const [quake] = await ask<DossierRecord['quake']>(
    `select id, class, created_at as "createdAt", nullif(merged_into, id) as "mergedInto" from quake where id = $1`,
    [id],
  )
  if (!quake) return null
  const merged = await ask<{ id: string }>('select id from quake where merged_into = $1 and id <> $1', [id])
  const ids = [id, ...merged.map((one) => one.id)]
  const reports = await ask<DossierReport>(
    `select r.id, r.source, r.authority, r.received_at as "receivedAt", r.lifecycle, r.evaluation,
       r.source_event_id as "sourceEventId", r.agency, r.origin_at as "originAt", r.latitude, r.longitude, r.depth_km as "depthKm",
       r.magnitude, r.magnitude_type as "magnitudeType", r.place, r.raw_id as raw
     from report_quake b join report r on r.id = b.report_id where b.quake_id = any($1) order by r.seq`,
    [ids],
  )
  const raws = await readRaws(ask, [...new Set(reports.flatMap(({ raw }) => raw ?? []))])
  const decisions = await ask<DossierDecision>(
    `select id, report_id as report, at, association, act, gate, reason, gates from decision where quake_id = any($1) order by id`,
    [ids],
  )
  const holds = await ask<DossierHold>(
    `select id, notice_kind as kind, gate, reason, state, since, due_at as "dueAt", closed_at as "closedAt",
       closed_by as "closedBy", closed_why as "closedWhy" from hold where quake_id = any($1) order by since, id`,
    [ids],
  )
  const notices = await ask<DossierNotice>(
    `select n.id, n.code, l.serial || ' 第' || n.report_no || '报' as serial, n.kind, n.title, n.text, n.received_at as "receivedAt",
       n.decided_at as "decidedAt", n.issued_at as "issuedAt", n.actor, n.rule, n.authorisation_id as authorisation,
       n.publication_level as level, n.secrecy_review as secrecy
     from notice n join lineage l on l.id = n.lineage_id where n.quake_id = any($1) order by n.issued_at, n.report_no`,
    [ids],
  )
  const deliveries = await readDeliveries(
    ask,
    notices.map((notice) => notice.id),
  )
  const subjects = [
    ...ids,
    ...holds.map((hold) => hold.id),
    ...notices.map((notice) => notice.id),
    ...deliveries.map((delivery) => delivery.id),
  ]
  // What an alarm is about is written in several ways; these are all that speak of one event (publish/, app/).
  const alarms = await readAlarms(
    ask,
    [
      ...subjects,
      ...ids.flatMap((one) => [`advice ${one}`, `merge ${one}`]),
      ...notices.flatMap((notice) => [notice.code, `template ${notice.id}`]),
    ],
    notices.map((notice) => notice.id),
    ids,
  )
  const journal = await ask<DossierRow>(
    `select j.id, j.at, j.actor, j.act, j.subject, j.detail, s.seq, s.hash, s.previous, p.hash as before
     from journal j left join journal_seal s on s.journal_id = j.id left join journal_seal p on p.seq = s.seq - 1
     where j.subject = any($1) order by j.id`,
    [
      [
        ...subjects,
        ...reports.map((report) => report.id),
        ...raws.map((raw) => raw.sha256),
        ...alarms.map((alarm) => alarm.id),
      ],
    ],
  )
  const lists = { reports, decisions, holds, notices, deliveries, alarms, journal }
  const cut = Object.entries(lists).flatMap(([name, list]) => (list.length > MOST ? [name] : []))
  return { quake, ids, ...lists, raws, clock: await readClockOf(db, reports), cut }
}

type Ask = <R extends object>(text: string, values: unknown[]) => Promise<R[]>

async function readRaws(ask: Ask, ids: readonly number[]): Promise<DossierRaw[]> {
  const raws = await ask<Omit<DossierRaw, 'refused'>>(
    `select id, source, transport, received_at as "receivedAt", content_type as "contentType", sha256, octet_length(bytes) as size
     from raw_payload where id = any($1) order by id`,
    [ids],
  )
  const refused = await ask<{ raw: number; row: number; rule: string; reason: string }>(
    'select raw_id as raw, row_no as row, rule, reason from refused_row where raw_id = any($1) order by id',
    [ids],
  )
  const byRaw = Map.groupBy(refused, ({ raw }) => raw)
  return raws.map((raw) => ({
    ...raw,
    refused: (byRaw.get(raw.id) ?? []).map(({ row, rule, reason }) => ({ row, rule, reason })),
  }))
}

async function readDeliveries(ask: Ask, notices: readonly string[]): Promise<DossierDelivery[]> {
  const deliveries = await ask<Omit<DossierDelivery, 'attempts'>>(
    `select d.id, d.notice_id as notice, d.outlet_id as outlet, o.channel, d.leg, d.state, d.reason, d.job, d.ref, d.url,
       d.accepted_at as "acceptedAt", d.seen_at as "seenAt", d.removed_at as "removedAt"
     from delivery d join outlet o on o.id = d.outlet_id and o.class = d.class
     where d.notice_id = any($1) order by d.notice_id, d.outlet_id, d.leg`,
    [notices],
  )
  const attempts = await ask<DossierAttempt & { delivery: string }>(
    `select delivery_id as delivery, n, act, started_at as "startedAt", finished_at as "finishedAt", outcome, detail
     from attempt where delivery_id = any($1) order by delivery_id, n`,
    [deliveries.map((delivery) => delivery.id)],
  )
  const byDelivery = Map.groupBy(attempts, ({ delivery }) => delivery)
  return deliveries.map((one) => ({
    ...one,
    attempts: (byDelivery.get(one.id) ?? []).map(({ delivery: _delivery, ...attempt }) => attempt),
  }))
}

async function readAlarms(
  ask: Ask,
  subjects: readonly string[],
  notices: readonly string[],
  quakes: readonly string[],
): Promise<DossierAlarm[]> {
  const alarms = await ask<Omit<DossierAlarm, 'steps'>>(
    `select id, kind, subject, message, raised_at as "raisedAt", sent, acknowledged_at as "acknowledgedAt",
       acknowledged_by as "acknowledgedBy", cleared_at as "clearedAt" from alarm
     where subject = any($1) or subject in (select 'unfit ' || n || ' ' || o.id from unnest($2::text[]) n, outlet o)
       or subject in (select r.id from removal r join delivery d on d.id = r.delivery_id where d.notice_id = any($2))
       or subject in (select id from draft where quake_id = any($3))
       or subject in (select m.quake_id || ' ' || m.deadline || ' ' || step
                      from deadline_mark m, unnest(array['soon', 'late']) step where m.quake_id = any($3))
     order by raised_at, id`,
    [subjects, notices, quakes],
  )
  const steps = await ask<{ alarm: string } & DossierAlarm['steps'][number]>(
    `select alarm_id as alarm, step, due_at as "dueAt", over_at as "overAt", told from alarm_step
     where alarm_id = any($1) order by alarm_id, round, step`,
    [alarms.map((alarm) => alarm.id)],
  )
  const byAlarm = Map.groupBy(steps, ({ alarm }) => alarm)
  return alarms.map((one) => ({
    ...one,
    steps: (byAlarm.get(one.id) ?? []).map(({ alarm: _alarm, ...step }) => step),
  }))
}

/** The run's digits stand in its sources' names (core/judgement/drill-lane.ts). */
async function readClockOf(db: Queryable, reports: readonly DossierReport[]): Promise<ClockStretch[]> {
  const run = /^drill-([0-9a-f]{8})-/.exec(reports[0]?.source ?? '')?.[1]
  if (run === undefined) return []
  const { rows } = await db.query<{ clock: ClockStretch[] }>('select clock from drill where run = $1', [run])
  return rows[0]?.clock ?? []
}
