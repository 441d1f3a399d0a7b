// In: nothing. Out: one embedded server for a run of replays, and a fresh migrated database for each.
// Must not touch the installation's own data folder; everything is gone when the run ends.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listMigrations, migrate } from '../store/migrate.ts'
import { silentLog } from '../store/postgres/log.ts'
import { assertLocale, ensureRoles } from '../store/postgres/roles.ts'
import { startPostgres, withClient, type Connection, type Connections } from '../store/postgres/start.ts'
import { MIGRATIONS, type Database } from './database.ts'

export interface ReplayServer {
  /** A database of its own; drop() ends it. */
  create(): Promise<Database & { drop(): Promise<void> }>
  stop(): Promise<void>
}

const TEMPLATE = 'replay_template'

/** Starts the server; fsync is off, because nothing in it outlives the run. */
export async function startReplayServer(): Promise<ReplayServer> {
  const folder = await mkdtemp(join(tmpdir(), 'quakedesk-replays-'))
  // As root the server runs as another account and must get in.
  await chmod(folder, 0o711)
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const postgres = await startPostgres({
    dataFolder: join(folder, 'data'),
    stateRoot: join(folder, 'state'),
    log: silentLog,
    fsync: false,
  }).catch(async (error: unknown) => {
    await remove()
    throw error
  })
  await makeTemplate(postgres)
  let made = 0
  return {
    create: async () => {
      made += 1
      const name = `replay_${made}`
      const admin = (statement: string) => withClient(postgres.adminConfig, (client) => client.query(statement))
      await admin(`create database ${name} template ${TEMPLATE}`)
      return {
        app: at(postgres.appConfig, name),
        owner: at(postgres.ownerConfig, name),
        embedded: null,
        drop: async () => {
          await admin(`drop database if exists ${name} with (force)`)
        },
      }
    },
    stop: async () => {
      await postgres.stop('immediate')
      await remove()
    },
  }
}

function at(connection: Connection, database: string): Connection {
  return { ...connection, database }
}

async function makeTemplate(server: Connections): Promise<void> {
  await withClient(server.adminConfig, (client) => client.query(`create database ${TEMPLATE}`))
  await withClient(at(server.adminConfig, TEMPLATE), (client) => ensureRoles(client, { login: true }))
  await withClient(at(server.ownerConfig, TEMPLATE), async (client) => {
    await assertLocale(client)
    await migrate(client, await listMigrations(MIGRATIONS))
  })
}
