// In: notices and quakes of the record. Out: whole pages as they are served, and their paths, in each language.
// Must not read the clock or the database; one sheet per page, all values already text.
import type { Instant } from '../../core/instant.ts'
import type { StoredReport } from '../../core/quake.ts'
import type { NoticeView } from '../../store/notices.ts'
import { MISSING_PATH, type Page } from '../../store/pages.ts'
import type { PublicRumour } from '../../store/rumours/public.ts'
import { createColumns, type ColumnMaker } from './columns.ts'
import { openGbk } from './gbk.ts'
import { writeJsonLd } from './feeds/json-ld.ts'
import { writeListing } from './notice-json.ts'
import { openFrame, type Sheet, type SiteIdentity } from './pages/frame.ts'
import { homeSheet } from './pages/home.ts'
import { noticeSheets } from './pages/notice.ts'
import { noticeListSheet, type Listing } from './pages/notice-list.ts'
import { quakeSheet } from './pages/quake.ts'
import { receiptSheet, reportSheet, type ReceiptPage, type ReportPage } from './pages/report.ts'
import { rumourSheet } from './pages/rumour.ts'
import type { Language } from './wording.ts'

export interface PageMaker extends ColumnMaker {
  home(notices: readonly NoticeView[], now: Instant, language?: Language): Page
  /** Under its id and its short code: the same bytes. */
  notice(notice: NoticeView, language?: Language): Page[]
  /** One rumour and its answer. */
  rumour(rumour: PublicRumour, language?: Language): Page
  quake(id: string, notices: readonly NoticeView[], reports: readonly StoredReport[], language?: Language): Page
  /** @param most how many were looked for */
  listing(notices: readonly NoticeView[], most: number): Page
  /** What a reader asked of the list of notices. */
  asked: (listing: Listing, language: Language) => Page
  /** What came of a report: the form again, or its receipt. */
  report: (page: ReportPage, language: Language) => Page
  /** What came of asking for a receipt. */
  receipt: (page: ReceiptPage, language: Language) => Page
  /** What an unknown address is answered with. */
  missing(): Page
}

const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * Prepares the pages' templates and words once.
 * @param templates source by file name, as in templates/pages
 * @throws when one is missing or cannot be parsed
 */
export function createPages(templates: ReadonlyMap<string, string>, site: SiteIdentity): PageMaker {
  const frame = openFrame(templates, site)
  const maker: PageMaker = {
    ...createColumns(templates, site, frame, openGbk()),
    asked: (listing, language) => frame.make(noticeListSheet(listing), language),
    report: (page, language) => frame.make(reportSheet(page), language),
    receipt: (page, language) => frame.make(receiptSheet(page), language),
    home: (notices, now, language = 'zh') => frame.make(homeSheet(notices, now), language),
    notice: (notice, language = 'zh') =>
      noticeSheets(notice).map((sheet) => frame.make(withData(sheet, notice, site), language)),
    rumour: (rumour, language = 'zh') => frame.make(rumourSheet(rumour), language),
    quake: (id, notices, reports, language = 'zh') => frame.make(quakeSheet(id, notices, reports), language),
    missing: () =>
      frame.make(
        {
          path: MISSING_PATH,
          status: 404,
          template: 'missing',
          title: (w) => w.say('missing', 'title'),
          view: () => ({}),
        },
        'zh',
      ),
    listing: (notices, most) => ({
      path: '/api/v1/notices',
      contentType: JSON_TYPE,
      status: 200,
      body: writeListing(notices, most, site.publicUrl, site.demonstration),
    }),
  }
  // A template that is not there must not be found out at night.
  for (const language of frame.languages) maker.home([], 0, language)
  maker.missing()
  maker.columns({ now: 0, notices: [], more: false, errata: [], months: [] })
  return maker
}

/** The notice once more for programs that read the page: a data block, no script. */
function withData(sheet: Sheet, notice: NoticeView, site: SiteIdentity): Sheet {
  const data = writeJsonLd(notice, site)
  const { head } = sheet
  if (data === '') return sheet
  const block = `<script type="application/ld+json">${data}</script>\n`
  return { ...sheet, head: (scene) => `${typeof head === 'function' ? head(scene) : (head ?? '')}${block}` }
}
