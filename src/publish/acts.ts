// In: what a person decided, with their name. Out: committed, or refused with the reason; every act is journalled.
// Must not open what no person may open (test rows, impossible values): the judgement still runs.
import { splitSerial, type CheckedArea, type NoticeKind, type WithdrawalReason } from '../core/notice.ts'
import { headOf, type Lineage, type Quake } from '../core/quake.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import type { Word } from '../core/judgement/judge.ts'
import { describeHead, publishWord } from './carry-out.ts'
import { begin, type Decision } from './decide.ts'
import { mergeQuakes, splitQuake } from './join.ts'
import type { Ledger, LedgerContext } from './ledger.ts'
import { openAct, sayAlone, spokenOr, type Acted } from './own-word.ts'
import type { Picture } from './picture.ts'
import { recallNamed, refreshLineages } from './recall.ts'
import { dismissHold, findHold, noHold, publishHeld } from './release.ts'

export interface Acts {
  /** Publishes what a hold keeps, or the standing determination of a quake that was only recorded (its id, q-…). */
  release(id: string, by: string): Promise<Acted>
  dismiss(holdId: string, by: string, why: string): Promise<Acted>
  withdraw(serial: string, reason: WithdrawalReason, by: string, checked: CheckedArea | null): Promise<Acted>
  /** States that nothing happened in a window and an area; a person's act (DESIGN §6 "No-quake"). */
  denyQuake(checked: CheckedArea, by: string): Promise<Acted>
  merge(fromQuake: string, intoQuake: string, by: string): Promise<Acted>
  split(quakeId: string, source: string, sourceEventId: string, by: string): Promise<Acted>
}

/** A person's acts on the ledger. `by` is the officer's name as the journal keeps it. */
export function openActs(ledger: Ledger, context: LedgerContext): Acts {
  const act = openAct(ledger)

  /** A drill's words go by a clock and to stand-ins that only the node has where it runs: elsewhere that lane stands still. */
  const refuseStill = (lane: TrafficClass): string | null =>
    lane === 'drill' && context.clock('drill') === 0 ? '这场演练已结束，或在另一台服务器上进行，请在那里操作' : null

  return {
    release: (id, by) =>
      act(async (picture) => {
        await recallNamed(picture, { ids: [id] }, context.pool)
        const hold = findHold(picture, id, context)
        const quake = hold && picture.quakes.get(hold.quakeId)
        if (!hold || !quake) return noHold(id)
        const still = refuseStill(hold.class)
        if (still !== null) return still
        if (hold.reportId === null) return `${id} 在等待更好的测定结果，目前没有可发布的内容`
        await refreshLineages([quake], context.pool)
        const held = { ...hold, reportId: hold.reportId }
        return publishHeld(picture, quake, held, by, ledger.circumstances(hold.class), context)
      }, `${id} published`),

    dismiss: (holdId, by, why) =>
      act((picture) => {
        const open = [...picture.holds.values()].find(({ id, quakeId }) => id === holdId || quakeId === holdId)
        return (open ? refuseStill(open.class) : null) ?? dismissHold(picture, holdId, by, why, context)
      }, `${holdId} left unspoken`),

    withdraw: (serial, reason, by, checked) =>
      act(async (picture) => {
        await recallNamed(picture, { serial: splitSerial(serial).serial }, context.pool)
        const found = findLineage(picture, serial)
        if (typeof found === 'string') return found
        const still = refuseStill(found.quake.class)
        if (still !== null) return still
        await refreshLineages([found.quake], context.pool)
        return withdrawLineage(picture, found.quake, found.lineage, { reason, by, checked }, context)
      }, `${serial} withdrawn`),

    denyQuake: (checked, by) =>
      act(
        (picture) => sayAlone(picture, { kind: 'no-quake', class: 'actual', outlets: ['*'], checked }, by, context),
        '未发生地震的公告已发布',
      ),

    merge: (fromQuake, intoQuake, by) =>
      act(async (picture) => {
        await recallNamed(picture, { ids: [fromQuake, intoQuake] }, context.pool)
        return mergeQuakes(picture, { fromQuake, intoQuake, by }, ledger, context)
      }, `${fromQuake} merged into ${intoQuake}`),

    split: (quakeId, source, sourceEventId, by) =>
      act(async (picture) => {
        await recallNamed(picture, { ids: [quakeId] }, context.pool)
        return splitQuake(picture, { quakeId, source, sourceEventId, by }, ledger, context)
      }, `${source} ${sourceEventId} split from ${quakeId}`),
  }
}

/** A serial without 第N报; a superseded or withdrawn state is named in the refusal. */
function findLineage(picture: Picture, serial: string): { quake: Quake; lineage: Lineage } | string {
  const { serial: wanted, report } = splitSerial(serial)
  for (const quake of picture.quakes.values()) {
    const lineage = quake.lineages.find((l) => l.serial === wanted)
    if (!lineage) continue
    const head = headOf(lineage)
    if (head.kind === 'withdrawal') return `${wanted} 已由 ${describeHead(lineage)} 撤回`
    if (report !== null && report !== head.report) {
      return `${serial} 已由 ${describeHead(lineage)} 取代，请撤回后者`
    }
    return { quake, lineage }
  }
  return `没有文号为 ${wanted} 的公告`
}

/** What may be said of words that state no determination; the other reasons' sentences speak of one. */
const OWN_REASONS: Readonly<Partial<Record<NoticeKind, readonly WithdrawalReason[]>>> = {
  bulletin: ['sent-in-error', 'wrong-parameters', 'duplicate'],
  science: ['sent-in-error'],
  announcement: ['sent-in-error'],
  rebuttal: ['sent-in-error', 'duplicate'],
}

function withdrawLineage(
  picture: Picture,
  known: Quake,
  lineage: Lineage,
  act: { reason: WithdrawalReason; by: string; checked: CheckedArea | null },
  context: LedgerContext,
): Decision | string {
  const fitting = OWN_REASONS[headOf(lineage).kind]
  if (fitting && !fitting.includes(act.reason)) return '撤回的原因说的是地震，与这类公告不符，请选择“误操作发布”'
  const decision = begin(picture, context.clock(known.class))
  const quake = decision.workbench.touch(known)
  const standing = quake.lineages.find((l) => l.id === lineage.id)
  if (!standing) return `${lineage.serial} 不在记录中`
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
  const [notice] = decision.plan.notices
  // The second person is told with the same commit, of the head that is taken back: its page shows how it goes.
  if (notice)
    decision.plan.alarms.push({
      id: `a-${context.random().slice(0, 20)}`,
      kind: 'withdrawal',
      subject: notice.supersedes ?? notice.id,
      class: known.class,
      message: `${describeHead(lineage)} 由值班人员撤回，正在各渠道发布撤回公告：请另一人查看进度`,
    })
  return spokenOr(decision)
}
