// In: a feed. Out: RSS 2.0, for readers that know nothing newer.
// Must not hold markup: many readers show a description as HTML, so the text is escaped once more than XML needs.
import { element, writeXml, type XmlElement } from '../../../core/xml.ts'
import type { Page } from '../../../store/pages.ts'
import { escapeHtml } from '../pages/frame.ts'
import type { Feed, FeedEntry } from './entries.ts'

const PATH = '/feeds/notices.rss'
/** Minutes until a reader should look again; quakes do not wait, readers' programs do. */
const TTL = '1'

/** /feeds/notices.rss */
export function rssPage(feed: Feed, publicUrl: string): Page {
  const channel = element('channel', [
    element('title', feed.title),
    element('link', feed.home),
    element('description', feed.title),
    element('language', 'zh-cn'),
    element('lastBuildDate', dateOf(feed.updated)),
    element('ttl', TTL),
    element('atom:link', [], { rel: 'self', type: 'application/rss+xml', href: `${publicUrl}${PATH}` }),
    ...feed.entries.map(writeItem),
  ])
  const root = element('rss', [channel], { version: '2.0', 'xmlns:atom': 'http://www.w3.org/2005/Atom' })
  return { path: PATH, contentType: 'application/rss+xml; charset=utf-8', status: 200, body: writeXml(root) }
}

function writeItem(entry: FeedEntry): XmlElement {
  return element('item', [
    element('title', entry.title),
    element('link', entry.url),
    element('guid', entry.url, { isPermaLink: 'true' }),
    element('pubDate', dateOf(entry.published)),
    element('category', entry.kind),
    element('category', entry.state),
    element('description', escapeHtml(entry.text).replaceAll('\n', '<br>')),
  ])
}

/** Sat, 03 Jun 2017 10:11:00 GMT (RFC 822 as RSS wants it). */
function dateOf(at: number): string {
  return new Date(at).toUTCString()
}
