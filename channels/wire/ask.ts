// In: one HTTP call and the name it is booked under. Out: the reply, or that the budget is used up.
// Must not repeat a call: what came of it is decided by the channel, when to repeat by the dispatcher.
import type { HttpCall, HttpReply, Outcome, Priority, Reach } from '../../src/core/channel.ts'
import { BEIJING_OFFSET, DAY, formatBeijing, HOUR, SECOND, type Instant } from '../../src/core/instant.ts'
import { allowTime } from './deadline.ts'

export type BookedReply = HttpReply | { got: 'budget'; until: Instant }

/** Books the call under `api`, then makes it; nothing is sent when the booking is refused or cannot be written. */
export async function callBooked(reach: Reach, api: string, priority: Priority, call: HttpCall): Promise<BookedReply> {
  // A database that is away for a moment is no unknown: no byte can have left, and the call may be made later.
  const booking = await reach.spend(api, priority).catch((error: unknown) => describeFailure(error))
  if (typeof booking === 'string') return { got: 'nothing', sent: false, reason: `额度未能登记：${booking}` }
  if (!booking.ok) return { got: 'budget', until: booking.until }
  const deadlineMs = allowTime(call.deadlineMs)
  if (deadlineMs === null) return { got: 'nothing', sent: false, reason: '本次可用时间已用完，下次再试' }
  return reach.http({ ...call, deadlineMs })
}

/** What stopped us before a call, in the words of whatever threw. */
export function describeFailure(error: unknown): string {
  return error instanceof Error ? error.message : typeof error === 'string' ? error : 'no error but a value was thrown'
}

/** The outcome of a call that was not made because its quota is used up until that instant. */
export function waitForBudget(api: string, until: Instant, now: Instant): Outcome & { state: 'retry' } {
  return {
    state: 'retry',
    afterMs: Math.max(SECOND, until - now),
    code: 'budget',
    reason: `${api} 的调用额度已用完，${formatBeijing(until)} 恢复`,
  }
}

/** Doubling wait: base, 2·base, 4·base … at most cap milliseconds. attempt counts from 1. */
export function backOff(attempt: number, base: number, cap: number): number {
  return Math.min(cap, base * 2 ** Math.min(20, Math.max(0, attempt - 1)))
}

/** Milliseconds to the next full hour, never 0. Beijing hours are UTC hours. */
export function untilNextHour(now: Instant): number {
  return HOUR - positiveRest(now, HOUR)
}

/** Milliseconds to the next midnight in Beijing, never 0. */
export function untilBeijingMidnight(now: Instant): number {
  return DAY - positiveRest(now + BEIJING_OFFSET, DAY)
}

function positiveRest(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
