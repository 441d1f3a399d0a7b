// In: values of a template's variables. Out: Tencent's SendSms and PullSmsSendStatusByPhoneNumber (2021-01-11) and their answers.
// Must not take one number's code for all of them: each has its own.
import { SECOND, MINUTE, type Instant } from '../../src/core/instant.ts'
import { joinUrl } from '../wire/address.ts'
import { callBooked } from '../wire/ask.ts'
import { field, isRecord, parseObject, readMessage, readToken } from '../wire/json.ts'
import { keyPairOf, type Part, type SmsConfig } from './config.ts'
import { READ_DEADLINE } from './limits.ts'
import { maskPhones, readPhone } from './phones.ts'
import { signTc3 } from './sign.ts'
import type { Reading, Refusal, Request, Vendor } from './vendor.ts'

const BASE = 'https://sms.tencentcloudapi.com'
const REGION = 'ap-guangzhou'
const TYPE = 'application/json; charset=utf-8'
const MOST_ROWS = 100
/** A request is taken at ± 5 min (channels.md §5), so their clock may stand as far behind ours. */
const CLOCKS_APART = 5 * MINUTE
/** Answers that say that this account has no such call. */
const CLOSED =
  /^(UnauthorizedOperation|UnsupportedOperation|InvalidAction|ActionOffline|AuthFailure\.UnauthorizedOperation)/

function ask(config: SmsConfig, action: string, payload: object, now: Instant): Request {
  const address = new URL(joinUrl(config.baseUrl ?? BASE, '/'))
  const body = JSON.stringify(payload)
  const signed = { 'content-type': TYPE, 'x-tc-action': action.toLowerCase() }
  const call = { host: address.host, path: address.pathname, service: 'sms', now, body, signed }
  return {
    method: 'POST',
    url: address.href,
    headers: {
      'content-type': TYPE,
      host: address.host,
      'x-tc-action': action,
      'x-tc-version': '2021-01-11',
      'x-tc-region': config.region ?? REGION,
      'x-tc-timestamp': String(Math.floor(now / SECOND)),
      authorization: signTc3(call, keyPairOf(config)),
    },
    body,
  }
}

/** In the places of their variables. */
function listValues({ parameters: { line, serial } }: SmsConfig, values: Record<Part, string>): string[] {
  if (serial === undefined) return [values.line]
  return line < serial ? [values.line, values.serial] : [values.serial, values.line]
}

function readError(response: unknown): { code: string; message: string } | null {
  const error = field(response, 'Error')
  const code = readToken(field(error, 'Code'))
  return code === null ? null : { code, message: maskPhones(readMessage(field(error, 'Message'))) }
}

export const tencent: Vendor = {
  sendApi: 'tencent/send',
  send: (config, values, key, { now }) =>
    ask(
      config,
      'SendSms',
      {
        PhoneNumberSet: config.phones,
        SmsSdkAppId: config.sdkAppId,
        SignName: config.sign,
        TemplateId: config.template,
        TemplateParamSet: listValues(config, values),
        SessionContext: key,
      },
      now(),
    ),
  readAnswer(body, { phones }) {
    const response = field(body, 'Response')
    const error = readError(response)
    if (error !== null) return { got: 'error', ...error }
    const list = field(response, 'SendStatusSet')
    if (!Array.isArray(list)) return null
    const taken: string[] = []
    const refused: Refusal[] = []
    const spokenOf = new Set<string>()
    for (const one of list as unknown[]) {
      const code = readToken(field(one, 'Code'))
      const phone = readPhone(String(field(one, 'PhoneNumber')))
      if (code === null || phone === null || !phones.includes(phone)) return null
      spokenOf.add(phone)
      if (code === 'Ok') taken.push(readToken(field(one, 'SerialNo')) ?? '')
      else refused.push({ phone, code, message: maskPhones(readMessage(field(one, 'Message'))) })
    }
    // A number that it says nothing of may have been taken.
    if (spokenOf.size !== phones.length || list.length !== phones.length) return null
    const [ref] = taken
    return ref === undefined ? { got: 'refused', refused } : { got: 'taken', ref: ref || 'tencent', refused }
  },
  async read(config, { phone, key, since, priority }, reach): Promise<Reading> {
    const payload = {
      BeginTime: Math.floor((since - CLOCKS_APART) / SECOND),
      Offset: 0,
      Limit: MOST_ROWS,
      PhoneNumber: phone,
      SmsSdkAppId: config.sdkAppId,
    }
    const request = ask(config, 'PullSmsSendStatusByPhoneNumber', payload, reach.now())
    const reply = await callBooked(reach, 'tencent/query', priority, {
      ...request,
      deadlineMs: READ_DEADLINE,
    })
    if (reply.got === 'budget') return { got: 'nothing', reason: '查询的调用额度已用完' }
    if (reply.got === 'nothing') return { got: 'nothing', reason: `查询没有回音：${reply.reason}` }
    const response = field(parseObject(reply.body), 'Response')
    const error = readError(response)
    if (error !== null)
      return { got: CLOSED.test(error.code) ? 'closed' : 'nothing', reason: `查询未成（${error.code}）` }
    const list = field(response, 'PullSmsSendStatusSet')
    if (reply.status !== 200 || !Array.isArray(list)) return { got: 'nothing', reason: '查询的回音不可读' }
    const rows = (list as unknown[]).filter(isRecord)
    const found = rows.find((row) => field(row, 'SessionContext') === key)
    if (found) {
      const failed = field(found, 'ReportStatus') === 'FAIL'
      return {
        got: 'found',
        ref: readToken(field(found, 'SerialNo')) ?? 'tencent',
        failed: failed ? maskPhones(readMessage(field(found, 'Description'))) : null,
      }
    }
    if (list.length >= MOST_ROWS) return { got: 'nothing', reason: '记录过多，没有查完' }
    // Versions that do not return it let nobody compare.
    const isComparable =
      rows.length === list.length && rows.every((row) => typeof field(row, 'SessionContext') === 'string')
    return isComparable ? { got: 'none' } : { got: 'nothing', reason: '查询的记录不带 SessionContext，无从核对' }
  },
  // At least once, as with robots: staff may read a line twice, they must not miss it.
  closed: () => ({ state: 'absent' }),
}
