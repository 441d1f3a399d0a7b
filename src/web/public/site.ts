// In: a notice that the website is to carry. Out: its pages and those it changes, stored for the public process.
// Must not serve: the public process reads the page table and its own copies (DESIGN L7).
import type { Instant } from '../../core/instant.ts'
import { MAY_BE_VISIBLE } from '../../core/quake.ts'
import { allotIndexNumbers } from '../../store/index-numbers.ts'
import { findNotice, listLineage, listNotices, listQuakeNotices, type NoticeView } from '../../store/notices.ts'
import { readQuakes } from '../../store/picture.ts'
import { DRILL_PATH, findStored, savePages, type Page } from '../../store/pages.ts'
import type { Queryable } from '../../store/pool.ts'
import { spellNotices } from '../../store/search.ts'
import type { ShownNotice } from '../../store/shown.ts'
import { openColumns } from './columns.ts'
import type { Feeds } from './feeds/index.ts'
import { LISTED } from './notice-json.ts'
import type { PageMaker } from './pages.ts'
import { openRumourPages } from './rumour-pages.ts'

const VISIBLE: ReadonlySet<string> = new Set(MAY_BE_VISIBLE)

export interface Site {
  /** Builds and stores the pages that carry a first word: the notice's, its lineage's, the first page, the API's. Idempotent. */
  show(noticeId: string): Promise<void>
  /**
   * Builds the lists anew, and every page of these notices (id or short code), their lineages and quakes, in both
   * languages: their clocks and channels have moved on. Left out: those on the lists. A notice that the website does not carry stays unseen: in rehearsal, say.
   */
  refresh(changed?: Iterable<string>): Promise<void>
  /** True once the notice's own page is stored. */
  isShown(code: string): Promise<boolean>
}

function hide(page: Page): Page {
  return { ...page, path: `${DRILL_PATH}${page.path}` }
}

/** What live readers are told of it; its pages of other kinds are built later. */
function describeShown({ id, code, kind, serial, report, quake }: NoticeView): ShownNotice {
  return { id, code, kind, serial, report, quake, paths: [`/n/${code}`, '/', '/api/v1/notices'] }
}

/** Opens the site's writer. Left out: no pages for programs. */
export function openSite(db: Queryable, maker: PageMaker, now: () => Instant, feeds?: Feeds): Site {
  const columns = openColumns(db, LISTED)
  const rumours = openRumourPages(db, maker)
  const listed = (stored: readonly string[]): Promise<NoticeView[]> =>
    listNotices(db, { class: 'actual', limit: LISTED, onSite: stored })
  const lists = (notices: readonly NoticeView[]): Page[] => [maker.home(notices, now()), maker.listing(notices, LISTED)]
  /** Those whose own page is stored. */
  const keepShown = async (notices: readonly NoticeView[]): Promise<NoticeView[]> => {
    const pathOf = (notice: NoticeView): string => `${notice.class === 'drill' ? DRILL_PATH : ''}/n/${notice.code}`
    const stored = await findStored(db, notices.map(pathOf))
    return notices.filter((notice) => stored.has(pathOf(notice)))
  }
  /**
   * Those and what another channel may have carried: every Weibo text holds the address of its own notice's page, also
   * where the website's own delivery was superseded before it got through.
   */
  const keepTold = async (notices: readonly NoticeView[]): Promise<NoticeView[]> => {
    const shown = new Set(await keepShown(notices))
    return notices.filter((n) => shown.has(n) || n.deliveries.some((d) => VISIBLE.has(d.state)))
  }
  const quakePages = async (quake: string): Promise<Page[]> => {
    const told = await keepTold(await listQuakeNotices(db, quake))
    const { reports } = await readQuakes(db, [quake])
    const bodies = reports.map((report) => report.body)
    return [maker.quake(quake, told, bodies), maker.quake(quake, told, bodies, 'en')]
  }
  return {
    show: async (noticeId) => {
      const notice = await findNotice(db, noticeId)
      if (!notice) throw new Error(`no notice ${noticeId}`)
      const elders = (await listLineage(db, notice.serial)).filter((each) => each.id !== notice.id)
      const lineage = [...(await keepTold(elders)), notice]
      const pages = lineage.flatMap((each) => maker.notice(each))
      // A drill's pages stand under a path that the public process never serves (DESIGN L4).
      if (notice.class === 'drill') {
        const drills = await listNotices(db, { class: 'drill', limit: LISTED })
        return savePages(db, [...pages, ...maker.screen(drills, now())].map(hide), now())
      }
      const all = [...pages, ...lists(await listed(lineage.map((each) => each.id)))]
      await savePages(db, all, now(), lineage.map(describeShown))
    },
    refresh: async (changed) => {
      await allotIndexNumbers(db)
      const notices = await listed([])
      const named = changed === undefined ? null : [...changed]
      const due = new Map(named === null ? notices.map((each) => [each.id, each]) : [])
      for (const id of named ?? []) {
        const notice = notices.find((each) => each.id === id || each.code === id) ?? (await findNotice(db, id))
        if (notice?.class !== 'actual') continue
        // With all of its lineage: a build that had read the record before this word, and ended after it was shown, would
        // leave the word that it replaced standing.
        for (const each of await listLineage(db, notice.serial)) due.set(each.id, each)
      }
      const shown = await keepShown([...due.values()])
      const quakes = new Set(shown.flatMap(({ quake }) => quake ?? []))
      const pages = [...lists(notices), maker.missing(), maker.home(notices, now(), 'en')]
      for (const notice of shown) pages.push(...maker.notice(notice), ...maker.notice(notice, 'en'))
      for (const quake of quakes) pages.push(...(await quakePages(quake)))
      await spellNotices(db)
      const whole = due.size === 0 || named === null
      const answers = await rumours.pages(named === null ? 'all' : named.length === 0 ? 'newest' : 'changed')
      pages.push(...answers.pages)
      pages.push(...maker.columns(await columns(notices, now(), whole)))
      if (feeds) pages.push(...(await feeds.pages(notices, now(), whole)))
      await savePages(db, pages, now())
      answers.kept()
    },
    isShown: async (code) => (await findStored(db, [`/n/${code}`, `${DRILL_PATH}/n/${code}`])).size > 0,
  }
}
