// In: a determination. Out: what every gate says, in DESIGN §6's order; the first that does not pass decides.
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

/** The verdict that counts: the first in order that is not a pass. */
export function decisive(results: readonly GateResult[]): GateResult | null {
  return results.find((result) => result.verdict.outcome !== 'pass') ?? null
}
