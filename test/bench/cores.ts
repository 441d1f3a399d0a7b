// In: a process. Out: its children, the processor time it has used, and the core it and they stay on.
// Must not pretend: where there is no taskset, or one core, nothing is pinned and the header of the section says so.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

/** USER_HZ of every Linux that Node runs on. */
const TICKS_MS = 10

const canPin = cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0

/** Priority of what stands for other machines: it takes what the subject leaves. */
export const GUEST = 10

/** A program of this machine that runs with that priority, as a file in a folder. */
export function makeGuest(folder: string, program: string): string {
  const file = join(folder, 'guest.sh')
  writeFileSync(file, `#!/bin/sh\nexec nice -n ${GUEST} '${program}' "$@"\n`, { mode: 0o755 })
  return file
}

/** Said in the header of a section. */
export const PINNED = canPin ? 'pinned' : 'not pinned (no taskset, or one core)'

/** Keeps every thread of a process on a core. */
export function pin(pid: number, core: number): void {
  if (canPin) spawnSync('taskset', ['-acp', String(core), String(pid)])
}

const readStat = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^\d+ \(.*\) /s, '')
    .split(' ')

/** All processes below this one. */
export function listBelow(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      parents.set(Number(name), Number(readStat(Number(name))[1]))
    } catch {
      // Ended while we read.
    }
  }
  const below = [...parents].filter(([, parent]) => parent === pid).map(([child]) => child)
  return below.flatMap((child) => [child, ...listBelow(child)])
}

/** The public process of an installation. @throws when there is none */
export function findPublic(publisher: number): number {
  const found = listBelow(publisher).find((pid) => {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    return line.includes('--role') && line.includes('public')
  })
  if (found === undefined) throw new Error('the public process is not there')
  return found
}

/** Processor time of a process and its threads since it began, ms. */
export function readCpu(pid: number): number {
  const stat = readStat(pid)
  return (Number(stat[11]) + Number(stat[12])) * TICKS_MS
}
