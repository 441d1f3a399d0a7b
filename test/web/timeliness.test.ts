// In: notices with their deliveries in a real database. Out: the monthly clocks: what counts, what does not, and how few are shown.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool } from 'pg'
import { MINUTE } from '../../src/core/instant.ts'
import { openPool } from '../../src/store/pool.ts'
import { listTimeliness, type TimelinessMonth } from '../../src/store/timeliness.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openColumns } from '../../src/web/public/columns.ts'
import { monthOf, startOfMonth } from '../../src/web/public/pages/timeliness.ts'
import { pages } from './sample-pages.ts'

let database: FreshDatabase
let pool: Pool
let count = 0

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 3, () => undefined)
  await pool.query(`insert into outlet (id, class, channel, mode) values ('site', 'actual', 'website', 'live'),
    ('weibo', 'actual', 'weibo', 'live'), ('wechat', 'actual', 'wechat', 'rehearsal'), ('drill-site', 'drill', 'website', 'live')`)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const at = (ms: number): string => new Date(ms).toISOString()

interface Told {
  issuedAt: number
  lane?: 'actual' | 'drill'
  kind?: string
  heardMs?: number
  decidedMs?: number
  /** Per outlet: accepted after the decision, seen after that. */
  outlets: Record<string, { acceptedMs?: number; seenMs?: number; state?: string }>
}

async function tell({ issuedAt, lane = 'actual', kind = 'formal-report', heardMs = 0, decidedMs = 0, outlets }: Told) {
  count += 1
  const id = `n-${count}`
  const receivedAt = issuedAt - decidedMs
  await pool.query(`insert into lineage (id, class, year, number, serial) values ($1, $2, 2026, $3, $1)`, [
    `l-${count}`,
    lane,
    count,
  ])
  await pool.query(
    `insert into notice (id, code, class, lineage_id, report_no, kind, title, text, variants, facts, evaluation, origin_at,
       received_at, decided_at, issued_at, actor)
     values ($1, $1, $2, $3, 1, $4, 't', 't', '{}', '{}', 'reviewed', $5, $6, $7, $7, 'system')`,
    [id, lane, `l-${count}`, kind, at(receivedAt - heardMs), at(receivedAt), at(issuedAt)],
  )
  for (const [outlet, { acceptedMs, seenMs, state = 'accepted' }] of Object.entries(outlets)) {
    const acceptedAt = acceptedMs === undefined ? null : issuedAt + acceptedMs
    await pool.query(
      `insert into delivery (id, notice_id, class, outlet_id, leg, priority, state, content, due_at, changed_at, accepted_at, seen_at)
       values ($1, $2, $3, $4, 'post', 1, $5, '{}', $6, $6, $7, $8)`,
      [
        `d-${count}-${outlet}`,
        id,
        lane,
        outlet,
        state,
        at(issuedAt),
        acceptedAt === null ? null : at(acceptedAt),
        acceptedAt === null || seenMs === undefined ? null : at(acceptedAt + seenMs),
      ],
    )
  }
}

const readMonth = async (month: string, lane = 'actual'): Promise<TimelinessMonth | undefined> =>
  (await listTimeliness(pool, 0)).find((each) => each.month === month && each.class === lane)

test('a month ends at midnight in Beijing', async () => {
  await tell({ issuedAt: Date.UTC(2025, 4, 31, 15, 59, 59), outlets: { site: { acceptedMs: 10 } } })
  await tell({ issuedAt: Date.UTC(2025, 4, 31, 16, 0, 0), outlets: { site: { acceptedMs: 10 } } })
  expect((await readMonth('2025-05'))?.notices).toBe(1)
  expect((await readMonth('2025-06'))?.notices).toBe(1)
})

