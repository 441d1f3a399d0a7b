// In: a notice that the website is to carry. Out: its pages and those it changes, stored for the public process.
// Must not serve: the public process reads the page table and its own copies (DESIGN L7).
import type { Instant } from '../../core/instant.ts'
import { findNotice, listLineage, listNotices, listQuakeNotices } from '../../store/notices.ts'
import { readQuakes } from '../../store/picture.ts'
import { DRILL_PATH, savePages, type Page } from '../../store/pages.ts'
import type { Queryable } from '../../store/pool.ts'
import type { PageMaker } from './pages.ts'

/** Notices on the home page and in the first page of the API. */
const LISTED = 30

export interface Site {
  /** Builds and stores every page that shows this notice. Idempotent. */
  show(noticeId: string): Promise<void>
  /** Builds what is there without any notice, and refreshes the lists. */
  refresh(): Promise<void>
  /** True once the notice's own page is stored. */
  isShown(code: string): Promise<boolean>
}

function hide(page: Page): Page {
  return { ...page, path: `${DRILL_PATH}${page.path}` }
}

/** Opens the site's writer. */
export function openSite(db: Queryable, maker: PageMaker, now: () => Instant): Site {
  const lists = async (): Promise<Page[]> => {
    const notices = await listNotices(db, { class: 'actual', limit: LISTED })
    const next = notices.length === LISTED ? (notices.at(-1)?.id ?? null) : null
    return [maker.home(notices), maker.listing(notices, next)]
  }
  return {
    show: async (noticeId) => {
      const notice = await findNotice(db, noticeId)
      if (!notice) throw new Error(`no notice ${noticeId}`)
      const lineage = await listLineage(db, notice.serial)
      const pages = lineage.flatMap((each) => maker.notice(each))
      // A drill's pages stand under a path that the public process never serves (DESIGN L4).
      if (notice.class === 'drill') return savePages(db, pages.map(hide), now())
      if (notice.quake !== null) {
        const told = await listQuakeNotices(db, notice.quake)
        const contents = await readQuakes(db, [notice.quake])
        pages.push(
          maker.quake(
            notice.quake,
            told,
            contents.reports.map((r) => r.body),
          ),
        )
      }
      await savePages(db, [...pages, ...(await lists())], now())
    },
    refresh: async () => savePages(db, await lists(), now()),
    isShown: async (code) => {
      const paths = [`/n/${code}`, `${DRILL_PATH}/n/${code}`]
      const { rows } = await db.query<{ there: boolean }>(
        'select exists (select from page where path = any($1)) as there',
        [paths],
      )
      return rows[0]?.there ?? false
    },
  }
}
