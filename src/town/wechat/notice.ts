// In: bizsend and template calls. Out: one message to one person, or why that person gets none.
// Must not send without the person's leave (reference channels.md §2.6).
import { z } from 'zod'
import { MINUTE } from '../../core/instant.ts'
import type { Instant } from '../../core/instant.ts'
import { recordEffect } from '../ledger.ts'
import { writeWideJson } from '../wide-json.ts'
import type { Reply, TownRequest } from '../wire.ts'
import { wechatError, wechatOk } from './envelope.ts'
import { eventXml } from './event-xml.ts'
import { headOf, planPush, queuePush } from './push.ts'
import { mintId } from './state.ts'
import type { MessageTemplate, WechatOptions, WechatState } from './state.ts'

const dataSchema = z.record(z.string().max(40), z.strictObject({ value: z.string() }))
const miniSchema = z.strictObject({ appid: z.string(), pagepath: z.string().optional() })
const bizSchema = z.strictObject({
  touser: z.string(),
  template_id: z.string(),
  page: z.string().max(2_048).optional(),
  miniprogram: miniSchema.optional(),
  data: dataSchema,
})
const templateSchema = z.strictObject({
  touser: z.string(),
  template_id: z.string(),
  url: z.string().max(2_048).optional(),
  miniprogram: miniSchema.optional(),
  client_msg_id: z.string().min(1).max(32).optional(),
  data: dataSchema,
})

const DAY_PART = String.raw`(?:\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{1,2}-\d{1,2})`
const CLOCK_PART = String.raw`\d{1,2}:\d{2}(?::\d{2})?`
/** Value rules by the letters of a field's name; values are also never empty. */
const FIELD_RULES: Record<string, RegExp> = {
  thing: /^[\s\S]{1,20}$/u,
  number: /^-?\d{1,32}(?:\.\d{1,10})?$/,
  letter: /^[A-Za-z]{1,32}$/,
  symbol: /^\S{1,5}$/u,
  character_string: /^[\x20-\x7e]{1,32}$/,
  time: new RegExp(`^(?:${DAY_PART} ?)?${CLOCK_PART}$`),
  date: new RegExp(`^${DAY_PART}(?: ?${CLOCK_PART})?$`),
  amount: /^[^\d\s]?\d{1,10}(?:\.\d{1,2})?元?$/u,
  phone_number: /^[\d+\- ]{1,17}$/,
  phrase: /^\p{Script=Han}{1,5}$/u,
}

/** Name of the first field whose value the template does not take; null when all fit. */
function findBadField(template: MessageTemplate, data: z.infer<typeof dataSchema>): string | null {
  const extra = Object.keys(data).find((name) => !template.fields.includes(name))
  if (extra !== undefined) return extra
  for (const name of template.fields) {
    const value = Object.hasOwn(data, name) ? data[name]?.value : undefined
    const rule = FIELD_RULES[name.replace(/\d+$/, '')]
    if (value === undefined || value.trim() === '' || (rule && !rule.test(value))) return name
  }
  return null
}

/** 2023-05: values are cut at a line break and at 20 characters, silently; the ledger shows what was left. */
function truncateValue(value: string): string {
  return Array.from(value.split(/[\r\n]/)[0] ?? '')
    .slice(0, 20)
    .join('')
}

const sentence = (
  template: MessageTemplate,
  data: z.infer<typeof dataSchema>,
  shape: (value: string) => string,
): string => template.fields.map((name) => `${name}：${shape(data[name]?.value ?? '')}`).join('；')

function send(
  request: TownRequest,
  state: WechatState,
  options: WechatOptions,
  openid: string,
  message: { templateId: string; text: string; url: string | null },
): string {
  const msgId = mintId(state)
  recordEffect(state.effects, {
    at: request.at,
    act: 'user-message',
    api: request.api,
    account: options.appId,
    text: message.text,
    ids: { openid, templateId: message.templateId, msgId },
    url: message.url,
    visibleFrom: request.at,
  })
  return msgId
}

function bizsend(request: TownRequest, body: unknown, state: WechatState, options: WechatOptions): Reply {
  const given = bizSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const { touser, template_id, page, data } = given.data
  const user = state.users.find((one) => one.openid === touser)
  if (!user) return wechatError(state, 40003)
  const template = options.templates?.find((one) => one.id === template_id && one.kind === 'subscribe')
  if (!template) return wechatError(state, 40037)
  if (page !== undefined && !/^https?:\/\//.test(page)) return wechatError(state, 41030)
  const bad = findBadField(template, data)
  if (bad !== null) return wechatError(state, 47003, `argument invalid! data.${bad}.value invalid`)
  const grant = user.grants?.find((one) => one.templateId === template_id)
  if (!grant || grant.left === 0) return wechatError(state, 43101)
  if (grant.left !== 'long-term') grant.left--
  const text = sentence(template, data, (value) => value)
  const msgId = send(request, state, options, touser, { templateId: template_id, text, url: page ?? null })
  const inner = `<SubscribeMsgSentEvent><List><TemplateId>${template_id}</TemplateId><MsgID>${msgId}</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>`
  report(request, state, options, touser, 'subscribe_msg_sent_event', inner)
  return wechatOk(state, { errcode: 0, errmsg: 'ok' })
}

function template(request: TownRequest, body: unknown, state: WechatState, options: WechatOptions): Reply {
  const given = templateSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const { touser, template_id, url, client_msg_id, data } = given.data
  const user = state.users.find((one) => one.openid === touser)
  if (!user) return wechatError(state, 40003)
  if (user.follows === false) return wechatError(state, 43004)
  const shape = options.templates?.find((one) => one.id === template_id && one.kind === 'template')
  if (!shape) return wechatError(state, 40037)
  const missing = shape.fields.find((name) => !Object.hasOwn(data, name))
  if (missing !== undefined) return wechatError(state, 47003, `argument invalid! data.${missing}.value is empty`)
  const key = writeWideJson([touser, client_msg_id ?? null])
  const first = state.templateSends.find((one) => one.key === key && request.at - one.at < 10 * MINUTE)
  // Anti-replay: the second call within ten minutes is answered as the first was, and sends nothing.
  if (client_msg_id !== undefined && first)
    return wechatOk(state, { errcode: 0, errmsg: 'ok', msgid: BigInt(first.msgId) })
  const text = sentence(shape, data, truncateValue)
  const msgId = send(request, state, options, touser, { templateId: template_id, text, url: url ?? null })
  if (client_msg_id !== undefined) state.templateSends.push({ key, msgId, at: request.at })
  const inner = `<MsgID>${msgId}</MsgID><Status><![CDATA[success]]></Status>`
  report(request, state, options, touser, 'TEMPLATESENDJOBFINISH', inner)
  return wechatOk(state, { errcode: 0, errmsg: 'ok', msgid: BigInt(msgId) })
}

function report(
  request: TownRequest,
  state: WechatState,
  options: WechatOptions,
  openid: string,
  event: string,
  inner: string,
): void {
  const at: Instant = request.at
  queuePush(state, event, eventXml(headOf(options, at, openid), event, inner), at, planPush(request.faults))
}

/** Answers the two per-person calls; null for another API. */
export function answerNotice(
  request: TownRequest,
  body: unknown,
  state: WechatState,
  options: WechatOptions,
): Reply | null {
  if (request.api === 'message/subscribe/bizsend') return bizsend(request, body, state, options)
  return request.api === 'message/template/send' ? template(request, body, state, options) : null
}
