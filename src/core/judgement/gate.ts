// In: nothing. Out: what a gate is, what it may see and what it may answer.
// Must not hold any rule itself; the table is in gates.ts.
import type { Instant } from '../instant.ts'
import type { Quake, StoredReport } from '../quake.ts'
import type { GateName } from './gate-names.ts'
import type { Circumstances, Policy } from './policy.ts'
import type { Voice } from './prefer.ts'

/** Reasons are Chinese sentences: alarms, the desk and the record show them to people as they are. */
export type Verdict =
  | { outcome: 'pass' }
  /** For a value or a second source; judged again at `until`, or when something new arrives. */
  | { outcome: 'wait'; reason: string; until: Instant | null }
  /** To a person, with an alarm at once. */
  | { outcome: 'hold'; reason: string }
  /** Recorded, not spoken. alarm: something official is set aside here and a person should know. */
  | { outcome: 'archive'; reason: string; alarm?: boolean }

export interface GateInput {
  /** The determination that stands. */
  report: StoredReport
  voice: Voice
  quake: Quake
  /** All quakes of the class whose origin lies near in time; for second opinions and deep shocks. */
  nearby: readonly Quake[]
  policy: Policy
  world: Circumstances
  /** First word about this quake, or a follow-up to a word already spoken. */
  word: 'first' | 'follow-up'
  /** True when the rules would publish this determination if only its time were right. */
  wouldPublish: boolean
  /** A person has released this determination from the hold of this gate. */
  released: ReadonlySet<string>
  provincialWaitUntil: Instant | null
}

export interface Gate {
  name: GateName
  /** Which false word it stops. */
  stops: string
  /** Which true word it could hold back, and why it does not. */
  passes: string
  /** Words that it judges: most gates govern the first word only (DESIGN §3). */
  words: readonly ('first' | 'follow-up')[]
  decide(input: GateInput): Verdict
}

export const PASS: Verdict = { outcome: 'pass' }

/** What one gate said, as it is recorded with the decision and shown on the board. */
export interface GateResult {
  gate: GateName
  verdict: Verdict
}
