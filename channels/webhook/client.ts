// In: a body. Out: what the receiver answered.
// Must not follow redirects, nor read meaning into the body of a 2xx (Standard Webhooks: the status decides).
import { createHash } from 'node:crypto'
import {
  OUT_OF_REACH,
  type HttpReply,
  type Job,
  type Outcome,
  type OutletClient,
  type Reach,
} from '../../src/core/channel.ts'
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../src/core/instant.ts'
import { backOff, callBooked, waitForBudget } from '../wire/ask.ts'
import { isRecord, parseObject } from '../wire/json.ts'
import type { WebhookConfig } from './config.ts'
import { signWebhook } from './sign.ts'

const DEADLINE = 10 * SECOND
/** A receiver that has not taken a message for a day is for people to talk to (the specification's last try is later). */
const GIVE_UP_AFTER = DAY

/** The receiver's idempotency key: the same for every try of a delivery, other for every outlet and installation. */
export function webhookId(job: Pick<Job, 'deliveryId' | 'url'>): string {
  return `msg_${createHash('sha256').update(`${job.deliveryId}\n${job.url}`).digest('hex').slice(0, 32)}`
}

type Reaction =
  | { act: 'accepted' }
  | { act: 'retry' }
  | { act: 'unknown' }
  | { act: 'auth' }
  | { act: 'rejected'; fix: 'operator' | 'giveup'; why: string }

/** Statuses with their own reading (standard-webhooks/spec, "Operational considerations"; RFC 9110, RFC 6585). */
export const reactions: Readonly<Record<number, Reaction>> = {
  401: { act: 'auth' },
  403: { act: 'auth' },
  404: { act: 'rejected', fix: 'operator', why: '地址不存在' },
  408: { act: 'unknown' },
  410: { act: 'rejected', fix: 'giveup', why: '对方不再接收，请停用这一渠道' },
  413: { act: 'rejected', fix: 'operator', why: '对方称内容过大' },
  425: { act: 'retry' },
  429: { act: 'retry' },
  503: { act: 'retry' },
}

/** The reaction to a status: 2xx done, 3xx never followed, other 4xx refused, other 5xx perhaps executed. */
export function reactionTo(status: number): Reaction {
  const known = Object.hasOwn(reactions, status) ? reactions[status] : undefined
  if (known !== undefined) return known
  if (status >= 200 && status < 300) return { act: 'accepted' }
  if (status >= 300 && status < 400) return { act: 'rejected', fix: 'operator', why: '对方要求转到别处，请改地址' }
  if (status >= 400 && status < 500) return { act: 'rejected', fix: 'operator', why: '对方拒收' }
  return { act: 'unknown' }
}

/** The client of one receiver. Content: `body` (complete), or `type` and `notice` (JSON). */
export function openWebhook(config: WebhookConfig, reach: Reach): OutletClient {
  const secrets = [config.secret, config.previousSecret].filter((text) => text !== undefined)

  async function deliver(job: Job): Promise<Outcome> {
    const body = job.content['body'] ?? composeBody(job)
    if (body === null) return { state: 'rejected', code: 'content', fix: 'operator', reason: '任务没有可发送的内容' }
    if (reach.now() - job.firstAttemptAt > GIVE_UP_AFTER)
      return { state: 'rejected', code: 'stale', fix: 'operator', reason: '一天内未能送达，请联系对方' }
    const id = webhookId(job)
    const reply = await callBooked(reach, 'webhook', job.priority, {
      method: 'POST',
      url: config.url,
      headers: { 'content-type': 'application/json; charset=utf-8', ...signWebhook(secrets, id, reach.now(), body) },
      body,
      deadlineMs: DEADLINE,
      maxBytes: 64 * 1024,
      within: config.intranet ? 'intranet' : 'public',
    })
    if (reply.got === 'budget') return waitForBudget('webhook', reply.until, reach.now())
    if (reply.got === 'nothing' && reply.reason === OUT_OF_REACH)
      return {
        state: 'rejected',
        code: OUT_OF_REACH,
        fix: 'operator',
        reason: '对方的域名指向内部地址，未发送；确在内网的，请在该渠道写明 intranet: true',
      }
    const wait = backOff(job.attempt, 5 * SECOND, 5 * MINUTE)
    if (reply.got === 'nothing')
      return reply.sent
        ? { state: 'unknown', reason: `发出后没有回音：${reply.reason}`, probeAfterMs: wait }
        : { state: 'retry', afterMs: wait, code: 'unreachable', reason: `连不上对方：${reply.reason}` }
    return settle(reply, id, wait)
  }

  function settle(reply: HttpReply & { got: 'reply' }, id: string, wait: number): Outcome {
    const reaction = reactionTo(reply.status)
    const code = `http-${reply.status}`
    switch (reaction.act) {
      case 'accepted':
        return { state: 'accepted', ref: id, url: null }
      case 'retry':
        return {
          state: 'retry',
          afterMs: readRetryAfter(reply.headers['retry-after'], reach.now()) ?? Math.max(wait, MINUTE),
          code,
          reason: `对方暂不接收（HTTP ${reply.status}）`,
        }
      case 'auth':
        return { state: 'auth-expired', code, reason: `对方不认签名（HTTP ${reply.status}），请核对密钥和时钟` }
      case 'rejected':
        return { state: 'rejected', code, fix: reaction.fix, reason: `${reaction.why}（HTTP ${reply.status}）` }
      default:
        return { state: 'unknown', reason: `对方出错（HTTP ${reply.status}），不知是否已收`, probeAfterMs: wait }
    }
  }

  return {
    deliver,
    // There is nothing to read: the repeat under the same webhook-id settles it (the receiver drops the second).
    probe: async () => ({ state: 'absent' }),
  }
}

function composeBody(job: Job): string | null {
  const notice = parseObject(job.content['notice'] ?? '')
  if (!isRecord(notice) || job.content['type'] === undefined) return null
  // Its id stands in it, but not in what a version before this one committed.
  return JSON.stringify({ type: job.content['type'], notice: { id: job.noticeId, ...notice } })
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Retry-After as seconds or as an HTTP date (RFC 9110 §10.2.3), between 1 s and 1 h; null when it is neither. */
export function readRetryAfter(value: string | undefined, now: Instant): number | null {
  const clamp = (ms: number): number => Math.min(HOUR, Math.max(SECOND, ms))
  const text = value?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return clamp(Number(text) * SECOND)
  const match = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(text)
  if (!match) return null
  const [, day, name = '', year, hour, minute, second] = match
  const month = MONTHS.indexOf(name)
  if (month < 0) return null
  return clamp(Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second)) - now)
}
