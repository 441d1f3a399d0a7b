// In: what a person decided, with their name. Out: committed, or refused with the reason; every act is journalled.
// Must not open what no person may open (test rows, impossible values): the judgement still runs.
import type { Instant } from '../core/instant.ts'
import { formatUtc } from '../core/instant.ts'
import type { CheckedArea, WithdrawalReason } from '../core/notice.ts'
import { baseId, headOf, standingLineage, type Lineage, type Quake } from '../core/quake.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import type { Word } from '../core/judgement/judge.ts'
import { emptyPlan, type Plan } from '../store/plan.ts'
import { closeHold, describeHead, publishWord } from './carry-out.ts'
import { decideAgain, type Decision } from './decide.ts'
import type { Ledger, LedgerContext } from './ledger.ts'
import type { OpenHold, Picture } from './picture.ts'
import { recallNamed, refreshLineages } from './recall.ts'
import { openWorkbench } from './workbench.ts'

export type Acted = { ok: true; message: string } | { ok: false; reason: string }

export interface Acts {
  release(holdId: string, by: string): Promise<Acted>
  dismiss(holdId: string, by: string, why: string): Promise<Acted>
  withdraw(serial: string, reason: WithdrawalReason, by: string, checked: CheckedArea | null): Promise<Acted>
  /** States that nothing happened in a window and an area; a person's act (DESIGN §6 "No-quake"). */
  denyQuake(checked: CheckedArea, by: string): Promise<Acted>
  merge(fromQuake: string, intoQuake: string, by: string): Promise<Acted>
  split(quakeId: string, source: string, sourceEventId: string, by: string): Promise<Acted>
}

/** A person's acts on the ledger. `by` is the officer's name as the journal keeps it. */
export function openActs(ledger: Ledger, context: LedgerContext): Acts {
  /** Commits a decision made under a person's name; refusals found on the newest picture end it. */
  const act = async (
    make: (picture: Picture) => Decision | string | Promise<Decision | string>,
    done: string,
  ): Promise<Acted> => {
    let refusal = 'nothing was to be done'
    const state = await ledger.commit(async (picture) => {
      const made = await make(picture)
      if (typeof made !== 'string') return made
      refusal = made
      return null
    })
    return state === 'committed' ? { ok: true, message: done } : { ok: false, reason: refusal }
  }

  return {
    release: (holdId, by) =>
      act((picture) => {
        const hold = findHold(picture, holdId)
        if (!hold) return noHold(holdId)
        if (hold.reportId === null)
          return `hold ${holdId} waits for a better determination; there is nothing to publish yet`
        return publishHeld(picture, hold, by, ledger, context)
      }, `${holdId} published`),

    dismiss: (holdId, by, why) =>
      act((picture) => {
        const hold = findHold(picture, holdId)
        const quake = hold && picture.quakes.get(hold.quakeId)
        if (!hold || !quake) return noHold(holdId)
        const decision = begin(picture, context.clock(hold.class))
        decision.changes.push(...closeHold(decision.plan, quake, picture, 'dismissed', by, why))
        const { reportId } = hold
        if (reportId !== null) decision.changes.push((p) => p.dismissed.add(reportId))
        return decision
      }, `${holdId} left unspoken`),

    withdraw: (serial, reason, by, checked) =>
      act(async (picture) => {
        await recallNamed(picture, { serial: withoutReport(serial) }, context.pool)
        const found = findLineage(picture, serial)
        if (typeof found === 'string') return found
        await refreshLineages([found.quake], context.pool)
        return withdrawLineage(picture, found.quake, found.lineage, { reason, by, checked }, context)
      }, `${serial} withdrawn`),

    denyQuake: (checked, by) =>
      act((picture) => sayNothingHappened(picture, checked, by, context), '未发生地震的公告已发布'),

    merge: (fromQuake, intoQuake, by) =>
      act(async (picture) => {
        await recallNamed(picture, { ids: [fromQuake, intoQuake] }, context.pool)
        return mergeQuakes(picture, fromQuake, intoQuake, by, context)
      }, `${fromQuake} merged into ${intoQuake}`),

    split: (quakeId, source, sourceEventId, by) =>
      act(async (picture) => {
        await recallNamed(picture, { ids: [quakeId] }, context.pool)
        return splitQuake(picture, { quakeId, source, sourceEventId, by }, context)
      }, `${source} ${sourceEventId} split from ${quakeId}`),
  }
}

