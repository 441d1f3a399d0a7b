// In: messages for the duty staff's groups. Out: DingTalk, Feishu and WeCom robots, each with its own signature and pace.
// Must not accept one vendor's signature order for the other's (reference channels.md §5).
import { MINUTE } from '../core/instant.ts'
import type { Instant } from '../core/instant.ts'
import { faultOf } from './faults.ts'
import { recordEffect } from './ledger.ts'
import type { Effect } from './ledger.ts'
import { book, countOf } from './quota.ts'
import type { Counters } from './quota.ts'
import { answerDingtalk, answerFeishu, answerWecom } from './robots/vendors.ts'
import type { Robot, Verdict } from './robots/vendors.ts'
import { openStand } from './stand.ts'
import type { Stand, StandOptions } from './stand.ts'
import { readWideJson } from './wide-json.ts'
import { mediaType } from './wire.ts'
import type { Reply, TownRequest } from './wire.ts'

export interface RobotsOptions extends StandOptions {
  robots: Robot[]
}

interface RobotsState {
  effects: Effect[]
  counters: Counters
  /** End of DingTalk's block, by robot key. */
  blocked: { key: string; until: Instant }[]
}

function findRobot(
  request: TownRequest,
  robots: readonly Robot[],
): { kind: Robot['kind']; robot: Robot | undefined } | null {
  const find = (kind: Robot['kind'], key: string | null) => ({
    kind,
    robot: robots.find((one) => one.kind === kind && one.key === key),
  })
  if (request.path === '/robot/send') return find('dingtalk', request.query.get('access_token'))
  if (request.path === '/cgi-bin/webhook/send') return find('wecom', request.query.get('key'))
  const hook = /^\/open-apis\/bot\/v2\/hook\/([A-Za-z0-9-]{1,64})$/.exec(request.path)
  return hook ? find('feishu', hook[1] ?? '') : null
}

/** DingTalk and WeCom 20 a minute, DingTalk then shuts for ten; Feishu 100 a minute and 5 a second. */
function isTooFast(robot: Robot, state: RobotsState, at: Instant): boolean {
  const key = `${robot.kind}:${robot.key}`
  const block = state.blocked.find((one) => one.key === key && at < one.until)
  if (block) return true
  const perMinute = robot.kind === 'feishu' ? 100 : 20
  const full = countOf(state.counters, key, 'minute', at) >= perMinute
  if (full && robot.kind === 'dingtalk') {
    state.blocked = [...state.blocked.filter((one) => one.key !== key), { key, until: at + 10 * MINUTE }]
  }
  if (full || (robot.kind === 'feishu' && countOf(state.counters, key, 'second', at) >= 5)) return true
  book(state.counters, key, 'minute', at)
  book(state.counters, key, 'second', at)
  return false
}

/** Vendors' codes for pace: they look alike to an operator and differ to a client. */
const TOO_FAST: Record<Robot['kind'], Verdict> = {
  dingtalk: { code: 130_101, message: 'send too fast, exceed 20 times per minute' },
  feishu: { code: 11_232, message: 'create message trigger flow control: frequency limited' },
  wecom: { code: 45_009, message: 'api freq out of limit' },
}

function word(kind: Robot['kind'], verdict: Verdict): Reply {
  const { code, message } = verdict
  const good = code === 0
  const feishu = good
    ? { code: 0, msg: 'success', data: {}, StatusCode: 0, StatusMessage: 'success' }
    : { code, msg: message, data: {} }
  const body = kind === 'feishu' ? feishu : { errcode: code, errmsg: good ? 'ok' : message }
  return {
    status: 200,
    type: 'application/json; charset=utf-8',
    body: JSON.stringify(body),
    code: good ? 'ok' : String(code),
  }
}

function answer(request: TownRequest, state: RobotsState, options: RobotsOptions): Reply {
  const found = findRobot(request, options.robots)
  if (!found) return { status: 404, type: 'text/plain', body: 'not found', code: '404' }
  const { kind, robot } = found
  if (request.method !== 'POST') return { status: 405, type: 'text/plain', body: 'POST only', code: '405' }
  const failure = faultOf(request.faults, 'error')
  if (failure && !failure.applied) return word(kind, { code: failure.code ?? -1, message: 'scripted' })
  const json = mediaType(request.headers) === 'application/json' ? readWideJson(request.body) : undefined
  const vendor = { dingtalk: answerDingtalk, feishu: answerFeishu, wecom: answerWecom }[kind]
  const verdict = vendor(request, json, robot)
  if (verdict.code !== 0 || !robot) return word(kind, verdict)
  if (isTooFast(robot, state, request.at)) return word(kind, TOO_FAST[kind])
  recordEffect(state.effects, {
    at: request.at,
    act: 'message',
    api: request.api,
    account: `${kind}:${robot.key}`,
    title: verdict.title ?? '',
    text: verdict.text ?? '',
    visibleFrom: request.at,
  })
  return word(kind, failure ? { code: failure.code ?? -1, message: 'scripted' } : verdict)
}

/** Starts all robots on one address: /robot/send, /open-apis/bot/v2/hook/<id>, /cgi-bin/webhook/send. */
export async function startRobots(options: RobotsOptions): Promise<Stand> {
  return openStand<RobotsState>(
    {
      title: '值班群机器人（替身）',
      fresh: () => ({ effects: [], counters: {}, blocked: [] }),
      effects: (state) => state.effects,
      answer: (request, state) => answer(request, state, options),
    },
    options,
  )
}
