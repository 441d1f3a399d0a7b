// In: a notice and the site. Out: its JSON-LD (schema.org NewsArticle) as text that may stand in a script element.
// A data block is no script: the content security policy does not forbid it. Must not repeat what was withdrawn.
import { roundHalfUp } from '../../../core/decimal.ts'
import { formatOffset } from '../../../core/instant.ts'
import { replaceUnwritable } from '../../../core/xml.ts'
import type { NoticeView } from '../../../store/notices.ts'
import type { SiteIdentity } from '../pages/frame.ts'
import { escapeScript } from '../script-text.ts'

/**
 * NewsArticle, not SpecialAnnouncement: that one is for what an authority orders or closes, and needs a category of those.
 * A demonstration and a drill have none: nothing of them belongs into a search engine. '' then.
 */
export function writeJsonLd(notice: NoticeView, site: SiteIdentity): string {
  if (site.demonstration || notice.class !== 'actual') return ''
  const withdrawn = notice.state === 'withdrawn'
  const url = `${site.publicUrl}/n/${notice.code}`
  const bureau = { '@type': 'GovernmentOrganization', name: site.bureauName, url: `${site.publicUrl}/` }
  const { origin } = notice.facts
  return escapeScript(
    JSON.stringify({
      '@context': 'https://schema.org',
      '@type': 'NewsArticle',
      '@id': url,
      url,
      inLanguage: 'zh-CN',
      headline: replaceUnwritable(withdrawn ? `【已撤回】${notice.title}` : notice.title),
      ...(withdrawn ? {} : { articleBody: replaceUnwritable(notice.text) }),
      identifier: `${notice.serial} 第${notice.report}报`,
      datePublished: formatOffset(notice.issuedAt),
      isAccessibleForFree: true,
      creativeWorkStatus: STATUS[notice.state],
      author: bureau,
      publisher: bureau,
      ...(withdrawn || origin === null
        ? {}
        : {
            contentLocation: {
              '@type': 'Place',
              name: replaceUnwritable(origin.place),
              geo: {
                '@type': 'GeoCoordinates',
                latitude: roundHalfUp(origin.latitude, 2),
                longitude: roundHalfUp(origin.longitude, 2),
              },
            },
          }),
    }),
  )
}

const STATUS = { current: 'Published', superseded: 'Superseded', withdrawn: 'Withdrawn' } as const