function begin(picture: Picture, now: Instant): Decision {
  return { plan: emptyPlan(picture.version, formatUtc(now)), changes: [], workbench: openWorkbench(picture) }
}

function findHold(picture: Picture, id: string): OpenHold | undefined {
  return [...picture.holds.values()].find((hold) => hold.id === id)
}

function noHold(id: string): string {
  return `no open hold ${id}: it was decided before, or never existed`
}

function publishHeld(
  picture: Picture,
  hold: OpenHold,
  by: string,
  ledger: Ledger,
  context: LedgerContext,
): Decision | string {
  const reportId = hold.reportId ?? ''
  const acts = { released: new Set([reportId]), dismissed: new Set<string>(), actor: by }
  const world = ledger.circumstances(hold.class)
  const decision = decideAgain(picture, [hold.quakeId], world, context, acts)
  const verdict = decision.plan.decisions[0]
  if (decision.plan.notices.length === 0) {
    return `not published: ${verdict?.gate ?? ''} ${verdict?.reason ?? 'the judgement found nothing to say'}`
  }
  decision.changes.push((p) => p.released.add(reportId))
  return decision
}

/** A serial without 第N报; a superseded or withdrawn state is named in the refusal. */
function findLineage(picture: Picture, serial: string): { quake: Quake; lineage: Lineage } | string {
  const wanted = withoutReport(serial)
  const report = /第(\d+)报$/.exec(serial)?.[1]
  for (const quake of picture.quakes.values()) {
    const lineage = quake.lineages.find((l) => l.serial === wanted)
    if (!lineage) continue
    const head = headOf(lineage)
    if (head.kind === 'withdrawal') return `${wanted} was already withdrawn by ${describeHead(lineage)}`
    if (report !== undefined && Number(report) !== head.report) {
      return `${serial} was superseded by ${describeHead(lineage)}: withdraw that one`
    }
    return { quake, lineage }
  }
  return `no notice with serial ${wanted}`
}

function withoutReport(serial: string): string {
  return serial.replace(/\s*第\d+报$/, '')
}

function withdrawLineage(
  picture: Picture,
  known: Quake,
  lineage: Lineage,
  act: { reason: WithdrawalReason; by: string; checked: CheckedArea | null },
  context: LedgerContext,
): Decision | string {
  const decision = begin(picture, context.clock(known.class))
  const quake = decision.workbench.touch(known)
  const standing = quake.lineages.find((l) => l.id === lineage.id)
  if (!standing) return `${lineage.serial} is not on record`
  const said = quake.reports.find((r) => r.id === headOf(lineage).reportId) ?? quake.reports.at(-1) ?? null
  const word: Word = {
    kind: 'withdrawal',
    report: said,
    origin: null,
    withdrawal: act.reason,
    exposure: null,
    lineage: standing,
    rule: null,
    authorisation: null,
    websiteOnly: false,
    why: `${act.by}: ${act.reason}`,
  }
  const now = context.clock(known.class)
  decision.changes.push(
    ...publishWord(decision.plan, quake, word, picture, { ...context, now, actor: act.by }, act.checked),
  )
  return decision
}

/** A claim without a determination gets a quake of its own without reports, so that it can be withdrawn like any other. */
function sayNothingHappened(picture: Picture, checked: CheckedArea, by: string, context: LedgerContext): Decision {
  const now = context.clock('actual')
  const decision = begin(picture, now)
  const claimed = decision.workbench.add({
    id: `q-${context.random().slice(0, 20)}`,
    class: 'actual',
    createdAt: now,
    reports: [],
    pinnedReportId: null,
    mergedInto: null,
    lineages: [],
  })
  decision.plan.quakes.push({ id: claimed.id, class: claimed.class })
  const word: Word = {
    kind: 'no-quake',
    report: null,
    origin: null,
    withdrawal: null,
    exposure: null,
    lineage: null,
    rule: { name: 'person', when: {}, outlets: ['*'], mode: 'auto', vetoSeconds: 0 },
    authorisation: null,
    websiteOnly: false,
    why: by,
  }
  decision.changes.push(...publishWord(decision.plan, claimed, word, picture, { ...context, now, actor: by }, checked))
  return decision
}

