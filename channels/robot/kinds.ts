// In: a text and a robot's secrets. Out: the request and the reading of the answer for each of the three kinds.
// Must not send anything.
import { createHmac } from 'node:crypto'
import { MINUTE, SECOND, type Instant } from '../../src/core/instant.ts'
import { field, readCode, readMessage } from '../wire/json.ts'
import type { RobotConfig } from './config.ts'

export type Reaction =
  | { act: 'unknown' }
  | { act: 'retry'; afterMs: number; why: string }
  | { act: 'auth'; why: string }
  | { act: 'operator'; why: string }

export interface RobotKind {
  request(config: RobotConfig, text: string, now: Instant): { url: string; body: string }
  /** Code and text of an answer; null when it has no envelope. '0' is success. */
  readAnswer(body: Record<string, unknown>): { code: string; message: string } | null
  reactions: Readonly<Record<string, Reaction>>
}

/** base64(HMAC-SHA256(secret, ms + "\n" + secret)), in the query (channels.md §5). */
function signDingtalk(secret: string, ms: number): string {
  return createHmac('sha256', secret).update(`${ms}\n${secret}`).digest('base64')
}

/** base64(HMAC-SHA256(key = s + "\n" + secret, empty message)): key and message the other way round than DingTalk. */
function signFeishu(secret: string, seconds: number): string {
  return createHmac('sha256', `${seconds}\n${secret}`).update('').digest('base64')
}

const readErrcode = (body: Record<string, unknown>) => {
  const code = readCode(field(body, 'errcode'))
  return code === null ? null : { code, message: readMessage(field(body, 'errmsg')) }
}

const dingtalk: RobotKind = {
  request(config, text, now) {
    const url = new URL(config.url)
    if (config.secret !== undefined) {
      url.searchParams.set('timestamp', String(now))
      url.searchParams.set('sign', signDingtalk(config.secret, now))
    }
    return { url: url.href, body: JSON.stringify({ msgtype: 'text', text: { content: text } }) }
  },
  readAnswer: readErrcode,
  // Custom-robot page of open.dingtalk.com; 40035 and 400xxx [R].
  reactions: {
    '-1': { act: 'unknown' },
    130101: { act: 'retry', afterMs: 10 * MINUTE, why: '每分钟超过 20 条，封禁十分钟' },
    310000: { act: 'operator', why: '关键词、签名或 IP 不符合机器人的安全设置' },
    300001: { act: 'auth', why: 'access_token 无效' },
    40035: { act: 'operator', why: '参数不合法' },
    400013: { act: 'operator', why: '群已解散' },
    400101: { act: 'auth', why: 'access_token 不存在' },
    400102: { act: 'operator', why: '机器人已停用' },
  },
}

const feishu: RobotKind = {
  request(config, text, now) {
    const seconds = Math.floor(now / SECOND)
    const signed =
      config.secret === undefined ? {} : { timestamp: String(seconds), sign: signFeishu(config.secret, seconds) }
    return { url: config.url, body: JSON.stringify({ ...signed, msg_type: 'text', content: { text } }) }
  },
  readAnswer(body) {
    const code = readCode(field(body, 'code')) ?? readCode(field(body, 'StatusCode'))
    if (code === null) return null
    return { code, message: readMessage(field(body, 'msg') ?? field(body, 'StatusMessage')) }
  },
  // open.feishu.cn, custom bot guide (§5).
  reactions: {
    9499: { act: 'operator', why: '请求体不合格式' },
    11232: { act: 'retry', afterMs: 30 * SECOND, why: '系统限流（整点半点尤甚）' },
    19001: { act: 'auth', why: '机器人地址无效' },
    19021: { act: 'auth', why: '签名不符，或时钟相差超过一小时' },
    19022: { act: 'operator', why: 'IP 不在白名单' },
    19024: { act: 'operator', why: '不含关键词' },
  },
}

const wecom: RobotKind = {
  request: (config, text) => ({
    url: config.url,
    body: JSON.stringify({ msgtype: 'text', text: { content: text } }),
  }),
  readAnswer: readErrcode,
  // developer.work.weixin.qq.com, group robot (§5).
  reactions: {
    '-1': { act: 'unknown' },
    45009: { act: 'retry', afterMs: MINUTE, why: '每分钟超过 20 条' },
    93000: { act: 'auth', why: '机器人的 key 无效' },
    40058: { act: 'operator', why: '参数不合法' },
    93008: { act: 'operator', why: '机器人不在该群' },
  },
}

export const kinds: Readonly<Record<RobotConfig['kind'], RobotKind>> = { dingtalk, feishu, wecom }

/** The reaction to a robot's code; an unlisted one is an answered refusal, for a person to read. */
export function reactionTo(kind: RobotKind, code: string): Reaction {
  const known = Object.hasOwn(kind.reactions, code) ? kind.reactions[code] : undefined
  return known ?? { act: 'operator', why: '未登记的错误码' }
}
