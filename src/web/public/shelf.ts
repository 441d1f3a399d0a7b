// In: the page table, the sealed journal, a folder. Out: the newest pages in memory, what was shown in the order of record,
// and both on disk for a start without database. Must not fail when the database is away: what was said stays readable.
import type { Instant } from '../../core/instant.ts'
import { listEtags, listPublicPages, type StoredPage } from '../../store/pages.ts'
import type { Queryable } from '../../store/pool.ts'
import { listShown } from '../../store/shown.ts'
import { extendRing, MOST_KEPT, type Ring } from '../live/events.ts'
import { openCopies, type RingCopy } from './copies.ts'

export interface Shelf {
  get(path: string): StoredPage | undefined
  /** Fetches what changed; true when the database answered. */
  refresh(): Promise<boolean>
  /** When this process last read the record; null before the first time. */
  lastRefreshAt(): Instant | null
  /** The same, or what the copies on disk know of a process before this one. */
  readAt(): Instant | null
}

export interface ShelfContext {
  db: Queryable
  folder: string
  realNow: () => Instant
  /** After the pages are there. @param sure false for the copy on disk: the record may have gone further */
  tell: (ring: Ring, sure: boolean) => void
  onError: (error: unknown) => void
}

/** How far "as of" may lie behind after a crash. */
const READ_AT_MS = 10_000

/** Opens the shelf with the copy on disk. */
export async function openShelf({ db, folder, realNow, tell, onError }: ShelfContext): Promise<Shelf> {
  const copies = await openCopies(folder)
  const pages = new Map<string, StoredPage>()
  for (const page of await copies.readPages()) pages.set(page.path, page)
  const copy = await copies.readRing()
  let ring = copy?.ring ?? null
  let seal = copy?.seal ?? null
  let savedAt = copy?.readAt ?? 0
  let readAt = copy?.readAt ?? null
  let last: Instant | null = null
  let turn: Promise<boolean> = Promise.resolve(true)
  if (ring) tell(ring, false)

  const readRing = async (): Promise<{ ring: Ring; seal: string | null }> => {
    const look = await listShown(db, ring?.head ?? 0, MOST_KEPT)
    if (look.afterSeal === seal) return { ring: extendRing(ring, look), seal: look.headSeal }
    // Another record than the one we read so far: restored from a backup, however far it has gone since.
    const anew = await listShown(db, 0, MOST_KEPT)
    return { ring: extendRing(null, anew), seal: anew.headSeal }
  }
  const readPages = async (): Promise<void> => {
    const etags = await listEtags(db)
    const stale = [...etags].filter(([path, etag]) => pages.get(path)?.etag !== etag).map(([path]) => path)
    const fresh = stale.length === 0 ? [] : await listPublicPages(db, stale)
    for (const page of fresh) pages.set(page.path, page)
    // An empty table is a new installation or a lost one: what was said stays readable.
    const gone = etags.size === 0 ? [] : [...pages.keys()].filter((path) => !etags.has(path))
    for (const path of gone) pages.delete(path)
    // A disk that is full does not keep the news from the readers.
    await copies.change(fresh, gone).catch(onError)
  }
  const saveRing = async (fresh: RingCopy): Promise<void> => {
    if (fresh.ring.events === ring?.events && fresh.readAt - savedAt < READ_AT_MS) return
    await copies.saveRing(fresh).then(() => (savedAt = fresh.readAt), onError)
  }
  const refreshNow = async (): Promise<boolean> => {
    try {
      const at = realNow()
      // First what was shown, then the pages, then the word of it: whoever hears it finds the page. On disk before it is
      // told: after a crash nobody has heard of more than the copy holds.
      const fresh = await readRing()
      await readPages()
      await saveRing({ ...fresh, readAt: at })
      ring = fresh.ring
      seal = fresh.seal
      last = at
      readAt = at
      tell(fresh.ring, true)
      return true
    } catch (error) {
      onError(error)
      return false
    }
  }
  return {
    get: (path) => pages.get(path),
    refresh: () => {
      turn = turn.then(refreshNow, refreshNow)
      return turn
    },
    lastRefreshAt: () => last,
    readAt: () => readAt,
  }
}
