// In: the addresses of stored pages. Out: /sitemap.xml and /robots.txt.
// Must not lead a search engine to a demonstration, a drill, or the same page under a second address.
import { beijingParts, type Instant } from '../../../core/instant.ts'
import { element, writeXml } from '../../../core/xml.ts'
import type { Page } from '../../../store/pages.ts'

/** Years of a city's notices, the latest changed first: what is older, search engines know. The protocol allows 50,000. */
export const MOST_ADDRESSES = 10_000

/** @param addresses paths of pages in plain Chinese with the time of their last change, newest first */
export function sitemapPages(
  addresses: readonly { path: string; changedAt: Instant }[],
  publicUrl: string,
  demonstration: boolean,
): Page[] {
  const listed = demonstration ? [] : addresses.slice(0, MOST_ADDRESSES)
  const urls = listed.map(({ path, changedAt }) =>
    element('url', [element('loc', `${publicUrl}${path}`), element('lastmod', dayOf(changedAt))]),
  )
  const sitemap = writeXml(element('urlset', urls, { xmlns: 'http://www.sitemaps.org/schemas/sitemap/0.9' }))
  const rules = demonstration
    ? ['Disallow: /']
    : ['Disallow: /large/', 'Disallow: /access/', 'Disallow: /api/', '', `Sitemap: ${publicUrl}/sitemap.xml`]
  return [
    { path: '/sitemap.xml', contentType: 'application/xml; charset=utf-8', status: 200, body: sitemap },
    {
      path: '/robots.txt',
      contentType: 'text/plain; charset=utf-8',
      status: 200,
      body: ['User-agent: *', ...rules, ''].join('\n'),
    },
  ]
}

/** By the day: clocks under a notice move on for minutes, and search engines do not count those. */
function dayOf(at: Instant): string {
  const { year, month, day } = beijingParts(at)
  return [year, month, day].map((part) => String(part).padStart(2, '0')).join('-')
}
