// In: the record. Out: every revision, correction and withdrawal that the website carries, each with the word it replaced.
// Reads only. Must not leave one out because it is old: what was wrong stays listed.
import { listNotices, listNoticesById, type NoticeView } from './notices.ts'
import type { Queryable } from './pool.ts'

export interface Erratum {
  said: NoticeView
  now: NoticeView
}

/** A rebuttal that replaces none is left out below. */
const KINDS = ['revision', 'correction', 'withdrawal', 'rebuttal'] as const
/** Years of a city's errors; where there are more, the page leads to those before in the list of notices. */
export const MOST_ERRATA = 200

/** Newest first, at most MOST_ERRATA. */
export async function listErrata(db: Queryable): Promise<Erratum[]> {
  const later = await listNotices(db, { class: 'actual', limit: MOST_ERRATA, onSite: [], kinds: KINDS })
  const earlier = await listNoticesById(
    db,
    later.flatMap(({ supersedes }) => supersedes ?? []),
  )
  return later.flatMap((now) => {
    const said = earlier.find(({ id }) => id === now.supersedes)
    return said ? [{ said, now }] : []
  })
}
