// In: new rows, or quakes whose wait or veto fell due, on one version of the picture. Out: one plan to commit.
// Pure but for random ids. Must not send: deliveries leave after the commit, never before (DESIGN §4.7).
import { formatUtc, MINUTE, type Instant } from '../core/instant.ts'
import { associate } from '../core/judgement/associate.ts'
import { policyOfDrill } from '../core/judgement/drill-lane.ts'
import type { Circumstances } from '../core/judgement/policy.ts'
import { judge, record, type Judgement } from '../core/judgement/judge.ts'
import { maySpeak, rankReports } from '../core/judgement/prefer.ts'
import type { Quake, StoredReport } from '../core/quake.ts'
import type { Authority, TrafficClass } from '../core/quake-report.ts'
import { emptyPlan, type Plan } from '../store/plan.ts'
import { carryOut, closeHold, type Change } from './carry-out.ts'
import { describeDoubt, keepAmbiguous, type Cause } from './doubt.ts'
import type { Picture } from './picture.ts'
import { toRow } from './report-row.ts'
import type { KeyedRow } from './rows.ts'
import { alarmSetAside } from './set-aside.ts'
import type { SpeakContext } from './speak.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

export interface DecideContext extends Omit<SpeakContext, 'now' | 'actor'> {
  /** When this process began to hear the world. */
  listeningSince: Instant
}

export interface NewRows {
  source: string
  authority: Authority
  receivedAt: Instant
  rows: readonly KeyedRow[]
}

/** Two solutions of one shock may lie some minutes apart at most; wider only costs a look. */
const OPINION_MS = 10 * MINUTE

/** A plan, and what to do to the picture once it is committed. */
export interface Decision {
  plan: Plan
  changes: Change[]
  workbench: Workbench
}

/**
 * Decides about new rows of one payload: associates each, then judges every touched quake once, so that an automatic
 * and a formal row in one poll make one notice.
 */
export function decideRows(picture: Picture, news: NewRows, world: Circumstances, context: DecideContext): Decision {
  const decision = begin(picture, world.now)
  const touched = new Map<string, { quake: Quake; report: StoredReport; association: string; why: string }>()
  for (const row of news.rows) {
    const report: StoredReport = {
      ...row.report,
      class: classOf(row.report.class, world.class),
      id: `r-${context.random().slice(0, 20)}`,
      source: news.source,
      authority: news.authority,
      receivedAt: news.receivedAt,
    }
    decision.plan.reports.push(toRow(report, row))
    const found = place(report, decision, picture, context)
    if (found.quake) {
      decision.plan.belongs.push({ report_id: report.id, quake_id: found.quake.id })
      const before = touched.get(found.quake.id)
      // A second row of a quake that a person must place does not place it.
      const { association, why } = before?.association === 'ambiguous' ? before : found
      touched.set(found.quake.id, { quake: found.quake, report, association, why })
    } else {
      decision.plan.decisions.push({
        quake_id: null,
        report_id: report.id,
        association: found.association,
        act: 'record',
        gate: '',
        reason: '撤销的测定从未收到过',
        gates: [],
      })
    }
  }
  const isEcho = !maySpeak(news.authority)
  const settled = [...touched.values()].map(({ quake, report, association, why }) => {
    const cause = { reportId: report.id, association, why, isEcho }
    return { quake, association, judgement: settleQuake(decision, picture, quake, cause, world, context) }
  })
  alarmSetAside(decision.plan, news.source, settled, world, context.policy.gates, context.random)
  for (const quake of listSecondOpinions(decision.workbench, picture, touched)) {
    const now = { ...world, bulk: false, seeding: false }
    settleQuake(decision, picture, quake, { reportId: null, association: 'again', why: '' }, now, context)
  }
  return decision
}

/** Gates whose verdict may change with what other agencies say about the same minutes. */
const OPINION_GATES: ReadonlySet<string> = new Set(['size', 'contradiction', 'deep-shock'])

/** Held quakes near the new rows that these may release, though they were put into quakes of their own. */
function listSecondOpinions(
  workbench: Workbench,
  picture: Picture,
  touched: ReadonlyMap<string, { quake: Quake }>,
): Quake[] {
  const times = [...touched.values()].flatMap(({ quake }) =>
    quake.reports.map((r) => ({ at: r.originTime, class: quake.class })),
  )
  return [...picture.holds.values()]
    .filter((hold) => hold.state === 'open' && OPINION_GATES.has(hold.gate) && !touched.has(hold.quakeId))
    .flatMap((hold) => workbench.find(hold.quakeId) ?? [])
    .filter((quake) => quake.mergedInto === null && quake.reports.some((r) => times.some((t) => isNear(t, r, quake))))
    .map((quake) => workbench.touch(quake))
}

function isNear(time: { at: Instant | null; class: TrafficClass }, report: StoredReport, quake: Quake): boolean {
  if (time.class !== quake.class || time.at === null || report.originTime === null) return false
  return Math.abs(time.at - report.originTime) <= OPINION_MS
}

/** Judges quakes again whose wait or veto fell due, or on which a person acted. */
export function decideAgain(
  picture: Picture,
  quakeIds: readonly string[],
  world: Circumstances,
  context: DecideContext,
  acts?: Acts,
): Decision {
  const decision = begin(picture, world.now)
  for (const id of quakeIds) {
    const known = decision.workbench.find(id)
    if (!known || known.mergedInto !== null) continue
    const quake = decision.workbench.touch(known)
    settleQuake(decision, picture, quake, { reportId: null, association: 'again', why: '' }, world, context, acts)
  }
  return decision
}

/** A person's acts that are part of this very decision, beside those in the picture. */
export interface Acts {
  released: ReadonlySet<string>
  dismissed: ReadonlySet<string>
  actor: string
}

