// In: a feed, or the newest CAP messages. Out: Atom 1.0 (RFC 4287).
// Must not hold markup of ours or of others: contents are plain texts.
import { formatOffset } from '../../../core/instant.ts'
import { element, writeXml, type XmlElement } from '../../../core/xml.ts'
import type { StoredAlert } from '../../../store/cap-alerts.ts'
import type { Page } from '../../../store/pages.ts'
import { alertPath } from './cap-publishing.ts'
import type { Feed, FeedEntry } from './entries.ts'

const NAMESPACE = 'http://www.w3.org/2005/Atom'
const TYPE = 'application/atom+xml; charset=utf-8'

/** /feeds/notices.atom */
export function atomPage(feed: Feed, publicUrl: string): Page {
  return wrap('/feeds/notices.atom', feed, publicUrl, feed.updated, feed.entries.map(writeEntry))
}

/**
 * /feeds/cap.atom: one entry per message, each linked to its document ("CAP Feeds 1.0"). An entry is never removed while it
 * is among the newest: what was cancelled stays, followed by its Cancel.
 */
export function capPage(feed: Feed, alerts: readonly StoredAlert[], publicUrl: string): Page {
  const newest = alerts[0]?.sentAt ?? null
  const titled = { ...feed, title: `${feed.title}（CAP）` }
  const entries = alerts.map((alert) => writeAlertEntry(alert, publicUrl))
  return wrap('/feeds/cap.atom', titled, publicUrl, newest ?? feed.updated, entries)
}

function wrap(path: string, feed: Feed, publicUrl: string, updated: number, entries: readonly XmlElement[]): Page {
  const self = `${publicUrl}${path}`
  const body = writeXml(
    element(
      'feed',
      [
        element('id', self),
        element('title', feed.title),
        element('updated', formatOffset(updated)),
        element('author', [element('name', feed.bureau), element('uri', feed.home)]),
        element('link', [], { rel: 'self', type: 'application/atom+xml', href: self }),
        element('link', [], { rel: 'alternate', type: 'text/html', hreflang: 'zh-CN', href: feed.home }),
        ...entries,
      ],
      { xmlns: NAMESPACE, 'xml:lang': 'zh-CN' },
    ),
  )
  return { path, contentType: TYPE, status: 200, body }
}

function writeEntry({ notice, ...entry }: FeedEntry): XmlElement {
  return element('entry', [
    element('id', entry.url),
    element('title', entry.title),
    element('published', formatOffset(entry.published)),
    element('updated', formatOffset(entry.updated)),
    element('link', [], { rel: 'alternate', type: 'text/html', href: entry.url }),
    entry.capUrl === null
      ? null
      : element('link', [], { rel: 'related', type: 'application/cap+xml', href: entry.capUrl }),
    entry.successorUrl === null
      ? null
      : element('link', [], { rel: 'related', type: 'text/html', href: entry.successorUrl }),
    element('category', [], { term: notice.kind, label: entry.kind }),
    element('category', [], { term: notice.state, label: entry.state }),
    element('content', entry.text, { type: 'text' }),
  ])
}

function writeAlertEntry(alert: StoredAlert, publicUrl: string): XmlElement {
  const href = `${publicUrl}${alertPath(alert.noticeId)}`
  return element('entry', [
    element('id', href),
    element('title', alert.headline),
    element('updated', formatOffset(alert.sentAt)),
    element('link', [], { rel: 'alternate', type: 'application/cap+xml', href }),
    element('category', [], { term: alert.msgType }),
    element('summary', alert.headline, { type: 'text' }),
  ])
}
