// In: a data folder and an account. Out: another process that runs the database there, and looks into /proc.
// Must not leave a process behind: every child is killed when the test file ends.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Connections } from '../../src/store/postgres/start.ts'

export const isRoot = process.getuid?.() === 0

export interface Runner extends Connections {
  child: ChildProcess
  pid: number
  location: string
  refused?: string
  stop(): Promise<void>
}

const children = new Set<ChildProcess>()
const servers = new Set<number>()

/** Ends what runElsewhere started, the servers too where they outlived their program. */
export function killRunners(): void {
  for (const child of children) child.kill('SIGKILL')
  for (const pid of servers) {
    if (isAlive(pid) && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres') process.kill(pid, 'SIGKILL')
  }
  children.clear()
  servers.clear()
}

/** Runs test/support/run-postgres.ts, as `uid` when given. */
export async function runElsewhere(args: string[], uid?: number): Promise<Runner> {
  const script = fileURLToPath(new URL('run-postgres.ts', import.meta.url))
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  children.add(child)
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), once(child, 'exit')])) as unknown[]
  if (typeof line !== 'string') throw new Error(`the child ended early: ${String(line)}`)
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit')
    child.stdin.write('stop\n')
    await ended
  }
  const told = JSON.parse(line) as Omit<Runner, 'child' | 'stop'>
  if (told.pid > 0) servers.add(told.pid)
  return { child, stop, ...told }
}

export const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))

/** Resolves when the process is gone; the test's own limit ends a vain wait. */
export async function waitForEnd(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(20)
}

/** Processes of a session (proc(5), stat field 6) that are not the leader. */
export function listSession(leader: number): { pid: number; name: string }[] {
  const found: { pid: number; name: string }[] = []
  for (const name of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [, program = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? []
      if (Number(rest.split(' ')[3]) === leader && Number(name) !== leader)
        found.push({ pid: Number(name), name: program })
    } catch {
      // Ended while we read.
    }
  }
  return found
}
