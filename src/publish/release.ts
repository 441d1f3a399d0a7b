// In: a hold and the officer who decided it. Out: what it kept is said, or stays unspoken for good.
// Must not open what no person may open (test rows, impossible values): the judgement still runs.
import type { Circumstances } from '../core/judgement/policy.ts'
import { nameGate } from '../core/judgement/gate-names.ts'
import { prefer } from '../core/judgement/prefer.ts'
import type { Quake, StoredReport } from '../core/quake.ts'
import { closeHold } from './carry-out.ts'
import { begin, settleQuake, type DecideContext, type Decision } from './decide.ts'
import { setHold, waiting, WITHOUT_HOLD } from './holds.ts'
import type { LedgerContext } from './ledger.ts'
import type { OpenHold, Picture } from './picture.ts'
import { toRow } from './report-row.ts'
import { keyRow } from './rows.ts'

/** What is to be released: a hold, or the standing determination of a quake that was only recorded. */
type Kept = Pick<OpenHold, 'quakeId' | 'class' | 'gate' | 'reportId'>

/** The hold of that id, or of the quake of that id; a quake without one stands for its preferred determination. */
export function findHold(picture: Picture, id: string, context: LedgerContext): Kept | undefined {
  const hold = [...picture.holds.values()].find((each) => each.id === id || each.quakeId === id)
  const quake = picture.quakes.get(id)
  if (hold || !quake || quake.mergedInto !== null) return hold
  const preference = prefer(quake, context.clock(quake.class), context.policy.gates)
  return preference ? { quakeId: id, class: quake.class, gate: '', reportId: preference.report.id } : undefined
}

/** The refusal where nothing is held under an id. */
export function noHold(id: string): string {
  return `没有待核事项 ${id}：已有人处理，或从未有过`
}

/** Says what was held, under the officer's name; a sentence when the judgement still says no. */
export function publishHeld(
  picture: Picture,
  known: Quake,
  hold: Kept & { reportId: string },
  by: string,
  world: Circumstances,
  context: DecideContext,
): Decision | string {
  const decision = begin(picture, world.now)
  const quake = decision.workbench.touch(known)
  const held = quake.reports.find((r) => r.id === hold.reportId)
  const isSwapped = hold.gate === 'swapped-coordinates' && held !== undefined
  const reportId = isSwapped ? exchange(decision, picture, quake, held, by, context) : hold.reportId
  const acts = { released: new Set([reportId]), dismissed: new Set<string>(), actor: by }
  settleQuake(decision, picture, quake, { reportId: null, association: 'again', why: '' }, world, context, acts)
  const verdict = decision.plan.decisions[0]
  if (decision.plan.notices.length === 0) {
    return `未发布（${nameGate(verdict?.gate ?? '')}）：${verdict?.reason ?? '按规则没有可发布的内容'}`
  }
  decision.changes.push((p) => p.released.add(reportId))
  return decision
}

/**
 * The same version with latitude and longitude in their places, as the officer read it: as given it would tell of a quake
 * where its own place text denies it. The source's next version takes its place like any other.
 */
function exchange(
  { plan, changes }: Decision,
  picture: Picture,
  quake: Quake,
  held: StoredReport,
  by: string,
  context: DecideContext,
): string {
  const id = `r-${context.random().slice(0, 20)}`
  const right: StoredReport = { ...held, id, latitude: held.longitude, longitude: held.latitude }
  quake.reports.push(right)
  const { key } = keyRow(held)
  // Under the fingerprint of the row as it was read: after a restart the source's list says nothing new.
  const fingerprint = picture.rows.get(`${held.source} ${key}`)?.latest ?? ''
  plan.reports.push(toRow(right, { key, fingerprint }))
  plan.belongs.push({ report_id: id, quake_id: quake.id })
  plan.journal.push({ actor: by, act: 'report.exchange', subject: id, detail: { quake: quake.id, report: held.id } })
  changes.push((p) => p.dismissed.add(held.id))
  return id
}

/** Leaves a determination unspoken; a better one that waits beside it keeps its time. */
export function dismissHold(
  picture: Picture,
  holdId: string,
  by: string,
  why: string,
  context: LedgerContext,
): Decision | string {
  const hold = [...picture.holds.values()].find((each) => each.id === holdId)
  const quake = hold && picture.quakes.get(hold.quakeId)
  if (!hold || !quake) return noHold(holdId)
  const now = context.clock(hold.class)
  const decision = begin(picture, now)
  decision.changes.push(...closeHold(decision.plan, quake, picture, 'dismissed', by, why))
  const { reportId, state, dueAt } = hold
  if (reportId !== null) decision.changes.push((p) => p.dismissed.add(reportId))
  if (state === 'open' && dueAt !== null) {
    decision.changes.push(
      ...setHold(decision.plan, quake, WITHOUT_HOLD, { ...context, now, actor: by }, waiting(dueAt)),
    )
  }
  return decision
}
