// In: how a source's last poll ended. Out: whether it is still asked, when next, and whether the duty staff hear of it.
// Must not know timers, requests or jitter: a pure state machine (feeds.md §2).
import { MINUTE } from '../core/instant.ts'

/** closed: asked as configured. open: refused us repeatedly; asked only every `longestMs` until it answers again. */
export interface Circuit {
  state: 'closed' | 'open'
  /** Failed polls in a row. */
  failures: number
  /** 403 answers since the last good one; a timeout between two of them forgives nothing. */
  forbidden: number
}

export type PollResult =
  | { kind: 'answered' }
  /** HTTP 403: we are unwelcome; asking on makes it worse. */
  | { kind: 'forbidden' }
  /** HTTP 429 or 503: too many of us; `retryAfterMs` when the server named a wait. */
  | { kind: 'busy'; retryAfterMs?: number }
  /** Any other failure: a broken line, a time-out, a page of errors. Nobody asked us to stay away. */
  | { kind: 'failed'; retryAfterMs?: number }
  /** The source answered and our own side could not take it over: no reason to spare the source. */
  | { kind: 'not-taken' }

export interface CircuitPolicy {
  everyMs: number
  /** Longest wait between two polls of a source that is busy or refuses us. */
  longestMs: number
  /** Longest wait between two polls of a source that merely fails. */
  longestFailingMs: number
  /** 403 answers that open the circuit. */
  forbiddenLimit: number
}

export interface CircuitStep {
  circuit: Circuit
  /** From the start of the last poll to the start of the next. */
  waitMs: number
  /** True when the server itself asked for this wait: it must not be shortened. */
  promised: boolean
  change: 'opened' | 'closed' | null
}

export const CLOSED_CIRCUIT: Circuit = { state: 'closed', failures: 0, forbidden: 0 }

/**
 * feeds.md §2: doubling up to 10 min for 429 and 503; 403 thrice opens. After an outage of the network or of the source,
 * which a great earthquake brings along, its first word is heard a minute later, not ten.
 */
export function feedPolicy(everyMs: number): CircuitPolicy {
  const longestMs = Math.max(10 * MINUTE, everyMs)
  return { everyMs, longestMs, longestFailingMs: Math.max(MINUTE, everyMs), forbiddenLimit: 3 }
}

/**
 * One step of the circuit. A server's Retry-After replaces the doubling, but never asks for more than `everyMs` does.
 * An open circuit keeps asking at the longest wait: one answer closes it.
 */
export function stepCircuit(circuit: Circuit, result: PollResult, policy: CircuitPolicy): CircuitStep {
  if (result.kind === 'not-taken') return { circuit, waitMs: policy.everyMs, promised: false, change: null }
  if (result.kind === 'answered') {
    const change = circuit.state === 'open' ? 'closed' : null
    return { circuit: CLOSED_CIRCUIT, waitMs: policy.everyMs, promised: false, change }
  }
  const failures = Math.min(circuit.failures + 1, 1_000)
  const forbidden = result.kind === 'forbidden' ? Math.min(circuit.forbidden + 1, 1_000) : circuit.forbidden
  const opens = circuit.state === 'closed' && forbidden >= policy.forbiddenLimit
  const state = opens ? 'open' : circuit.state
  const next: Circuit = { state, failures, forbidden }
  const change = opens ? 'opened' : null
  if (result.kind !== 'forbidden' && result.retryAfterMs !== undefined) {
    const waitMs = Math.max(result.retryAfterMs, state === 'open' ? policy.longestMs : policy.everyMs)
    return { circuit: next, waitMs, promised: true, change }
  }
  const doubled = policy.everyMs * 2 ** Math.min(failures, 30)
  const longestMs = result.kind === 'failed' ? policy.longestFailingMs : policy.longestMs
  const waitMs = state === 'open' ? policy.longestMs : Math.min(doubled, longestMs)
  return { circuit: next, waitMs, promised: false, change }
}
