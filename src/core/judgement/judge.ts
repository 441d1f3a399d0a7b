// In: a quake as it stands, its neighbours, the policy, the circumstances. Out: what is to be done about it now.
// Pure and repeatable: judged again after a crash, a veto or a wait it gives the answer of that moment (DESIGN §6.9).
import type { Instant } from '../instant.ts'
import type { NoticeKind, SpokenOrigin, WithdrawalReason } from '../notice.ts'
import { suspectSwap } from '../places/swap.ts'
import { headOf, standingLineage, standingReports, type Lineage, type Quake, type StoredReport } from '../quake.ts'
import { aftershockOf } from './aftershock.ts'
import type { GateInput, GateResult } from './gate.ts'
import { decisive, runGates } from './gates.ts'
import { describeDisagreement } from './gates-trust.ts'
import type { Authorisation, Circumstances, Policy, Rule } from './policy.ts'
import { isFormal, maySpeak, prefer, rankReports, voiceOf, type Preference, type Voice } from './prefer.ts'
import { estimateExposure, findAuthorisation, findRule, matches, type Exposure } from './rules.ts'
import { speakOrigin } from './spoken-origin.ts'
import { decideFollowUp } from './worth.ts'

/** A person's acts on this quake that a judgement must respect. */
export interface Acts {
  /** Reports a person released from hold: gates are open for them, but never class and values. */
  released: ReadonlySet<string>
  /** Reports (or delete rows) a person decided to leave unspoken. */
  dismissed: ReadonlySet<string>
}

export interface JudgeInput {
  quake: Quake
  nearby: readonly Quake[]
  policy: Policy
  world: Circumstances
  acts: Acts
  /** When this process began to hear the world; vetoes that fell due before are not fired at once. */
  listeningSince: Instant
}

/** A word ready to be said. */
export interface Word {
  kind: NoticeKind
  report: StoredReport
  origin: SpokenOrigin | null
  withdrawal: WithdrawalReason | null
  exposure: Exposure | null
  lineage: Lineage | null
  rule: Rule | null
  authorisation: Authorisation | null
  /** True when only the website may carry it (swarm rule, DESIGN §6.11). */
  websiteOnly: boolean
  why: string
}

export type Judgement = { gates: GateResult[]; alarms: string[] } & (
  | { act: 'publish'; word: Word }
  /** Goes out at `due` unless a person stops it; judged again then. */
  | { act: 'veto'; word: Word; due: Instant }
  | { act: 'hold'; gate: string; reason: string; word: Word | null; reportId: string }
  | { act: 'wait'; gate: string; reason: string; until: Instant | null }
  | { act: 'record'; gate: string; reason: string }
)

/** After a start, a veto that fell due in between gets this long for the sources to be heard first. */
const HEAR_FIRST_MS = 60_000

/** Decides what is to be done about a quake now. */
export function judge(input: JudgeInput): Judgement {
  const lineage = standingLineage(input.quake)
  const preference = prefer(input.quake, input.world.now, input.policy.gates)
  const withdrawal = lineage ? judgeDeletion(input, lineage, preference) : null
  if (withdrawal) return withdrawal
  if (!preference) return record('class', 'no determination with an epicentre stands')
  return lineage ? judgeFollowUp(input, preference, lineage) : judgeFirstWord(input, preference)
}

function record(gate: string, reason: string, alarms: string[] = [], gates: GateResult[] = []): Judgement {
  return { act: 'record', gate, reason, gates, alarms }
}

/** The determination our head notice states was taken back by the one who made it (DESIGN §6.10). */
function judgeDeletion(input: JudgeInput, lineage: Lineage, preference: Preference | null): Judgement | null {
  const head = headOf(lineage)
  const said = input.quake.reports.find((r) => r.id === head.reportId)
  if (!said) return null
  const standing = standingReports(input.quake)
  const stillThere = standing.some((r) => r.source === said.source && sameId(r, said))
  if (stillThere) return null
  const deletion = input.quake.reports.findLast(
    (r) => r.lifecycle !== 'report' && r.source === said.source && maySpeak(r.authority),
  )
  if (!deletion || input.acts.dismissed.has(deletion.id)) return null
  const other = preference && maySpeak(preference.report.authority) ? preference : null
  if (other && followUpOf(input, other, lineage)) return null
  // The same determination relayed by another official source is the same agency's word: it was taken back, too.
  const independent = rankReports(input.quake).some(
    (r) => maySpeak(r.authority) && (r.agency !== said.agency || r.evaluation === 'reviewed'),
  )
  const word: Word = {
    kind: 'withdrawal',
    report: deletion,
    origin: null,
    withdrawal: 'sent-in-error',
    exposure: null,
    lineage,
    rule: null,
    authorisation: null,
    websiteOnly: false,
    why: `${said.source} took back ${said.sourceEventId}`,
  }
  const released = input.acts.released.has(deletion.id)
  if (independent && !released) {
    const reason = `${said.source} took its determination back, but another official one stands`
    return { act: 'hold', gate: 'delete', reason, word, reportId: deletion.id, gates: [], alarms: [] }
  }
  const due = Math.max(
    deletion.receivedAt + input.policy.gates.withdrawalVetoMs,
    Math.min(input.listeningSince + HEAR_FIRST_MS, deletion.receivedAt + input.policy.gates.withdrawalVetoMs + HEAR_FIRST_MS),
  )
  if (released || input.world.now >= due) return { act: 'publish', word, gates: [], alarms: [] }
  return { act: 'veto', word, due, gates: [], alarms: [`withdrawal of ${lineage.serial} is prepared`] }
}

