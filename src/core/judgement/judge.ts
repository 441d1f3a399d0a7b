// In: a quake as it stands, its neighbours, the policy, the circumstances. Out: what is to be done about it now.
// Pure and repeatable: judged again after a crash, a veto or a wait it gives the answer of that moment (DESIGN §6.9).
import { formatBeijing } from '../instant.ts'
import type { NoticeKind, SpokenOrigin } from '../notice.ts'
import { distanceKm } from '../places/distance.ts'
import { suspectSwap } from '../places/swap.ts'
import { headOf, standingLineage, type Lineage } from '../quake.ts'
import { askAfter, findUnfollowed } from './advice.ts'
import { afterWithdrawal } from './after-withdrawal.ts'
import { aftershockOf } from './aftershock.ts'
import { judgeDeletion } from './deletion.ts'
import type { GateInput, GateResult } from './gate.ts'
import { decisive, runGates } from './gates.ts'
import { describeDisagreement } from './gates-trust.ts'
import { record, vetoEnds, type JudgedWord, type JudgeInput, type Judgement } from './judgement.ts'
import type { Policy, Rule } from './policy.ts'
import { isFormal, maySpeak, prefer, type Preference } from './prefer.ts'
import { estimateExposure, findAuthorisation, findRule, matches, type AuthorisationFinding } from './rules.ts'
import { speakOrigin, type Spoken } from './spoken-origin.ts'
import { decideFollowUp, isRevisedTooOften, type FollowUp } from './worth.ts'

export { record, type JudgeInput, type Judgement, type Word } from './judgement.ts'

/** A later text about the same epicentre may keep the place we already printed up to this far from it. */
const SAME_PLACE_KM = 100

/** Decides what is to be done about a quake now. */
export function judge(input: JudgeInput): Judgement {
  const lineage = standingLineage(input.quake)
  const preference = prefer(input.quake, input.world.now, input.policy.gates)
  const withdrawal = lineage ? judgeDeletion(input, lineage, preference) : null
  if (withdrawal) return withdrawal
  if (!preference) return record('class', '没有震中明确的有效测定')
  const judged = lineage ? judgeFollowUp(input, preference, lineage) : judgeFirstWord(input, preference)
  const { waitUntil, voice } = preference
  return waitUntil !== null && voice !== 'provincial-formal' ? { ...judged, recheckAt: waitUntil } : judged
}

/** What follows the head of the lineage: nothing worth a notice (null), a follow-up, or a text that cannot be printed. */
function followUpOf(
  input: JudgeInput,
  { report, voice }: Preference,
  lineage: Lineage,
): { follow: NonNullable<FollowUp>; spoken: Extract<Spoken, { ok: true }> } | { unprintable: string } | null {
  const head = headOf(lineage)
  if (!head.origin || !maySpeak(report.authority)) return null
  const { latitude, longitude } = report
  const near =
    latitude !== null && longitude !== null && distanceKm(head.origin, { latitude, longitude }) <= SAME_PLACE_KM
  const spoken = speakOrigin(report, voice, input.policy, near ? head.origin.place : null)
  if (!spoken.ok) return spoken.unplaced ? { unprintable: spoken.reason } : null
  const follow = decideFollowUp(head, voice, head.evaluation === 'reviewed', spoken.origin)
  return follow ? { follow, spoken } : null
}

function judgeFollowUp(input: JudgeInput, preference: Preference, lineage: Lineage): Judgement {
  const { report } = preference
  if (input.acts.dismissed.has(report.id)) return record('person', '该测定已由人工决定不发布')
  const found = followUpOf(input, preference, lineage)
  if (!found) return record('worth', '测定变化未达到更新发布标准')
  if ('unprintable' in found) {
    return {
      act: 'hold',
      gate: 'place',
      reason: found.unprintable,
      word: null,
      reportId: report.id,
      gates: [],
      alarms: [],
    }
  }
  const { follow, spoken } = found
  const exposure = estimateExposure(spoken.origin, input.policy)
  const evaluation = isFormal(preference.voice) ? 'reviewed' : 'automatic'
  const rule = findRule(input.policy, follow.kind, spoken.origin, evaluation, exposure)
  const gateInput = inputFor(input, preference, 'follow-up', true)
  const gates = runGates(gateInput)
  const alarms = [...alarmsBeside(gateInput), ...(spoken.alarm ? [spoken.alarm] : [])]
  const own = findAuthorisation(input.policy, input.world.now, follow.kind, report.source, () => true)
  // Carriers always get it; further outlets only where the rule would have said it by itself as a first word.
  const covered = findAuthorisation(input.policy, input.world.now, follow.kind, report.source, (when) =>
    matches(when, spoken.origin, evaluation, exposure),
  )
  const word: JudgedWord = {
    kind: follow.kind,
    report,
    origin: spoken.origin,
    withdrawal: null,
    exposure,
    lineage,
    rule: rule?.mode === 'auto' && covered.ok ? rule : null,
    // A correction of a spoken word is never held for want of a signature; the missing one alarms instead.
    authorisation: covered.ok ? covered.authorisation : own.ok ? own.authorisation : null,
    websiteOnly: aftershockOf(input.quake, spoken.origin, exposure, input.nearby, input.policy.gates),
    quiet: follow.kind === 'revision' && isRevisedTooOften(lineage, input.world.now),
    why: follow.why,
  }
  if (word.quiet) alarms.push(`${lineage.serial} 修订过于频繁，本次修订（${follow.why}）只在网站发布`)
  if (!own.ok) alarms.push(`后续公告照常发布，但${own.reason}`)
  return settle(gates, alarms, word) ?? { act: 'publish', word, gates, alarms }
}

