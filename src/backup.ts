// In: npm run backup -- <file>, npm run restore -- <file>. Out: one file with everything, or a database filled from one.
// Must not restore over anything: only an empty database is filled (store/backup-restore.ts).
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { channels } from '../channels/index.ts'
import { MIGRATIONS } from './app/database.ts'
import { findConfigFile, loadConfigFile, readEnvironment } from './config.ts'
import { backup } from './store/backup.ts'
import { restore } from './store/backup-restore.ts'
import { listMigrations, migrate } from './store/migrate.ts'
import { distrustWaiting } from './store/restored.ts'
import { acquireOwner } from './store/owner-lock.ts'
import { ensureRoles, externalConnections } from './store/postgres/roles.ts'
import { findRunning, startPostgres, withClient } from './store/postgres/start.ts'
import { silentLog } from './store/postgres/log.ts'
import type { ClientConfig } from 'pg'

const [act, file, ...rest] = process.argv.slice(2)
if ((act !== 'backup' && act !== 'restore') || file === undefined || rest.length > 0) {
  process.stderr.write('npm run backup -- <file>    npm run restore -- <file>\n')
  process.exit(2)
}
try {
  process.stdout.write(`${await (act === 'backup' ? runBackup(resolve(file)) : runRestore(resolve(file)))}\n`)
} catch (error) {
  process.stderr.write(`${act}: ${describe(error)}\n`)
  process.exit(1)
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT')
    return `there is no ${act === 'backup' ? `folder ${dirname(resolve(file ?? ''))}` : `file ${file}`}`
  if (code === 'ENOSPC') return 'the disk is full; the backup was not finished'
  return message
}

interface Place {
  databaseUrl: string | null
  ownerUrl: string | null
  dataFolder: string
}

/** Where the installation's database is; the demonstration's data folder needs no YAML. */
function findPlace(): Place {
  const env = readEnvironment()
  const yaml = findConfigFile(env)
  if (yaml === null) return { databaseUrl: null, ownerUrl: null, dataFolder: resolve(env['QUAKEDESK_DATA'] || 'data') }
  const config = loadConfigFile(yaml, env, channels)
  return { databaseUrl: config.databaseUrl, ownerUrl: config.databaseOwnerUrl, dataFolder: config.dataFolder }
}

/** Runs with the owner's connection: beside the running program, or with a server started for this act alone. */
async function withOwner<T>(place: Place, alone: boolean, work: (owner: ClientConfig) => Promise<T>): Promise<T> {
  if (place.databaseUrl !== null) {
    const connections = externalConnections(place.databaseUrl, place.ownerUrl)
    await withClient(connections.adminConfig, (client) => ensureRoles(client, { login: false }))
    return work(connections.ownerConfig)
  }
  const running = findRunning(place.dataFolder)
  if (running && !alone) return work(running.ownerConfig)
  const owner = await acquireOwner(place.dataFolder, Date.now())
  if (!owner.ok) throw new Error(`${place.dataFolder} is in use by process ${owner.by.pid}; stop Quakedesk first`)
  const postgres = await startPostgres({ dataFolder: place.dataFolder, log: silentLog })
  try {
    return await work(postgres.ownerConfig)
  } finally {
    await postgres.stop()
    await owner.release()
  }
}

async function runBackup(path: string): Promise<string> {
  const { databaseUrl, dataFolder } = findPlace()
  // Else a misspelt folder would be made, and its emptiness kept as if it were the bureau's record.
  if (
    databaseUrl === null &&
    !existsSync(join(dataFolder, 'postgres')) &&
    !existsSync(join(dataFolder, 'postgres.json'))
  )
    throw new Error(`${dataFolder} holds no database; set QUAKEDESK_DATA to the installation's data folder`)
  return withOwner(findPlace(), false, async (owner) => {
    const done = await backup(owner, path, Date.now())
    return `${done.file}: ${done.rows} rows of ${done.tables} tables, ${done.bytes} bytes, schema ${done.version}`
  })
}

async function runRestore(path: string): Promise<string> {
  const migrations = await listMigrations(MIGRATIONS)
  return withOwner(findPlace(), true, async (owner) => {
    let unknown = 0
    const done = await restore(path, owner, migrations, async (client, createdAt) => {
      unknown = await distrustWaiting(client, createdAt, Date.now())
    })
    await withClient(owner, (client) => migrate(client, migrations))
    return [
      `${done.rows} rows of ${done.tables} tables restored, as of ${done.createdAt}`,
      `${unknown} deliveries waited then and may have gone out since: they are looked for before anything is sent`,
      'what was issued after that instant is not on record here: compare the serials with what stands on the channels before you start',
    ].join('\n')
  })
}
