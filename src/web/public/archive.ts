// In: which further notices a reader wants. Out: the API's page of them, or why not.
// Must not let readers load the database that the publisher needs as well: one question at a time, the rest wait or go.
import { listNotices } from '../../store/notices.ts'
import type { Queryable } from '../../store/pool.ts'
import { LISTED, writeListing } from './notice-json.ts'

export interface ArchiveContext {
  db: Queryable
  publicUrl: string
  demonstration: boolean
}

export interface ArchiveAnswer {
  status: 200 | 400 | 503
  /** JSON. */
  body: string
}

export interface Archive {
  /** @param before id of the last notice of the page before. @param limit 1 to 100, default LISTED */
  list(before: unknown, limit: unknown): Promise<ArchiveAnswer>
}

const MOST_LISTED = 100
/** Readers that wait for their turn; a page takes some milliseconds. */
const MOST_WAITING = 32
/** Answers are kept for a moment: whoever asks a thousand times asks the same. */
const KEPT_MS = 2_000
const MOST_KEPT = 64

/** Opens the archive of one process. */
export function openArchive(context: ArchiveContext): Archive {
  const kept = new Map<string, { answer: Promise<ArchiveAnswer>; until: number }>()
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0
  const ask = (before: string | undefined, limit: number): Promise<ArchiveAnswer> => {
    waiting += 1
    const mine = turn.then(() => readPage(before, limit, context)).finally(() => (waiting -= 1))
    turn = mine.catch(() => undefined)
    return mine
  }
  return {
    list: async (before, limit) => {
      const most = readLimit(limit)
      if (most === null)
        return refuse(400, `limit = ${JSON.stringify(limit)}: must be a whole number from 1 to ${MOST_LISTED}`)
      if (before !== undefined && (typeof before !== 'string' || !/^[\w-]{1,64}$/.test(before)))
        return refuse(400, 'before: must be the id of a notice, given once')
      const key = `${most} ${before ?? ''}`
      const now = performance.now()
      const there = kept.get(key)
      if (there && there.until > now) return there.answer
      if (waiting >= MOST_WAITING) return refuse(503, 'too many readers at once: ask again in a second')
      const answer = ask(before, most)
      kept.delete(key)
      kept.set(key, { answer, until: now + KEPT_MS })
      const oldest = kept.keys().next().value
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
      // A failure is answered, not kept.
      answer.catch(() => kept.delete(key))
      return answer
    },
  }
}

function readLimit(limit: unknown): number | null {
  if (limit === undefined) return LISTED
  const most = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : 0
  return most >= 1 && most <= MOST_LISTED ? most : null
}

async function readPage(
  before: string | undefined,
  limit: number,
  { db, publicUrl, demonstration }: ArchiveContext,
): Promise<ArchiveAnswer> {
  const notices = await listNotices(db, { class: 'actual', limit, before, onSite: [] })
  return { status: 200, body: writeListing(notices, limit, publicUrl, demonstration) }
}

function refuse(status: 400 | 503, error: string): ArchiveAnswer {
  return { status, body: JSON.stringify({ error }) }
}
