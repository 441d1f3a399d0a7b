// In: a delivery as it stands and what one call came to. Out: its next state, as a value.
// One table for every channel. Must not turn an unknown into a second try before the channel's own proof of absence.
import type { Certainty, Fix, Outcome, ProbeOutcome, Progress } from './channel.ts'
import { HOUR, MINUTE, SECOND, type Instant } from './instant.ts'
import type { DeliveryState } from './quake.ts'

/** What the state machine needs to know of a delivery. */
export interface DeliveryStanding {
  attempts: number
  absentProbes: number
  absentSince: Instant | null
  /** A queued word that has not left by then ends as expired; null for words that always go out. */
  expiresAt: Instant | null
  /** When bytes may first have left; null before. What waits too long is measured from here. */
  firstAttemptAt: Instant | null
  /**
   * True while a call is repeated because an earlier one may have been executed and nothing can be read back (keyed
   * messages, robots). Until one is answered the delivery stays unknown: a queued word may be superseded or cancelled
   * as unsaid, and the first call's effect would stand where no withdrawal looks for it.
   */
  unresolved?: boolean
}

/** Fields to set; those left out stay as they are. */
export interface DeliveryChange {
  state: DeliveryState
  dueAt?: Instant
  progress?: Progress
  absentProbes?: number
  absentSince?: Instant | null
  job?: string
  ref?: string
  url?: string
  reason?: string
  acceptedAt?: Instant
  /** Set when another call follows at once under the same lease. */
  nextAct?: 'deliver' | 'check'
  /** A person must act: bad credential, refused content, no proof either way. */
  alarm?: string
}

/**
 * A credential is asked for again after this, doubling to the longest; the delivery is not dropped meanwhile
 * (channels.md §1.5). It doubles because on Weibo each ask costs one of the day's hundred calls.
 */
const AUTH_RETRY = MINUTE
const AUTH_LONGEST = 15 * MINUTE
/** Longest pause between tries, whatever a platform asks for, so that a wrong Retry-After does not silence a channel. */
const LONGEST_PAUSE = 24 * 60 * MINUTE
const SHORTEST_PAUSE = SECOND
/**
 * A probe that learns nothing waits a quarter of the silence so far, up to this: what comes back after T is found by
 * 1.25 T, and a day of silence costs some fifty of Weibo's hundred calls.
 */
const LONGEST_PROBE_PAUSE = HOUR
/** What the officer on duty reads on a phone (alarms are Chinese, as the notices are). */
const WHAT_TO_DO: Readonly<Record<Fix, string>> = {
  shorten: '文本过长，请人工缩短后发布',
  edit: '内容须修改，请人工发布',
  operator: '请人工处理，处理后可用 settle 命令重发',
  giveup: '不再重试',
}
/** A word that has not got through by then, or will not before, is made known to a person: nothing waits in silence. */
const PATIENCE = 5 * MINUTE

/** The state after deliver() answered. */
export function afterDeliver(standing: DeliveryStanding, outcome: Outcome, now: Instant): DeliveryChange {
  switch (outcome.state) {
    case 'accepted':
      return accepted(outcome, now)
    case 'pending':
      return pending(standing, outcome, now)
    case 'progress':
      return { state: 'sending', progress: outcome.progress, nextAct: 'deliver' }
    case 'retry': {
      const dueAt = now + pause(outcome.afterMs)
      const reason = `${outcome.code}：${outcome.reason}`
      const late = outcome.ask === undefined ? sayLate(standing, dueAt, reason) : { alarm: outcome.ask }
      if (standing.unresolved || outcome.partlySaid === true) {
        return { ...progressed(outcome.progress), ...late, ...inDoubt(dueAt, reason) }
      }
      if (standing.expiresAt !== null && dueAt > standing.expiresAt) return expired(reason)
      return { ...progressed(outcome.progress), ...late, state: 'queued', dueAt, reason }
    }
    case 'auth-expired': {
      const reason = `${outcome.code}：${outcome.reason}`
      const alarm = `平台不认授权或不准接入，放行或续期后自动重发：${outcome.reason}`
      const wait = Math.min(AUTH_RETRY * 2 ** Math.min(Math.max(standing.attempts - 1, 0), 10), AUTH_LONGEST)
      return standing.unresolved || outcome.partlySaid === true
        ? { ...inDoubt(now + wait, reason), alarm }
        : { state: 'queued', dueAt: now + wait, reason, alarm }
    }
    case 'rejected': {
      const refusal = refused(outcome)
      // The refusal is of the repeat; what an earlier call did is still open, and a withdrawal must find it so.
      if (standing.unresolved && outcome.fix !== 'giveup')
        return { ...refusal, ...inDoubt(now + growingPause(standing, MINUTE, now), refusal.reason) }
      return refusal
    }
    case 'unknown':
      return {
        state: 'unknown',
        reason: outcome.reason,
        dueAt: now + pause(outcome.probeAfterMs),
        absentProbes: 0,
        absentSince: null,
      }
  }
}

