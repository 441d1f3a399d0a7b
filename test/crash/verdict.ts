// In: a settled installation and the stand-ins' ledgers. Out: every broken promise about this run's notices, in words.
// Must not believe the rows alone: what a platform shows is counted by the notice's address.
import type { Pool } from 'pg'
import { verifyJournal } from '../../src/store/journal.ts'
import type { Installation } from './installation.ts'
import { CHANNELS } from './plan.ts'
import { STANDS, type TownProcess } from './town.ts'
import { until } from './watch.ts'
import { findPosts, REAL_CALLS, WIRES, type Wire } from './wires.ts'

interface Row {
  id: string
  notice_id: string
  code: string
  kind: string
  report_no: number
  serial: string
  outlet_id: string
  leg: string
  state: string
  reason: string
  progress: Record<string, unknown>
}

/** States in which nothing may be visible, and every row must say why. */
const UNSAID = ['superseded', 'expired', 'cancelled']

/**
 * Judges the notices that came since.
 * @param under kind of the notice that met the crash: only there may one reader be given up
 * @param expected kinds in order; each must be there exactly once
 * @returns sentences; empty when all promises were kept
 */
export async function judgeRun(
  installation: Installation,
  town: TownProcess,
  under: string,
  known: ReadonlySet<string>,
  expected: readonly string[],
): Promise<string[]> {
  const db = await installation.database()
  const { rows: all } = await db.query<Row>(
    `select d.id, d.notice_id, n.code, n.kind, n.report_no, l.serial, d.outlet_id, d.leg, d.state, d.reason, d.progress
     from delivery d join notice n on n.id = d.notice_id join lineage l on l.id = n.lineage_id order by n.issued_at, n.report_no`,
  )
  const rows = all.filter((row) => !known.has(row.notice_id))
  const kinds = [...new Map(rows.map((row) => [row.notice_id, row.kind])).values()]
  const problems: string[] = []
  if (kinds.join() !== expected.join())
    problems.push(`notices ${kinds.join(', ') || 'none'} instead of ${expected.join(', ')}`)
  if (new Set(rows.map((row) => row.serial)).size > 1) problems.push('one quake has several serials')
  for (const channel of CHANNELS) {
    const wire = WIRES[channel]
    const entries = wire.stand === null ? [] : await town.ledger(wire.stand)
    for (const row of rows.filter((r) => r.outlet_id === wire.outlet && r.leg === wire.leg)) {
      const posts = findPosts(wire, entries, row.code).filter((entry) => entry.visible)
      const verdict =
        wire.stand === null ? await judgePage(installation, row) : judgePosts(wire, row, posts, row.kind === under)
      if (verdict !== null) problems.push(`${row.kind} at ${row.outlet_id}/${row.leg}: ${verdict}`)
    }
  }
  const codes = new Set(all.map((row) => row.code))
  problems.push(...(await judgeOrphans(town, codes)), ...(await judgeRecord(db)), ...(await judgeCalls(town)))
  return problems
}

function judgePosts(wire: Wire, row: Row, posts: { ids: Record<string, string> }[], hit: boolean): string | null {
  const said = row.state === 'accepted'
  // The account's one mass message of the day was the formal report: what takes it back cannot go the same way, and says so.
  if (row.leg === 'mass' && row.kind === 'withdrawal' && row.state === 'failed' && row.reason.startsWith('45028：'))
    return posts.length === 0 ? null : `refused for its quota, and yet ${posts.length} visible`
  if (!said && !UNSAID.includes(row.state)) return `ended as ${row.state} (${row.reason})`
  if (!said && row.kind !== 'quick-report') return `was not said: ${row.state} (${row.reason})`
  if (!said && row.reason === '') return `${row.state} without a reason`
  if (!said) return posts.length === 0 ? null : `${row.state}, and yet ${posts.length} visible`
  switch (wire.promise) {
    case 'exactly-once':
      return posts.length === 1 ? null : `${posts.length} visible posts`
    case 'at-least-once':
      // A busy machine may lose a reply without any crash; a duty group is then told twice (reference channels.md §5).
      return posts.length > 0 ? null : 'no visible post'
    case 'at-most-once-per-reader': {
      const readers = posts.map((post) => post.ids['openid'])
      const lost = Number(row.progress['lost'] ?? 0)
      if (new Set(readers).size !== readers.length) return `a reader has it twice: ${readers.join(', ')}`
      if (lost > (hit ? 1 : 0)) return `${lost} readers were given up`
      // The reader whose reply was lost may or may not have it; everyone else has.
      return readers.length >= Number(row.progress['total'] ?? 0) - lost
        ? null
        : `only ${readers.length} readers have it, ${lost} given up`
    }
  }
}

