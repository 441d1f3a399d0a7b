// In: new rows, or quakes whose wait or veto fell due, on one version of the picture. Out: one plan to commit.
// Pure but for random ids. Must not send: deliveries leave after the commit, never before (DESIGN §4.7).
import { formatUtc, MINUTE, type Instant } from '../core/instant.ts'
import { associate } from '../core/judgement/associate.ts'
import { policyOfDrill } from '../core/judgement/drill-lane.ts'
import type { Circumstances } from '../core/judgement/policy.ts'
import { judge, type Judgement } from '../core/judgement/judge.ts'
import { rankReports } from '../core/judgement/prefer.ts'
import type { Quake, StoredReport } from '../core/quake.ts'
import type { Authority, TrafficClass } from '../core/quake-report.ts'
import { emptyPlan, type Plan, type ReportRow } from '../store/plan.ts'
import { carryOut, type Change } from './carry-out.ts'
import type { Picture } from './picture.ts'
import type { KeyedRow } from './rows.ts'
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
  const decision = open(picture, world)
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
        reason: 'takes back something that was never received',
        gates: [],
      })
    }
  }
  for (const { quake, report, association, why } of touched.values()) {
    settleQuake(decision, picture, quake, { reportId: report.id, association, why }, world, context)
  }
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
  const decision = open(picture, world)
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

function open(picture: Picture, world: Circumstances): Decision {
  return { plan: emptyPlan(picture.version, formatUtc(world.now)), changes: [], workbench: openWorkbench(picture) }
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
  return { quake, association: 'ambiguous', why: `${found.why} (${found.candidates.map((c) => c.id).join(', ')})` }
}

function settleQuake(
  decision: Decision,
  picture: Picture,
  quake: Quake,
  cause: { reportId: string | null; association: string; why: string },
  world: Circumstances,
  context: DecideContext,
  acts?: Acts,
): void {
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
  const judgement = keepAmbiguous(judged, quake, picture, cause, acts)
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
}

/** An ambiguous association goes to a person if the row would be said or held at all; it stays with that person until decided. */
function keepAmbiguous(
  judged: Judgement,
  quake: Quake,
  picture: Picture,
  cause: { association: string; why: string },
  acts?: Acts,
): Judgement {
  const open = picture.holds.get(quake.id)
  const standing = open?.gate === 'ambiguous' ? open.reason : null
  const reason = cause.association === 'ambiguous' ? cause.why : standing
  if (reason === null || judged.act === 'record' || judged.act === 'wait') return judged
  const reportId = judged.act === 'hold' ? judged.reportId : judged.word.report.id
  if (acts?.released.has(reportId) || picture.released.has(reportId)) return judged
  return {
    act: 'hold',
    gate: 'ambiguous',
    reason,
    word: judged.word,
    reportId,
    gates: judged.gates,
    alarms: judged.alarms,
  }
}

/** The quake row carries the standing origin, so that older quakes can be found by place in time. */
function noteOrigin(plan: Plan, quake: Quake, best: StoredReport | undefined): void {
  if (!best || best.originTime === null) return
  const there = plan.quakes.find((row) => row.id === quake.id)
  const row = there ?? { id: quake.id, class: quake.class }
  Object.assign(row, { origin_at: formatUtc(best.originTime), latitude: best.latitude, longitude: best.longitude })
  if (!there) plan.quakes.push(row)
}

function toRow(report: StoredReport, row: KeyedRow): ReportRow {
  return {
    id: report.id,
    row_no: report.row,
    source: report.source,
    authority: report.authority,
    class: report.class,
    received_at: formatUtc(report.receivedAt),
    row_key: row.key,
    fingerprint: row.fingerprint,
    lifecycle: report.lifecycle,
    source_event_id: report.sourceEventId,
    agency: report.agency,
    source_code: report.sourceCode,
    evaluation: report.evaluation,
    kind: report.kind,
    origin_at: report.originTime === null ? null : formatUtc(report.originTime),
    latitude: report.latitude,
    longitude: report.longitude,
    depth_km: report.depthKm,
    magnitude: report.magnitude?.value ?? null,
    magnitude_type: report.magnitude?.type ?? null,
    place: report.place,
    body: report,
  }
}
