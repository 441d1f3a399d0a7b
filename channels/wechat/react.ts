// In: a reply that is not a success. Out: the outcome of the step, by what the call can have done.
// Must not treat an unread reply to an effectful call as a failure.
import type { Job, Outcome, RemovalOutcome } from '../../src/core/channel.ts'
import { MINUTE, SECOND, type Instant } from '../../src/core/instant.ts'
import { backOff, untilBeijingMidnight, waitForBudget } from '../wire/ask.ts'
import { readCode } from '../wire/json.ts'
import type { WechatReply } from './call.ts'
import { describeError, reactionTo } from './errors.ts'
import { CHECK_DELAYS } from './limits.ts'

/** Tries of the step at hand: a delivery counts every step, and waits must not grow with the steps that went well. */
export function countTries(job: Job): number {
  const { steps, mediaId } = job.progress
  const done = typeof steps === 'number' ? steps : mediaId === undefined ? 0 : 1
  return Math.max(1, job.attempt - done)
}

/** When the platform is asked again about what it works on, later each time; `checks` is kept in the progress. */
export function planCheck(job: Job): { checkAfterMs: number; checks: number } {
  const checks = typeof job.progress['checks'] === 'number' ? job.progress['checks'] : 0
  const checkAfterMs = CHECK_DELAYS[Math.min(checks, CHECK_DELAYS.length - 1)] ?? 30 * MINUTE
  return { checkAfterMs, checks: checks + 1 }
}

/** True when a reply says errcode 0 itself; calls that return nothing else have no other proof of success. */
export function saysDone(body: Record<string, unknown>): boolean {
  return readCode(body['errcode']) === '0'
}

/** A newer notice came between two steps: nothing is visible yet, and the queue ends it as superseded. */
export const REPLACED: Outcome & { state: 'retry' } = {
  state: 'retry',
  afterMs: 0,
  code: 'replaced',
  reason: '已有新的公告，不再发出',
}

export type Trouble = Exclude<WechatReply, { got: 'ok' }>

/** harmless: repeating costs at worst an orphan draft. effectful: a second time may be seen by the public. */
export type CallKind = { kind: 'harmless' } | { kind: 'effectful'; probeAfterMs: number }

/** What trouble with one step of a delivery comes to. */
export function outcomeOf(reply: Trouble, call: CallKind, job: Job, now: Instant): Outcome {
  const again = (code: string, reason: string): Outcome => ({
    state: 'retry',
    afterMs: backOff(countTries(job), SECOND, MINUTE),
    code,
    reason,
  })
  const unsure = (code: string, reason: string): Outcome =>
    call.kind === 'harmless' ? again(code, reason) : { state: 'unknown', reason, probeAfterMs: call.probeAfterMs }
  if (reply.got === 'budget') return waitForBudget(reply.api, reply.until, now)
  if (reply.got === 'garbage') return unsure('unreadable', reply.reason)
  if (reply.got === 'nothing')
    return reply.sent
      ? unsure('no-reply', `发出后没有回音：${reply.reason}`)
      : again('unreachable', `连不上微信：${reply.reason}`)
  const reaction = reactionTo(reply.code)
  const { code } = reply
  const reason = describeError(reply)
  switch (reaction.act) {
    case 'busy':
      return unsure(code, reason)
    case 'retry':
      return { state: 'retry', afterMs: backOff(countTries(job), reaction.afterMs, 10 * MINUTE), code, reason }
    case 'tomorrow':
      return { state: 'retry', afterMs: untilBeijingMidnight(now), code, reason }
    case 'auth':
      return { state: 'auth-expired', code, reason }
    case 'shorten':
      return { state: 'rejected', code, fix: 'shorten', reason }
    case 'giveup':
    case 'user':
      return { state: 'rejected', code, fix: 'giveup', reason }
    default:
      return { state: 'rejected', code, fix: 'operator', reason }
  }
}

/** What a deletion comes to. */
export function removalOf(reply: WechatReply, job: Job, now: Instant): RemovalOutcome {
  if (reply.got === 'ok')
    return saysDone(reply.body) ? { state: 'gone' } : { state: 'unknown', reason: '删除的回音里没有 errcode' }
  const outcome = outcomeOf(reply, { kind: 'effectful', probeAfterMs: MINUTE }, job, now)
  if (outcome.state === 'retry')
    return { state: 'retry', afterMs: outcome.afterMs, code: outcome.code, reason: outcome.reason }
  if (outcome.state === 'unknown') return { state: 'unknown', reason: outcome.reason }
  if (outcome.state === 'rejected' || outcome.state === 'auth-expired')
    return { state: 'refused', code: outcome.code, reason: outcome.reason }
  return { state: 'unknown', reason: '删除的结果不明' }
}
