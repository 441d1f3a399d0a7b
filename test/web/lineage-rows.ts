// In: a pool of a fresh database. Out: lineages with notices, as a commit would have left them.
// Must not go through the ledger: tests of the public side choose any state they like.
import type { Pool } from 'pg'
import { formatUtc, type Instant } from '../../src/core/instant.ts'
import type { NoticeFacts } from '../../src/core/notice.ts'
import { FACTS, ORIGIN } from '../core/cap/sample.ts'

export interface ToldNotice {
  id: string
  kind?: NoticeFacts['kind']
  class?: 'actual' | 'drill'
  issuedAt?: Instant
  title?: string
  text?: string
  facts?: Partial<NoticeFacts>
}

/** Outlets for every class; deliveries are the caller's. */
export async function openOutlet(pool: Pool, id: string, channel: string, lane = 'actual'): Promise<void> {
  await pool.query(`insert into outlet (id, class, channel, mode) values ($1, $2, $3, 'live')`, [id, lane, channel])
}

/** One lineage, oldest first; ids are codes too. Each notice follows the one before. */
export async function tellLineage(pool: Pool, number: number, notices: readonly ToldNotice[]): Promise<void> {
  const lane = notices[0]?.class ?? 'actual'
  const quake = `q-${lane}-${number}`
  const serial = `兰震信${lane === 'drill' ? '演' : ''}〔2026〕${number}号`
  await pool.query(`insert into quake (id, class, created_at) values ($1, $2, $3)`, [
    quake,
    lane,
    formatUtc(FACTS.issuedAt),
  ])
  await pool.query(
    `insert into lineage (id, class, quake_id, year, number, serial) values ($1, $2, $3, 2026, $4, $5)`,
    [`l-${lane}-${number}`, lane, quake, number, serial],
  )
  for (const [index, told] of notices.entries()) {
    const kind = told.kind ?? 'formal-report'
    const issuedAt = told.issuedAt ?? FACTS.issuedAt + index * 60_000
    const facts: NoticeFacts = {
      ...FACTS,
      kind,
      class: lane,
      serial,
      report: index + 1,
      url: `https://yj.lanshan.example/n/${told.id}`,
      issuedAt,
      origin: kind === 'withdrawal' ? null : ORIGIN,
      withdrawal: kind === 'withdrawal' ? 'duplicate' : null,
      ...told.facts,
    }
    await pool.query(
      `insert into notice (id, code, class, lineage_id, report_no, kind, supersedes, quake_id, title, text, variants, facts,
         evaluation, origin_at, received_at, decided_at, issued_at, actor)
       values ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, '{}', $10, 'reviewed', $11, $12, $12, $12, 'system')`,
      [
        told.id,
        lane,
        `l-${lane}-${number}`,
        index + 1,
        kind,
        notices[index - 1]?.id ?? null,
        quake,
        told.title ?? `标题 ${told.id}`,
        told.text ?? `正文 ${told.id}`,
        JSON.stringify(facts),
        facts.origin === null ? null : formatUtc(facts.origin.originTime),
        formatUtc(issuedAt),
      ],
    )
  }
}
