// In: which further notices a reader wants. Out: the API's page of them, or why not.
// Must not ask the database but in its turn (turns.ts).
import { listNotices } from '../../store/notices.ts'
import type { Queryable } from '../../store/pool.ts'
import { LISTED, writeListing } from './notice-json.ts'
import type { Turns } from './turns.ts'

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

/** Opens the archive of one process. */
export function openArchive(context: ArchiveContext, turns: Turns): Archive {
  return {
    list: async (before, limit) => {
      const most = readLimit(limit)
      if (most === null)
        return refuse(400, `limit = ${JSON.stringify(limit)}: must be a whole number from 1 to ${MOST_LISTED}`)
      if (before !== undefined && (typeof before !== 'string' || !/^[\w-]{1,64}$/.test(before)))
        return refuse(400, 'before: must be the id of a notice, given once')
      const answer = turns.ask(`api ${most} ${before ?? ''}`, () => readPage(before, most, context))
      return answer ?? refuse(503, 'too many readers at once: ask again in a second')
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
