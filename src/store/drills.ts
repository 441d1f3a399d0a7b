// In: the start and the end of a drill. Out: one drill at a time over all nodes, and nothing of it left hanging.
// Must not touch a row of class actual.
import type { Pool } from 'pg'
import type { Instant } from '../core/instant.ts'
import { tellLedgers } from './listen.ts'
import { toTimestamp, type Queryable } from './pool.ts'
import { hasDrillClaims, retireClaims } from './rumours/retire.ts'

/** "dril" as a number: the advisory lock that a running drill holds. */
const DRILL_LOCK = 0x6472696c
const CUT_SHORT = '演练中断，未及了结'

/**
 * Takes the installation's only place for a drill.
 * @returns the act that gives it back, or null while another drill runs, on this node or another
 */
export async function holdDrill(pool: Pool): Promise<(() => Promise<void>) | null> {
  const client = await pool.connect()
  let held = false
  try {
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [DRILL_LOCK])
    held = rows[0]?.held === true
  } catch (error) {
    client.release(true)
    throw error
  }
  if (!held) {
    client.release()
    return null
  }
  return async () => {
    const given = await client.query('select pg_advisory_unlock($1)', [DRILL_LOCK]).catch(() => null)
    // A connection that cannot give the lock back ends, and the lock with it.
    client.release(given === null)
  }
}

/** Whether a drill holds its place now, on whichever node and by whichever command. */
export async function isDrillRunning(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ held: boolean }>(
    `select exists (select from pg_locks where locktype = 'advisory' and granted and classid = 0 and objid = $1 and objsubid = 1
       and database = (select oid from pg_database where datname = current_database())) as held`,
    [DRILL_LOCK],
  )
  return rows[0]?.held === true
}

/**
 * Ends what drills left: claims are closed for good, deliveries that wait are cancelled with the reason, holds are closed, alarms
 * cleared, and their quakes retired, so that the next drill of the same scenario meets no old acquaintance.
 * @returns how many deliveries were cancelled
 */
export async function endDrills(pool: Pool, by: string, reason: string, at: Instant): Promise<number> {
  const when = toTimestamp(at)
  // First: nothing is said of a claim any more while the rest ends.
  await retireClaims(pool, reason)
  // A call that is still under way finds its lease gone and writes nothing: its attempt ends here, or never.
  const cancelled = await pool.query(
    `with left_over as (
       select id from delivery where class = 'drill' and state in ('queued', 'sending', 'pending', 'unknown') order by id for update
     ), closed as (
       update attempt a set finished_at = $2, outcome = 'cancelled', detail = jsonb_build_object('reason', $1::text)
       from left_over where a.delivery_id = left_over.id and a.finished_at is null
     )
     update delivery d set state = 'cancelled', reason = $1, changed_at = $2, lease_owner = '', lease_until = null
     from left_over where d.id = left_over.id`,
    [reason, when],
  )
  await pool.query(
    `update hold set state = 'dismissed', closed_at = $2, closed_by = $3, closed_why = $1
     where class = 'drill' and state in ('open', 'veto', 'waiting')`,
    [reason, when, by],
  )
  await pool.query(`update alarm set cleared_at = $1 where class = 'drill' and cleared_at is null`, [when])
  await pool.query(`update quake set merged_into = id where class = 'drill' and merged_into is null`)
  // Budgets and notes of drill outlets are kept by the drill's time: they must not bind the next drill of that day.
  await pool.query(`delete from call where outlet_id in (select id from outlet where class = 'drill')`)
  await pool.query(`delete from outlet_box where outlet_id in (select id from outlet where class = 'drill')`)
  // A stand-in that was made fresh counts its messages from one again: none of them is a repeat.
  await pool.query(`delete from seen_message where door in (select 'wechat ' || id from outlet where class = 'drill')`)
  // Every node's picture still holds them.
  await tellLedgers(pool)
  return cancelled.rowCount ?? 0
}

/**
 * Ends what a drill left whose process died: until then its alarms would ring at the drill's robots and its deliveries
 * count as open. Does nothing while a drill runs, on this node or another.
 */
export async function sweepDrill(pool: Pool, at: Instant): Promise<void> {
  const left = await pool.query<{ some: boolean }>(
    `select exists (select from delivery where class = 'drill' and state in ('queued', 'sending', 'pending', 'unknown'))
       or exists (select from hold where class = 'drill' and state in ('open', 'veto', 'waiting'))
       or exists (select from alarm where class = 'drill' and cleared_at is null)
       or exists (select from quake where class = 'drill' and merged_into is null)
       or exists (select from drill where state = 'running') as some`,
  )
  if (left.rows[0]?.some !== true && !(await hasDrillClaims(pool))) return
  const release = await holdDrill(pool)
  if (release === null) return
  try {
    await endDrills(pool, 'schedule', CUT_SHORT, at)
    // Its report is not frozen: it is read from the record, which stays.
    await pool.query(
      `with lost as (
         update drill set state = 'aborted', ended_at = $1, ended_by = 'schedule', ended_why = $2 where state = 'running'
         returning id, run
       )
       insert into journal (at, actor, act, subject, detail)
       select $1, 'schedule', 'drill.aborted', id, jsonb_build_object('run', run, 'why', $2::text) from lost`,
      [toTimestamp(at), CUT_SHORT],
    )
  } finally {
    await release()
  }
}

/** The running drill's quakes, and the holds that were raised about them, oldest first. */
export async function listRunHolds(
  pool: Pool,
): Promise<{ quakes: Set<string>; holds: { gate: string; reason: string }[] }> {
  const quakes = await pool.query<{ id: string }>(`select id from quake where class = 'drill' and merged_into is null`)
  const holds = await pool.query<{ gate: string; reason: string }>(
    `select h.gate, h.reason from hold h join quake q on q.id = h.quake_id
     where q.class = 'drill' and q.merged_into is null and h.gate <> '' order by h.since, h.id`,
  )
  return { quakes: new Set(quakes.rows.map((row) => row.id)), holds: holds.rows }
}
