// In: what was judged of a quake, and how its row was placed. Out: the same, or a hold: a person must say which quake it is.
// Must not hold what follows a word that was said, nor what a person has bound or released.
import { associate } from '../core/judgement/associate.ts'
import type { Judgement } from '../core/judgement/judge.ts'
import { standingLineage, type Quake } from '../core/quake.ts'
import type { Picture } from './picture.ts'

/** How the row that is judged came to its quake; why: what made that doubtful. */
export interface Cause {
  reportId: string | null
  association: string
  why: string
}

/**
 * An ambiguous association goes to a person if the row would be said or held at all, and stays with that person until
 * decided; also when it was set aside at first (a list in bulk, a small magnitude) and a later version would be said.
 * @param others quakes of the class, this one included
 */
export function keepAmbiguous(
  judged: Judgement,
  quake: Quake,
  others: () => readonly Quake[],
  picture: Picture,
  cause: Cause,
  released?: ReadonlySet<string>,
): Judgement {
  if (judged.act === 'record' || judged.act === 'wait') return judged
  const reportId = judged.act === 'hold' ? judged.reportId : judged.word.report.id
  if (released?.has(reportId) || picture.released.has(reportId)) return judged
  const open = picture.holds.get(quake.id)
  const standing = open?.gate === 'ambiguous' ? open.reason : null
  // A person has just split it off: that it looks like another quake is no news to them.
  const doubt = cause.association === 'split' ? null : () => findDoubt(quake, others, picture, reportId)
  const reason = cause.association === 'ambiguous' ? cause.why : (standing ?? doubt?.() ?? null)
  if (reason === null) return judged
  const { word, gates, alarms } = judged
  return { act: 'hold', gate: 'ambiguous', reason, word, reportId, gates, alarms }
}

/** Why a first word about this quake may be a second one about another; null when it may not. */
function findDoubt(quake: Quake, others: () => readonly Quake[], picture: Picture, reportId: string): string | null {
  const report = quake.reports.find((r) => r.id === reportId)
  if (!report || quake.lineages.length > 0) return null
  if (picture.bindings.some((b) => b.quakeId === quake.id && b.source === report.source)) return null
  const found = associate(
    report,
    others().filter((other) => other.id !== quake.id),
    picture.bindings,
  )
  if (found.verdict !== 'ambiguous') return null
  const isNews = found.byId || found.candidates.some((candidate) => standingLineage(candidate))
  return isNews ? describeDoubt(found) : null
}

/** A doubtful association in words, with the quakes it may be. */
export function describeDoubt(found: { why: string; candidates: readonly Quake[] }): string {
  return `${found.why}（${found.candidates.map((c) => c.id).join('、')}），归属须由人工决定`
}
