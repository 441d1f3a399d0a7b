// In: a judgement about one quake. Out: its rows in the plan, and what changes in the picture once they are committed.
// Must not judge: what is to be done was decided; a text that cannot be made becomes a hold, never a half notice.
import type { CheckedArea } from '../core/notice.ts'
import { headOf, type Lineage, type Quake, type SpokenNotice } from '../core/quake.ts'
import type { Judgement, Word } from '../core/judgement/judge.ts'
import type { DeliveryRow, Plan } from '../store/plan.ts'
import { closeHold, raiseAlarm, setHold, waiting, WITHOUT_HOLD, type Change } from './holds.ts'
import { counterKey, type Picture } from './picture.ts'
import { speak, type SpeakContext, type Speech } from './speak.ts'
import { describeUnmade } from './unmade.ts'

export { closeHold, type Change } from './holds.ts'

/** Writes a judgement into the plan. The quake is the plan's own copy and may be changed. */
export function carryOut(
  plan: Plan,
  quake: Quake,
  judgement: Judgement,
  picture: Picture,
  context: SpeakContext,
): Change[] {
  for (const message of judgement.alarms) raiseAlarm(plan, quake, `advice ${quake.id}`, message, context)
  sayCancelled(plan, quake, judgement, picture, context)
  const { recheckAt = null } = judgement
  switch (judgement.act) {
    case 'publish': {
      const before = plan.notices.length
      const said = publishWord(plan, quake, judgement.word, picture, context)
      // A text that could not be made left an open hold for a person, and a quake has one hold at a time.
      if (recheckAt === null || plan.notices.length === before) return said
      return [...said, ...setHold(plan, quake, WITHOUT_HOLD, context, waiting(recheckAt))]
    }
    case 'veto':
      return setHold(plan, quake, picture, context, {
        state: 'veto',
        gate: 'veto',
        reason: `${judgement.word.why}，等待期满即发布，期间可由人工中止`,
        kind: judgement.word.kind,
        reportId: judgement.word.report.id,
        dueAt: judgement.due,
      })
    case 'hold':
      return setHold(plan, quake, picture, context, {
        state: 'open',
        gate: judgement.gate,
        reason: judgement.reason,
        kind: judgement.word?.kind ?? 'quick-report',
        reportId: judgement.reportId,
        dueAt: recheckAt,
      })
    case 'wait':
      if (judgement.until === null) return closeHold(plan, quake, picture, 'resolved', context.actor, judgement.reason)
      return setHold(plan, quake, picture, context, {
        state: 'waiting',
        gate: judgement.gate,
        reason: judgement.reason,
        kind: 'formal-report',
        reportId: null,
        dueAt: judgement.until,
      })
    case 'record':
      if (recheckAt !== null) return setHold(plan, quake, picture, context, waiting(recheckAt))
      return closeHold(plan, quake, picture, 'resolved', context.actor, judgement.reason)
  }
}

/** The desk says when a prepared withdrawal lapses (DESIGN §5): the row came back, or a better word took its place. */
function sayCancelled(plan: Plan, quake: Quake, judgement: Judgement, picture: Picture, context: SpeakContext): void {
  const open = picture.holds.get(quake.id)
  if (open?.state !== 'veto' || open.kind !== 'withdrawal') return
  const isStillPrepared = 'word' in judgement && judgement.word?.kind === 'withdrawal'
  if (isStillPrepared) return
  const serial = quake.lineages.at(-1)?.serial ?? quake.id
  raiseAlarm(plan, quake, `advice ${quake.id}`, `${serial} 的撤回已取消：该测定结果重新出现或已有新的测定`, context)
}

/** Says a word: notice, deliveries, and the end of what it replaces. */
export function publishWord(
  plan: Plan,
  quake: Quake,
  word: Word,
  picture: Picture,
  context: SpeakContext,
  checked: CheckedArea | null = null,
): Change[] {
  const speech = trySpeak(plan, word, quake, picture, context, checked)
  if (needsReserve(speech)) {
    const spare = speakByReserve(plan, word, quake, picture, context, checked, speech)
    if (spare) return keepSpeech(plan, quake, spare.word, picture, context, spare.speech, true)
  }
  if ('failure' in speech) {
    return setHold(plan, quake, picture, context, {
      state: 'open',
      gate: 'render',
      reason: describeUnmade(speech.failure),
      error: speech.failure instanceof Error ? speech.failure.message : String(speech.failure),
      kind: word.kind,
      reportId: word.report?.id ?? null,
      dueAt: null,
    })
  }
  return keepSpeech(plan, quake, word, picture, context, speech, false)
}

