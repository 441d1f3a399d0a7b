// In: one robot call. Out: what that vendor says of it: signature, keyword, shape, size (reference channels.md §5).
// Must not keep state; pace and ledger are the stand-in's.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { HOUR, SECOND } from '../../core/instant.ts'
import type { TownRequest } from '../wire.ts'

export interface Robot {
  kind: 'dingtalk' | 'feishu' | 'wecom'
  /** access_token, hook id or key: what stands in the address. */
  key: string
  /** Signing secret; WeCom has none. */
  secret?: string
  /** One of these must stand in every text (DingTalk, Feishu). */
  keywords?: string[]
  /** Addresses that may send; left out: all. */
  allowIps?: string[]
}

/** code 0: taken, with what the group reads. */
export interface Verdict {
  code: number
  message: string
  title?: string
  text?: string
}

const no = (code: number, message: string): Verdict => ({ code, message })
const list = z.array(z.string().max(64)).max(100).optional()

function isSame(given: string, wanted: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(wanted)
  return a.length === b.length && timingSafeEqual(a, b)
}

function lacksKeyword(robot: Robot, text: string): boolean {
  return robot.keywords !== undefined && !robot.keywords.some((word) => text.includes(word))
}

const isBarred = (robot: Robot, request: TownRequest): boolean =>
  robot.allowIps !== undefined && !robot.allowIps.includes(request.remote)

const at = z.strictObject({ atMobiles: list, atUserIds: list, isAtAll: z.boolean().optional() }).optional()
const dingtalkSchema = z.discriminatedUnion('msgtype', [
  z.strictObject({ msgtype: z.literal('text'), text: z.strictObject({ content: z.string().min(1) }), at }),
  z.strictObject({
    msgtype: z.literal('markdown'),
    markdown: z.strictObject({ title: z.string().min(1), text: z.string().min(1) }),
    at,
  }),
  z.strictObject({
    msgtype: z.literal('link'),
    link: z.strictObject({
      title: z.string().min(1),
      text: z.string().min(1),
      messageUrl: z.url(),
      picUrl: z.string().optional(),
    }),
  }),
  z.strictObject({
    msgtype: z.literal('actionCard'),
    actionCard: z.strictObject({
      title: z.string().min(1),
      text: z.string().min(1),
      singleTitle: z.string().min(1),
      singleURL: z.url(),
      btnOrientation: z.string().optional(),
    }),
  }),
])

/** Sign in the address: HMAC-SHA256 with the secret as key over "timestamp\nsecret"; timestamp in ms, within an hour. */
export function answerDingtalk(request: TownRequest, json: unknown, robot: Robot | undefined): Verdict {
  if (!robot) return no(300_005, 'token is not exist')
  if (robot.secret !== undefined) {
    const stamp = request.query.get('timestamp') ?? ''
    if (!/^\d{13}$/.test(stamp) || Math.abs(request.at - Number(stamp)) > HOUR) {
      return no(310_000, 'invalid timestamp')
    }
    const wanted = createHmac('sha256', robot.secret).update(`${stamp}\n${robot.secret}`).digest('base64')
    if (!isSame(request.query.get('sign') ?? '', wanted)) return no(310_000, 'sign not match')
  }
  if (isBarred(robot, request)) return no(310_000, `ip ${request.remote} not in whitelist`)
  const given = dingtalkSchema.safeParse(json)
  if (!given.success) return no(40_035, '缺少参数 json')
  const { data } = given
  const inner =
    data.msgtype === 'text'
      ? { title: '', text: data.text.content }
      : 'markdown' in data
        ? data.markdown
        : 'link' in data
          ? data.link
          : data.actionCard
  if (lacksKeyword(robot, `${inner.title}\n${inner.text}`)) return no(310_000, 'keywords not in content')
  return { code: 0, message: 'ok', title: inner.title, text: inner.text }
}

const feishuSchema = z.discriminatedUnion('msg_type', [
  z.strictObject({
    msg_type: z.literal('text'),
    content: z.strictObject({ text: z.string().min(1) }),
    timestamp: z.string().optional(),
    sign: z.string().optional(),
  }),
  z.strictObject({
    msg_type: z.enum(['post', 'interactive']),
    content: z.record(z.string(), z.unknown()).optional(),
    card: z.record(z.string(), z.unknown()).optional(),
    timestamp: z.string().optional(),
    sign: z.string().optional(),
  }),
])

/** Sign in the body: HMAC-SHA256 with "timestamp\nsecret" as key over nothing; timestamp in seconds, as a string. */
export function answerFeishu(request: TownRequest, json: unknown, robot: Robot | undefined): Verdict {
  if (!robot) return no(19_001, 'param invalid: incoming webhook access token invalid')
  if (request.body.length > 20 * 1_024) return no(9_499, 'Bad Request: body larger than 20 KB')
  const given = feishuSchema.safeParse(json)
  if (!given.success) return no(9_499, 'Bad Request')
  const { data } = given
  if (robot.secret !== undefined) {
    const stamp = data.timestamp ?? ''
    const fresh = /^\d{10}$/.test(stamp) && Math.abs(request.at - Number(stamp) * SECOND) <= HOUR
    const wanted = createHmac('sha256', `${stamp}\n${robot.secret}`).update('').digest('base64')
    if (!fresh || !isSame(data.sign ?? '', wanted)) {
      return no(19_021, 'sign match fail or timestamp is not within one hour from current time')
    }
  }
  if (isBarred(robot, request)) return no(19_022, 'Ip Not Allowed')
  const text = data.msg_type === 'text' ? data.content.text : JSON.stringify(data.content ?? data.card ?? {})
  return lacksKeyword(robot, text) ? no(19_024, 'Key Words Not Found') : { code: 0, message: 'ok', text }
}

const wecomSchema = z.discriminatedUnion('msgtype', [
  z.strictObject({
    msgtype: z.literal('text'),
    text: z.strictObject({ content: z.string().min(1), mentioned_list: list, mentioned_mobile_list: list }),
  }),
  z.strictObject({ msgtype: z.literal('markdown'), markdown: z.strictObject({ content: z.string().min(1) }) }),
])

/** No signature: the key is the secret. Text up to 2,048 bytes, markdown up to 4,096. */
export function answerWecom(_request: TownRequest, json: unknown, robot: Robot | undefined): Verdict {
  if (!robot) return no(93_000, 'invalid webhook url')
  const given = wecomSchema.safeParse(json)
  if (!given.success) return no(40_058, 'invalid parameter')
  const { data } = given
  const [text, max] = data.msgtype === 'text' ? [data.text.content, 2_048] : [data.markdown.content, 4_096]
  return Buffer.byteLength(text) > max ? no(40_058, 'content exceed max length') : { code: 0, message: 'ok', text }
}
