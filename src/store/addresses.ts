// In: nothing but the page table. Out: the addresses that a search engine may be shown.
// Reads only. Must not name a page under a second address: modes, English and ids lead to the same notice.
import type { Instant } from '../core/instant.ts'
import type { Queryable } from './pool.ts'

const SECOND_ADDRESS = '^/(drill|en|notices|screen|unsubscribe)/|^/screen$'

/** HTML pages in plain Chinese, the latest changed first. */
export async function listAddresses(db: Queryable, limit: number): Promise<{ path: string; changedAt: Instant }[]> {
  const { rows } = await db.query<{ path: string; changed_at: Instant }>(
    `select path, changed_at from page where path like '/%' and path !~ $1 and status = 200 and content_type like 'text/html%'
     order by changed_at desc, path limit $2`,
    [SECOND_ADDRESS, limit],
  )
  return rows.map((row) => ({ path: row.path, changedAt: row.changed_at }))
}
