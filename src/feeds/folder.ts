// In: files that a bureau's own software drops into <data>/inbox/<door>/. Out: their bytes, handed to `receive` once.
// Must not move a file before it is durable, follow a link, or lose one: what cannot be read keeps its place and a reason.
import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Instant } from '../core/instant.ts'
import { MINUTE, SECOND } from '../core/instant.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { decodeText } from './charset.ts'
import type { Clock, Receive } from './fetch-clock.ts'
import { pause } from './fetch-clock.ts'
import { bringBack, keepDone, keepRefused, listDropped, readDropped } from './folder-files.ts'
import type { Dropped, Rested } from './folder-files.ts'

export interface WatchedFolder {
  /** Id of the inbound door. */
  source: string
  /** <data>/inbox/<door>; made if missing. */
  path: string
  /** How often it is looked at when no hint comes; default 1 s. */
  everyMs?: number
  /** Larger files are refused unread; default 20 MB. */
  maxBytes?: number
}

export interface FolderEvent {
  source: string
  at: Instant
  file: string
  /** waiting: `receive` did not take it; it comes again. grown: it was written to after we moved it; it comes again. */
  what: 'done' | 'refused' | 'waiting' | 'grown' | 'folder-trouble'
  detail: string
}

export interface FolderDeps {
  clock: Clock
  receive: Receive
  report?(event: FolderEvent): void
}

/** A file counts as complete when size and time stood still this long, unless it was renamed from a .tmp that we saw. */
const SETTLE = SECOND
/** An unreadable file this young may be half of a slow upload: it is looked at again before it is refused. */
const PATIENCE = 10 * SECOND
const LONGEST_RETRY = 30 * SECOND
/** A writer over a slow line that paused for longer than this has lost its connection. */
const WATCH_MOVED = 15 * MINUTE
const MOST_MOVED = 100
const BREATH = 50
const MAX_BYTES = 20 * 1024 * 1024

/**
 * Watches one folder until stopped. Files go through in the order of their times, one by one; each ends in
 * done/<Beijing date>/ or, with a .reason.txt, in refused/. A file whose `receive` failed is offered again with
 * growing waits (1 s to 30 s) and holds back nothing behind it.
 * A crash between `receive` and the move hands the same bytes over again: `receive` is idempotent.
 * @throws when the folder cannot be made or is a link
 */
