// In: a data folder. Out: the proof that this process alone owns it, or who does.
// Must not trust a pid file: the kernel frees the held name at kill -9, and a heartbeat speaks across containers.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Hold {
  release(): Promise<void>
}

/** Who holds a data folder, as far as its note tells; pid 0 when the note is missing. */
export interface OwnerNote {
  pid: number
  host: string
  /** ISO 8601, by the owner's clock. */
  since: string
  /** Names in the abstract socket space are seen only within one network namespace of one boot. */
  realm: string
  boot: string
}

export type Acquired =
  | { ok: true; release(): Promise<void> }
  | { ok: false; by: { pid: number; host: string; since: string } }

const BEAT_MS = 2_000

/**
 * Holds an abstract unix socket named after a folder (unix(7)); the kernel releases it when the process ends in any way.
 * Waits a second for it, because a killed process lets go only when its last thread has ended.
 * @returns null when another process holds the same name
 */
export async function holdName(purpose: string, folder: string): Promise<Hold | null> {
  const key = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32)
  for (let tries = 0; tries < 20; tries += 1) {
    if (tries > 0) await sleep(50)
    const server = createServer((socket) => socket.destroy())
    try {
      await listen(server, `\0quakedesk/${purpose}/${key}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue
      throw error
    }
    server.unref()
    return { release: () => new Promise((resolve) => server.close(() => resolve())) }
  }
  return null
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path, exclusive: true }, () => resolve())
  })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return ''
  }
}

function readNote(file: string): OwnerNote | null {
  try {
    const note = JSON.parse(readFileSync(file, 'utf8')) as Partial<OwnerNote>
    const { pid = 0, host = '', since = '', realm = '', boot = '' } = note
    return { pid, host, since, realm, boot }
  } catch {
    return null
  }
}

function describeSelf(now: number): OwnerNote {
  const boot = readText('/proc/sys/kernel/random/boot_id')
  let space = ''
  try {
    space = readlinkSync('/proc/self/ns/net')
  } catch {
    // No /proc: then everything on this host counts as one realm.
  }
  return { pid: process.pid, host: hostname(), since: new Date(now).toISOString(), realm: `${boot} ${space}`, boot }
}

/** Whether somebody out of our kernel's sight still touches the note. Compares two readings, never two clocks. */
async function isBeating(file: string): Promise<boolean> {
  const read = (): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const first = read()
  for (let i = 0; i < 8; i += 1) {
    await sleep(BEAT_MS / 2)
    if (read() !== first) return read() !== 0
  }
  return false
}

/**
 * Makes this process the one owner of a data folder until release() or its end.
 * Within one network namespace the held name decides at once. A note from elsewhere (two containers on one volume) is
 * watched for four heartbeats first, unless it comes from an earlier boot of this very host.
 * @param now the time to write into the note, epoch milliseconds
 */
export async function acquireOwner(dataFolder: string, now: number): Promise<Acquired> {
  mkdirSync(dataFolder, { recursive: true })
  const file = join(realpathSync(dataFolder), 'owner.json')
  const hold = await holdName('program', dataFolder)
  const before = readNote(file)
  const refusal = { ok: false, by: before ?? { pid: 0, host: hostname(), since: '' } } as const
  if (hold === null) return refusal
  const self = describeSelf(now)
  const foreign = before !== null && before.realm !== self.realm
  const rebooted = before !== null && before.host === self.host && before.boot !== self.boot
  if (foreign && !rebooted && (await isBeating(file))) {
    await hold.release()
    return refusal
  }
  writeFileSync(`${file}.new`, JSON.stringify(self))
  renameSync(`${file}.new`, file)
  const beat = setInterval(() => {
    const time = new Date()
    try {
      utimesSync(file, time, time)
    } catch {
      // The folder vanished below us: the next write to it will say so.
    }
  }, BEAT_MS).unref()
  return {
    ok: true,
    async release() {
      clearInterval(beat)
      rmSync(file, { force: true })
      await hold.release()
    },
  }
}
