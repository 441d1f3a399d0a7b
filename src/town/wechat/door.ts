// In: a call. Out: its JSON body or file part, or the refusal every API shares: method, token, kind, quota, body.
// Must not apply anything (reference channels.md §2, §2.7).
import { MINUTE } from '../../core/instant.ts'
import { faultOf } from '../faults.ts'
import { book, countOf } from '../quota.ts'
import { readWideJson } from '../wide-json.ts'
import type { FilePart, Reply, TownRequest } from '../wire.ts'
import { mediaType, parseMultipart } from '../wire.ts'
import { wechatError } from './envelope.ts'
import type { WechatOptions, WechatState } from './state.ts'
import { judgeToken } from './token.ts'

interface ApiRule {
  method: 'GET' | 'POST'
  body: 'json' | 'media' | 'none'
  /** Calls a Beijing day. */
  perDay: number
  perMinute?: number
  /** Query parameters beside access_token. */
  query?: readonly string[]
  /** 服务号 only. */
  serviceOnly?: boolean
}

const post = (perDay: number, more: Partial<ApiRule> = {}): ApiRule => ({
  method: 'POST',
  body: 'json',
  perDay,
  ...more,
})

/** A new account's daily limits (§2.7); where the vendor names none, a figure no bureau reaches. */
const API_RULES: Record<string, ApiRule> = {
  clear_quota: post(1_000),
  getcallbackip: { method: 'GET', body: 'none', perDay: 1_000 },
  'media/uploadimg': post(100_000, { body: 'media' }),
  'material/add_material': post(1_000, { body: 'media', query: ['type'] }),
  'draft/add': post(1_000),
  'draft/update': post(1_000),
  'draft/get': post(500),
  'draft/delete': post(1_000),
  'draft/count': { method: 'GET', body: 'none', perDay: 1_000 },
  'draft/batchget': post(1_000),
  'freepublish/submit': post(100),
  'freepublish/get': post(100),
  'freepublish/delete': post(10),
  'freepublish/getarticle': post(100),
  'freepublish/batchget': post(100),
  'message/mass/sendall': post(100, { perMinute: 60 }),
  'message/mass/get': post(1_000),
  'message/mass/delete': post(10),
  'message/mass/preview': post(100),
  'message/subscribe/bizsend': post(1_000_000, { serviceOnly: true }),
  'message/template/send': post(100_000, { serviceOnly: true }),
}

export interface Entered {
  json: unknown
  file: FilePart | null
}

/** Whether raw JSON spells a character as \uXXXX; the platform wants raw UTF-8 (40033). */
export function hasEscapedText(text: string): boolean {
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 2)) {
    if (text[at + 1] === 'u') return true
  }
  return false
}

function readMedia(request: TownRequest, state: WechatState): Entered | Reply {
  if (mediaType(request.headers) !== 'multipart/form-data') return wechatError(state, 41005)
  const parts = parseMultipart(request.body, request.headers['content-type'] ?? '')
  const file = parts?.files.find((one) => one.name === 'media')
  if (!parts || !file || parts.files.length !== 1 || file.filename === '') return wechatError(state, 41005)
  return file.bytes.length === 0 ? wechatError(state, 44001, 'empty media data') : { json: null, file }
}

function readJson(request: TownRequest, state: WechatState): Entered | Reply {
  if (mediaType(request.headers) !== 'application/json') {
    return wechatError(state, 47001, 'data format error: content-type must be application/json')
  }
  const json = readWideJson(request.body)
  if (json === undefined) return wechatError(state, 47001)
  return hasEscapedText(request.body.toString('utf8')) ? wechatError(state, 40033) : { json, file: null }
}

function spend(request: TownRequest, state: WechatState, options: WechatOptions, rule: ApiRule): Reply | null {
  const key = `api:${request.api}`
  const perDay = options.quotas?.[request.api] ?? rule.perDay
  if (countOf(state.counters, key, 'day', request.at) >= perDay) return wechatError(state, 45009)
  if (rule.perMinute !== undefined && countOf(state.counters, key, 'minute', request.at) >= rule.perMinute) {
    return wechatError(state, 45011, `api minute-quota reach limit, retry in ${MINUTE / 1_000}s`)
  }
  book(state.counters, key, 'day', request.at)
  book(state.counters, key, 'minute', request.at)
  return null
}

/** Lets a call in, or answers it. Calls with a good token count against the quota, refused or not. */
export function enterApi(request: TownRequest, state: WechatState, options: WechatOptions): Entered | Reply {
  const rule = Object.hasOwn(API_RULES, request.api) ? API_RULES[request.api] : undefined
  if (!rule) return { status: 404, type: 'text/html', body: '', code: '404' }
  if (request.method !== rule.method) return wechatError(state, rule.method === 'GET' ? 43001 : 43002)
  const badToken = judgeToken(request, state)
  if (badToken) return badToken
  if (rule.serviceOnly && options.kind !== 'service') return wechatError(state, 48001)
  const spent = spend(request, state, options, rule)
  if (spent) return spent
  const names = [...request.query.keys()]
  const unknown = names.find((name) => name !== 'access_token' && !rule.query?.includes(name))
  if (unknown !== undefined || new Set(names).size !== names.length) {
    return wechatError(state, 47001, 'data format error: unknown or repeated query parameter')
  }
  const failure = faultOf(request.faults, 'error')
  if (failure && !failure.applied) return wechatError(state, failure.code ?? -1)
  if (rule.body === 'none') return { json: null, file: null }
  return rule.body === 'media' ? readMedia(request, state) : readJson(request, state)
}
