// In: a plan made on some version of the picture. Out: committed, or that the picture was old, or that it came before.
// Must not retry: the caller decides again on the newer picture.
import { LEASE_MS } from './deliveries.ts'
import type { Plan } from './plan.ts'
import type { Queryable } from './pool.ts'

export type Committed =
  | { state: 'committed'; version: number; rawId: number | null }
  /** Another process committed first; nothing was written. */
  | { state: 'conflict' }
  /** This webhook-id was handled before; nothing was written. */
  | { state: 'repeated' }

const NO_BYTES = Buffer.alloc(0)

/** Empty lists are not sent: commit_plan passes over what is not there. Lists inside rows stay as they are. */
function leaveOutEmpty(plan: Plan): object {
  return Object.fromEntries(Object.entries(plan).filter(([, part]) => !Array.isArray(part) || part.length > 0))
}

/**
 * Writes a plan in one round trip and one transaction (DESIGN L2).
 * @throws on database trouble: then nothing was written, or it was and the answer got lost; findUnanswered tells
 */
export async function commitPlan(db: Queryable, plan: Plan, raw: Uint8Array | null): Promise<Committed> {
  const { rows } = await db.query<{
    result: { conflict?: number; repeated?: boolean; version?: number; raw_id?: number }
  }>({ name: 'commit_plan', text: 'select commit_plan($1::jsonb, $2::bytea) as result' } as never, [
    JSON.stringify(leaveOutEmpty(plan)),
    raw ?? NO_BYTES,
  ])
  const result = rows[0]?.result
  if (!result) throw new Error('commit_plan answered nothing')
  if (result.conflict !== undefined) return { state: 'conflict' }
  if (result.repeated) return { state: 'repeated' }
  return { state: 'committed', version: result.version ?? plan.version + 1, rawId: result.raw_id ?? null }
}

/**
 * After a commit whose answer was lost: which of its first sends are on record and still ours to make. A commit outlives
 * the client that asked for it; commit_plan holds the head row to its end, so that asking for that row waits for it.
 * @param node whose leases count; those with less than a third of their time left are the probe's
 * @returns null when nothing was written, nor will be
 */
export async function findUnanswered(db: Queryable, plan: Plan, node: string): Promise<Set<string> | null> {
  await db.query('select version from ledger_head for update')
  const { rows } = await db.query<{ id: string; ours: boolean }>(
    `select id, coalesce(state = 'sending' and lease_owner = $2 and attempts = 1
       and lease_until > clock_timestamp() + make_interval(secs => $3), false) as ours
     from delivery where id = any($1)`,
    [plan.deliveries.map((delivery) => delivery.id), node, LEASE_MS / 3_000],
  )
  return rows.length === 0 ? null : new Set(rows.filter((row) => row.ours).map((row) => row.id))
}
