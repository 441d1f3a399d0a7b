// In: an alarm's words. Out: what the vendor answered, each number for itself.
// Must not keep trying for long, nor say whose number it was.
import type { Job, Outcome, OutletClient, ProbeOutcome, Reach } from '../../src/core/channel.ts'
import { SECOND } from '../../src/core/instant.ts'
import { backOff, callBooked, waitForBudget } from '../wire/ask.ts'
import { parseObject } from '../wire/json.ts'
import { aliyun } from './aliyun.ts'
import type { SmsConfig } from './config.ts'
import { DEADLINE, DROP_AFTER, MOST_ASKED } from './limits.ts'
import { cleanLine, fillParts } from './line.ts'
import { maskPhone } from './phones.ts'
import { reactionTo, type Reaction } from './reactions.ts'
import { tencent } from './tencent.ts'
import type { Refusal, Vendor } from './vendor.ts'

const VENDORS: Readonly<Record<SmsConfig['kind'], Vendor>> = { aliyun, tencent }
const MARK = '【演练】'

/** The client of one list of numbers. Content: `brief` (words without addresses) or `text`; `ring` tells rings apart. */
export function openSms(config: SmsConfig, reach: Reach): OutletClient {
  const vendor = VENDORS[config.kind]

  async function deliver(job: Job): Promise<Outcome> {
    const words = cleanLine(job.content['brief'] ?? job.content['text'] ?? '')
    if (words === '') return { state: 'rejected', code: 'content', fix: 'operator', reason: '任务没有文本' }
    if (reach.now() - job.firstAttemptAt > DROP_AFTER)
      return { state: 'rejected', code: 'stale', fix: 'giveup', reason: '已过十分钟，不再提醒' }
    const line = job.class === 'drill' && !words.startsWith(MARK) ? `${MARK}${words}` : words
    const ring = job.content['ring']
    const values = fillParts(config, { line, serial: ring === undefined ? job.serial : `${job.serial}-${ring}` })
    if (values === null)
      return { state: 'rejected', code: 'length', fix: 'operator', reason: '编号超过模板变量的长度，请改大 longest' }
    const reply = await callBooked(reach, vendor.sendApi, job.priority, {
      ...vendor.send(config, values, job.deliveryId, reach),
      deadlineMs: DEADLINE,
      maxBytes: 64 * 1024,
    })
    if (reply.got === 'budget') return waitForBudget(vendor.sendApi, reply.until, reach.now())
    const wait = backOff(job.attempt, 5 * SECOND, 30 * SECOND)
    const unknown = (reason: string): Outcome => ({ state: 'unknown', reason, probeAfterMs: wait })
    if (reply.got === 'nothing')
      return reply.sent
        ? unknown(`发出后没有回音：${reply.reason}`)
        : { state: 'retry', afterMs: wait, code: 'unreachable', reason: `连不上短信平台：${reply.reason}` }
    const body = parseObject(reply.body)
    const answer = body === null ? null : vendor.readAnswer(body, config)
    if (answer === null) return unknown(`回音（HTTP ${reply.status}）不可读`)
    if (answer.got === 'error') {
      const reaction = reactionTo(config.kind, answer.code, answer.message)
      return settle(reaction, answer.code, `${answer.code} ${reaction.why} ${answer.message}`.trim(), wait)
    }
    if (reply.status !== 200) return unknown(`回音的状态是 HTTP ${reply.status}`)
    if (answer.got === 'refused') return settleRefused(config.kind, answer.refused, wait)
    const { ref, refused } = answer
    if (refused.length === 0) return { state: 'accepted', ref, url: null }
    const warning = `${config.phones.length} 个号码中 ${refused.length} 个未收：${listRefused(config.kind, refused)}`
    return { state: 'accepted', ref, url: null, warning }
  }

  async function probe(job: Job): Promise<ProbeOutcome> {
    const { deliveryId: key, firstAttemptAt: since, priority } = job
    for (const phone of config.phones.slice(0, MOST_ASKED)) {
      const reading = await vendor.read(config, { phone, key, since, priority }, reach)
      if (reading.got === 'closed') return vendor.closed(reading.reason)
      if (reading.got === 'nothing') return { state: 'unknown', reason: reading.reason, probeAfterMs: 15 * SECOND }
      if (reading.got === 'found') {
        const { ref, failed } = reading
        const warning = failed === null ? {} : { warning: `${maskPhone(phone)} 未送达：${failed}` }
        return { state: 'accepted', ref, url: null, ...warning }
      }
    }
    return { state: 'absent' }
  }

  return { deliver, probe }
}

function settle(reaction: Reaction, code: string, reason: string, wait: number): Outcome {
  switch (reaction.act) {
    case 'unknown':
      return { state: 'unknown', reason, probeAfterMs: wait }
    case 'retry':
      return { state: 'retry', afterMs: reaction.afterMs, code, reason }
    case 'auth':
      return { state: 'auth-expired', code, reason }
    default:
      return { state: 'rejected', code, fix: reaction.act, reason }
  }
}

/** What decides when every number was refused, and not for one reason: the one that leaves most open. */
const ORDER: readonly Reaction['act'][] = ['unknown', 'retry', 'auth', 'operator', 'giveup']

function settleRefused(kind: SmsConfig['kind'], refused: readonly Refusal[], wait: number): Outcome {
  const [first] = refused
    .map(({ code, message }) => ({ code, reaction: reactionTo(kind, code, message) }))
    .toSorted((a, b) => ORDER.indexOf(a.reaction.act) - ORDER.indexOf(b.reaction.act))
  if (!first) return { state: 'unknown', reason: '回音里没有号码', probeAfterMs: wait }
  return settle(first.reaction, first.code, `${refused.length} 个号码都未收：${listRefused(kind, refused)}`, wait)
}

/** 138****1234（同一号码今日已到上限 LimitExceeded.PhoneNumberDailyLimit）、… */
function listRefused(kind: SmsConfig['kind'], refused: readonly Refusal[]): string {
  return refused
    .map(({ phone, code, message }) => `${maskPhone(phone)}（${reactionTo(kind, code, message).why} ${code}）`)
    .join('、')
}
