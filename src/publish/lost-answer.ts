// In: a plan whose commit ended in an error. Out: which of its first sends are on record and ours to make, or the error.
// Must not commit again: the caller decides anew on the newest picture when nothing was written.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { findUnanswered } from '../store/commit.ts'
import type { Plan } from '../store/plan.ts'
import { firstAttempts } from './carry-out.ts'

/** How long a lost answer is asked for, in real time. The ledger stands still meanwhile. */
export interface Persistence {
  /** A database that comes back within this is asked what became of a commit. */
  wholeMs: number
  /** One question: a server that vanished keeps it open for a minute and a half (store/pool.ts), a live one for milliseconds. */
  questionMs: number
  pauseMs: number
}

const PERSISTENCE: Persistence = { wholeMs: 15_000, questionMs: 5_000, pauseMs: 250 }

/**
 * A commit failed, or only its answer was lost: with first sends in it that makes a difference of two minutes, because
 * what is leased and not sent would have to be probed first. Asks until the database answers again.
 * @throws the commit's own error when nothing was written, or nobody can tell while the leases are still good
 */
export async function findOutcome(
  plan: Plan,
  error: unknown,
  context: { pool: Pool; node: string },
  persistence: Persistence = PERSISTENCE,
): Promise<{ state: 'unanswered'; ours: Set<string> }> {
  if (firstAttempts(plan).length === 0) throw error
  const end = performance.now() + persistence.wholeMs
  for (let left = persistence.wholeMs; left > 0; left = end - performance.now()) {
    const asked = findUnanswered(context.pool, plan, context.node).catch(() => undefined)
    const ours = await waitAtMost(Math.min(left, persistence.questionMs), asked)
    if (ours === null) throw error
    if (ours !== undefined) return { state: 'unanswered', ours }
    await sleep(persistence.pauseMs)
  }
  throw error
}

/** undefined when it takes longer; the question itself is given up by its pool. */
async function waitAtMost<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const timer = new AbortController()
  try {
    return await Promise.race([work, sleep(ms, undefined, { signal: timer.signal })])
  } finally {
    timer.abort()
  }
}
