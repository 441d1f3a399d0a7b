// In: a plan whose commit ended in an error. Out: which of its first sends are on record and ours to make, or the error.
// Must not commit again: the caller decides anew on the newest picture when nothing was written.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { findUnanswered } from '../store/commit.ts'
import type { Plan } from '../store/plan.ts'
import { firstAttempts } from './carry-out.ts'

/** A database that comes back within this is asked what became of a commit. */
const ASK_AGAIN_FOR_MS = 15_000
const ASK_AGAIN_MS = 250

/**
 * A commit failed, or only its answer was lost: with first sends in it that makes a difference of two minutes, because
 * what is leased and not sent would have to be probed first. Asks until the database answers again.
 * @throws the commit's own error when nothing was written, or nobody can tell while the leases are still good
 */
export async function findOutcome(
  plan: Plan,
  error: unknown,
  context: { pool: Pool; node: string },
): Promise<{ state: 'unanswered'; ours: Set<string> }> {
  if (firstAttempts(plan).length === 0) throw error
  for (let waited = 0; waited < ASK_AGAIN_FOR_MS; waited += ASK_AGAIN_MS) {
    const ours = await findUnanswered(context.pool, plan, context.node).catch(() => undefined)
    if (ours === null) throw error
    if (ours !== undefined) return { state: 'unanswered', ours }
    await sleep(ASK_AGAIN_MS)
  }
  throw error
}
