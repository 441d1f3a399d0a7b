// In: a cluster, binaries and settings. Out: one running postmaster, and word of its end.
// Must not outlive this process: a small watcher ends the server when our end of a pipe closes.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { ClientConfig } from 'pg'
import { SERVER_ENV } from './binaries.ts'
import { openLog, readLogTail, serverArguments, type ServerSize } from './cluster.ts'
import { waitForNone } from './leftover.ts'
import type { Place } from './place.ts'

export interface ServerExit {
  code: number | null
  signal: NodeJS.Signals | null
  /** False when nobody asked it to stop. */
  expected: boolean
}

export type StopMode = 'smart' | 'fast' | 'immediate'

export interface Server {
  pid: number
  exit: Promise<ServerExit>
  stop(mode: StopMode): Promise<void>
}

/**
 * Runs the server in place of the shell, with a watcher beside it (twice forked, so that the postmaster never sees it as
 * a child). The watcher reads our pipe: a line means the server has ended by itself, end of file means that we died, and
 * then it asks for a fast shutdown. The pid is checked against the binary because it may have a new bearer by then.
 */
const WATCHED = `( ( read -r line <&3 || { [ "/proc/$$/exe" -ef "$0" ] && kill -INT $$; } ) & ) ; exec "$0" "$@" 3<&-`

const STOP_SIGNAL = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/**
 * Starts the postmaster and waits until it takes connections, crash recovery included.
 * @throws with the end of the server's log when it ends instead, or is not ready after 5 minutes
 */
export async function startServer(
  place: Place,
  native: string,
  size: ServerSize,
  probe: ClientConfig,
): Promise<Server> {
  const binary = join(native, 'bin', 'postgres')
  const args = serverArguments(place, size)
  const log = openLog(place.logFile)
  // A session of its own: Ctrl-C at the terminal is for us, and we need the database while we drain.
  const options = { env: SERVER_ENV, cwd: '/', detached: true, ...place.account }
  const child = existsSync('/bin/sh')
    ? spawn('/bin/sh', ['-c', WATCHED, binary, ...args], { ...options, stdio: ['ignore', log, log, 'pipe'] })
    : spawn(binary, args, { ...options, stdio: ['ignore', log, log] })
  closeSync(log)
  let asked = false
  const exit = new Promise<ServerExit>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      releaseWatcher(child)
      resolve({ code, signal, expected: asked })
    })
  })
  // A caller may look at `exit` late; a failed spawn is reported below.
  exit.catch(() => undefined)
  await waitUntilReady(exit, place, probe).catch(async (error: unknown) => {
    asked = true
    child.kill('SIGQUIT')
    await exit.catch(() => undefined)
    throw error
  })
  const pid = child.pid
  if (pid === undefined) throw new Error('the database server has no pid')
  const stop = async (mode: StopMode): Promise<void> => {
    asked = true
    for (const [name, ms] of [
      [STOP_SIGNAL[mode], 20_000],
      ['SIGQUIT', 10_000],
      ['SIGKILL', 5_000],
    ] as const) {
      if (child.exitCode === null && child.signalCode === null) child.kill(name)
      const ended = await Promise.race([exit.then(() => true), sleep(ms, false, { ref: false })])
      if (ended) break
    }
    await waitForNone(place.cluster, 5_000)
  }
  return { pid, exit, stop }
}

function releaseWatcher(child: ChildProcess): void {
  const pipe = child.stdio[3]
  if (!pipe || !('end' in pipe)) return
  // The watcher may be gone already; a broken pipe here is of no interest.
  pipe.on('error', () => undefined)
  pipe.end('ended\n')
}

async function waitUntilReady(exit: Promise<ServerExit>, place: Place, probe: ClientConfig): Promise<void> {
  let ended: ServerExit | null = null
  exit.then(
    (how) => (ended = how),
    () => undefined,
  )
  const failed = exit.then(() => 'ended' as const)
  for (const end = performance.now() + 300_000; performance.now() < end;) {
    const result = await Promise.race([tryConnect(probe), failed])
    if (result === true) return
    if (result === 'ended' || ended !== null) {
      throw new Error(`the database server did not start: ${readLogTail(place.logFile)}`)
    }
    await sleep(20)
  }
  throw new Error(`the database server is not ready after 5 minutes: ${readLogTail(place.logFile)}`)
}

async function tryConnect(probe: ClientConfig): Promise<boolean> {
  const client = new Client({ ...probe, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
