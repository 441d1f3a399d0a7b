// In: a place and binaries. Out: an initialised cluster folder, and the arguments its server is started with.
// Must not touch an existing cluster; a half-made one never bears the real name.
import { spawnSync } from 'node:child_process'
import { chownSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SERVER_ENV } from './binaries.ts'
import type { Place } from './place.ts'

/** The bootstrap superuser of an embedded cluster; the program itself never connects as it. */
export const ADMIN_ROLE = 'quakedesk_admin'

const LOG_BYTES_MAX = 8 * 1024 * 1024

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

/**
 * Makes the cluster when there is none: UTF-8, code point order, and a UTF-8 ctype, without which pg_trgm finds no
 * trigram in Chinese.
 * @param fsync false only for throw-away clusters
 * @throws when the folder holds another major version, is damaged, or initdb fails (its own words are in the message)
 */
export function makeCluster(place: Place, native: string, fsync: boolean): void {
  // What an interrupted initdb left; the caller holds this place alone.
  for (const name of readdirSync(place.root)) {
    if (name.startsWith('data.new-')) rmSync(join(place.root, name), { recursive: true, force: true })
  }
  if (existsSync(place.cluster)) return checkCluster(place.cluster, native)
  const fresh = join(place.root, `data.new-${process.pid}`)
  mkdirSync(fresh, { mode: 0o700 })
  if (place.account) chownSync(fresh, place.account.uid, place.account.gid)
  const args = ['-D', fresh, '-U', ADMIN_ROLE, '-E', 'UTF8', '--auth-local=trust', '--auth-host=reject']
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--lc-collate=C', '--lc-ctype=C.UTF-8')
  args.push('--lc-messages=C', ...(fsync ? [] : ['--no-sync']))
  const made = spawnSync(join(native, 'bin', 'initdb'), args, {
    env: SERVER_ENV,
    encoding: 'utf8',
    cwd: place.root,
    timeout: 120_000,
    ...place.account,
  })
  if (made.error || made.status !== 0) {
    const words = made.error?.message ?? made.stderr.trim().slice(-1000)
    throw new Error(`the database could not be created in ${place.root}: ${words}`, { cause: made.error })
  }
  renameSync(fresh, place.cluster)
  syncFolder(place.root)
}

function checkCluster(cluster: string, native: string): void {
  let made: string
  try {
    made = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
  } catch (cause) {
    throw new Error(`${cluster} holds no database; move it away to begin empty`, { cause })
  }
  const told = spawnSync(join(native, 'bin', 'postgres'), ['--version'], { env: SERVER_ENV, encoding: 'utf8' }).stdout
  const brought = /(\d+)/.exec(told)?.[1]
  if (brought !== undefined && brought !== made) {
    throw new Error(
      `${cluster} was made by PostgreSQL ${made}, this program brings ${brought}; take a backup with the release that made it, and restore it here`,
    )
  }
}

/** What a server of tests has otherwise than one of a bureau. */
export interface ServerSize {
  /** false only for tests: a power cut may then destroy the cluster. */
  fsync: boolean
  /** At once, three of them the superuser's. */
  connections: number
}

/** Settings of the running server; no TCP port, nothing outside the private socket folder. */
export function serverArguments(place: Place, { fsync, connections }: ServerSize): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: place.socketDir,
    unix_socket_permissions: '0700',
    port: '5432',
    max_connections: String(connections),
    shared_buffers: '64MB',
    fsync: fsync ? 'on' : 'off',
    full_page_writes: fsync ? 'on' : 'off',
    // Also without fsync: a commit is then at least with the kernel, so that kill -9 loses none.
    synchronous_commit: 'on',
    // A bureau's box also has its pages to keep: the log of changes stays small.
    max_wal_size: '256MB',
    // Containers give /dev/shm 64 MB; a parallel plan that outgrows it fails the query.
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %u ',
    logging_collector: 'off',
  }
  // unix_socket_directories is a comma list: a folder name with a comma or space must stand in quotes.
  settings['unix_socket_directories'] = `"${place.socketDir.replaceAll('"', '""')}"`
  return ['-D', place.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** Opens the server's log for appending; a long one becomes server.log.1 first. Close the number after the spawn. */
export function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > LOG_BYTES_MAX) renameSync(file, `${file}.1`)
  return openSync(file, 'a', 0o600)
}

/** The last lines of the server's log, for error messages. */
export function readLogTail(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-5).join(' | ').slice(-1000)
  } catch {
    return 'its log cannot be read'
  }
}
