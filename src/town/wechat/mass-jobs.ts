// In: mass jobs and the clock, the administrator's answer. Out: finished jobs, consumed drafts, queued pushes.
// Must not show a send before its job ended (reference channels.md §2.5).
import type { Instant } from '../../core/instant.ts'
import { book, countOf } from '../quota.ts'
import { eventXml, massEventInfo } from './event-xml.ts'
import { massUrl } from './mass.ts'
import { headOf, queuePush } from './push.ts'
import type { MassJob, WechatOptions, WechatState } from './state.ts'

/** A 服务号 follower receives four mass sends a month, whatever the path; further ones fail for that user alone. */
const PER_USER_MONTH = 4

function countReceivers(state: WechatState, options: WechatOptions, at: Instant): { total: number; sent: number } {
  const followers = state.users.filter((user) => user.follows !== false)
  if (options.kind === 'subscription') return { total: followers.length, sent: followers.length }
  let sent = 0
  for (const { openid } of followers) {
    if (countOf(state.counters, `mass-user:${openid}`, 'month', at) >= PER_USER_MONTH) continue
    book(state.counters, `mass-user:${openid}`, 'month', at)
    sent++
  }
  return { total: followers.length, sent }
}

function finish(job: MassJob, state: WechatState, options: WechatOptions, base: string): void {
  const effect = state.effects.find((one) => one.seq === job.effect)
  const good = job.status === 'SENDING' && job.failure === null
  job.status = good ? 'SEND_SUCCESS' : 'SEND_FAIL'
  const counts = good ? countReceivers(state, options, job.dueAt) : { total: 0, sent: 0 }
  if (good) state.drafts = state.drafts.filter((one) => one.mediaId !== job.mediaId)
  if (effect) {
    effect.note = good ? `送达 ${counts.sent}/${counts.total}` : `群发失败 ${job.failure ?? ''}`.trim()
    if (good) effect.visibleFrom = job.dueAt
    if (good && job.articles.length > 0) effect.url = massUrl(base, job, 0)
  }
  const urls = good ? job.articles.map((_, i) => massUrl(base, job, i)) : []
  const xml = eventXml(headOf(options, job.dueAt), 'MASSSENDJOBFINISH', massEventInfo(job, counts, urls))
  queuePush(state, 'MASSSENDJOBFINISH', xml, job.dueAt, job.plan)
}

/** Ends the jobs that are due; an unanswered 群发保护 fails after its 30 minutes. */
export function finishMassJobs(state: WechatState, options: WechatOptions, base: string, at: Instant): boolean {
  const due = state.massJobs.filter(
    (job) => (job.status === 'SENDING' || job.status === 'waiting-admin') && job.dueAt <= at,
  )
  for (const job of due) finish(job, state, options, base)
  return due.length > 0
}

/**
 * The administrator's answer on the phone.
 * @throws when no send waits under that id
 */
export function confirmMass(
  state: WechatState,
  options: WechatOptions,
  msgId: string,
  allow: boolean,
  at: Instant,
): void {
  const job = state.massJobs.find((one) => one.msgId === msgId && one.status === 'waiting-admin')
  if (!job) throw new Error(`no mass send waits for an administrator under ${msgId}`)
  job.dueAt = allow ? at + (options.massMs ?? 5_000) : at
  if (allow) job.status = 'SENDING'
}
