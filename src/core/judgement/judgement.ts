// In: nothing. Out: what a judgement is made from and what it may say.
// Must not decide anything; judge.ts and deletion.ts do.
import type { Attachment } from '../attachments/attachment.ts'
import type { Instant } from '../instant.ts'
import type { NoticeKind, SpokenOrigin, WithdrawalReason, WrittenWords } from '../notice.ts'
import type { Lineage, Quake, StoredReport } from '../quake.ts'
import type { GateResult } from './gate.ts'
import type { GateName } from './gate-names.ts'
import type { Authorisation, Circumstances, Policy, Rule } from './policy.ts'
import type { Exposure } from './rules.ts'

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
  /** Null only for a person's statement that there was no quake. */
  report: StoredReport | null
  origin: SpokenOrigin | null
  withdrawal: WithdrawalReason | null
  exposure: Exposure | null
  lineage: Lineage | null
  rule: Rule | null
  authorisation: Authorisation | null
  /** The one that covers the shipped template of this kind, should the edited one in force not fill. */
  reserve?: Authorisation | null
  /** True when only the website may carry it (swarm rule, DESIGN §6.11). */
  websiteOnly: boolean
  /** True when not even its earlier readers get it but on the website: one revision too many. */
  quiet?: boolean
  /** What a person wrote and another approved. */
  draft?: ApprovedDraft
  why: string
}

/** An approved draft as it is spoken. */
export interface ApprovedDraft {
  id: string
  hash: string
  /** Of a drill's: when by the desk's clock, ISO 8601; its notice bears the scenario's. */
  saidAt?: string
  /** 一级, 二级, 三级. */
  grade: string
  /** Who answered for secrecy, as the record names people. */
  secrecyReview: string
  /** Left out of a no-quake statement, which says what was checked. */
  words?: WrittenWords
  attachments: readonly Attachment[]
  /** The quake that it is about, if any. */
  quakeId: string | null
}

/** A word that follows from a determination. */
export interface JudgedWord extends Word {
  report: StoredReport
}

/** recheckAt: a provincial formal waits beside this act; to be judged again then, or no one would ever let it speak. */
export type Judgement = { gates: GateResult[]; alarms: string[]; recheckAt?: Instant } & (
  | { act: 'publish'; word: JudgedWord }
  /** Goes out at `due` unless a person stops it; judged again then. */
  | { act: 'veto'; word: JudgedWord; due: Instant }
  | { act: 'hold'; gate: GateName; reason: string; word: JudgedWord | null; reportId: string }
  | { act: 'wait'; gate: GateName; reason: string; until: Instant | null }
  | { act: 'record'; gate: GateName; reason: string }
)

/**
 * After a start a veto that fell due while we were down gets this long for the sources to be heard first
 * (DESIGN §6.9: judged again, never fired).
 */
const HEAR_FIRST_MS = 60_000

/** When a veto ends that began at `since`: after its own time, and not before this process has heard the world. */
export function vetoEnds(since: Instant, vetoMs: number, listeningSince: Instant): Instant {
  return Math.max(since + vetoMs, listeningSince > since ? listeningSince + HEAR_FIRST_MS : since)
}

/** A judgement that nothing is said. */
export function record(gate: GateName, reason: string, alarms: string[] = [], gates: GateResult[] = []): Judgement {
  return { act: 'record', gate, reason, gates, alarms }
}
