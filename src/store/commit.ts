// In: a plan made on some version of the picture. Out: committed, or that the picture was old, or that it came before.
// Must not retry: the caller decides again on the newer picture.
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

/** Writes a plan in one round trip and one transaction (DESIGN L2). Throws on database trouble: then nothing was written. */
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
