// In: a lineage whose website delivery was overtaken. Out: proof that every address another channel carries leads somewhere.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool } from 'pg'
import { listNotices } from '../../src/store/notices.ts'
import { savePages } from '../../src/store/pages.ts'
import { openPool } from '../../src/store/pool.ts'
import type { PageMaker } from '../../src/web/public/pages.ts'
import { openSite } from '../../src/web/public/site.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const NOW = Date.UTC(2025, 0, 7, 1, 5)
const AT = new Date(NOW).toISOString()

let database: FreshDatabase
let pool: Pool

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 3, () => undefined)
  await pool.query(`insert into outlet (id, class, channel, mode) values ('site', 'actual', 'website', 'live'),
    ('weibo', 'actual', 'weibo', 'live')`)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const pageOf = (path: string) => ({ path, status: 200, contentType: 'text/html; charset=utf-8', body: path })
/** Pages that say where they stand and nothing else. */
const maker = {
  home: (_notices: unknown, _now: number, language?: string) => pageOf(language === 'en' ? '/en/' : '/'),
  listing: (notices: readonly { code: string }[]) => ({
    ...pageOf('/api/v1/notices'),
    body: notices.map((notice) => notice.code).join(' '),
  }),
  missing: () => pageOf('/404'),
  columns: () => [],
  screen: (notices: readonly { code: string }[]) => [
    { ...pageOf('/screen'), body: notices.map((notice) => notice.code).join(' ') },
  ],
  notice: ({ code, state }: { code: string; state: string }, language?: string) => [
    { ...pageOf(`${language === 'en' ? '/en' : ''}/n/${code}`), body: state },
  ],
} as unknown as PageMaker

/** A quick report and the formal one after it; the states are those of the quick report's deliveries. */
async function tell(
  number: number,
  states: { site: string; weibo: string },
): Promise<{ quick: string; formal: string }> {
  const [quick, formal] = [`quick${number}aa`, `formal${number}a`]
  await pool.query(`insert into lineage (id, class, year, number, serial) values ($1, 'actual', 2025, $2, $1)`, [
    `l-${number}`,
    number,
  ])
  for (const [code, report, supersedes] of [
    [quick, 1, null],
    [formal, 2, quick],
  ]) {
    await pool.query(
      `insert into notice (id, code, class, lineage_id, report_no, kind, supersedes, title, text, variants, facts, evaluation,
         received_at, decided_at, issued_at, actor)
       values ($1, $1, 'actual', $2, $3, 'formal-report', $4, 't', 't', '{}', '{}', 'reviewed', $5, $5, $5, 'system')`,
      [code, `l-${number}`, report, supersedes, AT],
    )
  }
  for (const [outlet, state] of Object.entries(states)) {
    await pool.query(
      `insert into delivery (id, notice_id, class, outlet_id, leg, priority, state, content, due_at, changed_at)
       values ($1, $2, 'actual', $3, 'post', 1, $4, '{}', $5, $5)`,
      [`d-${number}-${outlet}`, quick, outlet, state, AT],
    )
  }
  return { quick, formal }
}

const pages = async (): Promise<string[]> =>
  (await pool.query<{ path: string }>('select path from page order by path')).rows.map((row) => row.path)

test('the address that Weibo carries leads to its notice, though the website was overtaken by the formal report', async () => {
  const { quick, formal } = await tell(1, { site: 'superseded', weibo: 'accepted' })
  await openSite(pool, maker, () => NOW).show(formal)
  expect(await pages()).toEqual(expect.arrayContaining([`/n/${quick}`, `/n/${formal}`]))
})

test('what nobody can have read gets no page beside the word that follows it', async () => {
  const { quick, formal } = await tell(2, { site: 'rehearsal', weibo: 'cancelled' })
  await openSite(pool, maker, () => NOW).show(formal)
  expect(await pages()).toContain(`/n/${formal}`)
  expect(await pages()).not.toContain(`/n/${quick}`)
})

test('a page that was built before the formal report and stored after it is put right with the next outcome', async () => {
  const { quick, formal } = await tell(3, { site: 'accepted', weibo: 'accepted' })
  const site = openSite(pool, maker, () => NOW)
  await site.show(formal)
  await savePages(pool, [{ ...pageOf(`/n/${quick}`), body: 'current' }], NOW)
  await site.refresh([formal])
  const { rows } = await pool.query('select body from page where path = $1', [`/n/${quick}`])
  expect(rows).toEqual([{ body: Buffer.from('superseded') }])
})

test('two builds of the same pages in another order do not end each other', async () => {
  const build = (body: string) => Array.from({ length: 400 }, (_, i) => ({ ...pageOf(`/order/${i}`), body }))
  await savePages(pool, build('first'), NOW)
  const rounds = Array.from({ length: 5 }, (_, round) => round)
  const both = rounds.flatMap((round) => [
    savePages(pool, build(`up ${round}`), NOW),
    savePages(pool, build(`down ${round}`).toReversed(), NOW),
  ])
  await expect(Promise.all(both)).resolves.toHaveLength(10)
})

