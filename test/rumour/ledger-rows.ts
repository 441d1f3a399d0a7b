// In: determinations and notices that a test needs. Out: rows of the ledger, each written by one plan as publish/ would.
// Must not judge: what a plan holds is what the test says.
import type { Pool } from 'pg'
import { formatUtc, type Instant } from '../../src/core/instant.ts'
import type { NoticeFacts, SpokenOrigin } from '../../src/core/notice.ts'
import type { StoredReport } from '../../src/core/quake.ts'
import { toRow } from '../../src/publish/report-row.ts'
import { commitPlan } from '../../src/store/commit.ts'
import { readVersion } from '../../src/store/picture.ts'
import { emptyPlan, type Plan } from '../../src/store/plan.ts'
import { factsOf, originOf } from '../core/rendering/facts.ts'
import { reportOf } from '../core/judgement/bureaux.ts'

async function commit(pool: Pool, at: Instant, fill: (plan: Plan) => void): Promise<void> {
  const plan = emptyPlan(await readVersion(pool), formatUtc(at))
  fill(plan)
  const done = await commitPlan(pool, plan, null)
  if (done.state !== 'committed') throw new Error(`not committed: ${done.state}`)
}

/** A source that has been heard since an instant. */
export async function openSource(pool: Pool, since: Instant, id = 'cenc'): Promise<void> {
  await pool.query(
    `insert into source (id, format, authority, seeded_at) values ($1, 'ceic', 'official-national', $2)`,
    [id, formatUtc(since)],
  )
}

let count = 0

/** A formal determination by the national network, of a quake of its own unless one is named. @returns its quake */
export async function hearReport(
  pool: Pool,
  more: Partial<StoredReport> & { receivedAt: Instant },
  quake = '',
): Promise<string> {
  count += 1
  const id = quake === '' ? `q-${count}` : quake
  const report = reportOf(undefined, {
    sourceEventId: `CC-${count}`,
    sourceCode: 'CC',
    evaluation: 'reviewed',
    source: 'cenc',
    originTime: more.receivedAt - 8 * 60_000,
    ...more,
    id: `rp-${count}`,
  })
  await commit(pool, report.receivedAt, (plan) => {
    const { originTime, latitude, longitude } = report
    const at = originTime === null ? null : formatUtc(originTime)
    plan.quakes.push({ id, class: 'actual', origin_at: at, latitude, longitude })
    plan.reports.push(toRow(report, { key: `k-${count}`, fingerprint: String(count) }))
    plan.belongs.push({ report_id: report.id, quake_id: id })
  })
  return id
}

/** A notice about a quake; the first opens a lineage, the others go on with it. @returns its id */
export async function sayNotice(
  pool: Pool,
  quake: string | null,
  at: Instant,
  more: { kind?: NoticeFacts['kind']; origin?: Partial<SpokenOrigin>; facts?: Partial<NoticeFacts> } = {},
): Promise<string> {
  count += 1
  const number = count
  const kind = more.kind ?? 'formal-report'
  const { rows } = await pool.query<{ id: string; serial: string; report: number }>(
    `select l.id, l.serial, count(n.id)::int as report from lineage l join notice n on n.lineage_id = l.id
     where l.quake_id = $1 group by l.id`,
    [quake],
  )
  const [known] = rows
  const lineage = known?.id ?? `l-${number}`
  const serial = known?.serial ?? `试震信〔2026〕${number}号`
  const report = (known?.report ?? 0) + 1
  const facts = factsOf({
    kind,
    serial,
    report,
    issuedAt: at,
    ...(kind === 'withdrawal' || kind === 'no-quake'
      ? {}
      : { origin: originOf({ sourceCode: 'CC', automatic: false, originTime: at - 600_000, ...more.origin }) }),
    ...more.facts,
  })
  await commit(pool, at, (plan) => {
    if (!known) plan.lineages.push({ id: lineage, class: 'actual', quake_id: quake, year: 2026, number, serial })
    plan.notices.push({
      id: `n-${number}`,
      code: `code${number}`,
      class: 'actual',
      lineage_id: lineage,
      report_no: report,
      kind,
      supersedes: null,
      quake_id: quake,
      report_id: null,
      title: kind === 'no-quake' ? '试验市未发生地震' : '地震公告',
      text: 't',
      variants: {},
      facts,
      evaluation: 'reviewed',
      origin_at: null,
      received_at: formatUtc(at),
      decided_at: formatUtc(at),
      issued_at: formatUtc(at),
      authorisation_id: null,
      actor: 'system',
      publication_level: '',
      secrecy_review: '',
      rule: '',
    })
  })
  return `n-${number}`
}
