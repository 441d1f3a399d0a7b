// In: something a person must know. Out: alarm rows that repeat until somebody acknowledges or the cause is gone.
// Must not send: publish/alarm.ts does, at least once per step.
import type { Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface AlarmRecord {
  id: string
  kind: string
  subject: string
  class: TrafficClass
  message: string
  raised_at: Instant
  sent: number
  acknowledged_at: Instant | null
  acknowledged_by: string | null
}

/** DESIGN §6.12: at once and every 60 s until acknowledged. Real time, not the scenario's: a person reads it. */
export const ALARM_EVERY_MS = 60_000

/**
 * What rings again for whoever has acknowledged it, or has let all its steps go by (no turn is left then): that a delivery has come to its end since. Whoever acknowledges "it will be
 * tried again" or "it cannot be confirmed yet" has not heard that it was refused, and an end is told once. Nothing else that is
 * raised here is: those messages change with every try or second (a platform's own words, how long, how far off). Other news
 * has a subject of its own (app/inspect.ts: each step of a credential's end) or is told by the plan (000004-commit.sql: holds).
 */
const IS_NEWS = `(o.acknowledged_at is not null or o.repeat_at is null) and o.kind = 'delivery' and o.message <> excluded.message
  and exists (select from delivery d where d.id = o.subject and d.state in ('accepted', 'failed', 'expired'))`

/** Raises an alarm; one that stands already keeps its rhythm and gets the newer message, and rings again if that is news. */
export async function raiseAlarm(
  db: Queryable,
  alarm: { id: string; kind: string; subject: string; class: TrafficClass; message: string },
  at: Instant,
): Promise<void> {
  await db.query(
    `insert into alarm as o (id, kind, subject, class, message, raised_at, repeat_at) values ($1, $2, $3, $4, $5, $6, $6)
     on conflict (kind, subject) where cleared_at is null do update set message = excluded.message,
       acknowledged_at = case when ${IS_NEWS} then null else o.acknowledged_at end,
       acknowledged_by = case when ${IS_NEWS} then null else o.acknowledged_by end,
       repeat_at = case when ${IS_NEWS} then excluded.repeat_at else o.repeat_at end`,
    [alarm.id, alarm.kind, alarm.subject, alarm.class, alarm.message, toTimestamp(at)],
  )
}

/** Ends an alarm whose cause is gone. */
export async function clearAlarm(db: Queryable, kind: string, subject: string, at: Instant): Promise<void> {
  await db.query('update alarm set cleared_at = $3 where kind = $1 and subject = $2 and cleared_at is null', [
    kind,
    subject,
    toTimestamp(at),
  ])
}

/** Ends the alarms of a kind whose cause is not among those that stand now. */
export async function clearOthers(
  db: Queryable,
  kind: string,
  standing: readonly string[],
  at: Instant,
): Promise<void> {
  await db.query('update alarm set cleared_at = $3 where kind = $1 and cleared_at is null and subject <> all($2)', [
    kind,
    standing,
    toTimestamp(at),
  ])
}

/**
 * Takes alarms whose turn it is, moving each to its next turn in the same statement: one node sends each ring. Steps that
 * were counted before the bureau gave them up are forgotten: they would keep the turn where it was (000016-watch.sql).
 */
export async function takeDueAlarms(db: Queryable, now: Instant): Promise<AlarmRecord[]> {
  const { rows } = await db.query<AlarmRecord>(
    `update alarm set sent = sent + 1, step = 0, begun_at = null, repeat_at = $1::timestamptz + make_interval(secs => $2)
     where id in (select id from alarm where repeat_at <= $1 and cleared_at is null and acknowledged_at is null
       order by repeat_at limit 20 for update skip locked)
     returning id, kind, subject, class, message, raised_at, sent, acknowledged_at, acknowledged_by`,
    [toTimestamp(now), ALARM_EVERY_MS / 1000],
  )
  return rows
}

/** An alarm that stands, with how far it has got. */
export interface StandingAlarm extends AlarmRecord {
  /** Of the steps of `watch`; 0 before the first, and where there are none. */
  step: number
  /** Outlets that took that step. */
  told: string[]
  /** When it rings next, in real time; null: no more. */
  repeat_at: Instant | null
  /** Of a withdrawal: who began it. */
  begun_by: string | null
}

/** Alarms that stand, newest first. */
export async function listAlarms(db: Queryable): Promise<StandingAlarm[]> {
  const { rows } = await db.query<StandingAlarm>(
    `select a.id, a.kind, a.subject, a.class, a.message, a.raised_at, a.sent, a.acknowledged_at, a.acknowledged_by,
       a.step, coalesce(s.told, '{}') as told, a.repeat_at,
       case a.kind when 'withdrawal' then (select w.actor from notice o join notice w on w.lineage_id = o.lineage_id
         and w.kind = 'withdrawal' where o.id = a.subject limit 1) end as begun_by
     from alarm a left join alarm_step s on s.alarm_id = a.id and s.round = a.round and s.step = a.step
     where a.cleared_at is null order by a.raised_at desc limit 200`,
  )
  return rows
}

/** Whoever took a word back is not the second person who is to look at it. */
const IS_OWN_WITHDRAWAL = `alarm.kind = 'withdrawal' and exists (
  select from notice o join notice w on w.lineage_id = o.lineage_id and w.kind = 'withdrawal'
  where o.id = alarm.subject and w.actor = $2)`

/**
 * A person has seen it: it repeats no more; that a word is being withdrawn, a post
 * asked about (it waits on the board) or a reporter's contact shown has then served its end. False when there is no such
 * alarm standing, or when it tells of the person's own withdrawal.
 */
export async function acknowledgeAlarm(db: Queryable, id: string, by: string, at: Instant): Promise<boolean> {
  const { rowCount } = await db.query(
    `update alarm set acknowledged_at = $3, acknowledged_by = $2,
       cleared_at = case when kind in ('withdrawal', 'removal', 'contact') then $3::timestamptz end
     where id = $1 and cleared_at is null and acknowledged_at is null and not (${IS_OWN_WITHDRAWAL})`,
    [id, by, toTimestamp(at)],
  )
  return rowCount === 1
}
