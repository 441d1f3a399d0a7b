// In: the science texts, who signed them, the notice that stands. Out: what to do now, by intensity; before, during, after.
// Must not show a text that nobody signed, but in the demonstration and marked.
import { romanIntensity, roundIntensity } from '../../../core/intensity/felt.ts'
import type { NoticeView } from '../../../store/notices.ts'
import type { Guide } from '../guide.ts'
import type { Scene, Sheet } from './frame.ts'
import { districtsOf, rowOf } from './notice-parts.ts'

/**
 * @param shown the notice that the first page is about
 * @param science texts of the record, newest first
 */
export function guideSheet(guide: Guide, shown: NoticeView | null, science: readonly NoticeView[] = []): Sheet {
  return {
    path: '/guide',
    template: 'guide',
    title: (wording) => wording.say('guide', 'title'),
    view: (scene) => guideView(guide, shown, science, scene),
  }
}

function guideView(guide: Guide, shown: NoticeView | null, science: readonly NoticeView[], scene: Scene): object {
  const { site, wording } = scene
  const standing = site.guide ?? { as: 'hidden' }
  const home = site.places[0]
  const degree =
    shown?.state === 'current' ? districtsOf(shown, site).find(({ name }) => name === home?.name)?.degree : null
  const band =
    degree === null || degree === undefined ? undefined : guide.bands.findLast((b) => b.from <= roundIntensity(degree))
  return {
    open: standing.as !== 'hidden',
    sample: standing.as === 'sample',
    signed:
      standing.as === 'signed'
        ? wording.say('guide', 'signed', { by: standing.by, date: wording.date(standing.at) })
        : '',
    now:
      band && home && degree
        ? [
            {
              line: wording.say('guide', 'now', { home: home.name, degree: romanIntensity(degree) }),
              url: `#${band.id}`,
              name: band.name,
            },
          ]
        : [],
    bands: guide.bands,
    phases: guide.phases,
    notices: science.map((notice) => rowOf(notice, scene)),
  }
}
