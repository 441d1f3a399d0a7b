// In: the start and end of a test run. Out: a door where the first test that needs a database gets one started.
// Must not start anything for runs that need no database, nor leave a server or a folder behind.
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { listMigrations, migrate } from '../../src/store/migrate.ts'
import { silentLog } from '../../src/store/postgres/log.ts'
import { assertLocale, ensureRoles } from '../../src/store/postgres/roles.ts'
import { startPostgres, withClient } from '../../src/store/postgres/start.ts'
import type { Postgres } from '../../src/store/postgres/start.ts'
import { TEMPLATE, replacing } from './connection.ts'

declare module 'vitest' {
  interface ProvidedContext {
    databaseDoor: string
  }
}

const PREFIX = 'quakedesk-test-'

/** Folders of runs that were killed: their number is no living process any more. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

async function start(folder: string): Promise<Postgres> {
  const postgres = await startPostgres({
    dataFolder: join(folder, 'data'),
    stateRoot: join(folder, 'state'),
    log: silentLog,
    fsync: false,
    // Two test files at a time, each with up to two whole installations.
    connections: 200,
  })
  const empty = `${TEMPLATE}_empty`
  await withClient(postgres.adminConfig, (client) => client.query(`CREATE DATABASE ${empty}`))
  await withClient(replacing(postgres.adminConfig, empty), (client) => ensureRoles(client, { login: true }))
  await withClient(replacing(postgres.ownerConfig, empty), assertLocale)
  await withClient(postgres.adminConfig, (client) => client.query(`CREATE DATABASE ${TEMPLATE} TEMPLATE ${empty}`))
  // Rights on the database itself are not copied with a template.
  await withClient(replacing(postgres.adminConfig, TEMPLATE), (client) => ensureRoles(client, { login: true }))
  await withClient(replacing(postgres.ownerConfig, TEMPLATE), async (client) => {
    await migrate(client, await listMigrations(fileURLToPath(new URL('../../src/store/migrations', import.meta.url))))
  })
  return postgres
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  sweep()
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  // As root, the server runs as another account and must get in.
  chmodSync(folder, 0o711)
  let started: Promise<Postgres> | null = null
  const door = createServer((socket) => {
    socket.on('error', () => undefined)
    started ??= start(folder)
    started.then(
      ({ adminConfig, ownerConfig, appConfig }) => socket.end(JSON.stringify({ adminConfig, ownerConfig, appConfig })),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    )
  })
  const path = join(folder, 'door')
  await new Promise<void>((resolve) => door.listen(path, resolve))
  project.provide('databaseDoor', path)
  return async () => {
    door.close()
    const postgres = await started?.catch(() => null)
    await postgres?.stop('immediate')
    rmSync(folder, { recursive: true, force: true })
  }
}
