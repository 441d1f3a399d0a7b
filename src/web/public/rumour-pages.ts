// In: the record. Out: the pages of rumours that have changed since they were made last, in both languages.
// Must not stand in the way of a first word: they are made when the lists are built anew.
import type { Page } from '../../store/pages.ts'
import type { Queryable } from '../../store/pool.ts'
import { listPublicRumours, type PublicRumour } from '../../store/rumours/public.ts'
import type { PageMaker } from './pages.ts'

/** What is older stands as it was made last; a start makes all of it anew. */
const NEWEST = 200
const BATCH = 500

export interface RumourPages {
  /**
   * @param how all: every page there is, at a start, when words or templates may be others; newest: the newest anew, whatever
   *   another node has stored; changed: those of the newest that changed
   * @returns `kept`: to be called once they are stored; what was not is made again
   */
  pages(how: 'all' | 'newest' | 'changed'): Promise<{ pages: Page[]; kept: () => void }>
}

export function openRumourPages(db: Queryable, maker: Pick<PageMaker, 'rumour'>): RumourPages {
  const made = new Map<string, string>()
  const listAll = async (): Promise<PublicRumour[]> => {
    const rumours = await listPublicRumours(db, { limit: BATCH })
    for (let part = rumours; part.length === BATCH;) {
      part = await listPublicRumours(db, { limit: BATCH, before: part.at(-1)?.code ?? null })
      rumours.push(...part)
    }
    return rumours
  }
  return {
    pages: async (how) => {
      const rumours = how === 'all' ? await listAll() : await listPublicRumours(db, { limit: NEWEST })
      const due = rumours.filter((rumour) => how !== 'changed' || made.get(rumour.code) !== keyOf(rumour))
      return {
        pages: due.flatMap((rumour) => [maker.rumour(rumour), maker.rumour(rumour, 'en')]),
        kept: () => {
          for (const rumour of due) made.set(rumour.code, keyOf(rumour))
          for (const code of [...made.keys()].slice(0, -2 * NEWEST)) made.delete(code)
        },
      }
    },
  }
}

/** All of a rumour that its page shows and that can change. */
function keyOf({ standing, line, notices, withdrawnAt, mergedInto, heardAt }: PublicRumour): string {
  const said = notices.map(({ id, state, supersededBy }) => [id, state, supersededBy])
  return JSON.stringify([standing, line, said, withdrawnAt, mergedInto, heardAt])
}
