// In: a text. Out: what the robot's platform answered.
// Must not keep trying for long: a duty officer's group is not an archive.
import type { Job, Outcome, OutletClient, Reach } from '../../src/core/channel.ts'
import { SECOND } from '../../src/core/instant.ts'
import { backOff, callBooked, waitForBudget } from '../wire/ask.ts'
import { parseObject } from '../wire/json.ts'
import type { RobotConfig } from './config.ts'
import { kinds, reactionTo } from './kinds.ts'
import { DEADLINE, DROP_AFTER } from './limits.ts'

/** The client of one robot: at least once, the serial in the text tells repeats apart. Content: `text`. */
export function openRobot(config: RobotConfig, reach: Reach): OutletClient {
  const kind = kinds[config.kind]

  async function deliver(job: Job): Promise<Outcome> {
    const text = job.content['text']
    if (!text) return { state: 'rejected', code: 'content', fix: 'operator', reason: '任务没有文本' }
    if (reach.now() - job.firstAttemptAt > DROP_AFTER)
      return { state: 'rejected', code: 'stale', fix: 'giveup', reason: '已过十分钟，不再提醒' }
    const request = kind.request(config, text, reach.now())
    const reply = await callBooked(reach, 'robot/send', job.priority, {
      method: 'POST',
      url: request.url,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: request.body,
      deadlineMs: DEADLINE,
      maxBytes: 64 * 1024,
    })
    if (reply.got === 'budget') return waitForBudget('robot/send', reply.until, reach.now())
    const wait = backOff(job.attempt, 2 * SECOND, 30 * SECOND)
    const unknown = (reason: string): Outcome => ({ state: 'unknown', reason, probeAfterMs: wait })
    if (reply.got === 'nothing')
      return reply.sent
        ? unknown(`发出后没有回音：${reply.reason}`)
        : { state: 'retry', afterMs: wait, code: 'unreachable', reason: `连不上机器人平台：${reply.reason}` }
    const body = parseObject(reply.body)
    const answer = body === null ? null : kind.readAnswer(body)
    if (answer === null) return unknown(`回音（HTTP ${reply.status}）不可读`)
    if (answer.code === '0')
      return reply.status === 200
        ? { state: 'accepted', ref: `${config.kind}:${job.deliveryId}`, url: null }
        : unknown(`回音的状态是 HTTP ${reply.status}`)
    const reaction = reactionTo(kind, answer.code)
    const { code } = answer
    if (reaction.act === 'unknown') return unknown(`${code} ${answer.message}`)
    const reason = `${code} ${reaction.why} ${answer.message}`.trim()
    if (reaction.act === 'retry') return { state: 'retry', afterMs: reaction.afterMs, code, reason }
    if (reaction.act === 'auth') return { state: 'auth-expired', code, reason }
    return { state: 'rejected', code, fix: 'operator', reason }
  }

  // A group cannot be read back; at least once means that the same text is simply sent again.
  return { deliver, probe: async () => ({ state: 'absent' }) }
}
