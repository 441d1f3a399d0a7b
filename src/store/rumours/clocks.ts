// In: a claim's clocks. Out: their due times as instants, which are met, which stopped, which have passed untold.
// Must not count by timers: what is due is asked of the rows, so that a restart or a missed tick changes nothing.
import type { Instant } from '../../core/instant.ts'
import type { ClaimEvent } from '../../core/rumour/claim-states.ts'
import type { ClaimClock } from '../../core/rumour/clocks.ts'
import type { Risk } from '../../core/rumour/signoff.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export interface ClockRow {
  clock: ClaimClock
  round: number
  dueAt: Instant
  metAt: Instant | null
  stoppedAt: Instant | null
}

/** Starts clocks, or moves those that run: a claim whose risk was changed. What was met or stopped stays. */
export async function setClocks(
  db: Queryable,
  claimId: string,
  clocks: readonly Pick<ClockRow, 'clock' | 'round' | 'dueAt'>[],
): Promise<void> {
  for (const { clock, round, dueAt } of clocks)
    await db.query(
      `insert into claim_clock as k (claim_id, clock, round, due_at) values ($1, $2, $3, $4)
       on conflict (claim_id, clock, round) do update set due_at = excluded.due_at, told_at = null
       where k.met_at is null and k.stopped_at is null and k.due_at <> excluded.due_at`,
      [claimId, clock, round, toTimestamp(dueAt)],
    )
}

export async function meetClocks(
  db: Queryable,
  claimId: string,
  clocks: readonly ClaimClock[],
  by: string,
  at: Instant,
): Promise<number> {
  const { rowCount } = await db.query(
    `update claim_clock set met_at = $3, met_by = $4 where claim_id = $1 and clock = any($2) and met_at is null and stopped_at is null`,
    [claimId, clocks, toTimestamp(at), by],
  )
  return rowCount ?? 0
}

/** Stops what runs; all clocks, or these. */
export async function stopClocks(
  db: Queryable,
  claimId: string,
  at: Instant,
  clocks: readonly ClaimClock[] | null = null,
): Promise<void> {
  await db.query(
    `update claim_clock set stopped_at = $2 where claim_id = $1 and met_at is null and stopped_at is null
       and ($3::text[] is null or clock = any($3))`,
    [claimId, toTimestamp(at), clocks],
  )
}

/** Begins anew what stopped when the case came to rest; due times stay what they were. */
export async function resumeClocks(db: Queryable, claimId: string): Promise<void> {
  await db.query(
    `update claim_clock set stopped_at = null where claim_id = $1 and met_at is null and clock <> 'signoff'`,
    [claimId],
  )
}

export async function listClocks(db: Queryable, claimId: string): Promise<ClockRow[]> {
  const { rows } = await db.query<ClockRow>(
    `select clock, round, due_at as "dueAt", met_at as "metAt", stopped_at as "stoppedAt" from claim_clock
     where claim_id = $1 order by due_at, clock limit 100`,
    [claimId],
  )
  return rows
}

export interface PassedClock {
  claimId: string
  clock: ClaimClock
  round: number
  dueAt: Instant
  title: string
  risk: Risk
}

/**
 * Clocks that have passed and of which nobody was told, each handed out once: told_at is set with the answer. Those of a drill ring
 * for nobody.
 */
export async function takePassed(db: Queryable, now: Instant): Promise<PassedClock[]> {
  const { rows } = await db.query<PassedClock>(
    `update claim_clock k set told_at = $1 from claim c where c.id = k.claim_id and c.class = 'actual' and k.due_at <= $1
       and k.met_at is null and k.stopped_at is null and k.told_at is null
     returning k.claim_id as "claimId", k.clock, k.round, k.due_at as "dueAt", c.title, c.risk`,
    [toTimestamp(now)],
  )
  return rows
}

