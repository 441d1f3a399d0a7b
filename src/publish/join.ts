// In: a person's word that two quakes are one, or that one is two. Out: their reports moved for ever, and what follows said.
// Must not leave a notice with a quake that no longer has the determination it states.
import { baseId, headOf, standingLineage, type Quake } from '../core/quake.ts'
import type { Plan } from '../store/plan.ts'
import { begin, moveReports, settleQuake, type Decision } from './decide.ts'
import { raiseAlarm } from './holds.ts'
import type { Ledger, LedgerContext } from './ledger.ts'
import type { Picture } from './picture.ts'

/** Moves one quake's reports into another, which is then judged: a formal that was held for doubt follows its quick report. */
export function mergeQuakes(
  picture: Picture,
  act: { fromQuake: string; intoQuake: string; by: string },
  ledger: Ledger,
  context: LedgerContext,
): Decision | string {
  const { fromQuake, intoQuake, by } = act
  const from = picture.quakes.get(fromQuake)
  const into = picture.quakes.get(intoQuake)
  if (!from || !into) return `没有地震事件 ${from ? intoQuake : fromQuake}`
  if (from === into) return '不能与自身合并'
  if (from.class !== into.class) return '实况与演练的地震事件不能合并'
  const gone = [from, into].find((quake) => quake.mergedInto !== null)
  if (gone) return `${gone.id} 此前已并入 ${gone.mergedInto}`
  const said = standingLineage(from)
  if (said && !standingLineage(into)) {
    return `${said.serial} 已就 ${fromQuake} 发布：请把 ${intoQuake} 并入它，使公告得以接续`
  }
  const decision = begin(picture, context.clock(from.class))
  const { plan } = decision
  const source = decision.workbench.touch(from)
  const target = decision.workbench.touch(into)
  bind(plan, source.reports, target, by)
  const spoken = { ...context, now: context.clock(from.class), actor: by }
  moveReports(decision, picture, source, target, by, `已并入 ${intoQuake}`)
  if (said)
    raiseAlarm(plan, source, `merge ${fromQuake}`, `${said.serial} 与另一公告是同一地震：请以 duplicate 撤回`, spoken)
  judgeJoined(decision, picture, target, { by, association: 'merge' }, ledger, context)
  return decision
}

/** Moves one source id into a quake of its own; both are then judged. */
export function splitQuake(
  picture: Picture,
  act: { quakeId: string; source: string; sourceEventId: string; by: string },
  ledger: Ledger,
  context: LedgerContext,
): Decision | string {
  const known = picture.quakes.get(act.quakeId)
  if (!known) return `没有地震事件 ${act.quakeId}`
  const base = baseId(act.sourceEventId)
  const moving = known.reports.filter((r) => r.source === act.source && baseId(r.sourceEventId) === base)
  if (moving.length === 0) return `${act.quakeId} 没有来源 ${act.source} 的测定 ${act.sourceEventId}`
  if (moving.length === known.reports.length) return '拆分后原事件将没有任何测定'
  const lineage = standingLineage(known)
  if (lineage && moving.some((r) => r.id === headOf(lineage).reportId)) {
    return `${lineage.serial} 发布的正是这一测定：请改为拆出其余测定，或先撤回公告`
  }
  const decision = begin(picture, context.clock(known.class))
  const { plan } = decision
  const quake = decision.workbench.touch(known)
  quake.reports = quake.reports.filter((r) => !moving.includes(r))
  const fresh = decision.workbench.add({
    id: `q-${context.random().slice(0, 20)}`,
    class: known.class,
    createdAt: context.clock(known.class),
    reports: moving,
    pinnedReportId: null,
    mergedInto: null,
    lineages: [],
  })
  plan.quakes.push({ id: fresh.id, class: fresh.class })
  for (const report of moving) plan.belongs.push({ report_id: report.id, quake_id: fresh.id })
  bind(plan, moving, fresh, act.by)
  const detail = { into: fresh.id, source: act.source, id: act.sourceEventId }
  plan.journal.push({ actor: act.by, act: 'quake.split', subject: act.quakeId, detail })
  for (const each of [quake, fresh]) {
    judgeJoined(decision, picture, each, { by: act.by, association: 'split' }, ledger, context)
  }
  return decision
}

function judgeJoined(
  decision: Decision,
  picture: Picture,
  quake: Quake,
  { by, association }: { by: string; association: 'merge' | 'split' },
  ledger: Ledger,
  context: LedgerContext,
): void {
  const bindings = decision.plan.bindings.map((b) => ({ source: b.source, baseId: b.base_id, quakeId: b.quake_id }))
  decision.changes.push((p) => p.bindings.push(...bindings.filter((b) => b.quakeId === quake.id)))
  const acts = { released: new Set<string>(), dismissed: new Set<string>(), actor: by }
  const cause = { reportId: null, association, why: '' }
  settleQuake(decision, picture, quake, cause, ledger.circumstances(quake.class), context, acts)
}

/** For ever: what arrives under these ids later goes where the person said. */
function bind(plan: Plan, reports: Quake['reports'], target: Quake, by: string): void {
  const ids = new Set(
    reports.filter((r) => r.sourceEventId !== '').map((r) => `${r.source}\n${baseId(r.sourceEventId)}`),
  )
  for (const id of ids) {
    const [source = '', base = ''] = id.split('\n')
    plan.bindings.push({ source, base_id: base, quake_id: target.id, actor: by })
  }
}
