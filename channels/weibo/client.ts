// In: a composed post. Out: what Weibo made of it.
// Must not post twice in one call, and never calls an unread reply a failure.
import type { Job, Outcome, OutletClient, ProbeOutcome, Reach, RemovalOutcome } from '../../src/core/channel.ts'
import { DAY, MINUTE, SECOND } from '../../src/core/instant.ts'
import { backOff, callBooked, untilBeijingMidnight, untilNextHour, waitForBudget } from '../wire/ask.ts'
import { joinUrl } from '../wire/address.ts'
import { field, parseObject, readCode, readId, readMessage } from '../wire/json.ts'
import { apiBaseOf, pageBaseOf, type WeiboConfig } from './config.ts'
import { drivers, FORM } from './drivers.ts'
import { describeError, reactionTo } from './errors.ts'
import {
  LARGEST_REPLY,
  LATE_PROBE,
  LATE_PROBES_END,
  LONGEST_WAIT,
  POST_DEADLINE,
  PROBE_AFTER,
  TOO_OFTEN_MAX,
  TOO_OFTEN_WAIT,
} from './limits.ts'
import { permalink } from './permalink.ts'
import { findPost } from './timeline.ts'
import { inspectToken } from './token-life.ts'

/** The Weibo client of one outlet. Progress keys: shortened, tooOften, rateWaits, lateSince. */
export function openWeibo(config: WeiboConfig, reach: Reach): OutletClient {
  const driver = drivers[config.driver]

  const post = (api: string, path: string, job: Job, form: Record<string, string>) =>
    callBooked(reach, api, job.priority, {
      method: 'POST',
      url: joinUrl(apiBaseOf(config), path),
      headers: FORM,
      body: new URLSearchParams({ access_token: config.accessToken, ...form }).toString(),
      deadlineMs: POST_DEADLINE,
      maxBytes: LARGEST_REPLY,
    })

  const accept = (id: string): Outcome & { state: 'accepted' } => ({
    state: 'accepted',
    ref: id,
    url: permalink(pageBaseOf(config), config.uid, id),
  })

  async function deliver(job: Job): Promise<Outcome> {
    const text = job.progress['shortened'] === true ? job.content['shorter'] : job.content['text']
    if (text === undefined) return { state: 'rejected', code: 'content', fix: 'operator', reason: '任务没有微博文本' }
    const reply = await post('statuses/share', driver.sharePath, job, driver.fields(config, job, text))
    if (reply.got === 'budget') return waitForBudget('statuses/share', reply.until, reach.now())
    if (reply.got === 'nothing')
      return reply.sent
        ? { state: 'unknown', reason: `发出后没有回音：${reply.reason}`, probeAfterMs: PROBE_AFTER }
        : {
            state: 'retry',
            afterMs: backOff(job.attempt, 2 * SECOND, MINUTE),
            code: 'unreachable',
            reason: `连不上微博：${reply.reason}`,
          }
    const body = parseObject(reply.body)
    const code = body === null ? null : readCode(field(body, 'error_code'))
    if (body !== null && code !== null && code !== '0') return react(job, code, readMessage(field(body, 'error')))
    const id = body === null ? null : (readId(body['idstr']) ?? readId(body['mid']) ?? readId(body['id']))
    if (id === null || reply.status !== 200)
      return { state: 'unknown', reason: `发出后的回音（HTTP ${reply.status}）不可读`, probeAfterMs: PROBE_AFTER }
    return accept(id)
  }

  async function react(job: Job, code: string, message: string): Promise<Outcome> {
    const reaction = reactionTo(code)
    const reason = describeError(code, message)
    const count = (key: string): number => (typeof job.progress[key] === 'number' ? job.progress[key] : 0)
    switch (reaction.act) {
      case 'unknown':
        return { state: 'unknown', reason, probeAfterMs: reaction.afterMs }
      case 'retry':
        return { state: 'retry', afterMs: backOff(job.attempt, reaction.afterMs, LONGEST_WAIT), code, reason }
      case 'rate': {
        // 10023 is the hour's limit or the daily hundred: still refused in the next hour means the day (§1.5).
        const now = reach.now()
        if (code !== '10023') return { state: 'retry', afterMs: untilNextHour(now), code, reason }
        const waits = count('rateWaits')
        const afterMs = waits > 0 ? untilBeijingMidnight(now) : untilNextHour(now)
        return { state: 'retry', afterMs, code, reason, progress: { ...job.progress, rateWaits: waits + 1 } }
      }
      case 'too-often': {
        const times = count('tooOften') + 1
        if (times > TOO_OFTEN_MAX) return { state: 'rejected', code, fix: 'operator', reason }
        const jitter = (Number.parseInt(reach.random().slice(0, 4), 16) || 0) % (30 * SECOND)
        return {
          state: 'retry',
          afterMs: TOO_OFTEN_WAIT + jitter,
          code,
          reason,
          progress: { ...job.progress, tooOften: times },
        }
      }
      case 'duplicate':
        return settleDuplicate(job, code, reason)
      case 'late':
        return {
          state: 'pending',
          job: code,
          checkAfterMs: LATE_PROBE,
          progress: { ...job.progress, lateSince: reach.now() },
        }
      case 'shorten':
        return job.content['shorter'] !== undefined && job.progress['shortened'] !== true
          ? { state: 'retry', afterMs: 0, code, reason, progress: { ...job.progress, shortened: true } }
          : { state: 'rejected', code, fix: 'shorten', reason }
      case 'auth':
        return { state: 'auth-expired', code, reason }
      default:
        return { state: 'rejected', code, fix: 'operator', reason }
    }
  }

  /**
   * 20017, 20019, 20111 after an earlier try of this delivery: it was posted (DESIGN §3), so look for it. From then on
   * its absence from the timeline proves nothing: it is never sent again, and a withdrawal finds it as one that may stand.
   */
  async function settleDuplicate(job: Job, code: string, reason: string): Promise<Outcome> {
    if (job.attempt <= 1 && job.absentProbes === 0) return { state: 'rejected', code, fix: 'operator', reason }
    await reach.box.write(duplicateKey(job), reason, reach.now() + DAY)
    const sighted = await findPost(reach, config, job)
    if (sighted.state === 'found') return accept(sighted.id)
    return { state: 'unknown', reason: `${reason}；应已发出，等待主页显示`, probeAfterMs: PROBE_AFTER }
  }

  async function probe(job: Job): Promise<ProbeOutcome> {
    const sighted = await findPost(reach, config, job)
    if (sighted.state === 'found') return accept(sighted.id)
    if (sighted.state === 'unclear') return { state: 'unknown', reason: sighted.reason, probeAfterMs: sighted.afterMs }
    const duplicate = await reach.box.read(duplicateKey(job))
    if (duplicate === null) return { state: 'absent' }
    const reason = `${duplicate.value}；主页上找不到，请人工核对`
    return { state: 'unknown', reason, probeAfterMs: PROBE_AFTER }
  }

  /** After 20032: looked for at +90 s and +180 s; not there by then, it counts as absent like any lost post. */
  async function check(job: Job): Promise<ProbeOutcome> {
    const sighted = await findPost(reach, config, job)
    if (sighted.state === 'found') return accept(sighted.id)
    const since = job.progress['lateSince']
    const left = (typeof since === 'number' ? since : job.firstAttemptAt) + LATE_PROBES_END - reach.now()
    if (left > 0) return { state: 'pending', job: '20032', checkAfterMs: Math.max(SECOND, left) }
    if (sighted.state === 'absent') return { state: 'absent' }
    return { state: 'unknown', reason: sighted.reason, probeAfterMs: sighted.afterMs }
  }

  /** Deletes one own post; 20101 says that it already is no more. */
  async function remove(job: Job, ref: string): Promise<RemovalOutcome> {
    if (readId(ref) === null) return { state: 'refused', code: 'ref', reason: '没有微博 id，请在微博上人工删除' }
    const reply = await post('statuses/destroy', driver.destroyPath, job, { id: ref })
    if (reply.got === 'budget') return waitForBudget('statuses/destroy', reply.until, reach.now())
    if (reply.got === 'nothing')
      return reply.sent
        ? { state: 'unknown', reason: `删除请求发出后没有回音：${reply.reason}` }
        : { state: 'retry', afterMs: 5 * SECOND, code: 'unreachable', reason: reply.reason }
    const body = parseObject(reply.body)
    const code = body === null ? null : readCode(field(body, 'error_code'))
    if (body !== null && code !== null && code !== '0') {
      const reaction = reactionTo(code)
      const reason = describeError(code, readMessage(field(body, 'error')))
      if (reaction.act === 'gone') return { state: 'gone' }
      if (reaction.act === 'unknown') return { state: 'unknown', reason }
      if (reaction.act === 'retry' || reaction.act === 'too-often')
        return { state: 'retry', afterMs: TOO_OFTEN_WAIT, code, reason }
      if (reaction.act === 'rate') return { state: 'retry', afterMs: untilNextHour(reach.now()), code, reason }
      return { state: 'refused', code, reason }
    }
    const gone = body !== null && reply.status === 200 && (readId(body['idstr']) ?? readId(body['id'])) !== null
    return gone ? { state: 'gone' } : { state: 'unknown', reason: `删除的回音（HTTP ${reply.status}）不可读` }
  }

  return { deliver, probe, check, remove, inspect: () => inspectToken(config, reach) }
}

function duplicateKey(job: Job): string {
  return `duplicate:${job.deliveryId}`
}
