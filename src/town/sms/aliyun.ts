// In: Aliyun's SendSms and QuerySendDetails (Dysmsapi 2017-05-25). Out: their answers, messages in the ledger, receipts.
// Must not send twice for one call nor forgive a repeat: the vendor has no idempotency (reference channels.md §5).
import { randomUUID } from 'node:crypto'
import { DAY, formatBeijing, HOUR, MINUTE, parseWallTime, BEIJING_OFFSET } from '../../core/instant.ts'
import { faultOf } from '../faults.ts'
import { windowOf } from '../quota.ts'
import { readWideJson } from '../wide-json.ts'
import type { Reply, TownRequest } from '../wire.ts'
import { openAliyunDoor, refuseAtGateway } from './aliyun-door.ts'
import { ALIYUN_HOLE, compareHoles, countCharacters, fillTemplate, holdsUrl, readMainlandPhone } from './content.ts'
import { bookSend, countOnDay, countWithin } from './pace.ts'
import { foreseeReceipt, recordMessage } from './state.ts'
import type { AliyunAccount, Message, SmsOptions, SmsState } from './state.ts'

interface Refusal {
  code: string
  message: string
}

const no = (code: string, message: string): Refusal => ({ code, message })

/** The service's own answer: HTTP 200 whatever Code says. */
function answerWith(code: string, message: string, more: Record<string, unknown> = {}): Reply {
  const body = { Message: message, RequestId: randomUUID().toUpperCase(), ...more, Code: code }
  return {
    status: 200,
    type: 'application/json;charset=utf-8',
    body: JSON.stringify(body),
    code: code === 'OK' ? 'ok' : code,
  }
}

const MAX_PHONES = 1_000

function readPhones(text: string): string[] | Refusal {
  const given = text.split(',', MAX_PHONES + 1)
  if (given.length > MAX_PHONES) return no('isv.MOBILE_COUNT_OVER_LIMIT', '手机号码数量超过限制')
  const phones = given.map(readMainlandPhone)
  const bad = phones.indexOf(null)
  if (bad >= 0) return no('isv.MOBILE_NUMBER_ILLEGAL', `${given[bad]}invalid mobile number`)
  return phones.filter((phone) => phone !== null)
}

/** TemplateParam: a JSON object whose values are texts. */
function readValues(text: string | undefined): Map<string, string> | Refusal {
  const json = text === undefined || text === '' ? {} : readWideJson(Buffer.from(text))
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return no('isv.INVALID_JSON_PARAM', '参数格式错误，请修改为字符串值')
  }
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(json)) {
    if (typeof value !== 'string') return no('isv.INVALID_JSON_PARAM', '参数格式错误，请修改为字符串值')
    values.set(name, value)
  }
  return values
}

function checkValues(values: Map<string, string>, text: string, account: AliyunAccount): Refusal | null {
  const { missing, unknown } = compareHoles(text, ALIYUN_HOLE, [...values.keys()])
  const empty = [...values].find(([, value]) => value.trim() === '')?.[0]
  if (missing.length > 0 || empty !== undefined) {
    return no('isv.TEMPLATE_MISSING_PARAMETERS', `模板变量缺少对应参数值: ${missing[0] ?? empty ?? ''}`)
  }
  // The vendor overlooks a variable that the template has not; here it is a mistake in what was configured.
  if (unknown.length > 0) return no('isv.INVALID_PARAMETERS', `模板中没有变量 ${unknown[0] ?? ''}`)
  for (const [name, value] of values) {
    // 35 characters is the vendor's rule for variables of the kind 其他; other kinds are narrower.
    if (countCharacters(value) > (account.maxParameter ?? 35)) {
      return no('isv.PARAM_LENGTH_LIMIT', `参数超过长度限制: ${name}`)
    }
    if (holdsUrl(value)) return no('isv.PARAM_NOT_SUPPORT_URL', `变量不支持传入URL: ${name}`)
  }
  return null
}

/** Pace of one signature and template to one number; `before` counts the same number earlier in this call. */
function findLimit(state: SmsState, key: string, at: number, before: number, account: AliyunAccount): Refusal | null {
  const { minute = 1, hour = 5, day = 10 } = account.limits ?? {}
  const word = (span: string, permits: number): Refusal =>
    no('isv.BUSINESS_LIMIT_CONTROL', `触发${span}级流控Permits:${permits}`)
  if (countWithin(state.sends, key, at, MINUTE) + before >= minute) return word('分钟', minute)
  if (countWithin(state.sends, key, at, HOUR) + before >= hour) return word('小时', hour)
  return countOnDay(state.sends, key, at) + before >= day ? word('天', day) : null
}

interface Wanted {
  phones: string[]
  content: string
  templateCode: string
  outId: string
  paceKeys: string[]
}

function readWanted(fields: Map<string, string>, account: AliyunAccount): Wanted | Refusal {
  const phones = readPhones(fields.get('PhoneNumbers') ?? '')
  if ('code' in phones) return phones
  const signName = fields.get('SignName') ?? ''
  if (!account.signNames.includes(signName)) {
    return no('isv.SMS_SIGNATURE_ILLEGAL', '该账号下找不到对应签名')
  }
  const templateCode = fields.get('TemplateCode') ?? ''
  const template = account.templates.find((one) => one.code === templateCode)
  if (!template) return no('isv.SMS_TEMPLATE_ILLEGAL', '该账号下找不到对应模板')
  const values = readValues(fields.get('TemplateParam'))
  if ('code' in values) return values
  const bad = checkValues(values, template.text, account)
  if (bad) return bad
  const outId = fields.get('OutId') ?? ''
  if (Buffer.byteLength(outId) >= 256) return no('isv.INVALID_PARAMETERS', 'OutId 长度须小于256')
  if (!/^\d{0,8}$/.test(fields.get('SmsUpExtendCode') ?? '')) return no('isv.EXTEND_CODE_ERROR', '扩展码使用错误')
  return {
    phones,
    content: fillTemplate(signName, template.text, ALIYUN_HOLE, values),
    templateCode,
    outId,
    paceKeys: phones.map((phone) => `aliyun:${phone}:${signName}:${templateCode}`),
  }
}

