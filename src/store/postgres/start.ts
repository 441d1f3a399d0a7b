// In: a data folder. Out: a private PostgreSQL server on a unix socket in it, with one connection per role.
// Must never run beside a second owner of the same folder, and must not leave a server behind.
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import type { ClientConfig } from 'pg'
import { holdName } from '../owner-lock.ts'
import { prepareBinaries } from './binaries.ts'
import type { Binaries } from './binaries.ts'
import { ADMIN_ROLE, makeCluster, type ServerSize } from './cluster.ts'
import { endLeftovers } from './leftover.ts'
import type { StoreLog } from './log.ts'
import { decidePlace, makeOpen } from './place.ts'
import type { Place } from './place.ts'
import { APP_ROLE, OWNER_ROLE, ensureRoles } from './roles.ts'
import { startServer } from './server.ts'
import type { ServerExit, StopMode } from './server.ts'

/** How one role reaches the server; fits Client and pg.Pool. */
export interface Connection {
  host: string
  port: number
  user: string
  password: string
  database: string
  ssl: false
}

export interface Connections {
  /** The bootstrap superuser: creates databases and roles; not for the program. */
  adminConfig: Connection
  ownerConfig: Connection
  appConfig: Connection
}

export interface Postgres extends Connections {
  readonly pid: number
  /** Where the cluster and its log live. */
  location: string
  /** Called at every end of the server; `expected` tells whether stop() asked for it. Returns an unsubscribe function. */
  onExit(listener: (exit: ServerExit) => void): () => void
  /** Starts the server again after it ended; does nothing while it runs. */
  restart(): Promise<void>
  /** Stops within about half a minute whatever happens: first as asked, then immediately, then by force. */
  stop(mode?: StopMode): Promise<void>
}

export interface StartOptions {
  dataFolder: string
  log: StoreLog
  /** Where root keeps what its server cannot reach elsewhere. */
  stateRoot?: string
  /** false only for tests: a power cut may then destroy the cluster. */
  fsync?: boolean
  /** Connections at once, for tests that run several programs on one server. */
  connections?: number
  binaries?: Binaries
}

const DATABASE = 'quakedesk'
/** The program, its push worker and a public process hold at most 34; a drill, a backup and somebody with psql come on top. */
const CONNECTIONS = 60

/** The connections that a place answers on. */
export function connectionsAt(socketDir: string, database = DATABASE): Connections {
  // The password is never asked for; it keeps pg from searching ~/.pgpass and PGPASSWORD.
  const base = { host: socketDir, port: 5432, password: 'none', database, ssl: false } as const
  return {
    adminConfig: { ...base, user: ADMIN_ROLE },
    ownerConfig: { ...base, user: OWNER_ROLE },
    appConfig: { ...base, user: APP_ROLE },
  }
}

/**
 * Connections to the server that another process of this installation runs on the data folder (the public process, a
 * backup beside the running program).
 * @returns null when none runs, as far as its note tells; connecting is the proof
 */
export function findRunning(dataFolder: string): Connections | null {
  try {
    const note = JSON.parse(readFileSync(join(realpathSync(dataFolder), 'postgres-running.json'), 'utf8')) as unknown
    const { socketDir } = note as { socketDir?: unknown }
    return typeof socketDir === 'string' ? connectionsAt(socketDir) : null
  } catch {
    return null
  }
}

/**
 * Starts the server that comes with the program, and makes cluster, database and roles at the first start.
 * @throws when another process already runs one here, or with the server's own words
 */
export async function startPostgres(options: StartOptions): Promise<Postgres> {
  const { log, fsync = true, connections = CONNECTIONS, stateRoot = '/var/lib/quakedesk' } = options
  mkdirSync(options.dataFolder, { recursive: true })
  const hold = await holdName('postgres', options.dataFolder)
  if (hold === null) throw new Error(`another process already runs the database of ${options.dataFolder}`)
  try {
    const place = decidePlace(options.dataFolder, stateRoot, log)
    const copyUnder = (): string => (place.account === null ? place.root : makeOpen(stateRoot))
    const native = prepareBinaries(place.account, copyUnder, options.binaries)
    return await run(place, native, { fsync, connections }, log, () => hold.release())
  } catch (error) {
    await hold.release()
    throw error
  }
}

async function run(
  place: Place,
  native: string,
  size: ServerSize,
  log: StoreLog,
  release: () => Promise<void>,
): Promise<Postgres> {
  const connections = connectionsAt(place.socketDir)
  const probe = { ...connections.adminConfig, database: 'postgres' }
  const note = join(place.dataFolder, 'postgres-running.json')
  const listeners = new Set<(exit: ServerExit) => void>()
  let stopped = false
  let running = false
  const watch = async (ended: Promise<ServerExit>): Promise<void> => {
    const exit = await ended
    running = false
    if (!exit.expected) log.error({ ...exit }, 'the database server ended unasked')
    for (const listener of listeners) listener(exit)
  }
  const boot = async (): ReturnType<typeof startServer> => {
    await endLeftovers(place.cluster, log)
    // Its pid may be a zombie that nobody reaps (a container's first process), which to postgres counts as alive. The folder
    // is this cluster's own, and no server works in it any more.
    rmSync(join(place.socketDir, '.s.PGSQL.5432.lock'), { force: true })
    makeCluster(place, native, size.fsync)
    const server = await startServer(place, native, size, probe)
    running = true
    void watch(server.exit)
    return server
  }
  let server = await boot()
  try {
    await prepareDatabase(connections)
    writeFileSync(`${note}.new`, JSON.stringify({ socketDir: place.socketDir, pid: server.pid }))
    renameSync(`${note}.new`, note)
  } catch (error) {
    await server.stop('fast')
    throw error
  }
  log.info({ pid: server.pid, location: place.root }, 'the database server is ready')
  let restarting: Promise<void> | null = null
  const restartOnce = async (): Promise<void> => {
    server = await boot()
    if (stopped) await server.stop('fast')
  }
  return {
    ...connections,
    get pid() {
      return server.pid
    },
    location: place.root,
    onExit(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async restart() {
      if (stopped) throw new Error('the database server was stopped for good')
      if (running) return
      restarting ??= restartOnce().finally(() => (restarting = null))
      await restarting
    },
    async stop(mode = 'fast') {
      if (stopped) return
      stopped = true
      await restarting?.catch(() => undefined)
      await server.stop(mode)
      rmSync(note, { force: true })
      await release()
    },
  }
}

/** Database, roles, and the owner's right to restore a backup past its own append-only rules. */
async function prepareDatabase(connections: Connections): Promise<void> {
  await withClient({ ...connections.adminConfig, database: 'postgres' }, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  })
  await withClient(connections.adminConfig, async (client) => {
    await ensureRoles(client, { login: true })
    await client.query(`GRANT SET ON PARAMETER session_replication_role TO ${OWNER_ROLE}`)
  })
}

/** Runs one piece of work on a connection of its own. */
export async function withClient<T>(config: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(config)
  // A connection that breaks between queries reports through the next query as well.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}
