// In: a call to Aliyun's RPC gateway. Out: its parameters, or the gateway's refusal.
// Must not apply anything: signature V3 (ACS3-HMAC-SHA256), date, nonce, action and parameter names only.
//
// V1 (query parameters, HMAC-SHA1, SignatureVersion=1.0) is refused, though the vendor still takes it from old clients:
// its guide to self-made signatures tells new ones to use V3, nothing in this project is old, and a second door that no
// client walks through would only let a half-right request pass.
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { MINUTE, parseZonedTime } from '../../core/instant.ts'
import type { Instant } from '../../core/instant.ts'
import { book, countOf } from '../quota.ts'
import { mediaType, parseForm } from '../wire.ts'
import type { Reply, TownRequest } from '../wire.ts'
import type { AliyunAccount, SmsState } from './state.ts'

const VERSION = '2017-05-25'
const TOLERANCE = 15 * MINUTE
const ALGORITHM = 'ACS3-HMAC-SHA256'
const AUTHORIZATION =
  /^ACS3-HMAC-SHA256 Credential=([\w.-]{1,128}), ?SignedHeaders=([a-z0-9;-]{1,1000}), ?Signature=([0-9a-f]{64})$/

interface AliyunDoor {
  methods: readonly string[]
  knows: readonly string[]
  required: readonly string[]
}

/** Parameters that the metadata gives every action of the product. */
const OWNERS = ['OwnerId', 'ResourceOwnerAccount', 'ResourceOwnerId', 'RegionId']

/** A GET that sends could be sent again by anything in between; the vendor takes it, the stand-in does not. */
const DOORS: Record<string, AliyunDoor> = {
  SendSms: {
    methods: ['POST'],
    knows: ['PhoneNumbers', 'SignName', 'TemplateCode', 'TemplateParam', 'SmsUpExtendCode', 'OutId', ...OWNERS],
    required: ['PhoneNumbers', 'SignName', 'TemplateCode'],
  },
  QuerySendDetails: {
    methods: ['POST', 'GET'],
    knows: ['PhoneNumber', 'BizId', 'SendDate', 'PageSize', 'CurrentPage', ...OWNERS],
    required: ['PhoneNumber', 'SendDate', 'PageSize', 'CurrentPage'],
  },
}

const MESSAGES: Record<string, string> = {
  IncompleteSignature: 'The request signature does not conform to Aliyun standards.',
  'InvalidTimeStamp.Format': 'Specified time stamp or date value is not well formatted.',
  'InvalidTimeStamp.Expired': 'Specified time stamp or date value is expired.',
  'InvalidAccessKeyId.NotFound': 'Specified access key is not found.',
  SignatureNonceUsed: 'Specified signature nonce was used already.',
  InvalidVersion: 'Specified parameter Version is not valid.',
  'InvalidAction.NotFound': 'Specified api is not found, please check your url and method.',
  UnsupportedHTTPMethod: 'This http method is not supported.',
  'Throttling.User': 'Request was denied due to user flow control.',
  UnsupportedContentType: 'The body of this call is a form (stand-in).',
  RepeatedParameter: 'Specified parameter is given more than once (stand-in).',
}

const NOT_FOUND = ['InvalidAccessKeyId.NotFound', 'InvalidAction.NotFound']