function sameId(a: StoredReport, b: StoredReport): boolean {
  return a.sourceEventId === b.sourceEventId || a.aliases.includes(b.sourceEventId) || b.aliases.includes(a.sourceEventId)
}

function followUpOf(input: JudgeInput, preference: Preference, lineage: Lineage) {
  const spoken = speakOrigin(preference.report, preference.voice, input.policy)
  if (!spoken.ok || !maySpeak(preference.report.authority)) return null
  const head = headOf(lineage)
  const follow = decideFollowUp(head, preference.voice, head.evaluation === 'reviewed', spoken.origin)
  return follow ? { follow, spoken } : null
}

function judgeFollowUp(input: JudgeInput, preference: Preference, lineage: Lineage): Judgement {
  const { report } = preference
  if (input.acts.dismissed.has(report.id)) return record('person', 'a person left this determination unspoken')
  const found = followUpOf(input, preference, lineage)
  if (!found) return record('worth', 'nothing changed that is worth a notice')
  const { follow, spoken } = found
  const exposure = estimateExposure(spoken.origin, input.policy)
  const evaluation = isFormal(preference.voice) ? 'reviewed' : 'automatic'
  const rule = findRule(input.policy, follow.kind, spoken.origin, evaluation, exposure)
  const gateInput = inputFor(input, preference, 'follow-up', true)
  const gates = runGates(gateInput)
  const alarms = [...alarmsBeside(gateInput), ...(spoken.alarm ? [spoken.alarm] : [])]
  const own = findAuthorisation(input.policy, input.world.now, follow.kind, report.source, () => true)
  const word: Word = {
    kind: follow.kind,
    report,
    origin: spoken.origin,
    withdrawal: null,
    exposure,
    lineage,
    rule,
    // A correction of a spoken word is never held for want of a signature; the missing one alarms instead.
    authorisation: own.ok ? own.authorisation : null,
    websiteOnly: false,
    why: follow.why,
  }
  if (!own.ok) alarms.push(`follow-up without an authorisation of its own: ${own.reason}`)
  return settle(gates, alarms, word) ?? { act: 'publish', word, gates, alarms }
}

function judgeFirstWord(input: JudgeInput, preference: Preference): Judgement {
  const { report, voice } = preference
  if (input.acts.dismissed.has(report.id)) return record('person', 'a person left this determination unspoken')
  const spoken = speakOrigin(report, voice, input.policy)
  if (!spoken.ok) return judgeWithoutOrigin(input, preference, spoken.reason)
  const { origin } = spoken
  const kind: NoticeKind = isFormal(voice) ? 'formal-report' : 'quick-report'
  const evaluation = isFormal(voice) ? 'reviewed' : 'automatic'
  const exposure = estimateExposure(origin, input.policy)
  const rule = findRule(input.policy, kind, origin, evaluation, exposure)
  const wouldPublish = (rule !== null && rule.mode !== 'record') || swapHidesIt(input, origin, kind, evaluation)
  const gateInput = inputFor(input, preference, 'first', wouldPublish && maySpeak(report.authority))
  const gates = runGates(gateInput)
  const alarms = [...(isFormal(voice) ? alarmsBeside(gateInput) : []), ...(spoken.alarm ? [spoken.alarm] : [])]
  if (!wouldPublish) return record('rules', 'no rule speaks of it', [], gates)
  const released = input.acts.released.has(report.id)
  const after = afterWithdrawal(input.quake, report, voice)
  if (after === 'same' && !released) return record('withdrawn', 'this determination was withdrawn', [], gates)
  const word: Word = {
    kind,
    report,
    origin,
    withdrawal: null,
    exposure,
    lineage: null,
    rule,
    authorisation: null,
    websiteOnly: aftershockOf(input.quake, origin, exposure, input.nearby, input.policy.gates),
    why: rule ? `rule ${rule.name}` : 'a person',
  }
  const stopped = settle(gates, alarms, word)
  if (stopped) return stopped
  if (after === 'person' && !released) {
    const reason = 'a word about this quake was withdrawn before'
    return { act: 'hold', gate: 'withdrawn', reason, word, reportId: report.id, gates, alarms }
  }
  if (!rule || released) return { act: 'publish', word, gates, alarms }
  return applyMode(input, rule, word, evaluation, gates, alarms)
}