async function judgePage(installation: Installation, row: Row): Promise<string | null> {
  // A later notice stores the pages of its whole lineage: the address that Weibo carries must answer all the same.
  const ended = row.kind === 'quick-report' && UNSAID.includes(row.state) && row.reason !== ''
  if (row.state !== 'accepted' && !ended) return `ended as ${row.state} (${row.reason})`
  const shown = await until(
    `the page of ${row.code}`,
    async () => {
      const page = await installation.page(`/n/${row.code}`)
      return page?.status === 200 && page.body.includes(row.serial)
    },
    10_000,
  ).catch(() => false)
  if (!shown) return 'its page is not served'
  // The public process may have lost its line to the database, too: it catches up within seconds.
  let listed: number | undefined
  await until(
    'one line in the list',
    async () => {
      const list = await installation.page('/api/v1/notices')
      const { notices } = JSON.parse(list?.body ?? '{}') as { notices?: { id: string }[] }
      listed = notices?.filter((notice) => notice.id === row.notice_id).length
      return listed === 1
    },
    10_000,
  ).catch(() => undefined)
  return listed === 1 ? null : `stands ${listed ?? 'not'} times in the list`
}

/** Whatever the public sees must be a notice of the record: nothing leaves before its commit (DESIGN L2). */
async function judgeOrphans(town: TownProcess, codes: ReadonlySet<string>): Promise<string[]> {
  const entries = (await Promise.all(STANDS.map((stand) => town.ledger(stand)))).flat().filter((entry) => entry.visible)
  const shown = entries.flatMap((entry) => [
    ...`${entry.text} ${entry.url ?? ''} ${entry.ids['sourceUrl'] ?? ''}`.matchAll(/\/n\/([0-9a-zA-Z]{8})/g),
  ])
  const orphans = [...new Set(shown.map((match) => match[1] ?? ''))].filter((code) => !codes.has(code))
  return orphans.length > 0 ? [`visible, and on no record: ${orphans.join(', ')}`] : []
}

async function judgeRecord(db: Pool): Promise<string[]> {
  const problems: string[] = []
  const open = await db.query<{ n: number }>('select count(*) as n from attempt where finished_at is null')
  if ((open.rows[0]?.n ?? 0) > 0) problems.push(`${open.rows[0]?.n} attempts without an end`)
  const gaps = await db.query<{ year: number }>(
    'select year from lineage group by class, year having max(number) <> count(*)',
  )
  if (gaps.rows.length > 0) problems.push(`serial numbers of ${gaps.rows.map((r) => r.year).join(', ')} have a gap`)
  const chain = await until('a sealed journal', async () => {
    const report = await verifyJournal(db)
    return !report.ok || report.unsealed === 0 ? report : null
  })
  if (!chain.ok) problems.push(`the journal's chain breaks at ${chain.seq}: ${chain.why}`)
  return problems
}

async function judgeCalls(town: TownProcess): Promise<string[]> {
  const names = await Promise.all(STANDS.map(async (stand) => (await town.calls(stand)).map((call) => call.api)))
  const foreign = [...new Set(names.flat())].filter((api) => !REAL_CALLS.includes(api))
  return foreign.length > 0 ? [`calls that no platform has: ${foreign.join(', ')}`] : []
}