/** The gateway's refusal: HTTP 400 or 404, with HostId and Recommend, which answers of the service itself do not have. */
export function refuseAtGateway(
  request: TownRequest,
  code: string,
  given?: { message?: string; status?: number },
): Reply {
  const { message = MESSAGES[code] ?? code, status = NOT_FOUND.includes(code) ? 404 : 400 } = given ?? {}
  const body = {
    RequestId: randomUUID().toUpperCase(),
    Message: message,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(code)}&product=Dysmsapi`,
    HostId: request.headers['host'] ?? '',
    Code: code,
  }
  return { status, type: 'application/json;charset=utf-8', body: JSON.stringify(body), code }
}

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex')

/** RFC 3986: everything but letters, digits and -_.~ is escaped. */
function escapeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function describeRequest(request: TownRequest, signed: readonly string[]): string {
  const byName = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1)
  const query = [...request.query]
    .toSorted(byName)
    .map(([name, value]) => `${escapeStrictly(name)}=${escapeStrictly(value)}`)
    .join('&')
  const headers = signed.map((name) => `${name}:${(request.headers[name] ?? '').trim()}\n`).join('')
  const hash = request.headers['x-acs-content-sha256'] ?? ''
  return [request.method, request.path, query, headers, signed.join(';'), hash].join('\n')
}

/** Every x-acs- header, Host, and Content-Type where there is one, sorted: what is not signed could be exchanged. */
function isWholeList(request: TownRequest, signed: readonly string[]): boolean {
  const wanted = Object.keys(request.headers).filter((name) => name.startsWith('x-acs-') || name === 'content-type')
  const sorted = signed.every((name, i) => i === 0 || (signed[i - 1] ?? '') < name)
  return sorted && ['host', ...wanted].every((name) => signed.includes(name))
}

/** Aliyun's own form of a date: yyyy-MM-ddTHH:mm:ssZ, nothing else. */
function readDate(text: string | undefined): Instant | null {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text ?? '') ? parseZonedTime(text ?? '') : null
}

function checkSignature(request: TownRequest, state: SmsState, account: AliyunAccount): Reply | null {
  const { headers } = request
  const parts = AUTHORIZATION.exec(headers['authorization'] ?? '')
  if (!parts) return refuseAtGateway(request, 'IncompleteSignature')
  const [, keyId = '', names = '', signature = ''] = parts
  const date = readDate(headers['x-acs-date'])
  if (date === null) return refuseAtGateway(request, 'InvalidTimeStamp.Format')
  if (Math.abs(request.at - date) > TOLERANCE) return refuseAtGateway(request, 'InvalidTimeStamp.Expired')
  const nonce = headers['x-acs-signature-nonce'] ?? ''
  if (!/^[\x21-\x7e]{8,128}$/.test(nonce)) {
    return refuseAtGateway(request, 'MissingSignatureNonce', {
      message: 'SignatureNonce is mandatory for this action.',
    })
  }
  if (keyId !== account.keyId) return refuseAtGateway(request, 'InvalidAccessKeyId.NotFound')
  const signed = names.split(';')
  if (!isWholeList(request, signed)) return refuseAtGateway(request, 'IncompleteSignature')
  const text = `${ALGORITHM}\n${sha256(describeRequest(request, signed))}`
  const wanted = createHmac('sha256', account.keySecret).update(text).digest()
  const sameBody = headers['x-acs-content-sha256'] === sha256(request.body)
  if (!sameBody || !timingSafeEqual(Buffer.from(signature, 'hex'), wanted)) {
    const message = `Specified signature is not matched with our calculation. server string to sign is:${text}`
    return refuseAtGateway(request, 'SignatureDoesNotMatch', { message })
  }
  for (const [one, until] of Object.entries(state.nonces)) if (until < request.at) delete state.nonces[one]
  if (Object.hasOwn(state.nonces, `n:${nonce}`)) return refuseAtGateway(request, 'SignatureNonceUsed')
  state.nonces[`n:${nonce}`] = date + TOLERANCE
  return null
}

/** Parameters of an RPC action stand in the query or in a form body; one that stands twice is refused. */
function readFields(request: TownRequest): Map<string, string> | 'UnsupportedContentType' | 'RepeatedParameter' {
  const isForm = mediaType(request.headers) === 'application/x-www-form-urlencoded'
  if (request.body.length > 0 && !isForm) return 'UnsupportedContentType'
  const form = request.body.length === 0 ? new Map<string, string>() : parseForm(request.body)
  if (!form) return 'UnsupportedContentType'
  const all = [...request.query, ...form]
  const fields = new Map(all)
  return fields.size === all.length ? fields : 'RepeatedParameter'
}

/** Whose call it is and what it asks for; a refusal has taken no effect, though a right signature has used up its nonce. */
export function openAliyunDoor(
  request: TownRequest,
  state: SmsState,
  account: AliyunAccount,
): { action: string; fields: Map<string, string> } | { refusal: Reply } {
  const refuse = (code: string, message?: string) => ({
    refusal: refuseAtGateway(request, code, message === undefined ? {} : { message }),
  })
  const bad = checkSignature(request, state, account)
  if (bad) return { refusal: bad }
  const action = request.headers['x-acs-action'] ?? ''
  const door = Object.hasOwn(DOORS, action) ? DOORS[action] : undefined
  if (request.path !== '/' || !door) return refuse('InvalidAction.NotFound')
  if (request.headers['x-acs-version'] !== VERSION) return refuse('InvalidVersion')
  if (!door.methods.includes(request.method)) return refuse('UnsupportedHTTPMethod')
  const fields = readFields(request)
  if (typeof fields === 'string') return refuse(fields)
  for (const name of fields.keys()) {
    if (!door.knows.includes(name))
      return refuse('InvalidParameter', `Specified parameter ${name} is not known (stand-in).`)
  }
  for (const name of door.required) {
    if ((fields.get(name) ?? '') === '') return refuse(`Missing${name}`, `${name} is mandatory for this action.`)
  }
  if (countOf(state.counters, 'aliyun', 'second', request.at) >= (account.perSecond ?? 5_000)) {
    return refuse('Throttling.User')
  }
  book(state.counters, 'aliyun', 'second', request.at)
  return { action, fields }
}
