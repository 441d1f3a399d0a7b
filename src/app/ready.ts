// In: when a source was last heard, the database. Out: whether it is silent, whether we can serve, and what is worse than it should be.
import type { Pool } from 'pg'
import { findRosterGap } from '../people/roster.ts'

/** Three intervals without an answer, at least 30 s (feeds.md §2). */
export function isSilent(everyMs: number, last: number | null, since: number, now: number): boolean {
  return now - (last ?? since) > Math.max(3 * everyMs, 30_000)
}

/** Ready is a database that answers; what is merely worse stands beside it. */
export async function readReady(
  pool: Pool,
  now: number,
  degraded: string[],
): Promise<{ ok: boolean; degraded: string[] }> {
  try {
    await pool.query('select version from ledger_head')
    const gap = await findRosterGap(pool, now)
    return { ok: true, degraded: gap === null ? degraded : [...degraded, gap] }
  } catch {
    return { ok: false, degraded }
  }
}
