// In: the record. Out: every page for programs: feeds, the API's description, the sitemap.
// Built off the hot path, with whatever else follows a first word (DESIGN L7).
import type { Instant } from '../../../core/instant.ts'
import { listAddresses } from '../../../store/addresses.ts'
import { listAlerts } from '../../../store/cap-alerts.ts'
import type { NoticeView } from '../../../store/notices.ts'
import type { Page } from '../../../store/pages.ts'
import type { Queryable } from '../../../store/pool.ts'
import { listToldQuakes } from '../../../store/quakes.ts'
import { listPublicRumours } from '../../../store/rumours/public.ts'
import { LISTED } from '../notice-json.ts'
import { describeApi } from '../openapi.ts'
import type { SiteIdentity } from '../pages/frame.ts'
import { writeQuakeListing } from '../quake-json.ts'
import { writeRebuttalListing } from '../rebuttal-json.ts'
import type { Wording } from '../wording.ts'
import { atomPage, capPage } from './atom.ts'
import { makeFeed } from './entries.ts'
import { geojsonPage } from './geojson.ts'
import { jsonFeedPage } from './json-feed.ts'
import { rssPage } from './rss.ts'
import { MOST_ADDRESSES, sitemapPages } from './sitemap.ts'

/** All of a lineage fits many times over; an aggregator that was away for weeks finds what it missed. */
const MOST_ALERTS = 100
const JSON_TYPE = 'application/json; charset=utf-8'

/** The pages for programs. */
export interface Feeds {
  /**
   * @param notices the newest that the website carries
   * @param whole the sitemap as well: of thousands of pages it costs a tenth of a second of the process that publishes, and
   *   search engines come by the day
   */
  pages(notices: readonly NoticeView[], now: Instant, whole: boolean): Promise<Page[]>
}

/** @param wording the Chinese one: what programs carry on is read by people here */
export function openFeeds(db: Queryable, site: SiteIdentity, wording: Wording): Feeds {
  const { publicUrl, demonstration } = site
  return {
    pages: async (notices, now, whole) => {
      const feed = makeFeed(notices, site, wording, now)
      const quakes = writeQuakeListing(await listToldQuakes(db, LISTED, null), LISTED, { publicUrl, demonstration })
      const rumours = await listPublicRumours(db, { limit: LISTED })
      const rebuttals = writeRebuttalListing(rumours, LISTED, { publicUrl, demonstration })
      return [
        atomPage(feed, publicUrl),
        rssPage(feed, publicUrl),
        jsonFeedPage(feed, publicUrl),
        geojsonPage(quakes),
        capPage(feed, await listAlerts(db, MOST_ALERTS), publicUrl),
        { path: '/api/v1/quakes', contentType: JSON_TYPE, status: 200, body: JSON.stringify(quakes) },
        { path: '/api/v1/rebuttals', contentType: JSON_TYPE, status: 200, body: JSON.stringify(rebuttals) },
        { path: '/api/v1/openapi.json', contentType: JSON_TYPE, status: 200, body: describeApi(publicUrl) },
        ...(whole ? sitemapPages(await listAddresses(db, MOST_ADDRESSES), publicUrl, demonstration) : []),
      ]
    },
  }
}