function judgeFirstWord(input: JudgeInput, preference: Preference): Judgement {
  const { report, voice } = preference
  if (input.acts.dismissed.has(report.id)) return record('person', '该测定已由人工决定不发布')
  const spoken = speakOrigin(report, voice, input.policy)
  if (!spoken.ok) return judgeWithoutOrigin(input, preference, spoken)
  const { origin } = spoken
  const kind: NoticeKind = isFormal(voice) ? 'formal-report' : 'quick-report'
  const evaluation = isFormal(voice) ? 'reviewed' : 'automatic'
  const exposure = estimateExposure(origin, input.policy)
  const rule = findRule(input.policy, kind, origin, evaluation, exposure)
  const wouldPublish = (rule !== null && rule.mode !== 'record') || swapHidesIt(input, origin, kind, evaluation)
  const gateInput = inputFor(input, preference, 'first', wouldPublish && maySpeak(report.authority))
  const gates = runGates(gateInput)
  const beside = isFormal(voice) ? [...alarmsBeside(gateInput), ...findUnfollowed(input, origin)] : []
  const alarms = [...beside, ...(spoken.alarm ? [spoken.alarm] : [])]
  if (!wouldPublish) return record('rules', '不在发布规则范围内，只入库', [], gates)
  const released = input.acts.released.has(report.id)
  const after = afterWithdrawal(input.quake, report, voice, origin)
  if (after === 'same' && !released) return record('withdrawn', '该测定已经撤回，不再发布', [], gates)
  const word: JudgedWord = {
    kind,
    report,
    origin,
    withdrawal: null,
    exposure,
    lineage: null,
    rule,
    authorisation: null,
    websiteOnly: aftershockOf(input.quake, origin, exposure, input.nearby, input.policy.gates),
    why: rule ? `规则 ${rule.name}` : '人工决定',
  }
  const stopped = settle(gates, alarms, word)
  if (stopped) return stopped
  if (after === 'person' && !released) {
    const reason = '该地震曾有公告撤回，是否再次发布须由人工决定'
    return { act: 'hold', gate: 'withdrawn', reason, word, reportId: report.id, gates, alarms }
  }
  if (!rule || released) return { act: 'publish', word, gates, alarms }
  return applyMode(input, rule, word, evaluation, gates, alarms)
}

function applyMode(
  input: JudgeInput,
  rule: Rule,
  word: JudgedWord,
  evaluation: 'reviewed' | 'automatic',
  gates: GateResult[],
  alarms: string[],
): Judgement {
  const { report, origin, exposure } = word
  if (rule.mode === 'hold') {
    return {
      act: 'hold',
      gate: 'rule',
      reason: `规则 ${rule.name} 规定由人工核发`,
      word,
      reportId: report.id,
      gates,
      alarms,
    }
  }
  const find = (policy: Policy): AuthorisationFinding =>
    findAuthorisation(policy, input.world.now, word.kind, report.source, (when) =>
      origin !== null && exposure !== null ? matches(when, origin, evaluation, exposure) : false,
    )
  const finding = find(input.policy)
  if (!finding.ok) {
    return {
      act: 'hold',
      gate: 'authorisation',
      reason: `${finding.reason}，须由人工核发`,
      word,
      reportId: report.id,
      gates,
      alarms,
    }
  }
  const { shippedHashes } = input.policy
  const spare = shippedHashes ? find({ ...input.policy, templateHashes: shippedHashes }) : null
  const authorised = {
    ...word,
    authorisation: finding.authorisation,
    ...(spare ? { reserve: spare.ok ? spare.authorisation : null } : {}),
  }
  const due = vetoEnds(report.receivedAt, rule.vetoSeconds * 1000, input.listeningSince)
  if (rule.mode === 'veto' && input.world.now < due) return { act: 'veto', word: authorised, due, gates, alarms }
  return { act: 'publish', word: authorised, gates, alarms }
}

