// In: where the database is to be. Out: a migrated database and the connections of each role.
// Must not let the program's pools connect as the owner (DESIGN L5).
import { fileURLToPath } from 'node:url'
import type { ClientConfig } from 'pg'
import { listMigrations, migrate } from '../store/migrate.ts'
import { assertLocale, ensureRoles, externalConnections } from '../store/postgres/roles.ts'
import { findRunning, startPostgres, withClient, type Postgres } from '../store/postgres/start.ts'
import type { StoreLog } from '../store/postgres/log.ts'

export const MIGRATIONS = fileURLToPath(new URL('../store/migrations', import.meta.url))

export interface Database {
  app: ClientConfig
  owner: ClientConfig
  /** The embedded server, when this process runs it. */
  embedded: Postgres | null
}

export interface DatabasePlace {
  databaseUrl: string | null
  databaseOwnerUrl: string | null
  dataFolder: string
}

/**
 * Starts or reaches the database, checks its locale, migrates it.
 * @throws with one clear sentence when it cannot be reached or is newer than this program
 */
export async function openDatabase(place: DatabasePlace, log: StoreLog): Promise<Database> {
  const database = place.databaseUrl === null ? await openEmbedded(place, log) : await openExternal(place)
  const done = await withClient(database.owner, async (client) => {
    await assertLocale(client)
    return migrate(client, await listMigrations(MIGRATIONS))
  })
  if (done.applied.length > 0) log.info({ from: done.from, to: done.to }, 'database migrated')
  return database
}

async function openEmbedded(place: DatabasePlace, log: StoreLog): Promise<Database> {
  const embedded = await startPostgres({ dataFolder: place.dataFolder, log })
  return { app: embedded.appConfig, owner: embedded.ownerConfig, embedded }
}

async function openExternal(place: DatabasePlace): Promise<Database> {
  const url = place.databaseUrl ?? ''
  const connections = externalConnections(url, place.databaseOwnerUrl)
  try {
    await withClient(connections.adminConfig, async (client) => {
      await ensureRoles(client, { login: false })
    })
  } catch (cause) {
    throw new Error(
      `the database of DATABASE_URL cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
  return { app: connections.appConfig, owner: connections.ownerConfig, embedded: null }
}

/** Connections for a second process of the installation; null while the embedded server is not up. */
export function reachDatabase(place: DatabasePlace): ClientConfig | null {
  if (place.databaseUrl !== null) return externalConnections(place.databaseUrl, place.databaseOwnerUrl).appConfig
  return findRunning(place.dataFolder)?.appConfig ?? null
}