/** All numbers or none: what the vendor does with a batch of which one is limited is not documented. */
function sendSms(
  request: TownRequest,
  state: SmsState,
  options: SmsOptions,
  wanted: Wanted,
  account: AliyunAccount,
): Reply {
  const before = new Map<string, number>()
  for (const key of wanted.paceKeys) {
    const limit = findLimit(state, key, request.at, before.get(key) ?? 0, account)
    if (limit) return answerWith(limit.code, limit.message)
    before.set(key, (before.get(key) ?? 0) + 1)
  }
  state.serial++
  const bizId = `${900_619_746_936_000_000n + BigInt(state.serial)}^0`
  const { content, templateCode, outId } = wanted
  for (const [i, phone] of wanted.phones.entries()) {
    bookSend(state.sends, wanted.paceKeys[i] ?? '', request.at)
    const message: Message = {
      phone,
      bizId,
      outId,
      templateCode,
      content,
      at: request.at,
      ...foreseeReceipt(request, options, phone),
    }
    state.messages.push(message)
    recordMessage(state, request, { ...message, ids: { bizId, ...(outId === '' ? {} : { outId }) } })
  }
  return answerWith('OK', 'OK', { BizId: bizId })
}

function showMessage(message: Message, at: number): Record<string, unknown> {
  const arrived = message.receiptAt !== null && message.receiptAt <= at ? message.receiptAt : null
  const delivered = message.errCode === 'DELIVERED'
  return {
    ...(arrived === null ? {} : { ErrCode: message.errCode, ReceiveDate: formatBeijing(arrived) }),
    TemplateCode: message.templateCode,
    ...(message.outId === '' ? {} : { OutId: message.outId }),
    Content: message.content,
    SendDate: formatBeijing(message.at),
    // 1 waiting for the receipt, 2 failed, 3 delivered.
    SendStatus: arrived === null ? 1 : delivered ? 3 : 2,
    PhoneNum: message.phone.slice('+86'.length),
  }
}

function readCount(text: string | undefined, most: number): number | null {
  return /^[1-9]\d{0,8}$/.test(text ?? '') && Number(text) <= most ? Number(text) : null
}

/** One number, one Beijing day of the last thirty, newest first, 50 rows a page at most; TotalCount is a text. */
function querySendDetails(request: TownRequest, state: SmsState, fields: Map<string, string>): Reply {
  const phone = readMainlandPhone(fields.get('PhoneNumber') ?? '')
  if (phone === null)
    return answerWith('isv.MOBILE_NUMBER_ILLEGAL', `${fields.get('PhoneNumber')}invalid mobile number`)
  const [, year = '', month = '', date = ''] = /^(\d{4})(\d\d)(\d\d)$/.exec(fields.get('SendDate') ?? '') ?? []
  const day = parseWallTime(`${year}-${month}-${date} 00:00:00`, BEIJING_OFFSET)
  if (day === null || day > request.at || request.at - day > 31 * DAY) {
    return answerWith('isv.INVALID_PARAMETERS', 'SendDate 须为最近30天内的 yyyyMMdd')
  }
  const size = readCount(fields.get('PageSize'), 50)
  const page = readCount(fields.get('CurrentPage'), 1_000_000)
  if (size === null || page === null) return answerWith('isv.INVALID_PARAMETERS', 'PageSize 1~50，CurrentPage 从1开始')
  const bizId = fields.get('BizId') ?? ''
  const rows = state.messages
    .filter((one) => one.phone === phone && one.listedFrom <= request.at && (bizId === '' || one.bizId === bizId))
    .filter((one) => windowOf(one.at, 'day') === windowOf(day, 'day'))
    .toReversed()
  return answerWith('OK', 'OK', {
    TotalCount: String(rows.length),
    SmsSendDetailDTOs: {
      SmsSendDetailDTO: rows.slice((page - 1) * size, page * size).map((one) => showMessage(one, request.at)),
    },
  })
}

/** A scripted refusal; with a status it is the gateway's (Throttling.User, ServiceUnavailable …). */
function answerScripted(request: TownRequest): Reply | null {
  const fault = faultOf(request.faults, 'error')
  if (!fault) return null
  const code = fault.word ?? 'isp.SYSTEM_ERROR'
  const { status } = fault
  return status === undefined
    ? answerWith(code, 'scripted')
    : refuseAtGateway(request, code, { message: 'scripted', status })
}

/** Answers one call; a scripted error with applied:true is said of a message that went out all the same. */
export function answerAliyun(
  request: TownRequest,
  state: SmsState,
  options: SmsOptions,
  account: AliyunAccount,
): Reply {
  const door = openAliyunDoor(request, state, account)
  if ('refusal' in door) return door.refusal
  const scripted = answerScripted(request)
  if (scripted && !faultOf(request.faults, 'error')?.applied) return scripted
  if (door.action === 'QuerySendDetails') return scripted ?? querySendDetails(request, state, door.fields)
  const wanted = readWanted(door.fields, account)
  if ('code' in wanted) return answerWith(wanted.code, wanted.message)
  const reply = sendSms(request, state, options, wanted, account)
  return scripted ?? reply
}