function mergeQuakes(
  picture: Picture,
  fromId: string,
  intoId: string,
  by: string,
  context: LedgerContext,
): Decision | string {
  const from = picture.quakes.get(fromId)
  const into = picture.quakes.get(intoId)
  if (!from || !into) return `no quake ${from ? intoId : fromId}`
  if (from === into) return 'a quake cannot be merged into itself'
  if (from.class !== into.class) return `a ${from.class} quake cannot be merged into a ${into.class} one`
  const now = context.clock(from.class)
  const decision = begin(picture, now)
  const source = decision.workbench.touch(from)
  const target = decision.workbench.touch(into)
  bind(decision.plan, source.reports, target, by)
  decision.changes.push(...closeHold(decision.plan, source, picture, 'resolved', by, `merged into ${intoId}`))
  if (standingLineage(source)) {
    raise(
      decision.plan,
      context,
      source.class,
      `merge ${fromId}`,
      `${standingLineage(source)?.serial} 与另一公告是同一地震：请以 duplicate 撤回`,
    )
  }
  target.reports.push(...source.reports)
  source.mergedInto = intoId
  decision.plan.quakes.push({ id: fromId, class: from.class, merged_into: intoId })
  journal(decision.plan, by, 'quake.merge', fromId, { into: intoId })
  rememberBindings(decision)
  return decision
}

function splitQuake(
  picture: Picture,
  act: { quakeId: string; source: string; sourceEventId: string; by: string },
  context: LedgerContext,
): Decision | string {
  const known = picture.quakes.get(act.quakeId)
  if (!known) return `no quake ${act.quakeId}`
  const base = baseId(act.sourceEventId)
  const moving = known.reports.filter((r) => r.source === act.source && baseId(r.sourceEventId) === base)
  if (moving.length === 0) return `${act.quakeId} has no report ${act.sourceEventId} of ${act.source}`
  if (moving.length === known.reports.length) return 'that would leave an empty quake behind'
  const decision = begin(picture, context.clock(known.class))
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
  decision.plan.quakes.push({ id: fresh.id, class: fresh.class })
  bind(decision.plan, moving, fresh, act.by)
  journal(decision.plan, act.by, 'quake.split', act.quakeId, {
    into: fresh.id,
    source: act.source,
    id: act.sourceEventId,
  })
  rememberBindings(decision)
  return decision
}

function bind(plan: Plan, reports: Quake['reports'], target: Quake, by: string): void {
  for (const report of reports) plan.belongs.push({ report_id: report.id, quake_id: target.id })
  const ids = new Set(
    reports.filter((r) => r.sourceEventId !== '').map((r) => `${r.source}\n${baseId(r.sourceEventId)}`),
  )
  for (const id of ids) {
    const [source = '', base = ''] = id.split('\n')
    plan.bindings.push({ source, base_id: base, quake_id: target.id, actor: by })
  }
}

function rememberBindings(decision: Decision): void {
  const bindings = decision.plan.bindings.map((b) => ({ source: b.source, baseId: b.base_id, quakeId: b.quake_id }))
  decision.changes.push((p) => p.bindings.push(...bindings))
}

function journal(plan: Plan, actor: string, act: string, subject: string, detail: object): void {
  plan.journal.push({ actor, act, subject, detail })
}

function raise(plan: Plan, context: LedgerContext, trafficClass: TrafficClass, subject: string, message: string): void {
  plan.alarms.push({ id: `a-${context.random().slice(0, 20)}`, kind: 'advice', subject, class: trafficClass, message })
}