/**
 * Subjects of alarms that still have their cause: clocks that were told of and are neither met nor stopped, ends of waiting
 * after which nobody has done anything, those of a drill while it lasts. Asked without the time: a clock of the machine that is
 * set back unsays nothing.
 */
export async function listToldSubjects(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ subject: string }>(
    `select claim_id || ' ' || clock as subject from claim_clock where told_at is not null and met_at is null and stopped_at is null
     union all select s.claim_id || ' ' || s.event || ' ' || s.version from claim_step s
       join claim c on c.id = s.claim_id and c.version = s.version where s.event = any($1) and c.retired_at is null`,
    [WAITED_FOR],
  )
  return rows.map(({ subject }) => subject)
}

/** Steps of the program's by which a wait has ended without what was waited for. */
const WAITED_FOR: readonly ClaimEvent[] = ['answer-late', 'hold-expired']

export interface DueClaim {
  id: string
  state: string
  version: number
}

/** Claims with something that the program itself must do by now: a hold or a question that has run out, a seat left cold. */
export async function listDueClaims(
  db: Queryable,
  now: Instant,
  limits: { askedMs: Readonly<Record<Risk, number>>; coldMs: number },
): Promise<DueClaim[]> {
  const { rows } = await db.query<DueClaim>(
    `select id, state, version from claim where retired_at is null and (
       (state = 'hold' and (hold ->> 'until')::numeric <= $2)
       or (state = 'awaiting-agency' and asked_at <= $1::timestamptz - make_interval(secs => ($3::float8[])[risk]))
       or (state = 'triage' and changed_at <= $1::timestamptz - make_interval(secs => $4)
         and not exists (select from claim_note n where n.claim_id = claim.id and n.by = claim.owner and n.at > $1::timestamptz - make_interval(secs => $4))
         and not exists (select from claim_check k where k.claim_id = claim.id and k.by = claim.owner and k.at > $1::timestamptz - make_interval(secs => $4)))
       or state in ('publishing', 'published-partial')
       or (state in ('published', 'published-partial', 'resurfaced', 'monitoring') and exists (
         select from notice w where w.kind = 'withdrawal' and w.lineage_id = (
           select n.lineage_id from draft d join notice n on n.id = d.notice_id where d.claim_id = claim.id
           order by d.released_at desc limit 1))))
     -- What runs out goes first, and last the answers that stay partly out: they stand here until they are out, however many there are.
     order by case when state in ('hold', 'awaiting-agency', 'triage') then 0 when state = 'published-partial' then 2 else 1 end,
       changed_at limit 200`,
    [toTimestamp(now), now, ([1, 2, 3, 4] as const).map((risk) => limits.askedMs[risk] / 1000), limits.coldMs / 1000],
  )
  return rows
}

/** How the deliveries of a claim's newest notice stand; null when it has none. */
export async function countDeliveries(
  db: Queryable,
  claimId: string,
): Promise<{ open: number; out: number; failed: number; withdrawn: boolean } | null> {
  const { rows } = await db.query<{
    open: number
    out: number
    failed: number
    withdrawn: boolean | null
    notice: string | null
  }>(
    `select max(n.id) as notice,
       bool_or(exists (select from notice w where w.lineage_id = n.lineage_id and w.kind = 'withdrawal')) as withdrawn,
       count(d.id) filter (where d.state in ('queued', 'sending', 'pending', 'unknown')) as open,
       count(d.id) filter (where d.state in ('accepted', 'rehearsal')) as out,
       count(d.id) filter (where d.state in ('failed', 'refused', 'expired')) as failed
     from notice n left join delivery d on d.notice_id = n.id
     where n.id = (select w.notice_id from draft w where w.claim_id = $1 and w.notice_id is not null
       order by w.released_at desc limit 1)`,
    [claimId],
  )
  const [found] = rows
  if (!found || found.notice === null) return null
  const { open, out, failed, withdrawn } = found
  return { open, out, failed, withdrawn: withdrawn ?? false }
}
