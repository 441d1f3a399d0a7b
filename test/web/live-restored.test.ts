// In: a public process whose record is replaced by a backup of itself that goes on differently. Out: what readers are told.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MIGRATIONS } from '../../src/app/database.ts'
import { backup } from '../../src/store/backup.ts'
import { restore } from '../../src/store/backup-restore.ts'
import { sealJournal } from '../../src/store/journal.ts'
import { listMigrations } from '../../src/store/migrate.ts'
import { savePages } from '../../src/store/pages.ts'
import { openPool, type Queryable } from '../../src/store/pool.ts'
import { openLive } from '../../src/web/live/stream.ts'
import { openShelf } from '../../src/web/public/shelf.ts'
import { freshDatabase } from '../support/database.ts'
import { readStream, type StreamReader } from './stream-reader.ts'
import { buildBarePublic } from './bare-public.ts'

const NOW = Date.UTC(2026, 2, 4, 2)

const show = (db: Parameters<typeof savePages>[0], n: number): Promise<void> => {
  const [code, paths] = [`code${n}`, [`/n/code${n}`, '/']]
  const pages = paths.map((path) => ({ path, contentType: 'text/html', status: 200, body: `x ${n}` }))
  const notice = {
    id: `n-${n}`,
    code,
    kind: 'formal-report',
    serial: '兰震信〔2026〕7号',
    report: n,
    quake: 'q-1',
    paths,
  }
  return savePages(db, pages, NOW, [notice])
}

test('after a restore from a backup nobody goes on as if nothing had happened, however far the record has gone since', async () => {
  const database = await freshDatabase()
  const restored = await freshDatabase('empty')
  const folder = mkdtempSync(join(tmpdir(), 'quakedesk-restored-'))
  const pool = openPool(database.appConfig, 2, () => undefined)
  const readers: StreamReader[] = []
  const file = join(folder, 'night.backup')
  let asked: Queryable = pool
  const live = openLive(false)
  const shelf = await openShelf({
    db: { query: (text, values) => asked.query(text, values) },
    folder: join(folder, 'pages'),
    realNow: () => NOW,
    tell: (ring, sure) => live.tell(ring, sure),
    onError: (error) => expect.unreachable(String(error)),
  })
  const app = await buildBarePublic({
    pages: shelf,
    live,
  })
  const later = openPool(restored.appConfig, 2, () => undefined)
  try {
    const base = await app.listen({ port: 0, host: '127.0.0.1' })
    const port = Number(new URL(base).port)
    const until = async (check: () => boolean): Promise<void> => {
      while (!check()) await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const changes = async (after: string) =>
      (await (await fetch(`${base}/api/v1/changes?after=${after}`)).json()) as { next: string; reset: boolean }
    await show(pool, 1)
    await sealJournal(pool, NOW)
    await backup(database.ownerConfig, file, NOW)
    await show(pool, 2)
    await show(pool, 3)
    await sealJournal(pool, NOW)
    await shelf.refresh()
    // One stays connected, one is away meanwhile, one asks from time to time.
    const stays = readStream(port, '/live?after=0')
    readers.push(stays)
    await until(() => stays.codes().length === 3)
    const offset = stays.events.at(-1)?.id ?? ''
    expect((await changes('0')).next).toBe(offset)
    // One who had heard nothing newer than the backup has lost nothing.
    const common = stays.events[0]?.id ?? ''

    await restore(file, restored.ownerConfig, await listMigrations(MIGRATIONS), async (client) => {
      await client.query(
        `insert into journal (at, actor, act, subject, detail) values (now(), 'restore', 'database.restored', '', '{}')`,
      )
    })
    for (const n of [4, 5, 6, 7]) await show(later, n)
    await sealJournal(later, NOW)
    asked = later
    await shelf.refresh()
    await until(() => stays.events.some(({ type }) => type === 'reset'))
    expect(stays.codes()).toEqual(['code1', 'code2', 'code3'])
    const back = readStream(port, `/live?after=${offset}`)
    const young = readStream(port, `/live?after=${common}`)
    readers.push(back, young)
    await until(() => back.events.length === 1 && young.codes().length === 4)
    expect(back.events[0]).toMatchObject({ type: 'reset', data: '{"newest":"code7"}' })
    expect(young.codes()).toEqual(['code4', 'code5', 'code6', 'code7'])
    expect(await changes(offset)).toMatchObject({ reset: true, changes: [], next: back.events[0]?.id })
    await show(later, 8)
    await sealJournal(later, NOW)
    await shelf.refresh()
    await until(() => [stays, back, young].every((reader) => reader.codes().at(-1) === 'code8'))
  } finally {
    for (const reader of readers) reader.stop()
    await app.close()
    await Promise.all([pool.end(), later.end()])
    await Promise.all([database.drop(), restored.drop()])
    rmSync(folder, { recursive: true, force: true })
  }
})
