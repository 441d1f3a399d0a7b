// In: the page table, its notifications, a folder. Out: the newest pages in memory, and on disk for a start without database.
// Must not fail when the database is away: what was said stays readable.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listEtags, listPublicPages, type StoredPage } from '../../store/pages.ts'
import type { Queryable } from '../../store/pool.ts'

export interface Shelf {
  get(path: string): StoredPage | undefined
  /** Fetches what changed; true when the database answered. */
  refresh(): Promise<boolean>
  lastRefreshAt(): number | null
}

const FILE = 'pages.json'

/** Opens the shelf with the copy on disk. */
export async function openShelf(
  db: Queryable,
  folder: string,
  realNow: () => number,
  onError: (error: unknown) => void,
): Promise<Shelf> {
  await mkdir(folder, { recursive: true })
  const pages = new Map<string, StoredPage>()
  for (const page of await readCopy(join(folder, FILE))) pages.set(page.path, page)
  let last: number | null = null
  let turn: Promise<boolean> = Promise.resolve(true)

  const refreshNow = async (): Promise<boolean> => {
    try {
      const etags = await listEtags(db)
      const stale = [...etags].filter(([path, etag]) => pages.get(path)?.etag !== etag).map(([path]) => path)
      last = realNow()
      if (stale.length === 0) return true
      for (const page of await listPublicPages(db, stale)) pages.set(page.path, page)
      await writeCopy(folder, [...pages.values()])
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
  }
}

interface Copy extends Omit<StoredPage, 'body' | 'gzip'> {
  body: string
  gzip: string | null
}

async function readCopy(file: string): Promise<StoredPage[]> {
  try {
    const copies = JSON.parse(await readFile(file, 'utf8')) as Copy[]
    return copies.map((copy) => ({
      ...copy,
      body: Buffer.from(copy.body, 'base64'),
      gzip: copy.gzip === null ? null : Buffer.from(copy.gzip, 'base64'),
    }))
  } catch {
    // No copy yet, or one cut off by a full disk: the table has it all.
    return []
  }
}

async function writeCopy(folder: string, pages: readonly StoredPage[]): Promise<void> {
  const copies = pages.map((page) => ({
    ...page,
    body: page.body.toString('base64'),
    gzip: page.gzip?.toString('base64') ?? null,
  }))
  const fresh = join(folder, `${FILE}.tmp`)
  await writeFile(fresh, JSON.stringify(copies))
  await rename(fresh, join(folder, FILE))
}
