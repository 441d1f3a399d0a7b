// In: keys, parameters, a clock. Out: signed calls as the two vendors' guides to self-made clients describe them.
// Must not look into the stand-in or the channel: a third reading of both guides, checked by the vendors' printed examples.
import { createHash, createHmac, randomUUID } from 'node:crypto'
import { call } from './town-tools.ts'
import type { Answer } from './town-tools.ts'

export const KEY = 'LTAItest'
export const SECRET = 'secret-of-the-test'

/** What most Aliyun tests send, and the account they send it from. */
export const ALIYUN = {
  keyId: KEY,
  keySecret: SECRET,
  signNames: ['某市地震局'],
  templates: [
    { code: 'SMS_1', text: '${place}发生${m}级地震' },
    { code: 'SMS_2', text: '值班提醒' },
  ],
}
export const ALIYUN_WANTED = {
  PhoneNumbers: '13800000001',
  SignName: '某市地震局',
  TemplateCode: 'SMS_1',
  TemplateParam: '{"place":"某县（北纬38°）","m":"4.8"}',
}
export const ALIYUN_TEXT = '【某市地震局】某县（北纬38°）发生4.8级地震'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Escaped as RFC 3986 wants it, which is more than encodeURIComponent does. */
function escape(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('!', '%21')
    .replaceAll("'", '%27')
    .replaceAll('(', '%28')
    .replaceAll(')', '%29')
    .replaceAll('*', '%2A')
}

export function writeQuery(params: Record<string, string>): string {
  return Object.keys(params)
    .toSorted()
    .map((name) => `${escape(name)}=${escape(params[name] ?? '')}`)
    .join('&')
}

export interface AliyunParts {
  method: string
  query: string
  headers: Record<string, string>
  keyId: string
  secret: string
  /** Headers that are sent and not signed. */
  unsigned?: string[]
}

/** Authorization of V3, over every header given. */
export function signAliyun({ method, query, headers, keyId, secret, unsigned = [] }: AliyunParts): string {
  const names = Object.keys(headers)
    .filter((name) => !unsigned.includes(name))
    .toSorted()
  const list = names.join(';')
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('')
  const request = `${method}\n/\n${query}\n${lines}\n${list}\n${headers['x-acs-content-sha256']}`
  const signature = hmac(secret, `ACS3-HMAC-SHA256\n${sha256(request)}`).toString('hex')
  return `ACS3-HMAC-SHA256 Credential=${keyId},SignedHeaders=${list},Signature=${signature}`
}

export interface AliyunWays {
  keyId?: string
  secret?: string
  nonce?: string
  version?: string
  method?: string
  /** Parameters in a form body in place of the query. */
  form?: boolean
  unsigned?: string[]
  /** Changes what was signed, on its way. */
  tamper?: (sent: { url: string; headers: Record<string, string>; body: string | undefined }) => void
}

/** One RPC call, signed at the instant `at`. */
export function callAliyun(
  url: string,
  at: number,
  action: string,
  params: Record<string, string>,
  ways: AliyunWays = {},
): Promise<Answer> {
  const { keyId = KEY, secret = SECRET, nonce = randomUUID(), version = '2017-05-25', method = 'POST' } = ways
  const written = writeQuery(params)
  const query = ways.form ? '' : written
  const body = ways.form ? written : undefined
  const headers: Record<string, string> = {
    host: new URL(url).host,
    'x-acs-action': action,
    'x-acs-version': version,
    'x-acs-date': new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': nonce,
    'x-acs-content-sha256': sha256(body ?? ''),
    ...(ways.form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
  }
  const { unsigned = [] } = ways
  const authorization = signAliyun({ method, query, headers, keyId, secret, unsigned })
  const sent = { url: `${url}/?${query}`, headers: { ...headers, authorization }, body }
  ways.tamper?.(sent)
  return call(sent.url, { method, headers: sent.headers, ...(sent.body === undefined ? {} : { body: sent.body }) })
}

export interface TencentParts {
  service: string
  host: string
  type: string
  payload: string
  stamp: number
  keyId: string
  secret: string
}

/** Authorization of TC3 over content-type and host. */
export function signTencent({ service, host, type, payload, stamp, keyId, secret }: TencentParts): string {
  const date = new Date(stamp * 1_000).toISOString().slice(0, 10)
  const request = `POST\n/\n\ncontent-type:${type}\nhost:${host}\n\ncontent-type;host\n${sha256(payload)}`
  const scope = `${date}/${service}/tc3_request`
  const key = hmac(hmac(hmac(`TC3${secret}`, date), service), 'tc3_request')
  const signature = hmac(key, `TC3-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(request)}`).toString('hex')
  return `TC3-HMAC-SHA256 Credential=${keyId}/${scope}, SignedHeaders=content-type;host, Signature=${signature}`
}

export interface TencentWays {
  keyId?: string
  secret?: string
  service?: string
  headers?: Record<string, string>
  type?: string
  /** Sent in place of what was signed. */
  payload?: string
}

/** One API 3.0 call, signed at the instant `at`. */
export function callTencent(url: string, at: number, body: unknown, ways: TencentWays = {}): Promise<Answer> {
  const { keyId = KEY, secret = SECRET, service = 'sms', type = 'application/json; charset=utf-8' } = ways
  const payload = JSON.stringify(body)
  const stamp = Math.floor(at / 1_000)
  const { host } = new URL(url)
  const headers = {
    authorization: signTencent({ service, host, type, payload, stamp, keyId, secret }),
    'content-type': type,
    'x-tc-action': 'SendSms',
    'x-tc-version': '2021-01-11',
    'x-tc-region': 'ap-guangzhou',
    'x-tc-timestamp': String(stamp),
    ...ways.headers,
  }
  return call(`${url}/`, { method: 'POST', headers, body: ways.payload ?? payload })
}
