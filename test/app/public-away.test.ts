// In: a public process whose database goes away and comes back. Out: what its readers get meanwhile, and what they are told.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { channels } from '../../channels/index.ts'
import { startPublic, type PublicProcess } from '../../src/app/public.ts'
import { loadConfig, type Config } from '../../src/config.ts'
import { sealJournal } from '../../src/store/journal.ts'
import { savePages } from '../../src/store/pages.ts'
import { openPool } from '../../src/store/pool.ts'
import { withClient } from '../../src/store/postgres/start.ts'
import { describeBureau } from '../crash/installation.ts'
import { freshDatabase, testServer, type FreshDatabase } from '../support/database.ts'
import { readStream, type StreamReader } from '../web/stream-reader.ts'

const NOWHERE = { weibo: '', wechat: '', webhook: '', robots: '' }

let database: FreshDatabase
let pool: Pool
let folder: string
let site: PublicProcess
let config: Config
const readers: StreamReader[] = []

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 2, () => undefined)
  folder = mkdtempSync(join(tmpdir(), 'quakedesk-away-'))
  const { host, port, user, password, database: name } = database.adminConfig
  const secret = encodeURIComponent(password)
  const databaseUrl = `postgresql://${user}:${secret}@/${name}?host=${encodeURIComponent(host)}&port=${port}`
  const bureau = parse(describeBureau(NOWHERE, '127.0.0.1:1')) as Record<string, unknown>
  const yaml = stringify({ ...bureau, outlets: [{ id: 'site', channel: 'website' }] })
  const read = loadConfig(yaml, folder, {}, channels, false)
  config = { ...read, databaseUrl, dataFolder: folder, port: 0, host: '127.0.0.1' }
  site = await startPublic(config, pino({ level: 'silent' }))
}, 60_000)
afterAll(async () => {
  for (const reader of readers) reader.stop()
  await site?.stop()
  await pool.end()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

const page = (path: string, contentType: string, body: string) => ({ path, contentType, status: 200, body })
const HTML = 'text/html; charset=utf-8'
const show = async (n: number): Promise<void> => {
  const code = `code${n}`
  const pages = [
    page('/', HTML, `<!doctype html><main id="main">第${n}报</main>`),
    page('/en/', HTML, `<!doctype html><main id="main">report ${n}</main>`),
    page(`/n/${code}`, HTML, `<!doctype html><main id="main">公告 ${n}</main>`),
    page('/feeds/atom.xml', 'application/atom+xml; charset=utf-8', `<feed>${n}</feed>`),
  ]
  const shown = { id: `n-${n}`, code, kind: 'quick-report', serial: 's', report: n, quake: null, paths: [`/n/${code}`] }
  await savePages(pool, pages, Date.now(), [shown])
  await sealJournal(pool, Date.now())
}
const get = (path: string) => fetch(`${site.url}${path}`)

/** Renames the database away, or back: whoever comes finds none. */
async function move(from: string, to: string): Promise<void> {
  const { adminConfig } = await testServer()
  await withClient(adminConfig, async (client) => {
    for (;;) {
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [from])
      try {
        return await client.query(`alter database ${from} rename to ${to}`)
      } catch {
        // One came between.
      }
    }
  })
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 50))
}

test('while the database is away pages, feeds and streams go on with the last truth and say since when; then they catch up', async () => {
  await show(1)
  // The page is there before its word is sealed and told.
  await until(async () => (await (await get('/api/v1/changes?after=0')).text()).includes('code1'))
  expect(await (await get('/')).text()).toContain('第1报')
  expect((await get('/')).headers.get('x-quakedesk-stale')).toBeNull()
  const reader = readStream(Number(new URL(site.url).port))
  readers.push(reader)
  await until(() => reader.events.length === 1)

  const name = database.appConfig.database
  await move(name, `${name}_away`)
  await until(async () => (await get('/')).headers.get('x-quakedesk-stale') !== null)
  const home = await get('/')
  const since = home.headers.get('x-quakedesk-stale') ?? ''
  expect(Date.parse(since)).toBeLessThan(Date.now())
  expect(await home.text()).toMatch(
    /<main id="main"><p class="mark mark-stale" role="status">[^<]*以下为截至 \d+年[^<]*<\/p>第1报/,
  )
  expect(await (await get('/en/')).text()).toMatch(/role="status">[^<]*as of [^<]*<\/p>report 1/)
  expect(await (await get('/large/n/code1')).text()).toContain('mark-stale')
  const feed = await get('/feeds/atom.xml')
  expect([feed.headers.get('x-quakedesk-stale'), await feed.text()]).toEqual([since, '<feed>1</feed>'])
  await until(() => reader.events.at(-1)?.type === 'stale')
  expect(JSON.parse(reader.events.at(-1)?.data ?? '')).toEqual({ since })
  expect(await (await get('/api/v1/changes?after=0')).json()).toMatchObject({
    stale: since,
    changes: [{ code: 'code1' }],
  })
  const ready = await get('/readyz')
  expect(ready.status).toBe(200)
  expect(await ready.json()).toMatchObject({ ok: true, degraded: [expect.stringContaining(`since ${since}`)] })

  // A process that starts now has never met the database: the same, from its disk, and streams go on.
  await site.stop()
  const port = Number(new URL(site.url).port)
  site = await startPublic({ ...config, port }, pino({ level: 'silent' }))
  await until(async () => (await get('/')).headers.get('x-quakedesk-stale') !== null)
  expect(await (await get('/')).text()).toContain('第1报')

  await move(`${name}_away`, name)
  await show(2)
  await until(async () => (await (await get('/')).text()).includes('第2报'))
  await until(async () => (await get('/')).headers.get('x-quakedesk-stale') === null)
  await until(() => reader.codes().length > 0)
  expect(reader.codes()).toEqual(['code2'])
}, 120_000)
