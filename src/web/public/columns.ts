// In: the record. Out: the pages beside the notices' own, in both languages: lists, clocks, columns, the wall display.
// Must not stand in the way of a first word: they are made when the lists are built anew.
import type { Instant } from '../../core/instant.ts'
import { listErrata, type Erratum } from '../../store/errata.ts'
import { listNotices, type NoticeView } from '../../store/notices.ts'
import type { Page } from '../../store/pages.ts'
import type { Queryable } from '../../store/pool.ts'
import { listPublicRumours, type PublicRumour } from '../../store/rumours/public.ts'
import { listTimeliness, type TimelinessMonth } from '../../store/timeliness.ts'
import type { ToGbk } from './gbk.ts'
import { readGuide } from './guide.ts'
import { dataSheet } from './pages/data.ts'
import { errataSheet } from './pages/errata.ts'
import type { Frame, Sheet, SiteIdentity } from './pages/frame.ts'
import { guideSheet } from './pages/guide.ts'
import { pickShown } from './pages/home.ts'
import { noticeListSheet, NOTHING_ASKED } from './pages/notice-list.ts'
import { receiptSheet, reportSheet } from './pages/report.ts'
import { rumoursSheet } from './pages/rumours.ts'
import { screenSheet } from './pages/screen.ts'
import { standingSheets } from './pages/standing.ts'
import { manifestPage, pushSheets } from './pages/subscribe.ts'
import { MONTHS_SHOWN, monthOf, startOfMonth, timelinessSheet } from './pages/timeliness.ts'
import { makeScreenWords } from './screen.ts'

/** What the columns are made of. */
export interface Columns {
  now: Instant
  /** The newest, newest first; `more` when there are others. */
  notices: readonly NoticeView[]
  more: boolean
  errata: readonly Erratum[]
  /** What people wrote that has a page of its own to stand on, newest first. */
  written?: {
    announcements: readonly NoticeView[]
    science: readonly NoticeView[]
  }
  /** What was said about rumours, newest first; left out where nothing was. */
  rumours?: readonly PublicRumour[]
  months: readonly TimelinessMonth[]
}

export interface ColumnMaker {
  columns(columns: Columns): Page[]
  /** The wall display of one lane. */
  screen(notices: readonly NoticeView[], now: Instant): Page[]
}

/** @param whole read everything; else of the clocks only the months that a notice of today may change */
export type ReadColumns = (notices: readonly NoticeView[], now: Instant, whole: boolean) => Promise<Columns>

/**
 * Opens the reading of one writer, which keeps the clocks of past months: they are read again with the whole.
 * @param most how many notices are looked for
 */
export function openColumns(db: Queryable, most: number): ReadColumns {
  let months: TimelinessMonth[] | null = null
  return async (notices, now, whole) => {
    const since = startOfMonth(now, whole || months === null ? MONTHS_SHOWN : 1)
    const first = monthOf(since)
    const fresh = await listTimeliness(db, since)
    months = [...fresh, ...(months ?? []).filter(({ month }) => month < first)]
    const written = {
      announcements: await listKind(db, 'announcement'),
      science: await listKind(db, 'science'),
    }
    const rumours = await listPublicRumours(db, { limit: MOST_WRITTEN })
    return { now, notices, more: notices.length === most, errata: await listErrata(db), written, rumours, months }
  }
}

const MOST_WRITTEN = 50

const listKind = (db: Queryable, kind: 'announcement' | 'science'): Promise<NoticeView[]> =>
  listNotices(db, { class: 'actual', limit: MOST_WRITTEN, onSite: [], kinds: [kind] })

/** @throws when the science texts are missing or have another shape */
export function createColumns(
  templates: ReadonlyMap<string, string>,
  site: SiteIdentity,
  frame: Frame,
  toGbk: ToGbk,
): ColumnMaker {
  const guide = readGuide(templates)
  const both = (sheets: readonly Sheet[]): Page[] =>
    frame.languages.flatMap((language) => sheets.map((sheet) => frame.make(sheet, language)))
  const screen: ColumnMaker['screen'] = (notices, now) => [
    ...both([screenSheet(notices, now)]),
    makeScreenWords(notices, now, site, frame.wordings.zh, toGbk),
  ]
  return {
    screen,
    columns: ({ now, notices, more, errata, written, rumours, months }) => [
      ...both([
        noticeListSheet({ asked: NOTHING_ASKED, notices, more }),
        guideSheet(guide, pickShown(notices, now), written?.science),
        timelinessSheet(months, now),
        errataSheet(errata),
        dataSheet(),
        ...standingSheets(site, written?.announcements),
        rumoursSheet(rumours),
        reportSheet(),
        receiptSheet(),
        ...pushSheets(site),
      ]),
      manifestPage(site),
      ...screen(notices, now),
    ],
  }
}
