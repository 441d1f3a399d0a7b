// In: a journal with a past. Out: what an auditor finds of it, and that no cell of an export is a formula. Real PostgreSQL.
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Session } from '../../../src/people/sessions.ts'
import { appendJournal, sealJournal, verifyJournal, type ChainReport } from '../../../src/store/journal.ts'
import { searchJournal, type JournalCursor, type JournalQuery } from '../../../src/store/journal-search.ts'
import { openPool } from '../../../src/store/pool.ts'
import { listDossierRoutes } from '../../../src/web/desk/dossier-routes.ts'
import { openDeskFrame, type DeskFrame } from '../../../src/web/desk/frame.ts'
import { openChainWalk } from '../../../src/web/desk/journal-check.ts'
import { writeCell } from '../../../src/web/desk/journal-export.ts'
import { listJournalRoutes } from '../../../src/web/desk/journal-routes.ts'
import { readDeskTemplates } from '../../support/desk-templates.ts'
import { freshDatabase, type FreshDatabase } from '../../support/database.ts'

const session = {
  accountId: 'p-1',
  login: 'shenji',
  name: '审计员',
  roles: ['audit-admin'],
  stage: 'full',
  csrf: 'word',
} as unknown as Session
const DAY = 86_400_000
const START = Date.parse('2031-03-01T00:00:00+08:00')
let database: FreshDatabase
let pool: Pool
let frame: DeskFrame
let ask: (path: string) => Promise<string>

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 2, () => undefined)
  await pool.query(`insert into organisation values ('bureau', '某局', 'bureau')`)
  await pool.query(
    `insert into account (id, login, name, organisation_id, roles, created_at, created_by) values ('p-wang', 'wang', '王小明', 'bureau', '{duty}', now(), 'start')`,
  )
  for (let day = 0; day < 230; day += 1)
    await appendJournal(pool, START + day * DAY, {
      actor: day % 2 ? 'p-wang' : 'system',
      act: day % 3 ? 'hold.open' : 'notice.published',
      subject: `h-${day}`,
      detail: { why: day === 9 ? '=cmd|"x"!A1, <b>' : '' },
    })
  await sealJournal(pool, START)
  frame = openDeskFrame(readDeskTemplates(), { bureauName: '某地震局', demonstration: false })
  const walk = openChainWalk(
    (seen) => verifyJournal(pool, [], seen),
    () => START,
  )
  const routes = listJournalRoutes({ pool, frame, walk })
  ask = async (path) => {
    const [where = '', query = ''] = path.split('?')
    const [method = '', at = ''] = where.split(' ')
    const route = routes.find((one) => one.method === method && one.path === at)
    const visit = { session, params: {}, query: new URLSearchParams(query), form: new URLSearchParams(), address: '' }
    const shown = await route?.handle(visit)
    return shown === undefined
      ? ''
      : 'page' in shown
        ? shown.page
        : 'data' in shown
          ? text(Readable.from(shown.data))
          : ''
  }
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const countRows = (page: string): number => page.split('<th scope="row">').length - 1

test('the newest hundred are shown, with the next hundred behind a link, until the first', async () => {
  let page = await ask('GET /journal')
  const seen: number[] = []
  for (;;) {
    seen.push(countRows(page))
    const more = /href="\/desk\/journal\?([^"]*before=[\d-]+)"/.exec(page)?.[1]
    if (more === undefined) break
    page = await ask(`GET /journal?${more.replaceAll('&amp;', '&')}`)
  }
  expect(seen).toEqual([100, 100, 30])
})

test('what takes long to find is found window by window, by record and by days, and nothing is left out or told twice', async () => {
  const all = async (given: Partial<JournalQuery>): Promise<number[]> => {
    const none = { actor: '', act: '', subject: '', from: null, to: null }
    const found: number[] = []
    let pages = 0
    for (let before: JournalCursor | null = null; ; pages += 1) {
      const { rows, next } = await searchJournal(pool, { ...none, ...given, before, limit: 7, budgetMs: 0 })
      found.push(...rows.map(({ id }) => id))
      if (next === null) break
      before = next
    }
    expect(pages).toBeGreaterThan(2)
    return found
  }
  const days = { from: START + 10 * DAY, to: START + 200 * DAY }
  const ids = (fits: (day: number) => boolean): number[] =>
    Array.from({ length: 230 }, (_, day) => day)
      .filter(fits)
      .map((day) => day + 1)
      .toReversed()
  expect(await all({})).toEqual(ids(() => true))
  expect(await all({ act: 'notice.', actor: 'p-wang' })).toEqual(ids((day) => day % 3 === 0 && day % 2 === 1))
  expect(await all(days)).toEqual(ids((day) => day >= 10 && day < 200))
  expect(await all({ ...days, actor: 'system' })).toEqual(ids((day) => day >= 10 && day < 200 && day % 2 === 0))
  expect(await all({ ...days, act: 'hold.', subject: 'h-99' })).toEqual([])
  expect(await all({ from: days.from, act: 'hold.open' })).toEqual(ids((day) => day >= 10 && day % 3 !== 0))
})

