// In: an errcode or a value. Out: the reply as the platform words it: HTTP 200 whatever happened (reference §2, §2.8).
// Must not help a client that reads the status instead of errcode.
import { createHash } from 'node:crypto'
import { writeWideJson } from '../wide-json.ts'
import type { WideJson } from '../wide-json.ts'
import type { Reply } from '../wire.ts'
import type { WechatState } from './state.ts'

const MESSAGES: Record<number, string> = {
  [-1]: 'system error',
  40001: 'invalid credential, access_token is invalid or not latest',
  40003: 'invalid openid',
  40004: 'invalid media type',
  40005: 'invalid file type',
  40006: 'invalid meida size',
  40007: 'invalid media_id',
  40008: 'invalid message type',
  40009: 'invalid image size',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40033: 'invalid charset. please check your request, if include \\uxxxx will create fail!',
  40037: 'invalid template_id',
  40059: 'invalid msg id',
  40125: 'invalid appsecret',
  41001: 'access_token missing',
  41005: 'media data missing',
  41030: 'invalid page',
  42001: 'access_token expired',
  43001: 'require GET method',
  43002: 'require POST method',
  43004: 'require subscribe',
  43101: 'user refuse to accept the msg',
  44003: 'empty news data',
  44004: 'empty content',
  45001: 'media size out of limit',
  45002: 'content size out of limit',
  45003: 'title size out of limit',
  45004: 'description size out of limit',
  45005: 'url size out of limit',
  45008: 'article size out of limit',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  45028: 'has no masssend quota',
  45065: 'clientmsgid exist',
  45066: 'same clientmsgid retry too fast',
  45067: 'clientmsgid size out of limit',
  45110: 'author size out of limit',
  47001: 'data format error',
  47003: 'argument invalid!',
  48001: 'api unauthorized',
  48006: 'forbid to clear quota because of reaching the limit',
  53501: 'frequent publish',
  53503: 'draft has not passed the pre-check',
  53600: 'Article ID invalid',
}

/** Every third reply calls itself text/plain, as some of the platform's do (§2). */
function typeOf(state: WechatState): string {
  return state.sequence % 3 === 0 ? 'text/plain' : 'application/json; encoding=utf-8'
}

/** A success or an answer with further members. */
export function wechatOk(state: WechatState, value: { [key: string]: WideJson | undefined }): Reply {
  state.sequence++
  const errcode = typeof value.errcode === 'number' ? value.errcode : 0
  return { status: 200, type: typeOf(state), body: writeWideJson(value), code: errcode === 0 ? 'ok' : String(errcode) }
}

/** A refusal: errcode, errmsg with the rid an operator would quote to the vendor, further members. */
export function wechatError(
  state: WechatState,
  code: number,
  detail?: string,
  more: Record<string, WideJson> = {},
): Reply {
  state.sequence++
  const hex = createHash('sha256').update(`rid:${state.sequence}`).digest('hex')
  const rid = `${hex.slice(0, 8)}-${hex.slice(8, 16)}-${hex.slice(16, 24)}`
  const errmsg = `${detail ?? MESSAGES[code] ?? 'error'} rid: ${rid}`
  return wechatOk(state, { errcode: code, errmsg, ...more })
}