export async function watchFolder(folder: WatchedFolder, deps: FolderDeps): Promise<{ stop(): Promise<void> }> {
  for (const part of ['', 'done', 'refused']) {
    const path = join(folder.path, part)
    await mkdir(path, { recursive: true })
    if (!(await lstat(path)).isDirectory()) throw new TypeError(`${path} must be a folder, not a link`)
  }
  const stopping = new AbortController()
  const running = lookForever(folder, deps, stopping.signal)
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** What we know of a file between two looks. */
interface Seen {
  mark: string
  since: Instant
  retryAt: Instant
  retries: number
}

interface Look {
  seen: Map<string, Seen>
  /** Names that stood there as <name>.tmp or .<name>.tmp at the last look: complete as soon as they are renamed. */
  promised: Set<string>
  /** Lately moved files: one that grows was moved too early. */
  moved: Rested[]
}

async function lookForever(folder: WatchedFolder, deps: FolderDeps, signal: AbortSignal): Promise<void> {
  const { clock } = deps
  let look: Look = { seen: new Map(), promised: new Set(), moved: [] }
  let trouble = ''
  let wake = new AbortController()
  const watcher = startHints(folder.path, () => wake.abort())
  while (!signal.aborted) {
    wake = new AbortController()
    try {
      look = await lookOnce(folder, deps, look, signal)
      trouble = ''
    } catch (error) {
      // A folder on a network share comes and goes; said once, tried again at the same pace.
      const detail = String(error).slice(0, 300)
      if (detail !== trouble)
        deps.report?.({ source: folder.source, at: clock.now(), file: '', what: 'folder-trouble', detail })
      trouble = detail
    }
    // A writer at work sends a hint per write: a breath between two looks keeps that from becoming a busy loop.
    await pause(clock, BREATH, signal)
    await pause(clock, (folder.everyMs ?? SECOND) - BREATH, AbortSignal.any([wake.signal, signal]))
  }
  watcher?.close()
}

/** The kernel's hint saves up to one interval; without it (network shares, too many watches) looking is enough. */
function startHints(path: string, hint: () => void): FSWatcher | null {
  try {
    const watcher = watch(path, { persistent: false }, hint)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null
  }
}

async function lookOnce(folder: WatchedFolder, deps: FolderDeps, before: Look, signal: AbortSignal): Promise<Look> {
  const moved = await watchMoved(folder, deps, before.moved)
  const { files, unfinished } = await listDropped(folder.path)
  const look: Look = { seen: new Map(), promised: new Set(unfinished), moved }
  for (const file of files) {
    const now = deps.clock.now()
    const known = before.seen.get(file.name)
    // A clock that was set back must not make a file wait until it has caught up.
    const same = known?.mark === file.mark && known.since <= now && known.retryAt <= now + LONGEST_RETRY
    const entry: Seen = same ? known : { mark: file.mark, since: now, retryAt: now, retries: 0 }
    look.seen.set(file.name, entry)
    const complete = now - entry.since >= SETTLE || (known === undefined && before.promised.has(file.name))
    if (!complete || now < entry.retryAt || signal.aborted) continue
    const rested = await handle(folder, file, now - entry.since < PATIENCE, deps)
    if (rested !== null) {
      look.seen.delete(file.name)
      look.moved = [...look.moved, rested].slice(-MOST_MOVED)
    } else {
      const wait = Math.min(2 ** entry.retries * SECOND, LONGEST_RETRY)
      look.seen.set(file.name, { ...entry, retryAt: deps.clock.now() + wait, retries: Math.min(entry.retries + 1, 10) })
    }
  }
  return look
}

/** Brings back what grew at its resting place; the rest is watched on. */
async function watchMoved(folder: WatchedFolder, deps: FolderDeps, moved: readonly Rested[]): Promise<Rested[]> {
  const now = deps.clock.now()
  const still: Rested[] = []
  for (const rested of moved) {
    if (await bringBack(folder.path, rested, now)) {
      const detail = 'it was written to after it had been moved; it is read again'
      deps.report?.({ source: folder.source, at: now, file: rested.name, what: 'grown', detail })
    } else if (Math.abs(now - rested.at) < WATCH_MOVED) still.push(rested)
  }
  return still
}

/** Where the file was moved to; null when it stays where it is. */
async function handle(folder: WatchedFolder, file: Dropped, young: boolean, deps: FolderDeps): Promise<Rested | null> {
  const { clock } = deps
  const { source } = folder
  const tell = (what: FolderEvent['what'], detail: string): void =>
    deps.report?.({ source, at: clock.now(), file: file.name, what, detail })
  const refuse = async (rule: string, reason: string): Promise<Rested | null> => {
    if (young && rule !== 'too-large') {
      tell('waiting', `perhaps not yet complete (${rule}: ${reason})`)
      return null
    }
    const rested = await keepRefused(folder.path, file, { rule, reason, at: clock.now() })
    tell('refused', `${rule}: ${reason}`)
    return rested
  }
  try {
    const read = await readDropped(folder.path, file, folder.maxBytes ?? MAX_BYTES)
    if (read.state === 'gone' || read.state === 'still-written') return null
    if (read.state === 'too-large') return await refuse('too-large', read.reason)
    const decoded = decodeText(read.bytes, '')
    if (!decoded.ok) return await refuse('charset', decoded.reason)
    const { bytes, contentType } = read
    const receivedAt = clock.now()
    try {
      await deps.receive({ source, transport: 'folder', bytes, text: decoded.text, contentType, receivedAt })
    } catch (error) {
      if (error instanceof UnreadableFeed) return await refuse(error.rule, error.message)
      throw error
    }
    const rested = await keepDone(folder.path, file, clock.now())
    if (rested !== null) tell('done', '')
    return rested
  } catch (error) {
    tell('waiting', String(error).slice(0, 300))
    return null
  }
}
