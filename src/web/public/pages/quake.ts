// In: a quake's notices and every determination of it. Out: its page: what was said, who measured what, why numbers differ.
// Must not average, nor hide a determination that was revoked.
import { roundDecimal } from '../../../core/decimal.ts'
import { isWritten } from '../../../core/notice.ts'
import { formatPosition } from '../../../core/rendering/format.ts'
import { LABELLED_CODES, labelOf } from '../../../core/rendering/label.ts'
import type { StoredReport } from '../../../core/quake.ts'
import type { NoticeView } from '../../../store/notices.ts'
import type { Wording } from '../wording.ts'
import type { Scene, Sheet } from './frame.ts'
import { districtsOf, figuresOf, markOf, rowOf, breakTitle, writeDistricts } from './notice-parts.ts'
import { hasSketch, sketchOf } from './sketch-map.ts'

export function quakeSheet(id: string, notices: readonly NoticeView[], reports: readonly StoredReport[]): Sheet {
  // A withdrawal's title speaks of a serial; the page is about what was said. After a withdrawal the quake may have come
  // back under another number: what stands goes before what was withdrawn.
  const said = notices.filter(({ kind }) => kind !== 'withdrawal' && !isWritten(kind))
  const standing = said.findLast((notice) => notice.state !== 'withdrawn')
  const told = standing ?? said.at(-1)
  return {
    path: `/quakes/${id}`,
    template: 'quake',
    wide: true,
    title: (wording) => (told ? `${markOf(told)}${told.title}` : wording.say('quake', 'title')),
    view: (scene) => quakeView(notices, { told, standing }, reports, scene),
    raw: { sketch: (scene) => (standing ? sketchOf(standing, scene) : '') },
  }
}

function quakeView(
  notices: readonly NoticeView[],
  { told, standing }: { told: NoticeView | undefined; standing: NoticeView | undefined },
  reports: readonly StoredReport[],
  scene: Scene,
): object {
  const { wording, site, up } = scene
  const withdrawal = standing ? undefined : notices.findLast((notice) => notice.kind === 'withdrawal')
  return {
    mark: told ? markOf(told) : '',
    parts: breakTitle(told?.title ?? wording.say('quake', 'title')),
    tombstone: withdrawal === undefined ? '' : wording.say('quake', 'withdrawn'),
    successorUrl: withdrawal === undefined ? '' : `${up}n/${withdrawal.code}`,
    figures: standing ? figuresOf(standing, wording) : [],
    sketch: standing && hasSketch(standing) ? '\u0000sketch\u0000' : '',
    places: standing ? writeDistricts(districtsOf(standing, site), wording) : [],
    notices: notices.map((notice) => rowOf(notice, scene)).toReversed(),
    reports: reports.map((report) => ({
      ...sourceOf(report, wording),
      time: report.originTime === null ? '—' : wording.time(report.originTime),
      magnitude: report.magnitude === null ? '—' : `${report.magnitude.type}${roundDecimal(report.magnitude.value, 1)}`,
      position:
        report.latitude === null || report.longitude === null ? '—' : formatPosition(report.latitude, report.longitude),
      depth: report.depthKm === null ? '—' : wording.say('places', 'km', { km: roundDecimal(report.depthKm, 0) }),
      received: wording.time(report.receivedAt),
    })),
  }
}

/** Who determined it, in the regulated words where there are any; else the agency's letters, or the feed's id. */
function sourceOf(report: StoredReport, wording: Wording): { source: string; firmness: string } {
  const { sourceCode, evaluation, lifecycle } = report
  const firmness =
    lifecycle === 'report'
      ? wording.name('evaluations', evaluation === 'reviewed' ? 'reviewed' : 'automatic')
      : wording.say('quake', 'revoked')
  if (!LABELLED_CODES.includes(sourceCode)) return { source: report.agency || report.source, firmness }
  const { full } = labelOf(sourceCode, evaluation === 'automatic')
  // The Chinese label says how firm it is; a revoked one, or a reader of English, needs the word beside it.
  return { source: full, firmness: lifecycle === 'report' && wording.language === 'zh' ? '' : firmness }
}
