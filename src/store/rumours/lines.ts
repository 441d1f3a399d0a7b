// In: first lines about claims: 正在核实. Out: the same, kept, ended once, and found.
// Must not say one for a claim that has one standing: the table takes no second.
import type { Instant } from '../../core/instant.ts'
import type { LineEnd } from '../../core/rumour/first-line.ts'
import type { ClaimKind } from '../../core/rumour/kind.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export interface FirstLine {
  topic: ClaimKind
  place: string
  words: string
  by: string
  at: Instant
  endedAt: Instant | null
  endedHow: LineEnd | null
}

/** Opens the claim's page with it, within a transaction of the caller's. @returns the page's code */
export async function addLine(
  db: Queryable,
  claimId: string,
  line: Omit<FirstLine, 'endedAt' | 'endedHow'>,
): Promise<string> {
  await db.query('insert into claim_line (claim_id, topic, place, words, by, at) values ($1, $2, $3, $4, $5, $6)', [
    claimId,
    line.topic,
    line.place,
    line.words,
    line.by,
    toTimestamp(line.at),
  ])
  const { rows } = await db.query<{ code: string }>('select open_claim_page($1, $2) as code', [
    claimId,
    toTimestamp(line.at),
  ])
  return rows[0]?.code ?? ''
}

/** The newest of a claim; null where none was said. */
export async function findLine(db: Queryable, claimId: string): Promise<FirstLine | null> {
  const { rows } = await db.query<FirstLine>(
    `select topic, place, words, by, at, ended_at as "endedAt", ended_how as "endedHow" from claim_line
     where claim_id = $1 order by id desc limit 1`,
    [claimId],
  )
  return rows[0] ?? null
}

/** @returns false when none stands */
export async function endLine(
  db: Queryable,
  claimId: string,
  how: Exclude<LineEnd, 'answered'>,
  by: string,
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    'update claim_line set ended_at = $4, ended_by = $3, ended_how = $2 where claim_id = $1 and ended_at is null',
    [claimId, how, by, toTimestamp(at)],
  )
  return (rowCount ?? 0) > 0
}
