// In: a cluster folder that we alone own. Out: the certainty that no server process works in it any more.
// Must not signal anything but a postgres whose working directory is this very cluster (a pid file alone proves nothing).
import { existsSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoreLog } from './log.ts'

/**
 * Processes of the server on this cluster. Every one of them, postmaster and children, has the cluster as its working
 * directory (postmaster.c, ChangeToDataDir), and the kernel's link follows the folder also when it is renamed.
 */
export function listServerPids(cluster: string): number[] {
  const found: number[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      if (readlinkSync(`/proc/${name}/cwd`) !== cluster) continue
      if (basename(readlinkSync(`/proc/${name}/exe`)).split(' ')[0] === 'postgres') found.push(Number(name))
    } catch {
      // Ended meanwhile, or another user's: not ours to see.
    }
  }
  return found
}

/** The pid that postmaster.pid names; null when there is none. */
export function readPostmasterPid(cluster: string): number | null {
  try {
    const pid = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}

/** Sends a signal; an already ended process is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Waits until no server process is left on the cluster; false after `ms`. */
export async function waitForNone(cluster: string, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; ;) {
    if (listServerPids(cluster).length === 0) return true
    if (performance.now() > end) return false
    await sleep(20)
  }
}

/**
 * Ends what an earlier owner left running. It is ended rather than adopted: its backends may still hold the statements
 * and advisory locks of the program that died, and a commit must not land after we have read the outbox.
 * @throws when something of it survives SIGKILL (a process stuck in the disk)
 */
export async function endLeftovers(cluster: string, log: StoreLog): Promise<void> {
  if (!existsSync(cluster)) return
  const pids = listServerPids(cluster)
  const postmaster = readPostmasterPid(cluster)
  if (pids.length > 0) {
    log.warn({ pids, postmaster }, 'a database server of an earlier run is still there: ending it')
    const chief = pids.find((pid) => pid === postmaster)
    // SIGINT: fast shutdown; SIGQUIT: immediate, the next start recovers from the log (PostgreSQL manual, 18.5).
    if (chief !== undefined) {
      signal(chief, 'SIGINT')
      if (!(await waitForNone(cluster, 20_000))) signal(chief, 'SIGQUIT')
    } else if (!(await waitForNone(cluster, 2_000))) {
      for (const pid of listServerPids(cluster)) signal(pid, 'SIGQUIT')
    }
    if (!(await waitForNone(cluster, 10_000))) {
      for (const pid of listServerPids(cluster)) signal(pid, 'SIGKILL')
      if (!(await waitForNone(cluster, 10_000))) {
        throw new Error(`a database server on ${cluster} cannot be ended (pids ${listServerPids(cluster).join(', ')})`)
      }
    }
  }
  // A stale pid that some other process now bears would make postgres refuse to start (miscinit.c, CreateLockFile).
  const stale = readPostmasterPid(cluster)
  if (stale !== null) {
    log.warn({ stale }, 'removing the pid file of a database server that did not end cleanly')
    rmSync(join(cluster, 'postmaster.pid'), { force: true })
  }
}
