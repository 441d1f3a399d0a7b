// In: values of a template's variables. Out: Aliyun's SendSms and QuerySendDetails (Dysmsapi 2017-05-25) and their answers.
// SendSms is not idempotent: "on timeout check the receipt before retrying" (channels.md §5), which is what `read` does.
import { BEIJING_OFFSET, MINUTE, type Instant } from '../../src/core/instant.ts'
import { joinUrl } from '../wire/address.ts'
import { callBooked } from '../wire/ask.ts'
import { field, isRecord, parseObject, readId, readMessage, readToken } from '../wire/json.ts'
import { keyPairOf, type Part, type SmsConfig } from './config.ts'
import { MOST_PAGES, READ_DEADLINE } from './limits.ts'
import { maskPhones, writeBare } from './phones.ts'
import { signAcs3, writeQuery } from './sign.ts'
import type { Reading, Request, Vendor } from './vendor.ts'

const BASE = 'https://dysmsapi.aliyuncs.com'
const PAGE = 50
/** The vendor's clock is not ours: a message of midnight may stand under either day. */
const NEAR_MIDNIGHT = 5 * MINUTE

function ask(
  config: SmsConfig,
  action: string,
  values: Record<string, string>,
  { now, random }: { now: () => Instant; random: () => string },
): Request {
  const address = new URL(joinUrl(config.baseUrl ?? BASE, '/'))
  const query = writeQuery(values)
  const headers = signAcs3(
    { host: address.host, path: address.pathname, query, action, version: '2017-05-25', now: now(), nonce: random() },
    keyPairOf(config),
  )
  return { method: 'POST', url: `${address.href}?${query}`, headers: { ...headers, accept: 'application/json' } }
}

function writeTemplateParam({ line, serial }: SmsConfig['parameters'], values: Record<Part, string>): string {
  return JSON.stringify({ [line]: values.line, ...(serial !== undefined && { [serial]: values.serial }) })
}

/** yyyyMMdd in Beijing. */
function writeDay(at: Instant): string {
  return new Date(at + BEIJING_OFFSET).toISOString().slice(0, 10).replaceAll('-', '')
}

interface Row {
  key: unknown
  status: string | null
  error: string
}

/** null: not an answer that can be counted on. */
function readRows(body: Record<string, unknown>): { rows: Row[]; total: number } | null {
  const list = field(field(body, 'SmsSendDetailDTOs'), 'SmsSendDetailDTO')
  const total = Number(field(body, 'TotalCount') ?? NaN)
  if (!Array.isArray(list) || !Number.isSafeInteger(total) || total < 0) return null
  const rows = (list as unknown[]).filter(isRecord).map((row) => ({
    key: field(row, 'OutId'),
    status: readId(field(row, 'SendStatus')),
    error: maskPhones(readMessage(field(row, 'ErrCode'))),
  }))
  return rows.length === list.length ? { rows, total } : null
}

export const aliyun: Vendor = {
  sendApi: 'aliyun/send',
  send: (config, values, key, at) =>
    ask(
      config,
      'SendSms',
      {
        PhoneNumbers: config.phones.map(writeBare).join(','),
        SignName: config.sign,
        TemplateCode: config.template,
        TemplateParam: writeTemplateParam(config.parameters, values),
        OutId: key,
      },
      at,
    ),
  readAnswer(body) {
    const code = readToken(field(body, 'Code'))
    if (code === null) return null
    if (code !== 'OK') return { got: 'error', code, message: maskPhones(readMessage(field(body, 'Message'))) }
    const ref = readToken(field(body, 'BizId'))
    return ref === null ? null : { got: 'taken', ref, refused: [] }
  },
  async read(config, { phone, key, since, priority }, reach): Promise<Reading> {
    const days = new Set([since, since + NEAR_MIDNIGHT, since - NEAR_MIDNIGHT].map(writeDay))
    for (const day of days) {
      let seen = 0
      for (let page = 1; ; page += 1) {
        if (page > MOST_PAGES) return { got: 'nothing', reason: '当日记录过多，没有查完' }
        const request = ask(
          config,
          'QuerySendDetails',
          {
            PhoneNumber: writeBare(phone),
            SendDate: day,
            PageSize: String(PAGE),
            CurrentPage: String(page),
          },
          reach,
        )
        const reply = await callBooked(reach, 'aliyun/query', priority, {
          ...request,
          deadlineMs: READ_DEADLINE,
        })
        if (reply.got === 'budget') return { got: 'nothing', reason: '查询的调用额度已用完' }
        if (reply.got === 'nothing') return { got: 'nothing', reason: `查询没有回音：${reply.reason}` }
        const body = parseObject(reply.body)
        const code = readToken(field(body, 'Code'))
        if (body === null || code === null || reply.status !== 200 || code !== 'OK')
          return { got: 'nothing', reason: `查询未成（HTTP ${reply.status}${code === null ? '' : ` ${code}`}）` }
        const answer = readRows(body)
        if (answer === null) return { got: 'nothing', reason: '查询的回音不可读' }
        const found = answer.rows.find((row) => row.key === key)
        // 1 waits for the carrier's receipt, 2 failed, 3 delivered.
        if (found) return { got: 'found', ref: `aliyun:${key}`, failed: found.status === '2' ? found.error : null }
        seen += answer.rows.length
        if (seen >= answer.total) break
        // It counts what it does not show: those may be ours.
        if (answer.rows.length === 0) return { got: 'nothing', reason: '查询只给了条数，没有记录' }
      }
    }
    return { got: 'none' }
  },
  // No vendor's word, no second message: a person settles it.
  closed: (reason) => ({ state: 'unknown', reason, probeAfterMs: MINUTE }),
}