/** The rows of a text that was made. @param spare made with the shipped templates in the place of edited ones */
function keepSpeech(
  plan: Plan,
  quake: Quake,
  word: Word,
  picture: Picture,
  context: SpeakContext,
  speech: Speech,
  spare: boolean,
): Change[] {
  const { policy } = context
  const { lineage, notice, deliveries, unfit } = speech
  if (lineage) plan.lineages.push(lineage)
  plan.notices.push(notice)
  plan.deliveries.push(...deliveries)
  if (word.authorisation) {
    const { id, template, sha256, ...body } = word.authorisation
    plan.authorisations.push({ id, template, sha256, body: { ...body, id } })
  }
  for (const { outlet, reason } of unfit) {
    raiseAlarm(plan, quake, `unfit ${notice.id} ${outlet}`, `渠道 ${outlet} 未能成文：${reason}`, context)
  }
  endReplaced(plan, word)
  plan.journal.push({
    actor: context.actor,
    act: `notice.${notice.kind}`,
    subject: notice.id,
    detail: {
      quake: quake.id,
      report: notice.report_no,
      lineage: notice.lineage_id,
      why: word.why,
      outlets: deliveries.map((d) => d.outlet_id),
      template: (spare ? policy.shippedHashes : policy.templateHashes)?.[word.kind] ?? '',
      version: spare ? '' : (policy.templateVersion ?? ''),
    },
  })
  remember(quake, speech, word)
  const changes = closeHold(
    plan,
    quake,
    picture,
    context.actor === 'system' ? 'resolved' : 'released',
    context.actor,
    `已发布为 ${notice.id}`,
  )
  if (lineage) changes.push((p) => p.counters.set(`${lineage.class} ${lineage.year}`, lineage.number))
  return changes
}

/** Serial counters with the numbers this very plan has given away: one poll may bring two quakes. */
function countPlanned(plan: Plan, picture: Picture): Map<string, number> {
  const counters = new Map(picture.counters)
  for (const { class: trafficClass, year, number } of plan.lineages)
    counters.set(counterKey(trafficClass, year), number)
  return counters
}

type Tried = Speech | { failure: unknown }

const needsReserve = (tried: Tried): boolean => 'failure' in tried || tried.unfit.length > 0

/**
 * Where an edited template does not fill, or makes a text that an outlet cannot carry: the same word by the shipped ones. A word
 * that goes out by itself needs a live authorisation of its own for them (found by judge.ts); what a person decided, and what
 * follows a word that was said, does not.
 * @returns null where they do not help, or nobody has authorised them
 */
function speakByReserve(
  plan: Plan,
  word: Word,
  quake: Quake,
  picture: Picture,
  context: SpeakContext,
  checked: CheckedArea | null,
  tried: Tried,
): { word: Word; speech: Speech } | null {
  const { reserve } = context
  if (!reserve) return null
  const byItself = word.lineage === null && word.authorisation !== null
  if (byItself && !word.reserve) return null
  const spared = { ...word, authorisation: byItself ? (word.reserve ?? null) : null }
  const speech = trySpeak(plan, spared, quake, picture, { ...context, renderer: reserve }, checked)
  if ('failure' in speech || (!('failure' in tried) && speech.unfit.length >= tried.unfit.length)) return null
  const why = 'failure' in tried ? describeUnmade(tried.failure) : `渠道 ${tried.unfit[0]?.outlet ?? ''} 发不出`
  const message = `现行模板不能用于本次公告（${why}），已改用随程序发布的模板，请尽快核对模板`
  raiseAlarm(plan, quake, `template ${speech.notice.id}`, message, context)
  return { word: spared, speech }
}

function trySpeak(
  plan: Plan,
  word: Word,
  quake: Quake,
  picture: Picture,
  context: SpeakContext,
  checked: CheckedArea | null,
): Tried {
  try {
    return speak(word, quake.id, quake.class, { ...picture, counters: countPlanned(plan, picture) }, context, checked)
  } catch (error) {
    // A hole, a forbidden sentence or an unspeakable fact: a person must see it, and nothing half-made may leave.
    return { failure: error }
  }
}

function endReplaced(plan: Plan, word: Word): void {
  if (!word.lineage) return
  const state = word.kind === 'withdrawal' ? 'cancelled' : 'superseded'
  const reason = word.kind === 'withdrawal' ? '公告已撤回' : '同一编号已有更新的公告'
  for (const delivery of word.lineage.notices.flatMap((n) => n.deliveries)) {
    const unsent = word.kind === 'withdrawal' && delivery.state === 'queued'
    plan.ended_deliveries.push({ id: delivery.deliveryId, state, reason, unsent })
  }
}

/** Adds the notice to the plan's copy of the quake, so that later rows of the same plan see it as said. */
function remember(quake: Quake, speech: Speech, word: Word): void {
  const { notice, lineage, deliveries, facts } = speech
  const spoken: SpokenNotice = {
    id: notice.id,
    code: notice.code,
    kind: word.kind,
    report: notice.report_no,
    serial: facts.serial,
    issuedAt: facts.issuedAt,
    evaluation: notice.evaluation as SpokenNotice['evaluation'],
    origin: facts.origin,
    reportId: notice.report_id,
    withdrawal: facts.withdrawal,
    deliveries: deliveries.map((d) => ({ deliveryId: d.id, outlet: d.outlet_id, leg: d.leg, state: d.state })),
  }
  const standing = quake.lineages.find((l) => l.id === notice.lineage_id)
  if (standing) {
    standing.notices.push(spoken)
    return
  }
  quake.lineages.push({
    id: notice.lineage_id,
    serial: facts.serial,
    year: lineage?.year ?? 0,
    number: lineage?.number ?? 0,
    notices: [spoken],
  })
}

/** Deliveries of a plan that leave at once. */
export function firstAttempts(plan: Plan): DeliveryRow[] {
  return plan.deliveries.filter((delivery) => delivery.state === 'sending')
}

/** Serial with 第N报 of a lineage's head; for messages to people. */
export function describeHead(lineage: Lineage): string {
  const head = headOf(lineage)
  return `${lineage.serial} 第${head.report}报`
}
