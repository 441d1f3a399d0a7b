// In: a website on a real database, and a public process that is killed. Out: proof that what was shown is told once.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Pool } from 'pg'
import { sealJournal, verifyJournal } from '../../src/store/journal.ts'
import { savePages } from '../../src/store/pages.ts'
import { openPool } from '../../src/store/pool.ts'
import { listShown, type ShownNotice } from '../../src/store/shown.ts'
import type { Ring } from '../../src/web/live/events.ts'
import { openShelf, type Shelf } from '../../src/web/public/shelf.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { readStream, type StreamReader } from './stream-reader.ts'

const NOW = Date.UTC(2026, 2, 4, 2)

let database: FreshDatabase
let pool: Pool
let folder: string
const children: ChildProcess[] = []
const readers: StreamReader[] = []

beforeAll(async () => {
  database = await freshDatabase()
})
beforeEach(async () => {
  await database.drop()
  database = await freshDatabase()
  pool = openPool(database.appConfig, 4, () => undefined)
  folder = mkdtempSync(join(tmpdir(), 'quakedesk-live-'))
})
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.stop()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await pool.end()
  rmSync(folder, { recursive: true, force: true })
})
afterAll(() => database.drop())

const noticeOf = (n: number): ShownNotice => ({
  id: `n-${n}`,
  code: `code${n}`,
  kind: 'formal-report',
  serial: '兰震信〔2026〕7号',
  report: n,
  quake: 'q-1',
  paths: [`/n/code${n}`, '/'],
})
const pagesOf = (n: number, text = 'x') =>
  [`/n/code${n}`, '/'].map((path) => ({ path, contentType: 'text/html', status: 200, body: `${text} ${n}` }))
const show = (...numbers: number[]): Promise<void> =>
  savePages(
    pool,
    numbers.flatMap((n) => pagesOf(n)).filter(({ path }, at, all) => all.findLastIndex((p) => p.path === path) === at),
    NOW,
    numbers.map(noticeOf),
  )

test('a notice is told once, whoever shows it again: a retry, another node at the same moment, its own revision', async () => {
  await show(1)
  await Promise.all([show(1), show(1, 2), show(1, 2), show(2)])
  await sealJournal(pool, NOW)
  const { events, head, whole } = await listShown(pool, 0, 10)
  expect(events.map(({ code }) => code)).toEqual(['code1', 'code2'])
  expect([head, whole]).toEqual([2, true])
  expect(events[0]).toMatchObject({ seq: 1, at: NOW, kind: 'formal-report', report: 1, paths: ['/n/code1', '/'] })
  expect(await verifyJournal(pool)).toMatchObject({ ok: true, rows: 2 })
})

test('pages that could not be stored are told to nobody', async () => {
  const broken = [{ path: null as unknown as string, contentType: 'text/html', status: 200, body: '' }]
  await expect(savePages(pool, broken, NOW, [noticeOf(1)])).rejects.toThrow()
  const { rows } = await pool.query('select from journal')
  expect(rows).toEqual([])
})

test('what is not sealed is not read: its place among the others is not known yet', async () => {
  await show(1)
  expect(await listShown(pool, 0, 10)).toEqual({ head: 0, headSeal: null, afterSeal: null, events: [], whole: true })
  await sealJournal(pool, NOW)
  expect((await listShown(pool, 0, 10)).events).toHaveLength(1)
})

test('of more than are wanted the newest are read, and it is said that others were left out', async () => {
  for (const n of [1, 2, 3, 4]) await show(n)
  await sealJournal(pool, NOW)
  expect(await listShown(pool, 0, 2)).toMatchObject({ whole: false, events: [{ seq: 3 }, { seq: 4 }] })
  expect(await listShown(pool, 2, 2)).toMatchObject({ whole: true, events: [{ seq: 3 }, { seq: 4 }] })
})

test('a sealed word wakes the public process, which waits for the seal', async () => {
  const client = await pool.connect()
  let woken = 0
  client.on('notification', () => (woken += 1))
  await client.query('listen quakedesk_page')
  await show(1)
  await sealJournal(pool, NOW)
  await client.query('select 1')
  expect(woken).toBe(2)
  client.release(true)
})

interface Told {
  ring: Ring
  sure: boolean
  page: string | undefined
}

