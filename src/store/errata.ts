// In: the record. Out: every revision, correction and withdrawal that the website carries, each with the word it replaced.
// Reads only. Must not leave one out because it is old: what was wrong stays listed.
import { listNotices, listNoticesById, type NoticeView } from './notices.ts'
import type { Queryable } from './pool.ts'

export interface Erratum {
  said: NoticeView
  now: NoticeView
}

const KINDS = ['revision', 'correction', 'withdrawal'] as const
/** Years of a city's errors; more stand in the list of notices. */
const MOST = 200

/** Newest first. */
export async function listErrata(db: Queryable): Promise<Erratum[]> {
  const later = await listNotices(db, { class: 'actual', limit: MOST, onSite: [], kinds: KINDS })
  const earlier = await listNoticesById(
    db,
    later.flatMap(({ supersedes }) => supersedes ?? []),
  )
  return later.flatMap((now) => {
    const said = earlier.find(({ id }) => id === now.supersedes)
    return said ? [{ said, now }] : []
  })
}
