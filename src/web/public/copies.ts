// In: pages and live events as the public process has them. Out: the same in a folder, for a start without a database.
// One file per page, so that a new notice writes what changed and not everything. Must not fail a refresh: the table has it all.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoredPage } from '../../store/pages.ts'
import type { Instant } from '../../core/instant.ts'
import type { Ring } from '../live/events.ts'

/** What the folder knows of the record's order, and when the record was last read. */
export interface RingCopy {
  ring: Ring
  /** The beginning of its head's hash; null while nothing is sealed. */
  seal: string | null
  readAt: Instant
}

export interface Copies {
  readPages(): Promise<StoredPage[]>
  readRing(): Promise<RingCopy | null>
  change(fresh: readonly StoredPage[], gone: readonly string[]): Promise<void>
  saveRing(copy: RingCopy): Promise<void>
}

const RING = 'ring.json'
const PAGE = '.page'
const AT_ONCE = 32

/** Opens the folder, which is made if there is none. */
export async function openCopies(folder: string): Promise<Copies> {
  await mkdir(folder, { recursive: true })
  const fileOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 32) + PAGE
  /** Whole or not at all: a reader never meets half a file. */
  const put = async (name: string, bytes: Buffer | string): Promise<void> => {
    const fresh = join(folder, `${name}.tmp`)
    await writeFile(fresh, bytes)
    await rename(fresh, join(folder, name))
  }
  return {
    readPages: async () => {
      const pages: StoredPage[] = []
      for (const name of await readdir(folder)) {
        const page = name.endsWith(PAGE) ? unpackPage(await readFile(join(folder, name))) : null
        if (page) pages.push(page)
      }
      return pages
    },
    readRing: async () => {
      try {
        return JSON.parse(await readFile(join(folder, RING), 'utf8')) as RingCopy
      } catch {
        // None yet, or one cut off by a full disk: the record has it all.
        return null
      }
    },
    change: async (fresh, gone) => {
      // A first start copies them all: not thousands of open files at once.
      for (let from = 0; from < fresh.length; from += AT_ONCE)
        await Promise.all(fresh.slice(from, from + AT_ONCE).map((page) => put(fileOf(page.path), packPage(page))))
      for (const path of gone) await rm(join(folder, fileOf(path)), { force: true })
    },
    saveRing: (copy) => put(RING, JSON.stringify(copy)),
  }
}

type Head = Omit<StoredPage, 'body' | 'gzip'> & { length: number; packed: number | null }

/** A line that says what follows, the body, the packed body. */
function packPage({ body, gzip, ...rest }: StoredPage): Buffer {
  const head: Head = { ...rest, length: body.length, packed: gzip?.length ?? null }
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body, gzip ?? Buffer.alloc(0)])
}

/** Null for a file that was cut off, or is none of ours. */
function unpackPage(bytes: Buffer): StoredPage | null {
  try {
    const end = bytes.indexOf(10)
    const { length, packed, ...rest } = JSON.parse(bytes.subarray(0, end).toString('utf8')) as Head
    const body = bytes.subarray(end + 1, end + 1 + length)
    const gzip = packed === null ? null : bytes.subarray(end + 1 + length)
    return body.length === length && (gzip?.length ?? null) === packed ? { ...rest, body, gzip } : null
  } catch {
    return null
  }
}
