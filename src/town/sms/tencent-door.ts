// In: a call to Tencent's API 3.0. Out: its body as JSON, or the common refusal in Response.Error.
// Must not apply anything: TC3-HMAC-SHA256, clock, action, version, region only. Always HTTP 200, as the vendor does.
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { MINUTE, SECOND } from '../../core/instant.ts'
import { book, countOf } from '../quota.ts'
import { mediaType } from '../wire.ts'
import type { Reply, TownRequest } from '../wire.ts'
import { readWideJson } from '../wide-json.ts'
import type { SmsState, TencentAccount } from './state.ts'

const VERSION = '2021-01-11'
const TOLERANCE = 5 * MINUTE
const REGIONS = ['ap-beijing', 'ap-guangzhou', 'ap-nanjing']
const AUTHORIZATION =
  /^TC3-HMAC-SHA256 Credential=([\w-]{1,128})\/(\d{4}-\d\d-\d\d)\/(\w{1,32})\/tc3_request, ?SignedHeaders=([a-z0-9;-]{1,1000}), ?Signature=([0-9a-f]{64})$/

/** The envelope of every answer. */
export function wrapResponse(content: Record<string, unknown>, code: string): Reply {
  const body = JSON.stringify({ Response: { ...content, RequestId: randomUUID() } })
  return { status: 200, type: 'application/json', body, code }
}

/** A refusal of the whole call; refusals of single numbers stand in SendStatusSet. */
export function refuseWhole(code: string, message: string): Reply {
  return wrapResponse({ Error: { Code: code, Message: message } }, code)
}

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: Uint8Array | string, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Names and values in lower case, without outer blanks. */
function describeRequest(request: TownRequest, signed: readonly string[]): string {
  const headers = signed.map((name) => `${name}:${(request.headers[name] ?? '').trim().toLowerCase()}\n`).join('')
  return [request.method, '/', '', headers, signed.join(';'), sha256(request.body)].join('\n')
}

function checkSignature(request: TownRequest, account: TencentAccount): Reply | null {
  const { headers } = request
  const parts = AUTHORIZATION.exec(headers['authorization'] ?? '')
  if (!parts)
    return refuseWhole(
      'AuthFailure.InvalidAuthorization',
      'The `Authorization` header does not conform to the standard.',
    )
  const [, keyId = '', date = '', service = '', names = '', signature = ''] = parts
  const stamp = headers['x-tc-timestamp'] ?? ''
  if (!/^\d{10}$/.test(stamp)) {
    return refuseWhole('MissingParameter', 'The request is missing a required parameter `Timestamp`.')
  }
  if (keyId !== account.keyId)
    return refuseWhole(
      'AuthFailure.SecretIdNotFound',
      'The SecretId is not found, please ensure that your SecretId is correct.',
    )
  const at = Number(stamp) * SECOND
  if (Math.abs(request.at - at) > TOLERANCE) {
    return refuseWhole(
      'AuthFailure.SignatureExpire',
      'The provided signature has expired: `Timestamp` differs from the server by more than 5 minutes.',
    )
  }
  const signed = names.split(';')
  const sorted = signed.every((name, i) => i === 0 || (signed[i - 1] ?? '') < name)
  const whole = ['content-type', 'host'].every((name) => signed.includes(name))
  const scope = `${date}/${service}/tc3_request`
  const text = `TC3-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(describeRequest(request, signed))}`
  const key = hmac(hmac(hmac(`TC3${account.keySecret}`, date), service), 'tc3_request')
  // The date of the scope is that of the timestamp in UTC, never in Beijing time.
  const rightScope = service === 'sms' && date === new Date(at).toISOString().slice(0, 10)
  const same = timingSafeEqual(Buffer.from(signature, 'hex'), hmac(key, text))
  return sorted && whole && rightScope && same
    ? null
    : refuseWhole(
        'AuthFailure.SignatureFailure',
        'The provided credentials could not be validated. Please check your signature is correct.',
      )
}

/** The body of a SendSms whose caller is known; the shape of it is read by the action itself. */
export function openTencentDoor(
  request: TownRequest,
  state: SmsState,
  account: TencentAccount,
): { json: unknown } | { refusal: Reply } {
  const refuse = (code: string, message: string) => ({ refusal: refuseWhole(code, message) })
  const { headers } = request
  if (request.method !== 'POST' || request.path !== '/' || request.query.size > 0) {
    return refuse('UnsupportedProtocol', 'POST / with a JSON body (the stand-in takes no GET).')
  }
  if (mediaType(headers) !== 'application/json')
    return refuse('InvalidParameter', 'Content-Type must be application/json.')
  const bad = checkSignature(request, account)
  if (bad) return { refusal: bad }
  for (const name of ['Action', 'Version', 'Region']) {
    if ((headers[`x-tc-${name.toLowerCase()}`] ?? '') === '') {
      return refuse('MissingParameter', `The request is missing a required parameter \`${name}\`.`)
    }
  }
  if (headers['x-tc-action'] !== 'SendSms') return refuse('InvalidAction', 'The request action is not found.')
  if (headers['x-tc-version'] !== VERSION) return refuse('NoSuchVersion', 'The version of the request does not exist.')
  if (!REGIONS.includes(headers['x-tc-region'] ?? ''))
    return refuse('UnsupportedRegion', 'The region is not supported.')
  if (countOf(state.counters, 'tencent', 'second', request.at) >= (account.perSecond ?? 3_000)) {
    return refuse('RequestLimitExceeded', 'Your request has exceeded the frequency limit of the API.')
  }
  book(state.counters, 'tencent', 'second', request.at)
  const json = readWideJson(request.body)
  return json === undefined ? refuse('InvalidParameter', 'The body is no JSON.') : { json }
}
