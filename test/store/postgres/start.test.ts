// In: temporary data folders. Out: proof that the bundled server starts wherever a bureau unpacks the program, and that
// no crash leaves two servers, a lost row or a folder that cannot be started again.
import { chmod, chown, cp, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { canEnter } from '../../../src/store/postgres/account.ts'
import { findBinaries } from '../../../src/store/postgres/binaries.ts'
import { silentLog } from '../../../src/store/postgres/log.ts'
import { findRunning, startPostgres, withClient } from '../../../src/store/postgres/start.ts'
import type { Connection, Postgres, StartOptions } from '../../../src/store/postgres/start.ts'
import { isAlive, isRoot, killRunners, listSession, runElsewhere, waitForEnd } from '../../support/processes.ts'

const NOBODY = 65_534
const here = fileURLToPath(new URL('.', import.meta.url))
const nobodyMayRun =
  isRoot &&
  canEnter(here, { uid: NOBODY, gid: NOBODY }) &&
  canEnter(dirname(process.execPath), { uid: NOBODY, gid: NOBODY })

const closedToNobody = nobodyMayRun ? '' : ' (skipped: uid 65534 cannot enter the project folder)'

let folder: string
let data: string
let state: string
const running: Postgres[] = []
const start = async (dataFolder = data, more: Partial<StartOptions> = {}): Promise<Postgres> => {
  const postgres = await startPostgres({ dataFolder, stateRoot: state, log: silentLog, fsync: false, ...more })
  running.push(postgres)
  return postgres
}
const say = (to: { ownerConfig: Connection }, sql: string): Promise<Record<string, unknown>[]> =>
  withClient(to.ownerConfig, async (client) => (await client.query(sql)).rows)
const keepRow = (to: { ownerConfig: Connection }): Promise<unknown> =>
  say(to, `CREATE TABLE kept (place text); INSERT INTO kept VALUES ('某旗')`)
const KEPT = [{ place: '某旗' }]

/** A copy of one prepared data folder: creating a cluster takes most of a second, and only some tests are about that. */
let prepared: string
const prepare = async (dataFolder = data): Promise<void> => {
  await mkdir(dirname(dataFolder), { recursive: true })
  await promisify(execFile)('cp', ['-a', join(prepared, 'data'), dataFolder])
}

beforeAll(async () => {
  prepared = await mkdtemp(join(tmpdir(), 'quakedesk-prepared-'))
  await chmod(prepared, 0o755)
  const options = {
    dataFolder: join(prepared, 'data'),
    stateRoot: join(prepared, 'state'),
    log: silentLog,
    fsync: false,
  }
  await (await startPostgres(options)).stop()
})
afterAll(() => rm(prepared, { recursive: true }))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quakedesk-start-'))
  await chmod(folder, 0o755)
  data = join(folder, 'data')
  state = join(folder, 'state')
})
afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop('immediate')
  killRunners()
  await rm(folder, { recursive: true, force: true })
})
afterAll(killRunners)

describe('the first start and the next', () => {
  test('a new data folder gets a durable UTF-8 server on a private socket, with two bounded roles', async () => {
    const postgres = await start(data, { fsync: true })
    const settings = await say(
      postgres,
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync','synchronous_commit','listen_addresses','server_encoding','max_connections','TimeZone') ORDER BY name COLLATE "C"`,
    )
    expect(Object.fromEntries(settings.map((row) => [row['name'], row['setting']]))).toEqual({
      TimeZone: 'UTC',
      fsync: 'on',
      listen_addresses: '',
      max_connections: '60',
      server_encoding: 'UTF8',
      synchronous_commit: 'on',
    })
    const roles = `SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls AS strong FROM pg_roles WHERE rolname LIKE 'quakedesk\\_%' ORDER BY 1`
    expect(await say(postgres, roles)).toEqual([
      { rolname: 'quakedesk_admin', strong: true },
      { rolname: 'quakedesk_app', strong: false },
      { rolname: 'quakedesk_owner', strong: false },
    ])
    expect(findRunning(data)).toEqual({
      adminConfig: postgres.adminConfig,
      ownerConfig: postgres.ownerConfig,
      appConfig: postgres.appConfig,
    })
    await postgres.stop()
    expect(isAlive(postgres.pid)).toBe(false)
    expect(findRunning(data)).toBeNull()
  })

  test('rows are there again after stop and start', async () => {
    const first = await start()
    await keepRow(first)
    await first.stop()
    expect(await say(await start(), 'TABLE kept')).toEqual(KEPT)
  })

  test('a data folder with a very long path is served, from a short socket path', async () => {
    const deep = join(folder, '很长的路径'.repeat(8), 'x'.repeat(120), 'data')
    await prepare(deep)
    const postgres = await start(deep)
    expect(Buffer.byteLength(postgres.ownerConfig.host)).toBeLessThan(93)
    await keepRow(postgres)
    await postgres.stop()
    expect(await say(await start(deep), 'TABLE kept')).toEqual(KEPT)
  })

  test('a folder name with spaces, quotes and commas is served', async () => {
    const odd = join(folder, `a b,c"d'e`)
    expect(await say(await start(odd), 'SELECT 1 AS n')).toEqual([{ n: 1 }])
  })

  test('an interrupted creation of the database is begun anew', async () => {
    const root = join(data, 'postgres')
    await mkdir(join(root, 'data.new-1'), { recursive: true })
    await writeFile(join(root, 'data.new-1', 'PG_VERSION'), '18')
    await start()
    expect((await readdir(root)).filter((name) => name.startsWith('data'))).toEqual(['data'])
  })

  test('a database of another major version is refused, and told what to do', async () => {
    await prepare()
    const first = await start()
    await first.stop()
    await writeFile(join(first.location, 'data', 'PG_VERSION'), '17\n')
    await expect(start()).rejects.toThrow(/made by PostgreSQL 17, this program brings 18; take a backup/)
  })
})

