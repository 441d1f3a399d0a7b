// In: drills as they are planned, started, asked to stop and ended. Out: the same, kept for ever.
// Must not journal: whoever acts does. What has ended is never changed again (000022-drills.sql).
import type { Goals } from '../core/drill/goals.ts'
import type { ClockStretch } from '../core/drill/stopwatch.ts'
import type { Instant } from '../core/instant.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export type DrillState = 'planned' | 'running' | 'ended' | 'aborted' | 'cancelled'

export interface DrillPlan {
  id: string
  scenario: string
  title: string
  plannedFor: Instant
  acts: 'people' | 'scenario'
  note: string
  goals: Goals
  /** Account ids. */
  participants: string[]
  plannedBy: string
}

export interface Drill extends DrillPlan {
  plannedAt: Instant
  state: DrillState
  /** Eight hex digits that the run's sources carry. */
  run: string | null
  startedBy: string | null
  startedAt: Instant | null
  clock: ClockStretch[]
  stopBy: string | null
  stopHow: 'ended' | 'aborted' | null
  stopWhy: string
  endedAt: Instant | null
  endedBy: string | null
  endedWhy: string
  /** As it was frozen at the end; null for one whose process died, and before the end. */
  report: unknown
}

const COLUMNS = `id, scenario, title, planned_for as "plannedFor", acts, note, goals, participants, planned_by as "plannedBy",
  planned_at as "plannedAt", state, run, started_by as "startedBy", started_at as "startedAt", clock, stop_by as "stopBy",
  stop_how as "stopHow", stop_why as "stopWhy", ended_at as "endedAt", ended_by as "endedBy", ended_why as "endedWhy", report`

export async function addDrill(db: Queryable, plan: DrillPlan, at: Instant): Promise<void> {
  const { id, scenario, title, plannedFor, acts, note, goals, participants, plannedBy } = plan
  await db.query(
    `insert into drill (id, scenario, title, planned_for, acts, note, goals, participants, planned_by, planned_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      id,
      scenario,
      title,
      toTimestamp(plannedFor),
      acts,
      note,
      JSON.stringify(goals),
      participants,
      plannedBy,
      toTimestamp(at),
    ],
  )
}

/** Newest plan first; the report is left out. */
export async function listDrills(db: Queryable, most: number): Promise<Drill[]> {
  const { rows } = await db.query<Drill>(
    `select ${COLUMNS.replace(', report', ', null as report')} from drill
     order by (state = 'running') desc, (state = 'planned') desc, planned_for desc, id limit $1`,
    [most],
  )
  return rows
}

export async function findDrill(db: Queryable, id: string): Promise<Drill | null> {
  return (await db.query<Drill>(`select ${COLUMNS} from drill where id = $1`, [id])).rows[0] ?? null
}

export async function findRunningDrill(db: Queryable): Promise<Drill | null> {
  return (await db.query<Drill>(`select ${COLUMNS} from drill where state = 'running'`)).rows[0] ?? null
}

/** False when it is not planned any more, or another one runs. */
export async function startDrill(
  db: Queryable,
  id: string,
  given: { run: string; by: string; clock: readonly ClockStretch[] },
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update drill set state = 'running', run = $2, started_by = $3, started_at = $4, clock = $5
     where id = $1 and state = 'planned' and not exists (select from drill where state = 'running')`,
    [id, given.run, given.by, toTimestamp(at), JSON.stringify(given.clock)],
  )
  return rowCount === 1
}

export async function saveDrillClock(db: Queryable, id: string, clock: readonly ClockStretch[]): Promise<void> {
  await db.query(`update drill set clock = $2 where id = $1 and state = 'running'`, [id, JSON.stringify(clock)])
}

/** Asks the node that plays it to stop; the first who asks counts. False when it does not run. */
export async function askDrillToStop(
  db: Queryable,
  id: string,
  given: { by: string; how: 'ended' | 'aborted'; why: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update drill set stop_by = coalesce(stop_by, $2), stop_how = coalesce(stop_how, $3),
       stop_why = case when stop_how is null then $4 else stop_why end where id = $1 and state = 'running'`,
    [id, given.by, given.how, given.why],
  )
  return rowCount === 1
}

/** Ends a drill in one of three ways, with its report. False when it had ended before. */
export async function endDrill(
  db: Queryable,
  id: string,
  given: {
    from: 'planned' | 'running'
    state: 'ended' | 'aborted' | 'cancelled'
    by: string
    why: string
    report: object | null
  },
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update drill set state = $3, ended_at = $4, ended_by = $5, ended_why = $6, report = $7 where id = $1 and state = $2`,
    [
      id,
      given.from,
      given.state,
      toTimestamp(at),
      given.by,
      given.why,
      given.report === null ? null : JSON.stringify(given.report),
    ],
  )
  return rowCount === 1
}

/**
 * Whether something real has begun since an instant of the actual lane: a first word, or a question to a person. Follow-ups
 * of an older quake are no reason to stop.
 */
export async function hasRealBegun(db: Queryable, since: Instant): Promise<boolean> {
  const { rows } = await db.query<{ some: boolean }>(
    `select exists (select from hold where class = 'actual' and state in ('open', 'veto') and since > $1)
       or exists (select from notice where class = 'actual' and issued_at > $1 and report_no = 1) as some`,
    [toTimestamp(since)],
  )
  return rows[0]?.some ?? false
}

/** Something real waits for a person now. */
export async function isRealOpen(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ some: boolean }>(
    `select exists (select from hold where class = 'actual' and state in ('open', 'veto')) as some`,
  )
  return rows[0]?.some ?? false
}