async function openTold(db: Pool | null = pool): Promise<{ told: Told[]; shelf: Shelf }> {
  const told: Told[] = []
  let opened: Shelf | null = null
  const shelf = await openShelf({
    db: db ?? { query: () => Promise.reject(new Error('away')) },
    folder,
    realNow: () => NOW,
    tell: (ring, sure) => {
      const path = ring.events.at(-1)?.paths[0] ?? ''
      told.push({ ring, sure, page: opened?.get(path)?.body.toString() })
    },
    onError: () => undefined,
  })
  opened = shelf
  return { told, shelf }
}

test('who is told of a notice finds its page, and finds it again in a process that never met the database', async () => {
  const { told, shelf } = await openTold()
  await show(1)
  await sealJournal(pool, NOW)
  expect(await shelf.refresh()).toBe(true)
  expect(told.at(-1)).toMatchObject({ sure: true, page: 'x 1', ring: { floor: 0, head: 1 } })

  const again: { ring: Ring; sure: boolean }[] = []
  const alone = await openShelf({
    db: { query: () => Promise.reject(new Error('away')) },
    folder,
    realNow: () => NOW + 60_000,
    tell: (ring, sure) => again.push({ ring, sure }),
    onError: () => undefined,
  })
  expect(again).toEqual([{ ring: told.at(-1)?.ring, sure: false }])
  expect(await alone.refresh()).toBe(false)
  expect([alone.get('/n/code1')?.body.toString(), alone.readAt(), alone.lastRefreshAt()]).toEqual(['x 1', NOW, null])
})

test('a page that was taken from the table goes from the copies; an empty table takes nothing away', async () => {
  const { shelf } = await openTold()
  await show(1, 2)
  await shelf.refresh()
  await pool.query(`delete from page where path = '/n/code1'`)
  await shelf.refresh()
  expect([shelf.get('/n/code1'), shelf.get('/n/code2')?.path]).toEqual([undefined, '/n/code2'])
  await pool.query('delete from page')
  await shelf.refresh()
  expect(shelf.get('/n/code2')).toBeDefined()
  const { shelf: later } = await openTold(null)
  expect([later.get('/n/code1'), later.get('/n/code2')?.path]).toEqual([undefined, '/n/code2'])
})

async function startProcess(
  port: number,
  db: object | null = database.appConfig,
): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(
    new URL('live-process.ts', import.meta.url),
    [db ? JSON.stringify(db) : '', folder, String(port)],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  )
  children.push(child)
  const [message] = (await once(child, 'message')) as [{ port: number }]
  return { child, port: message.port }
}

test('the process is killed in mid-sequence, twice, once to come back without a database: every reader ends with every notice once', async () => {
  let running = await startProcess(0)
  const { port } = running
  // The first notices are there already when anybody comes.
  await show(1)
  await sealJournal(pool, NOW)
  for (let n = 0; n < 40; n += 1) readers.push(readStream(port, '/live?after=0'))
  const until = async (check: () => boolean): Promise<void> => {
    while (!check()) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await until(() => readers.every((reader) => reader.codes().length === 1))
  let last = 1
  const say = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      last += 1
      await show(last)
      if (last % 3 === 0) await sealJournal(pool, NOW)
    }
  }
  const kill = async (): Promise<void> => {
    const ended = once(running.child, 'exit')
    running.child.kill('SIGKILL')
    await ended
  }
  await say(10)
  await kill()
  await say(5)
  running = await startProcess(port)
  await say(5)
  await kill()
  // Without a database: from the copies on disk, nothing new and nothing twice.
  running = await startProcess(port, null)
  const before = readers.map((reader) => reader.events.length)
  await say(4)
  await until(() => readers.every((reader) => reader.socket()?.readyState === 'open'))
  expect(readers.every((reader, n) => reader.events.length >= (before[n] ?? 0))).toBe(true)
  await kill()
  running = await startProcess(port)
  await say(3)
  await sealJournal(pool, NOW)
  const all = Array.from({ length: last }, (_, n) => `code${n + 1}`)
  await until(() => readers.every((reader) => reader.codes().length >= all.length))
  for (const reader of readers) {
    expect(reader.codes()).toEqual(all)
    expect(reader.events.every(({ type }) => type === 'notice')).toBe(true)
  }
})