test('what the website carries gets index numbers without a gap, once, also when two nodes allot them', async () => {
  const site = openSite(pool, maker, () => NOW)
  await site.refresh()
  const { formal } = await tell(4, { site: 'accepted', weibo: 'accepted' })
  await site.show(formal)
  await Promise.all([
    site.refresh([formal]),
    openSite(pool, maker, () => NOW).refresh([formal]),
    site.refresh([formal]),
  ])
  const { rows } = await pool.query<{ number: number; on_site: boolean }>(
    `select i.number, exists (select from page p where p.path = '/n/' || n.code) as on_site
     from index_number i join notice n on n.id = i.notice_id where i.year = 2025 order by i.number`,
  )
  expect(rows.map((row) => row.number)).toEqual(rows.map((_, index) => index + 1))
  expect(rows.every((row) => row.on_site)).toBe(true)
  const { rows: told } = await pool.query<{ n: number }>(
    `select count(*)::integer as n from page where path like '/n/%'`,
  )
  expect(rows).toHaveLength(told[0]?.n ?? 0)
})

test('an index number’s year is Beijing’s; what the website carries late takes the next number of its own year', async () => {
  const site = openSite(pool, maker, () => NOW)
  await pool.query(
    `insert into lineage (id, class, year, number, serial) values ('l-year', 'actual', 2030, 1, '跨年1号')`,
  )
  const show = async (report: number, at: number): Promise<void> => {
    await pool.query(
      `insert into notice (id, code, class, lineage_id, report_no, kind, title, text, variants, facts, evaluation,
         received_at, decided_at, issued_at, actor)
       values ($1, $1, 'actual', 'l-year', $2, 'formal-report', 't', 't', '{}', '{}', 'reviewed', $3, $3, $3, 'system')`,
      [`year${report}`, report, new Date(at).toISOString()],
    )
    await site.show(`year${report}`)
    await site.refresh([`year${report}`])
  }
  // 2031-01-01 00:00 in Beijing.
  const midnight = Date.UTC(2030, 11, 31, 16)
  await show(1, midnight - 2)
  await show(2, midnight)
  await show(3, midnight - 1)
  const { rows } = await pool.query(
    `select notice_id as id, year, number from index_number where notice_id like 'year%' order by notice_id`,
  )
  expect(rows).toEqual([
    { id: 'year1', year: 2030, number: 1 },
    { id: 'year2', year: 2031, number: 1 },
    { id: 'year3', year: 2030, number: 2 },
  ])
})

test('the sitemap is made with the lists, not for every outcome of a channel', async () => {
  const asked: boolean[] = []
  const pagesOfAsked = async (_notices: unknown, _now: number, whole: boolean): Promise<[]> => {
    asked.push(whole)
    return []
  }
  const site = openSite(pool, maker, () => NOW, { pages: pagesOfAsked })
  await site.refresh()
  await site.refresh(['year1'])
  expect(asked).toEqual([true, false])
})

test('the newest notices are found in the order of an index: a list of years is not sorted for a first word', async () => {
  const asked: [string, unknown[]][] = []
  const db = {
    query: (text: string, values: unknown[] = []) => {
      asked.push([text, values])
      return pool.query(text, values) as never
    },
  }
  const [last] = await listNotices(db, { class: 'actual', limit: 30, onSite: [] })
  await listNotices(db, { class: 'actual', limit: 30, onSite: [], before: last?.id })
  const lists = asked.filter(([text]) => text.includes('order by n.issued_at'))
  expect(lists).toHaveLength(2)
  const client = await pool.connect()
  try {
    // Of a dozen rows the planner would sort; asked not to, it has a way without.
    await client.query('begin; set local enable_sort = off; set local enable_seqscan = off')
    for (const [text, values] of lists) {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan).toContain('notice_listed')
      expect(plan).not.toMatch(/Sort/)
    }
  } finally {
    await client.query('rollback')
    client.release()
  }
})

test('looking for what is due reads each table once, whatever the planner believes of a record that was just restored', async () => {
  const { rows } = await pool.query<{ name: string; settings: string[] | null }>(
    `select proname as name, proconfig as settings from pg_proc
     where proname in ('allot_index_numbers', 'spell_notices') order by proname`,
  )
  expect(rows).toEqual([
    { name: 'allot_index_numbers', settings: ['enable_nestloop=off'] },
    { name: 'spell_notices', settings: ['enable_nestloop=off'] },
  ])
})

test('a drill changes the wall display of drills and no other', async () => {
  await pool.query(
    `insert into lineage (id, class, year, number, serial) values ('l-drill', 'drill', 2025, 1, '演练1号')`,
  )
  await pool.query(
    `insert into notice (id, code, class, lineage_id, report_no, kind, title, text, variants, facts, evaluation,
       received_at, decided_at, issued_at, actor)
     values ('drill1aa', 'drill1aa', 'drill', 'l-drill', 1, 'formal-report', 't', 't', '{}', '{}', 'reviewed', $1, $1, $1, 'system')`,
    [AT],
  )
  await openSite(pool, maker, () => NOW).show('drill1aa')
  const { rows } = await pool.query(`select path, body from page where path like '%/screen%'`)
  expect(rows).toEqual([{ path: '/drill/screen', body: Buffer.from('drill1aa') }])
})
