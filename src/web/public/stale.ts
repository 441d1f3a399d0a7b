// In: when the record was last read, and the words for it. Out: pages that say so, made once each while it lasts.
// Must not touch what is no page for people: data says it in a header.
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { formatUtc, type Instant } from '../../core/instant.ts'
import { ENGLISH } from './address.ts'
import type { Staleness } from './hot.ts'
import type { Language, Wording } from './wording.ts'

/** Where the line goes: what a screen reader's "skip to content" leads to begins with it. */
const MAIN = '<main id="main">'

/** @param since when the record was last read */
export function describeStale(since: Instant, wordings: Readonly<Record<Language, Wording>>): Staleness {
  const line = (language: Language): string => {
    const wording = wordings[language]
    const text = wording.say('frame', 'stale', { time: wording.time(since) })
    return `<p class="mark mark-stale" role="status">${text.replace(/[&<>]/g, '')}</p>`
  }
  const lines = { zh: line('zh'), en: line('en') }
  return {
    since: formatUtc(since),
    mark: (page) => {
      if (!page.contentType.startsWith('text/html')) return page
      const text = page.body.toString('utf8')
      const at = text.indexOf(MAIN)
      if (at < 0) return page
      const after = at + MAIN.length
      const said = lines[page.path.startsWith(`${ENGLISH}/`) ? 'en' : 'zh']
      const body = Buffer.from(text.slice(0, after) + said + text.slice(after))
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"`
      return { ...page, body, gzip: gzipSync(body), etag }
    },
  }
}