test('fewer than five values are given as they are, ascending; from five on the percentiles are values that were measured', async () => {
  const issuedAt = Date.UTC(2025, 6, 10)
  for (const heardMs of [4_000, 1_000, 3_000, 2_000])
    await tell({ issuedAt, heardMs, decidedMs: 7, outlets: { site: { acceptedMs: 40, seenMs: 300 } } })
  expect((await readMonth('2025-07'))?.clocks.heard).toEqual({ n: 4, values: [1_000, 2_000, 3_000, 4_000] })
  await tell({ issuedAt, heardMs: 50_000, outlets: { site: { acceptedMs: 40 } } })
  const month = await readMonth('2025-07')
  expect(month?.notices).toBe(5)
  expect(month?.clocks.heard).toEqual({ n: 5, p50: 3_000, p90: 50_000 })
  expect(month?.clocks.accepted).toEqual({ n: 5, p50: 40, p90: 40 })
  expect(month?.clocks.seen).toEqual({ n: 4, values: [300, 300, 300, 300] })
})

test('the slowest channel counts; a rehearsal never does, not even as a notice', async () => {
  const issuedAt = Date.UTC(2025, 7, 10)
  await tell({
    issuedAt,
    outlets: {
      site: { acceptedMs: 40, seenMs: 900 },
      weibo: { acceptedMs: 650, seenMs: 100 },
      wechat: { acceptedMs: 99_000, seenMs: 99_000, state: 'rehearsal' },
    },
  })
  await tell({ issuedAt, outlets: { wechat: { acceptedMs: 1, state: 'rehearsal' }, site: { state: 'refused' } } })
  const month = await readMonth('2025-08')
  expect(month?.notices).toBe(1)
  expect(month?.clocks.accepted).toEqual({ n: 1, values: [650] })
  expect(month?.clocks.seen).toEqual({ n: 1, values: [900] })
})

test('drills stand apart, a withdrawal has no receipt to be measured from', async () => {
  const issuedAt = Date.UTC(2025, 8, 10)
  await tell({ issuedAt, lane: 'drill', outlets: { 'drill-site': { acceptedMs: 5 } } })
  await tell({ issuedAt, kind: 'withdrawal', heardMs: 8 * MINUTE, outlets: { site: { acceptedMs: 20 } } })
  expect((await readMonth('2025-09', 'drill'))?.notices).toBe(1)
  const month = await readMonth('2025-09')
  expect(month?.notices).toBe(1)
  expect(month?.clocks.heard).toEqual({ n: 0, values: [] })
  expect(month?.clocks.decided).toEqual({ n: 0, values: [] })
  expect(month?.clocks.accepted).toEqual({ n: 1, values: [20] })
})

test('the page names months without a notice and keeps drills in a table of their own', async () => {
  const months = await listTimeliness(pool, 0)
  const made = pages.columns({ now: Date.UTC(2025, 10, 2), notices: [], more: false, errata: [], months })
  const body = made.find(({ path }) => path === '/timeliness')?.body ?? ''
  const [actual = '', drills = ''] = body.split('id="drills"')
  expect(actual).toMatch(/2025年11月<\/th><td[^>]*>没有发布公告/)
  expect(actual).toMatch(/2025年10月<\/th><td[^>]*>没有发布公告/)
  expect(actual).toContain('一半不超过 3.00 秒')
  expect(actual).toContain('九成不超过 50 秒')
  expect(actual).toContain('0.65 秒')
  expect(actual).not.toContain('2025年4月')
  expect(drills).toContain('2025年9月')
  expect(drills).not.toContain('2025年8月')
})

test('between two whole readings the months of now are read anew and the older ones kept', async () => {
  const now = Date.UTC(2025, 9, 12)
  const read = openColumns(pool, 30)
  const before = (await read([], now, false)).months
  expect(before.map(({ month }) => month)).toEqual(expect.arrayContaining(['2025-05', '2025-09']))
  await tell({ issuedAt: now, outlets: { site: { acceptedMs: 33 } } })
  const after = (await read([], now, false)).months
  expect(after[0]).toMatchObject({ month: '2025-10', notices: 1 })
  expect(after.slice(1)).toEqual(before)
  expect(after).toEqual((await read([], now, true)).months)
})

test('a month begins at midnight in Beijing, and January comes after December', () => {
  expect(startOfMonth(Date.UTC(2026, 0, 31, 15, 59), 1)).toBe(Date.UTC(2025, 10, 30, 16))
  expect(monthOf(Date.UTC(2025, 11, 31, 16))).toBe('2026-01')
  expect(monthOf(Date.UTC(2025, 11, 31, 16), 13)).toBe('2024-12')
})
