// In: alarms whose next step is due. Out: each step as a row, taken by one node, until everybody it names was told.
// A row is there before anything leaves and is over only after it: a crash in between sends that step again, never none.
import type { Instant } from '../core/instant.ts'
import { HOLD_EVERY_MS, type Watch } from '../core/people/watch.ts'
import type { AlarmRecord } from './alarms.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface AlarmStep extends AlarmRecord {
  round: number
  step: number
  tries: number
  /** Outlets that took this step before. */
  told: string[]
}

/** Longer than the slowest outlet's deadline (a webhook's 10 s): nobody else takes a step that is being sent. */
export const STEP_LEASE_MS = 30_000
const MOST = 20

/** Makes the rows of the steps that fell due, each alarm's next one. Two nodes make one row. */
export async function beginAlarmSteps(db: Queryable, now: Instant, watch: Watch): Promise<void> {
  await db.query(
    `with due as (
       select id, repeat_at from alarm where repeat_at <= $1 and cleared_at is null and acknowledged_at is null
       order by repeat_at limit ${MOST} for update skip locked
     ), moved as (
       update alarm a set sent = a.sent + 1, step = a.step + 1,
         begun_at = case a.step when 0 then $1 else a.begun_at end,
         repeat_at = case when a.step + 1 < cardinality($2::float8[])
           then case a.step when 0 then $1 else a.begun_at end + make_interval(secs => ($2::float8[])[a.step + 2])
           else $1::timestamptz + make_interval(secs => coalesce($3::float8, case a.kind when 'hold' then $4::float8 end)) end
       from due where a.id = due.id
       returning a.id, a.round, a.step, due.repeat_at as due_at
     )
     insert into alarm_step (alarm_id, round, step, due_at, lease_until)
     select id, round, step, due_at, due_at from moved on conflict do nothing`,
    [
      toTimestamp(now),
      watch.steps.map(({ afterMs }) => afterMs / 1000),
      watch.repeatMs === null ? null : watch.repeatMs / 1000,
      HOLD_EVERY_MS / 1000,
    ],
  )
}

/**
 * Takes the steps that nobody is sending. One whose alarm was acknowledged, cleared or raised anew in the meantime ends here,
 * unsent.
 */
export async function takeAlarmSteps(db: Queryable, now: Instant): Promise<AlarmStep[]> {
  const { rows } = await db.query<AlarmStep & { wanted: boolean }>(
    `with free as (
       select alarm_id, round, step from alarm_step where over_at is null and lease_until <= $1
       order by due_at, step limit ${MOST} for update skip locked
     ), judged as (
       select free.*, a.cleared_at is null and a.acknowledged_at is null and a.round = free.round as wanted
       from free join alarm a on a.id = free.alarm_id
     ), taken as (
       update alarm_step s set tries = s.tries + 1,
         lease_until = $1::timestamptz + make_interval(secs => ${STEP_LEASE_MS / 1000}),
         over_at = case when j.wanted then null else $1::timestamptz end
       from judged j where s.alarm_id = j.alarm_id and s.round = j.round and s.step = j.step
       returning s.alarm_id, s.round, s.step, s.tries, s.told, s.due_at, j.wanted
     )
     select a.id, a.kind, a.subject, a.class, a.message, a.raised_at, a.sent, a.acknowledged_at, a.acknowledged_by,
       t.round, t.step, t.tries, t.told, t.wanted
     from taken t join alarm a on a.id = t.alarm_id order by t.due_at, t.step`,
    [toTimestamp(now)],
  )
  return rows.filter(({ wanted }) => wanted)
}

/**
 * Writes what came of a step.
 * @param next when those who were not told are tried again; null: the step is over
 */
export async function recordAlarmStep(
  db: Queryable,
  { id, round, step, tries }: AlarmStep,
  told: readonly string[],
  next: Instant | null,
  now: Instant,
): Promise<void> {
  await db.query(
    `update alarm_step set told = $5, lease_until = coalesce($6, lease_until), over_at = $7
     where alarm_id = $1 and round = $2 and step = $3 and tries = $4 and over_at is null`,
    [id, round, step, tries, told, next === null ? null : toTimestamp(next), next === null ? toTimestamp(now) : null],
  )
}