/** A decision in which nothing is decided yet. */
export function begin(picture: Picture, now: Instant): Decision {
  return { plan: emptyPlan(picture.version, formatUtc(now)), changes: [], workbench: openWorkbench(picture) }
}

/** The lane decides; foreign test rows stay test, and a row that calls itself a drill in the actual lane is one, too. */
function classOf(row: TrafficClass, lane: TrafficClass): TrafficClass {
  if (row === 'actual') return lane
  return row === 'drill' && lane === 'drill' ? 'drill' : 'test'
}

interface Placed {
  quake: Quake | null
  association: string
  why: string
}

function place(report: StoredReport, decision: Decision, picture: Picture, context: DecideContext): Placed {
  const { workbench, plan } = decision
  const found = associate(report, workbench.list(report.class), picture.bindings)
  if (found.verdict === 'orphan') return { quake: null, association: 'orphan', why: '' }
  if (found.verdict === 'known') {
    const quake = workbench.touch(found.quake)
    if (found.absorbs) absorb(decision, picture, found.absorbs, quake)
    quake.reports.push(report)
    return { quake, association: 'known', why: '' }
  }
  const quake = workbench.add({
    id: `q-${context.random().slice(0, 20)}`,
    class: report.class,
    createdAt: report.receivedAt,
    reports: [report],
    pinnedReportId: null,
    mergedInto: null,
    lineages: [],
  })
  plan.quakes.push({ id: quake.id, class: quake.class })
  if (found.verdict === 'new') return { quake, association: 'new', why: '' }
  return { quake, association: 'ambiguous', why: describeDoubt(found) }
}

/** A row whose zone its source has put right: its slipped versions follow it, and nobody is asked about them any more. */
function absorb(decision: Decision, picture: Picture, from: Quake, into: Quake): void {
  const { plan, workbench } = decision
  // Not one that this very payload brought or added to: a commit moves a report once.
  if (plan.belongs.some((row) => row.quake_id === from.id)) return
  moveReports(decision, picture, workbench.touch(from), into, 'system', '来源已更正发震时刻')
}

/** One quake's reports into another, both of the decision's workbench; nobody is asked about the emptied one any more. */
export function moveReports(
  { plan, changes }: Decision,
  picture: Picture,
  from: Quake,
  into: Quake,
  by: string,
  why: string,
): void {
  for (const report of from.reports) plan.belongs.push({ report_id: report.id, quake_id: into.id })
  // In order of arrival, as the record gives them after a restart.
  into.reports = [...into.reports, ...from.reports].toSorted((a, b) => a.receivedAt - b.receivedAt)
  from.mergedInto = into.id
  plan.quakes.push({ id: from.id, class: from.class, merged_into: into.id })
  plan.journal.push({ actor: by, act: 'quake.merge', subject: from.id, detail: { into: into.id } })
  changes.push(...closeHold(plan, from, picture, 'resolved', by, why))
}

/** Judges a quake of the decision's workbench and writes what comes of it. */
export function settleQuake(
  decision: Decision,
  picture: Picture,
  quake: Quake,
  cause: Cause & { isEcho?: boolean },
  world: Circumstances,
  context: DecideContext,
  acts?: Acts,
): Judgement {
  const best = rankReports(quake)[0] ?? quake.reports.at(-1)
  const isDrill = quake.class === 'drill'
  const judged = judge({
    quake,
    nearby: decision.workbench.nearby(quake.class, best?.originTime ?? null),
    policy: isDrill ? policyOfDrill(context.policy, quake.reports, world.presentAt ?? world.now) : context.policy,
    world: { ...world, class: quake.class },
    acts: {
      released: acts ? new Set([...picture.released, ...acts.released]) : picture.released,
      dismissed: acts ? new Set([...picture.dismissed, ...acts.dismissed]) : picture.dismissed,
    },
    // A drill's clock began with it, wherever ours stood when this process started.
    listeningSince: isDrill ? -Infinity : context.listeningSince,
  })
  const others = (): Quake[] => decision.workbench.list(quake.class)
  const fresh = cause.isEcho ? leaveRecorded(judged, quake, picture) : judged
  const judgement = keepAmbiguous(fresh, quake, others, picture, cause, acts?.released)
  noteOrigin(decision.plan, quake, best)
  decision.plan.decisions.push({
    quake_id: quake.id,
    report_id: cause.reportId,
    association: cause.association,
    act: judgement.act,
    gate: 'gate' in judgement ? judgement.gate : '',
    reason: 'reason' in judgement ? judgement.reason : judgement.word.why,
    gates: judgement.gates,
  })
  decision.changes.push(
    ...carryOut(decision.plan, quake, judgement, picture, {
      ...context,
      now: world.now,
      actor: acts?.actor ?? 'system',
    }),
  )
  return judgement
}

/**
 * A first word that was recorded in silence (a source's first list, rows in bulk, a person's no) does not come out because
 * a mirror or a foreign catalogue repeats the quake; what is held for a second opinion may.
 */
function leaveRecorded(judged: Judgement, quake: Quake, picture: Picture): Judgement {
  if (!('word' in judged) || quake.lineages.length > 0 || picture.holds.has(quake.id)) return judged
  return record('authority', '没有新的官方测定，转载不引起发布', [], judged.gates)
}

/** The quake row carries the standing origin, so that older quakes can be found by place in time. */
function noteOrigin(plan: Plan, quake: Quake, best: StoredReport | undefined): void {
  if (!best || best.originTime === null) return
  const there = plan.quakes.find((row) => row.id === quake.id)
  const row = there ?? { id: quake.id, class: quake.class }
  Object.assign(row, { origin_at: formatUtc(best.originTime), latitude: best.latitude, longitude: best.longitude })
  if (!there) plan.quakes.push(row)
}