test('a kind of act, a person, a thing and Beijing days are found', async () => {
  expect(countRows(await ask('GET /journal?act=notice.&actor=p-wang'))).toBe(38)
  expect(countRows(await ask('GET /journal?act=hold'))).toBe(0)
  expect(countRows(await ask('GET /journal?subject=h-7'))).toBe(1)
  expect(countRows(await ask('GET /journal?from=2031-03-02&to=2031-03-04'))).toBe(3)
  expect(await ask('GET /journal?from=gestern')).toContain('日期须写作')
  expect(await ask('GET /journal?subject=h-7')).toContain('王小明（p-wang）')
})

test('what stands in a row is text on the page, and no formula in a spreadsheet', async () => {
  expect(await ask('GET /journal?subject=h-9')).not.toContain('<b>')
  const csv = await ask('GET /journal.csv?subject=h-9')
  expect(csv.split('\r\n')).toHaveLength(3)
  expect(csv).toContain('"{""why"":""=cmd|\\""x\\""!A1, <b>""}"')
  expect(writeCell('=1+1')).toBe("'=1+1")
  expect(writeCell('@SUM(A1)')).toBe("'@SUM(A1)")
  const json = JSON.parse(await ask('GET /journal.json?subject=h-9')) as { rows: { seq: number; hash: string }[] }
  expect(json.rows).toMatchObject([{ subject: 'h-9', actor: 'p-wang', seq: 10 }])
  expect(json.rows[0]?.hash).toMatch(/^[0-9a-f]{64}$/)
})

test('the whole answer is exported, beyond one page', async () => {
  expect((await ask('GET /journal.csv')).trimEnd().split('\r\n')).toHaveLength(231)
})

test('a dossier does not wait for the end of a long walk; whoever looks at the journal sees the same one', async () => {
  await pool.query(`insert into quake (id, class, created_at) values ('q-1', 'actual', now())`)
  let walks = 0
  const found = Promise.withResolvers<ChainReport>()
  const walk = openChainWalk(
    async (seen) => {
      walks += 1
      await seen(4_000_000)
      return found.promise
    },
    () => START,
  )
  const routes = [
    ...listJournalRoutes({ pool, frame, walk }),
    ...listDossierRoutes({ pool, frame, walk, now: () => START }),
  ]
  const show = async (where: string): Promise<string> => {
    const [method = '', path = ''] = where.split(' ')
    const none = { query: new URLSearchParams(), form: new URLSearchParams(), address: '' }
    const route = routes.find((one) => one.method === method && one.path === path)
    const shown = await route?.handle({ session, params: { id: 'q-1' }, ...none })
    return shown && 'page' in shown ? shown.page : ''
  }
  expect(await show('GET /quakes/:id/dossier')).not.toContain('全部留痕 ·')
  const page = await show('POST /quakes/:id/dossier')
  expect(page).toContain('全部留痕 · 正在核对链条：已核对 4000000 条')
  expect(page).toContain('href="/desk/journal">查看进度')
  await show('POST /quakes/:id/dossier')
  expect(await show('POST /journal/verify')).toContain('正在核对链条：已核对 4000000 条')
  expect(walks).toBe(1)
  found.resolve({ ok: false, seq: 9, journalId: 8, why: '内容与封存时不同' })
  await expect.poll(() => walk.look().state).toBe('done')
  const done = '链条不符：第 9 封（留痕第 8 号）：内容与封存时不同（2031-03-01 00:00:00 核对）'
  expect(await show('GET /journal')).toContain(done)
  expect(await show('GET /quakes/:id/dossier')).toContain(`<p class="wrong" role="status">全部留痕 · ${done}`)
})

test('a row that was changed by the database’s owner is found and named', async () => {
  expect(await ask('POST /journal/verify')).toContain('链条完整：已封 230 条')
  const owner = openPool(database.ownerConfig, 1, () => undefined)
  await expect(pool.query(`update journal set actor = 'x' where id = 5`)).rejects.toThrow(/permission denied/)
  await owner.query('alter table journal disable trigger user')
  await owner.query(`update journal set actor = 'x' where id = 5`)
  await owner.query('alter table journal enable trigger user')
  await owner.end()
  expect(await ask('POST /journal/verify')).toContain('链条不符：第 5 封（留痕第 5 号）')
})
