// In: that a quake's time limit began, was met or does not apply. Out: the same, kept once and for ever.
// Must not change a mark: whoever was second is told what the first has noted.
import type { DeadlineMark, MarkedDeadline } from '../core/deadline.ts'
import { toTimestamp, type Queryable } from './pool.ts'

/** Marks of these quakes by quake, oldest first. */
export async function listDeadlineMarks(
  db: Queryable,
  quakes: readonly string[],
): Promise<Map<string, MarkedDeadline[]>> {
  if (quakes.length === 0) return new Map()
  const { rows } = await db.query<MarkedDeadline & { quake: string }>(
    'select quake_id as quake, deadline, mark, at, by, words from deadline_mark where quake_id = any($1) order by at',
    [quakes],
  )
  return Map.groupBy(rows, ({ quake }) => quake)
}

/** Which of these quakes have a limit that began and has not ended. */
export async function listOpenDeadlines(db: Queryable, quakes: readonly string[]): Promise<string[]> {
  if (quakes.length === 0) return []
  const { rows } = await db.query<{ quake: string }>(
    `select distinct quake_id as quake from deadline_mark b where mark = 'begun' and quake_id = any($1) and not exists (
       select from deadline_mark e where e.quake_id = b.quake_id and e.deadline = b.deadline and e.mark in ('met', 'waived'))
     order by 1`,
    [quakes],
  )
  return rows.map(({ quake }) => quake)
}

/**
 * Within a transaction of the caller's.
 * @returns false where it was noted before, or the limit has ended in another way
 */
export async function addDeadlineMark(
  db: Queryable,
  given: { quake: string; deadline: string; mark: DeadlineMark; by: string; words: string },
  at: number,
): Promise<boolean> {
  // Met and waived end a limit: one of them stands. A lock on the quake's own row would keep its next word waiting.
  await db.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`deadline ${given.quake}`])
  const { rowCount } = await db.query(
    `insert into deadline_mark (quake_id, deadline, mark, at, by, words) select $1, $2, $3, $4, $5, $6
     where $3 = 'begun' or not exists (
       select from deadline_mark where quake_id = $1 and deadline = $2 and mark in ('met', 'waived'))
     on conflict do nothing`,
    [given.quake, given.deadline, given.mark, toTimestamp(at), given.by, given.words],
  )
  return rowCount === 1
}