function applyMode(
  input: JudgeInput,
  rule: Rule,
  word: Word,
  evaluation: 'reviewed' | 'automatic',
  gates: GateResult[],
  alarms: string[],
): Judgement {
  const { report, origin, exposure } = word
  if (rule.mode === 'hold') {
    return { act: 'hold', gate: 'rule', reason: `rule ${rule.name} leaves it to a person`, word, reportId: report.id, gates, alarms }
  }
  const finding = findAuthorisation(input.policy, input.world.now, word.kind, report.source, (when) =>
    origin !== null && exposure !== null ? matches(when, origin, evaluation, exposure) : false,
  )
  if (!finding.ok) {
    return { act: 'hold', gate: 'authorisation', reason: finding.reason, word, reportId: report.id, gates, alarms }
  }
  const authorised = { ...word, authorisation: finding.authorisation }
  const due = Math.max(report.receivedAt + rule.vetoSeconds * 1000, 0)
  if (rule.mode === 'veto' && input.world.now < due) return { act: 'veto', word: authorised, due, gates, alarms }
  return { act: 'publish', word: authorised, gates, alarms }
}

/** Maps the deciding gate to an act; null when all passed. */
function settle(gates: GateResult[], alarms: string[], word: Word): Judgement | null {
  const stop = decisive(gates)
  if (!stop) return null
  const { verdict, gate } = stop
  if (verdict.outcome === 'hold') {
    return { act: 'hold', gate, reason: verdict.reason, word, reportId: word.report.id, gates, alarms }
  }
  if (verdict.outcome === 'wait') return { act: 'wait', gate, reason: verdict.reason, until: verdict.until, gates, alarms: [] }
  if (verdict.outcome === 'archive') {
    return record(gate, verdict.reason, verdict.alarm && maySpeak(word.report.authority) ? [verdict.reason] : [], gates)
  }
  return null
}

/** No printable determination: a missing magnitude waits, an unprintable place goes to a person. */
function judgeWithoutOrigin(input: JudgeInput, preference: Preference, reason: string): Judgement {
  const gates = runGates(inputFor(input, preference, 'first', false))
  const stop = decisive(gates)
  const { report } = preference
  if (stop?.verdict.outcome === 'wait') {
    return { act: 'wait', gate: stop.gate, reason: stop.verdict.reason, until: stop.verdict.until, gates, alarms: [] }
  }
  if (stop?.verdict.outcome === 'archive' || !maySpeak(report.authority)) {
    return record(stop?.gate ?? 'authority', stop && 'reason' in stop.verdict ? stop.verdict.reason : reason, [], gates)
  }
  return { act: 'hold', gate: 'place', reason, word: null, reportId: report.id, gates, alarms: [] }
}

/**
 * What a withdrawn lineage means for a new first word: the withdrawn determination itself stays withdrawn; a newer one
 * goes to a person, save the national formal: that is the word which readers were told to wait for.
 */
function afterWithdrawal(quake: Quake, report: StoredReport, voice: Voice): 'none' | 'same' | 'person' {
  const last = quake.lineages.at(-1)
  if (!last) return 'none'
  const head = headOf(last)
  if (report.receivedAt <= head.issuedAt) return 'same'
  return voice === 'national-formal' && head.withdrawal !== 'duplicate' ? 'none' : 'person'
}

/** Exchanged coordinates put a near quake far away, where no rule speaks: the rules are asked for the exchanged pair, too. */
function swapHidesIt(input: JudgeInput, origin: SpokenOrigin, kind: NoticeKind, evaluation: 'reviewed' | 'automatic'): boolean {
  const { latitude, longitude, place } = origin
  if (!suspectSwap(place, latitude, longitude, input.policy.gates.swapKm)) return false
  const swapped = { ...origin, latitude: longitude, longitude: latitude }
  const rule = findRule(input.policy, kind, swapped, evaluation, estimateExposure(swapped, input.policy))
  return rule !== null && rule.mode !== 'record'
}

function inputFor(input: JudgeInput, preference: Preference, word: 'first' | 'follow-up', wouldPublish: boolean): GateInput {
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
  return conflict ? [`another agency disagrees: ${conflict}`] : []
}

/** Voice of the report a lineage's head stated; for lists and the desk. */
export function headIsFormal(report: StoredReport | undefined): boolean {
  return report ? isFormal(voiceOf(report)) : false
}
