// In: small migration folders made here. Out: proof that a database only ever moves forward, once per file.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listApplied, listMigrations, migrate } from '../../../src/store/migrate.ts'
import { withClient } from '../../../src/store/postgres/start.ts'
import { freshDatabase } from '../../support/database.ts'
import type { FreshDatabase } from '../../support/database.ts'

let folder: string
let database: FreshDatabase
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quakedesk-migrations-'))
  database = await freshDatabase('empty')
})
afterEach(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

const put = (name: string, sql: string): Promise<void> => writeFile(join(folder, name), sql)
const run = async (): ReturnType<typeof migrate> => {
  const migrations = await listMigrations(folder)
  return withClient(database.ownerConfig, (client) => migrate(client, migrations))
}

describe('bringing a database to the version of the program', () => {
  test('a new bureau gets every migration in order, and a second start applies none', async () => {
    await put('000001-quake.sql', 'CREATE TABLE quake (id bigint PRIMARY KEY, place text NOT NULL);')
    await put(
      '000002-depth.sql',
      'ALTER TABLE quake ADD depth_km double precision; GRANT SELECT ON quake TO quakedesk_app;',
    )
    expect(await run()).toEqual({ from: 0, to: 2, applied: ['000001-quake.sql', '000002-depth.sql'] })
    expect(await run()).toEqual({ from: 2, to: 2, applied: [] })
  })

  test('programs that start together apply each migration once', async () => {
    await put('000001-quake.sql', 'CREATE TABLE quake (id bigint PRIMARY KEY); SELECT pg_sleep(0.2);')
    const all = await Promise.all([run(), run(), run()])
    expect(all.flatMap((one) => one.applied)).toEqual(['000001-quake.sql'])
  })

  test('an applied migration that was edited afterwards is refused by name', async () => {
    await put('000001-quake.sql', 'CREATE TABLE quake (id bigint PRIMARY KEY);')
    await run()
    await put('000001-quake.sql', 'CREATE TABLE quake (id text PRIMARY KEY);')
    await expect(run()).rejects.toThrow(/000001-quake\.sql differs/)
  })

  test('other line ends are not an edit', async () => {
    await put('000001-quake.sql', 'CREATE TABLE quake (\nid bigint);\n')
    await run()
    await put('000001-quake.sql', 'CREATE TABLE quake (\r\nid bigint);\r\n')
    expect((await run()).applied).toEqual([])
  })

  test('a database of a newer program is refused before anything is touched', async () => {
    await put('000001-quake.sql', 'CREATE TABLE quake (id bigint);')
    await put('000002-more.sql', 'CREATE TABLE more (id bigint);')
    await run()
    await rm(join(folder, '000002-more.sql'))
    await expect(run()).rejects.toThrow(/newer program \(000002-more\.sql; this one knows up to 000001-quake\.sql\)/)
  })

  test('a migration that fails leaves the version before it, and its line is named', async () => {
    await put('000001-quake.sql', 'CREATE TABLE quake (id bigint);')
    await put('000002-broken.sql', 'CREATE TABLE half (id bigint);\n\nSELECT nonsense FROM quake;')
    await expect(run()).rejects.toThrow(/000002-broken\.sql line 3 failed: column "nonsense"/)
    const names = await withClient(database.ownerConfig, async (client) => {
      const half = await client.query(`SELECT to_regclass('half') AS half`)
      return [(await listApplied(client)).map((m) => m.name), half.rows[0]]
    })
    expect(names).toEqual([['000001-quake.sql'], { half: null }])
  })

  test('a migration that commits by itself is refused', async () => {
    await put('000001-sly.sql', 'CREATE TABLE sly (id bigint); COMMIT; BEGIN;')
    await expect(run()).rejects.toThrow(/ends its own transaction/)
  })

  test.each([
    ['000002-late.sql', /should have the number 000001/],
    ['1-short.sql', /not named like/],
  ])('a file named %s is refused', async (name, reason) => {
    await put(name, 'SELECT 1;')
    await expect(listMigrations(folder)).rejects.toThrow(reason)
  })

  test('the program itself can neither migrate nor write the history', async () => {
    await put('000001-quake.sql', 'CREATE TABLE quake (id bigint);')
    await run()
    const migrations = await listMigrations(folder)
    await withClient(database.appConfig, async (client) => {
      await expect(migrate(client, migrations)).rejects.toThrow(/run as quakedesk_owner, not as quakedesk_app/)
      await expect(client.query('CREATE TABLE mine (id bigint)')).rejects.toThrow(/permission denied/)
      await expect(client.query('DELETE FROM schema_migration')).rejects.toThrow(/permission denied/)
      expect((await listApplied(client)).length).toBe(1)
    })
  })
})
