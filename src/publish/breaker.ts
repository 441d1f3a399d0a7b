// In: what calls to one outlet came to. Out: whether the next may be made now, and when somebody must be told.
// Must not hold back withdrawals and formal reports: they always try (DESIGN §6.11, issue "priorities").
import type { Priority } from '../core/channel.ts'
import { MINUTE, SECOND, type Instant } from '../core/instant.ts'

/** Failures in a row after which an outlet counts as dead and a person is told. */
const OPENS_AFTER = 3
const FIRST_PAUSE = 10 * SECOND
const LONGEST_PAUSE = 2 * MINUTE

export type CallResult = 'answered' | 'dead'

export interface Breaker {
  /** Null when a call may be made; else the instant before which it must not. */
  blockedUntil(outlet: string, priority: Priority, now: Instant): Instant | null
  /** opened and closed are said once per change, for the alarm. */
  note(outlet: string, result: CallResult, now: Instant): 'opened' | 'closed' | null
}

interface State {
  failures: number
  until: Instant
}

/** One per process: a breaker protects this process's sockets, not the platform. */
export function openBreaker(): Breaker {
  const states = new Map<string, State>()
  return {
    blockedUntil: (outlet, priority, now) => {
      const state = states.get(outlet)
      if (!state || state.failures < OPENS_AFTER || priority <= 1 || now >= state.until) return null
      return state.until
    },
    note: (outlet, result, now) => {
      const before = states.get(outlet)?.failures ?? 0
      if (result === 'answered') {
        states.delete(outlet)
        return before >= OPENS_AFTER ? 'closed' : null
      }
      const failures = before + 1
      const pause = Math.min(FIRST_PAUSE * 2 ** Math.max(0, failures - OPENS_AFTER), LONGEST_PAUSE)
      states.set(outlet, { failures, until: now + pause })
      return failures === OPENS_AFTER ? 'opened' : null
    },
  }
}
