// In: the inbox folder and names in it. Out: its complete plain files, their bytes, and their last resting place.
// Must not trust a name or a kind twice: a file is opened without following links and checked on the open handle.
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, opendir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Instant } from '../core/instant.ts'
import { formatBeijing, formatUtc } from '../core/instant.ts'

/** One plain file in the inbox. */
export interface Dropped {
  name: string
  /** Changes when the file is written to or replaced. */
  mark: string
  modifiedAt: number
}

export type ReadDropped =
  | { state: 'read'; bytes: Uint8Array; contentType: string }
  | { state: 'too-large'; reason: string }
  /** Taken away, or no longer a plain file. */
  | { state: 'gone' }
  /** Grew while we read. */
  | { state: 'still-written' }

/** Names per look; the rest waits for the next one. */
const MAX_NAMES = 1_000
const UNFINISHED = /\.(?:tmp|part|partial|filepart|swp)$/i

/**
 * Lists the inbox: plain files, oldest first, and the names that are still being written under a .tmp name.
 * Dotfiles, links, folders, devices and names that are no valid UTF-8 are passed over.
 * @throws when the folder cannot be read
 */
export async function listDropped(folder: string): Promise<{ files: Dropped[]; unfinished: string[] }> {
  const files: Dropped[] = []
  const unfinished: string[] = []
  for await (const entry of await opendir(folder)) {
    const { name } = entry
    if (files.length >= MAX_NAMES) break
    if (UNFINISHED.test(name)) {
      // A heap of forgotten .tmp files must not hide the good ones behind it.
      if (unfinished.length < MAX_NAMES) unfinished.push(name.replace(UNFINISHED, '').replace(/^\./, ''))
    } else if (entry.isFile() && !name.startsWith('.') && !name.includes('\uFFFD')) {
      const found = await lstat(join(folder, name)).catch(() => null)
      // A second hard link is another program's hold on the file: it is not ours yet.
      if (found?.isFile() !== true || found.nlink > 1) continue
      files.push({ name, mark: markOf(found), modifiedAt: found.mtimeMs })
    }
  }
  files.sort((a, b) => a.modifiedAt - b.modifiedAt || (a.name < b.name ? -1 : 1))
  return { files, unfinished }
}

/** Reads one file, at most `maxBytes`. Throws only for trouble that may pass (rights, disk). */
export async function readDropped(folder: string, file: Dropped, maxBytes: number): Promise<ReadDropped> {
  // O_NONBLOCK: a pipe that took the file's name meanwhile must not hang us.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle = await open(join(folder, file.name), flags).catch((error: unknown) => {
    const code = String((error as { code?: unknown }).code)
    if (['ENOENT', 'ELOOP', 'ENXIO', 'EISDIR'].includes(code)) return null
    throw new Error(`${file.name} could not be opened (${code}): give the program the right to read it`, {
      cause: error,
    })
  })
  if (handle === null) return { state: 'gone' }
  try {
    const before = await handle.stat()
    if (!before.isFile()) return { state: 'gone' }
    if (markOf(before) !== file.mark) return { state: 'still-written' }
    if (before.size > maxBytes)
      return { state: 'too-large', reason: `the file has ${before.size} bytes; at most ${maxBytes} are read` }
    const bytes = Buffer.alloc(before.size)
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    if (length < bytes.length || markOf(await handle.stat()) !== file.mark) return { state: 'still-written' }
    return { state: 'read', bytes, contentType: typeOf(file.name) }
  } finally {
    await handle.close()
  }
}

/** A file at its resting place, as it was when we read it. */
export interface Rested {
  name: string
  path: string
  mark: string
  at: Instant
}

/**
 * Moves a file that was taken over to done/<Beijing date>/.
 * @returns null when it was written to meanwhile: what is new in it must be read first
 */
export async function keepDone(folder: string, file: Dropped, at: Instant): Promise<Rested | null> {
  const from = join(folder, file.name)
  const day = join(folder, 'done', formatBeijing(at).slice(0, 10))
  await mkdir(day, { recursive: true })
  const path = await freePath(day, file.name, at)
  if (markOf(await lstat(from)) !== file.mark) return null
  await rename(from, path)
  return { name: file.name, path, mark: file.mark, at }
}

/**
 * Brings a file back into the inbox that was written to after we moved it: its writer had only paused, and goes on
 * through the handle that it holds.
 * @returns false when it lies as it did
 */
export async function bringBack(folder: string, rested: Rested, at: Instant): Promise<boolean> {
  const found = await lstat(rested.path).catch(() => null)
  if (found === null || markOf(found) === rested.mark) return false
  await rename(rested.path, await freePath(folder, rested.name, at))
  return true
}

/** Moves a file to refused/ with a text beside it that says what to do. The reason is written first: never a bare refusal. */
export async function keepRefused(
  folder: string,
  file: Pick<Dropped, 'name' | 'mark'>,
  refusal: { rule: string; reason: string; at: Instant },
): Promise<Rested> {
  const { name } = file
  const place = join(folder, 'refused')
  await mkdir(place, { recursive: true })
  const path = await freePath(place, name, refusal.at)
  const lines = [
    `file: ${JSON.stringify(name)}`,
    `refused at: ${formatUtc(refusal.at)} (${formatBeijing(refusal.at)} 北京时间)`,
    `rule: ${refusal.rule}`,
    `reason: ${refusal.reason.replace(/[\u0000-\u001f]+/g, ' ').slice(0, 1_000)}`,
    'what to do: correct the file and drop it into the inbox again under any name. 请更正后重新放入收件夹。',
  ]
  await writeFile(`${path}.reason.txt`, `${lines.join('\n')}\n`)
  await rename(join(folder, name), path)
  return { name, path, mark: file.mark, at: refusal.at }
}

/** A path that nothing stands at; long names are cut because ".reason.txt" must still fit into 255 bytes. */
async function freePath(place: string, name: string, at: Instant): Promise<string> {
  const long = Buffer.byteLength(name) > 200
  const digest = createHash('sha256').update(`${name} ${at}`).digest('hex').slice(0, 12)
  const plain = long ? `${digest}${/\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? ''}` : name
  for (let n = 0; n < 1_000; n += 1) {
    const path = join(place, n === 0 ? plain : `${digest}-${n}-${plain}`)
    const taken = await stat(path).catch(() => null)
    const explained = await stat(`${path}.reason.txt`).catch(() => null)
    if (taken === null && explained === null) return path
  }
  throw new Error(`${place} holds a thousand files named like ${JSON.stringify(name)}`)
}

function markOf(found: { size: number; mtimeMs: number; ino: number }): string {
  return `${found.size} ${found.mtimeMs} ${found.ino}`
}

/** As the name says; the door's format decides how it is read. */
function typeOf(name: string): string {
  const ending = /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase()
  if (ending === 'json' || ending === 'geojson') return 'application/json'
  return ending === 'xml' || ending === 'scml' || ending === 'qml' ? 'application/xml' : 'text/plain'
}
