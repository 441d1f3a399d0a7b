// In: a feed. Out: JSON Feed 1.1.
// Must not hold markup: texts are content_text.
import { formatOffset } from '../../../core/instant.ts'
import { replaceUnwritable } from '../../../core/xml.ts'
import type { Page } from '../../../store/pages.ts'
import type { Feed, FeedEntry } from './entries.ts'

const PATH = '/feeds/notices.json'

/** /feeds/notices.json */
export function jsonFeedPage(feed: Feed, publicUrl: string): Page {
  const body = {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.home,
    feed_url: `${publicUrl}${PATH}`,
    language: 'zh-CN',
    authors: [{ name: feed.bureau, url: feed.home }],
    items: feed.entries.map(writeItem),
  }
  return { path: PATH, contentType: 'application/feed+json; charset=utf-8', status: 200, body: JSON.stringify(body) }
}

function writeItem({ notice, ...entry }: FeedEntry): object {
  return {
    id: entry.url,
    url: entry.url,
    title: replaceUnwritable(entry.title),
    content_text: replaceUnwritable(entry.text),
    date_published: formatOffset(entry.published),
    date_modified: formatOffset(entry.updated),
    tags: [entry.kind, entry.state],
    ...(entry.capUrl === null ? {} : { attachments: [{ url: entry.capUrl, mime_type: 'application/cap+xml' }] }),
    _quakedesk: {
      id: notice.id,
      serial: notice.serial,
      report: notice.report,
      kind: notice.kind,
      state: notice.state,
      supersedes: notice.supersedes,
      quake: notice.quake,
    },
  }
}