/** The state after probe() of an unknown, or check() of a pending delivery, answered. */
export function afterProbe(
  standing: DeliveryStanding,
  was: 'unknown' | 'pending',
  outcome: ProbeOutcome,
  certainty: Certainty,
  now: Instant,
): DeliveryChange {
  switch (outcome.state) {
    case 'accepted':
      return accepted(outcome, now)
    case 'pending':
      return pending(standing, outcome, now)
    case 'progress':
      // At once, under the same lease: half a delivery must not be superseded as if nothing of it had been said.
      return {
        state: 'sending',
        progress: outcome.progress,
        nextAct: 'deliver',
        reason: '查到部分已完成，继续其余步骤',
      }
    case 'rejected':
      return refused(outcome)
    case 'absent':
      return afterAbsent(standing, certainty, now, outcome.progress)
    case 'unknown': {
      const dueAt = now + growingPause(standing, outcome.probeAfterMs, now)
      return { ...sayLate(standing, now, outcome.reason), state: was, reason: outcome.reason, dueAt }
    }
  }
}

/** What a person must be told when a word takes too long; nothing while it does not. */
function sayLate(standing: DeliveryStanding, at: Instant, reason: string): { alarm?: string } {
  if (standing.firstAttemptAt === null || at - standing.firstAttemptAt < PATIENCE) return {}
  return { alarm: `迟迟未能确认发出，请到平台核对或人工发布（settle 命令了结）：${reason}` }
}

function growingPause(standing: DeliveryStanding, least: number, now: Instant): number {
  const silence = standing.firstAttemptAt === null ? 0 : now - standing.firstAttemptAt
  // What the channel asks for counts even beyond the longest: before its budget is renewed a read is not even made.
  return pause(Math.max(least, Math.min(silence / 4, LONGEST_PROBE_PAUSE)))
}

/** Not to be superseded or cancelled as unsaid: some of it may stand. */
function inDoubt(dueAt: Instant, reason: string): DeliveryChange {
  return { state: 'unknown', dueAt, reason, absentProbes: 0, absentSince: null }
}

function refused(outcome: { code: string; fix: Fix; reason: string }): DeliveryChange & { reason: string } {
  return {
    state: 'failed',
    reason: `${outcome.code}：${outcome.reason}`,
    alarm: `未能发出，${WHAT_TO_DO[outcome.fix]}：${outcome.reason}`,
  }
}

function expired(reason: string): DeliveryChange {
  return {
    state: 'expired',
    reason: `${reason}；已过时效，不再发送`,
    alarm: `未能发出且已过时效，不再发送：${reason}`,
  }
}

/** Absence counts only when enough reads say so over enough time; then the same text may go again. */
function afterAbsent(
  standing: DeliveryStanding,
  certainty: Certainty,
  now: Instant,
  progress: Progress | undefined,
): DeliveryChange {
  if (certainty.probe === 'none') {
    return {
      state: 'unknown',
      reason: '无法查询是否已发出，须人工核对',
      dueAt: now + LONGEST_PROBE_PAUSE,
      alarm: '无法查询是否已发出，请到平台核对（settle 命令了结）',
    }
  }
  const reads = standing.absentProbes + 1
  const since = standing.absentSince ?? now
  const enough = reads >= certainty.absentReads && now - since >= certainty.absentSpanMs
  if (enough && !isReadBack(certainty)) {
    return {
      ...progressed(progress),
      state: 'sending',
      nextAct: 'deliver',
      absentProbes: 0,
      absentSince: null,
      reason: '平台无从查询，以同一消息重发确认',
    }
  }
  if (enough && standing.expiresAt !== null && now > standing.expiresAt) return expired(`查询 ${reads} 次均未见发出`)
  if (enough) {
    return {
      ...progressed(progress),
      state: 'queued',
      dueAt: now,
      absentProbes: 0,
      absentSince: null,
      reason: `查询 ${reads} 次均未见发出，可以重发`,
    }
  }
  const step = certainty.absentReads > 1 ? certainty.absentSpanMs / (certainty.absentReads - 1) : certainty.absentSpanMs
  return {
    state: 'unknown',
    absentProbes: reads,
    absentSince: since,
    dueAt: now + pause(step),
    reason: `已查询 ${reads} 次，尚未见发出`,
  }
}

/** Whether "absent" was read at the platform, and is not merely the invitation to repeat. */
function isReadBack(certainty: Certainty): boolean {
  return certainty.absentReads > 1 || (certainty.probe === 'exact' && !certainty.keyedRepeat)
}

function accepted(
  outcome: { ref: string; url: string | null; progress?: Progress; warning?: string },
  now: Instant,
): DeliveryChange {
  return {
    ...progressed(outcome.progress),
    state: 'accepted',
    ref: outcome.ref,
    ...(outcome.url === null ? {} : { url: outcome.url }),
    reason: outcome.warning ?? '',
    ...(outcome.warning === undefined ? {} : { alarm: outcome.warning }),
    acceptedAt: now,
  }
}

function pending(
  standing: DeliveryStanding,
  outcome: { job: string; checkAfterMs: number; progress?: Progress; reason?: string },
  now: Instant,
): DeliveryChange {
  return {
    ...progressed(outcome.progress),
    ...sayLate(standing, now, outcome.reason ?? '平台尚未处理完毕'),
    state: 'pending',
    job: outcome.job,
    dueAt: now + pause(outcome.checkAfterMs),
    reason: outcome.reason ?? '',
  }
}

function progressed(progress: Progress | undefined): { progress?: Progress } {
  return progress ? { progress } : {}
}

function pause(ms: number): number {
  // A pause that is no number (a Retry-After nobody could read) would leave the delivery without a time.
  return Number.isFinite(ms) ? Math.min(Math.max(ms, SHORTEST_PAUSE), LONGEST_PAUSE) : AUTH_RETRY
}
