// In: what lies on the officer's desk, by id. Out: how a hold ended and by whom, and what each gate said of a determination.
// Reads only.
import type { Instant } from '../core/instant.ts'
import type { Verdict } from '../core/judgement/gate.ts'
import type { Queryable } from './pool.ts'

export interface HoldEnd {
  id: string
  quake: string
  state: 'open' | 'veto' | 'waiting' | 'released' | 'dismissed' | 'resolved'
  closedAt: Instant | null
  closedBy: string | null
  closedWhy: string | null
}

/** A hold that was, or is, on the desk. */
export async function findHoldEnd(db: Queryable, id: string): Promise<HoldEnd | null> {
  const { rows } = await db.query<HoldEnd>(
    `select id, quake_id as quake, state, closed_at as "closedAt", closed_by as "closedBy", closed_why as "closedWhy"
     from hold where id = $1`,
    [id],
  )
  return rows[0] ?? null
}

export interface GateWord {
  gate: string
  verdict: Verdict
}

/** What the gates said of determinations when each was last judged. */
export async function listGateWords(db: Queryable, reportIds: readonly string[]): Promise<Map<string, GateWord[]>> {
  const { rows } = await db.query<{ report: string; gates: GateWord[] }>(
    `select distinct on (report_id) report_id as report, gates from decision
     where report_id = any($1) and gates <> '[]' order by report_id, id desc`,
    [reportIds],
  )
  return new Map(rows.map(({ report, gates }) => [report, gates]))
}

/** Who withdrew a lineage, if anybody did: actor of its withdrawal. */
export async function findWithdrawer(db: Queryable, lineageId: string): Promise<{ actor: string; at: Instant } | null> {
  const { rows } = await db.query<{ actor: string; at: Instant }>(
    `select actor, issued_at as at from notice where lineage_id = $1 and kind = 'withdrawal'`,
    [lineageId],
  )
  return rows[0] ?? null
}