/** Maps the deciding gate to an act; null when all passed. */
function settle(gates: GateResult[], alarms: string[], word: JudgedWord): Judgement | null {
  const stop = decisive(gates)
  if (!stop) return null
  const { verdict, gate } = stop
  if (verdict.outcome === 'hold') {
    return { act: 'hold', gate, reason: verdict.reason, word, reportId: word.report.id, gates, alarms }
  }
  if (verdict.outcome === 'wait')
    return { act: 'wait', gate, reason: verdict.reason, until: verdict.until, gates, alarms: [] }
  if (verdict.outcome === 'archive') {
    return record(gate, verdict.reason, verdict.alarm && maySpeak(word.report.authority) ? [verdict.reason] : [], gates)
  }
  return null
}

/** No printable determination: a missing magnitude waits, an unprintable place goes to a person if a rule speaks of it. */
function judgeWithoutOrigin(
  input: JudgeInput,
  preference: Preference,
  spoken: Extract<Spoken, { ok: false }>,
): Judgement {
  const { report, voice } = preference
  const { unplaced, reason } = spoken
  const evaluation = isFormal(voice) ? 'reviewed' : 'automatic'
  const kind: NoticeKind = isFormal(voice) ? 'formal-report' : 'quick-report'
  const rule = unplaced && findRule(input.policy, kind, unplaced, evaluation, estimateExposure(unplaced, input.policy))
  const gates = runGates(inputFor(input, preference, 'first', rule !== null && maySpeak(report.authority)))
  const waits = gates.find((gate) => gate.verdict.outcome === 'wait')
  const stop = decisive(gates)
  if (stop?.verdict.outcome === 'archive') {
    const { reason: why, alarm } = stop.verdict
    return record(
      stop.gate,
      why,
      alarm && rule && rule.mode !== 'record' && maySpeak(report.authority) ? [why] : [],
      gates,
    )
  }
  if (waits?.verdict.outcome === 'wait') {
    const { reason: why, until } = waits.verdict
    const asked = waits.gate === 'values' ? askAfter(input, report) : null
    if (asked === null || input.world.now < asked) {
      return { act: 'wait', gate: waits.gate, reason: why, until: asked ?? until, gates, alarms: [] }
    }
    const alarm = `来源 ${report.source} 给出的${report.place ? `“${report.place}”` : '附近'}地震`
    const alarms = [`${alarm}自 ${formatBeijing(report.receivedAt)} 起一直没有震级，尚未发布，请人工核对`]
    return { act: 'wait', gate: waits.gate, reason: why, until: null, gates, alarms }
  }
  if (!rule || rule.mode === 'record') return record('rules', '不在发布规则范围内，只入库', [], gates)
  const held =
    stop?.verdict.outcome === 'hold'
      ? { gate: stop.gate, reason: stop.verdict.reason }
      : { gate: 'place' as const, reason }
  return { act: 'hold', ...held, word: null, reportId: report.id, gates, alarms: [] }
}

/** Exchanged coordinates put a near quake far away, where no rule speaks: the rules are asked for the exchanged pair, too. */
function swapHidesIt(
  input: JudgeInput,
  origin: SpokenOrigin,
  kind: NoticeKind,
  evaluation: 'reviewed' | 'automatic',
): boolean {
  const { latitude, longitude, place } = origin
  if (!suspectSwap(place, latitude, longitude, input.policy.gates.swapKm)) return false
  const swapped = { ...origin, latitude: longitude, longitude: latitude }
  const rule = findRule(input.policy, kind, swapped, evaluation, estimateExposure(swapped, input.policy))
  return rule !== null && rule.mode !== 'record'
}

function inputFor(
  input: JudgeInput,
  preference: Preference,
  word: 'first' | 'follow-up',
  wouldPublish: boolean,
): GateInput {
  const open = input.acts.released.has(preference.report.id)
  return {
    report: preference.report,
    voice: preference.voice,
    quake: input.quake,
    nearby: input.nearby,
    policy: input.policy,
    world: input.world,
    word,
    wouldPublish,
    released: open ? EVERY_GATE : NO_GATE,
    provincialWaitUntil: preference.voice === 'provincial-formal' ? preference.waitUntil : null,
  }
}

/** A person's release opens every gate that a person may open; gates.ts keeps the rest shut. */
const EVERY_GATE = { has: () => true } as unknown as ReadonlySet<string>
const NO_GATE: ReadonlySet<string> = new Set()

function alarmsBeside(input: GateInput): string[] {
  const conflict = describeDisagreement(input)
  return conflict ? [`另有机构测定不一致：${conflict}`] : []
}
