// In: a determination. Out: what every gate says, in DESIGN §6's order, and which of them decides.
// Must not contain a rule of its own: one line per gate.
import { PASS, type Gate, type GateInput, type GateResult } from './gate.ts'
import { ageGate, clockGate, idTimeGate, zoneGate } from './gates-time.ts'
import { authorityGate, contradictionGate, deepShockGate, sizeGate } from './gates-trust.ts'
import { classGate, kindGate, swapGate, valuesGate } from './gates-value.ts'
import { bulkGate, killGate } from './gates-load.ts'

export const GATES: readonly Gate[] = [
  classGate,
  clockGate,
  zoneGate,
  idTimeGate,
  valuesGate,
  swapGate,
  kindGate,
  ageGate,
  authorityGate,
  sizeGate,
  contradictionGate,
  deepShockGate,
  bulkGate,
  killGate,
]

/** Gates that a person cannot open: a test row or an impossible value never becomes a notice by anyone's hand. */
const NEVER_RELEASED: ReadonlySet<string> = new Set(['class', 'values', 'authority'])

/** Runs every gate for this word; a gate that a person has released says pass. */
export function runGates(input: GateInput): GateResult[] {
  return GATES.filter((gate) => gate.words.includes(input.word)).map((gate) => ({
    gate: gate.name,
    verdict: input.released.has(gate.name) && !NEVER_RELEASED.has(gate.name) ? PASS : gate.decide(input),
  }))
}

/**
 * The verdict that counts: the first archive in order, else the first that is no pass. An archive comes before any hold
 * because no release could make such a row public (class, authority), or because it arrived only to be recorded (first
 * poll, bulk): a person woken for it would have nothing to decide.
 */
export function decisive(results: readonly GateResult[]): GateResult | null {
  const stops = results.filter((result) => result.verdict.outcome !== 'pass')
  return stops.find((result) => result.verdict.outcome === 'archive') ?? stops[0] ?? null
}
