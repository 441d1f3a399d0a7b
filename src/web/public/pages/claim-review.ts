// In: a rumour with its standing answer. Out: its JSON-LD (schema.org ClaimReview) as text that may stand in a script element.
// Must not review what is only being checked, nor repeat what was withdrawn; nothing of a demonstration.
import { formatOffset } from '../../../core/instant.ts'
import { RATINGS } from '../../../core/rumour/public-answer.ts'
import { replaceUnwritable } from '../../../core/xml.ts'
import type { NoticeView } from '../../../store/notices.ts'
import type { PublicRumour } from '../../../store/rumours/public.ts'
import type { SiteIdentity } from './frame.ts'
import { escapeScript } from '../script-text.ts'

/** '' where there is nothing to review. @param answer the one that stands */
export function writeClaimReview(
  { code, heardAt, notices }: Pick<PublicRumour, 'code' | 'heardAt' | 'notices'>,
  answer: NoticeView | undefined,
  site: SiteIdentity,
): string {
  const written = answer?.facts.written
  if (site.demonstration || answer === undefined || answer.class !== 'actual' || !written?.rebuttal) return ''
  const { claim, verdict, evidence } = written.rebuttal
  const url = `${site.publicUrl}/rumours/${code}`
  const bureau = { '@type': 'GovernmentOrganization', name: site.bureauName, url: `${site.publicUrl}/` }
  const first = notices.at(-1) ?? answer
  return escapeScript(
    JSON.stringify({
      '@context': 'https://schema.org',
      '@type': 'ClaimReview',
      '@id': url,
      url,
      inLanguage: 'zh-CN',
      claimReviewed: replaceUnwritable(claim),
      itemReviewed: { '@type': 'Claim', name: replaceUnwritable(claim), datePublished: formatOffset(heardAt) },
      reviewRating: {
        '@type': 'Rating',
        ratingValue: RATINGS[verdict],
        bestRating: 5,
        worstRating: 1,
        alternateName: verdict,
      },
      reviewBody: replaceUnwritable([written.summary, `依据：${evidence}`].join('')),
      author: bureau,
      publisher: bureau,
      datePublished: formatOffset(first.issuedAt),
      dateModified: formatOffset(answer.issuedAt),
      isBasedOn: `${site.publicUrl}/n/${answer.code}`,
    }),
  )
}