describe('one owner', () => {
  test('a second start on the same folder is refused and leaves the first alone', async () => {
    await prepare()
    const first = await start()
    await expect(start()).rejects.toThrow(/another process already runs the database/)
    const second = await runElsewhere([data, state])
    expect(second.refused).toMatch(/another process already runs the database/)
    expect(await say(first, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
  })

  test('two folders run beside each other', async () => {
    await prepare()
    await prepare(join(folder, 'other'))
    const [one, two] = [await start(), await start(join(folder, 'other'))]
    await keepRow(one)
    await expect(say(two, 'TABLE kept')).rejects.toThrow(/does not exist/)
  })
})

describe('after a crash', () => {
  beforeEach(() => prepare())

  test('when the program is killed its server ends by itself, and nothing committed is lost', async () => {
    const killed = await runElsewhere([data, state])
    await keepRow(killed)
    killed.child.kill('SIGKILL')
    await waitForEnd(killed.pid)
    expect(await say(await start(), 'TABLE kept')).toEqual(KEPT)
  })

  test('a start that comes at once waits for the old server instead of running beside it', async () => {
    const killed = await runElsewhere([data, state])
    await keepRow(killed)
    killed.child.kill('SIGKILL')
    await waitForEnd(killed.child.pid ?? 0)
    const next = await start()
    expect(isAlive(killed.pid)).toBe(false)
    expect(await say(next, 'TABLE kept')).toEqual(KEPT)
  })

  test('a server orphaned together with a busy connection is ended before a new one starts', async () => {
    const killed = await runElsewhere([data, state])
    await keepRow(killed)
    const watchers = listSession(killed.pid).filter((p) => p.name === 'sh')
    expect(watchers.length).toBe(1)
    for (const { pid } of watchers) process.kill(pid, 'SIGKILL')
    const busy = say(killed, `INSERT INTO kept SELECT 'late' FROM pg_sleep(600)`).catch((error: Error) => error.message)
    killed.child.kill('SIGKILL')
    await waitForEnd(killed.child.pid ?? 0)
    expect(isAlive(killed.pid)).toBe(true)
    const next = await start()
    expect(isAlive(killed.pid)).toBe(false)
    // The server's farewell, or, when the socket was gone first, the system's word for that.
    expect(await busy).toMatch(/terminat|EPIPE|ECONNRESET/)
    expect(await say(next, 'TABLE kept')).toEqual(KEPT)
  })

  test('a pid file whose number now belongs to some other program is no obstacle, and that program lives on', async () => {
    const first = await start()
    await first.stop()
    const file = join(first.location, 'data', 'postmaster.pid')
    await writeFile(file, `${process.pid}\n${join(first.location, 'data')}\n1\n5432\n\n\n`)
    const next = await start()
    expect(next.pid).not.toBe(process.pid)
    expect(Number((await readFile(file, 'utf8')).split('\n')[0])).toBe(next.pid)
  })

  test('when the server itself is killed the program is told, and restart brings the rows back', async () => {
    const postgres = await start()
    await keepRow(postgres)
    const told = new Promise<unknown>((resolve) => postgres.onExit(resolve))
    process.kill(postgres.pid, 'SIGKILL')
    expect(await told).toEqual({ code: null, signal: 'SIGKILL', expected: false })
    await Promise.all([postgres.restart(), postgres.restart()])
    await postgres.restart()
    expect(await say(postgres, 'TABLE kept')).toEqual(KEPT)
  })

  test('an asked-for stop is told as expected, and the server cannot be restarted after it', async () => {
    const postgres = await start()
    const told = new Promise<unknown>((resolve) => postgres.onExit(resolve))
    await postgres.stop()
    await postgres.stop()
    expect(await told).toMatchObject({ expected: true })
    await expect(postgres.restart()).rejects.toThrow(/stopped for good/)
  })
})

describe.skipIf(!isRoot)(`started by root${isRoot ? '' : ' (skipped: the tests do not run as root)'}`, () => {
  let closed: string
  beforeEach(async () => {
    closed = join(folder, 'root-only')
    await mkdir(closed, { mode: 0o700 })
    data = join(closed, 'data')
  })

  test('below a root-only home the database is kept apart, under a key, and both sides name each other', async () => {
    const postgres = await start()
    await keepRow(postgres)
    expect(dirname(postgres.location)).toBe(state)
    const [ours, theirs] = [
      JSON.parse(await readFile(join(data, 'postgres.json'), 'utf8')),
      JSON.parse(await readFile(join(postgres.location, 'belongs-to.json'), 'utf8')),
    ]
    expect(ours).toEqual({ id: theirs.id, at: postgres.location })
    expect(theirs.at).toBe(data)
    await postgres.stop()
    expect(await say(await start(), 'TABLE kept')).toEqual(KEPT)
  })

  test('a new data folder at the path of an old one begins empty, and the old database is put aside', async () => {
    const first = await start()
    await keepRow(first)
    await first.stop()
    await rm(data, { recursive: true })
    const next = await start()
    await expect(say(next, 'TABLE kept')).rejects.toThrow(/does not exist/)
    const aside = (await readdir(state)).filter((name) => name.includes('.aside-'))
    expect(aside.length).toBe(1)
    expect(await readdir(join(state, aside[0] ?? ''))).toContain('data')
  })

  test('a moved data folder takes its database along', async () => {
    const first = await start()
    await keepRow(first)
    await first.stop()
    await rename(data, join(closed, 'moved'))
    expect(await say(await start(join(closed, 'moved')), 'TABLE kept')).toEqual(KEPT)
    await expect(say(await start(), 'TABLE kept')).rejects.toThrow(/does not exist/)
  })

  test('a copied data folder is refused, since one database cannot serve both', async () => {
    await (await start()).stop()
    await cp(data, join(closed, 'copy'), { recursive: true })
    await expect(start(join(closed, 'copy'))).rejects.toThrow(/is a copy of .*restore a backup/)
  })

  test('a data folder whose database has vanished is refused, never begun anew in silence', async () => {
    const first = await start()
    await first.stop()
    await rm(first.location, { recursive: true })
    await expect(start()).rejects.toThrow(/gone or belongs to another folder/)
  })

  test('binaries below a root-only folder are copied once to where the server can run them', async () => {
    const native = join(closed, 'package', 'native')
    await cp(findBinaries().native, native, { recursive: true, verbatimSymlinks: true })
    const options = { binaries: { native, version: 'under-test' } }
    await (await start(data, options)).stop()
    const copy = join(state, 'postgresql-under-test')
    expect(await readdir(copy)).toEqual(expect.arrayContaining(['bin', 'lib', 'share']))
    // A copy that a power cut left short is made again.
    await writeFile(join(copy, 'bin', 'postgres'), 'short')
    expect(await say(await start(data, options), 'SELECT 1 AS n')).toEqual([{ n: 1 }])
  })

  test('a strict umask of the starting shell does not lock the server out', async () => {
    const native = join(closed, 'package', 'native')
    await cp(findBinaries().native, native, { recursive: true, verbatimSymlinks: true })
    const deep = join(folder, 'x'.repeat(120), 'data')
    await mkdir(deep, { recursive: true })
    const before = process.umask(0o077)
    try {
      for (const dataFolder of [data, deep]) {
        const postgres = await start(dataFolder, { binaries: { native, version: 'under-test' } })
        expect(await say(postgres, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
      }
    } finally {
      process.umask(before)
    }
  })

  test.skipIf(!nobodyMayRun)(`an ordinary user runs it as itself${closedToNobody}`, async () => {
    const own = join(folder, 'own')
    await mkdir(own)
    await chown(own, NOBODY, NOBODY)
    const runner = await runElsewhere([join(own, 'data'), state], NOBODY)
    await keepRow(runner)
    await runner.stop()
    // Root may start it later, under the account that the database belongs to.
    const later = await start(join(own, 'data'))
    expect(await readFile(`/proc/${later.pid}/status`, 'utf8')).toMatch(/^Uid:\s+65534\b/m)
    expect(await say(later, 'TABLE kept')).toEqual(KEPT)
  })

  test.skipIf(!nobodyMayRun)(
    `library links that blocked install scripts left out are made, beside a read-only package too${closedToNobody}`,
    async () => {
      const native = join(folder, 'package', 'native')
      await cp(findBinaries().native, native, { recursive: true, verbatimSymlinks: true })
      for (const { target } of JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))) {
        await rm(join(folder, 'package', target))
      }
      const own = join(folder, 'own')
      await mkdir(own)
      await chown(own, NOBODY, NOBODY)
      const before = await readdir(join(native, 'lib'))
      const runner = await runElsewhere([join(own, 'data'), state, native], NOBODY)
      expect(runner.refused).toBeUndefined()
      await runner.stop()
      expect(await readdir(join(native, 'lib'))).toEqual(before)
      const postgres = await start(join(folder, 'by-root'), { binaries: { native, version: 'under-test' } })
      expect(await say(postgres, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
      expect((await readdir(join(native, 'lib'))).length).toBeGreaterThan(before.length)
    },
  )
})
