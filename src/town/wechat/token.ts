// In: stable_token, token and clear_quota calls. Out: access tokens with the platform's life and death.
// Must not mix the two kinds: stable and plain tokens are isolated (reference channels.md §2.1).
import { z } from 'zod'
import { MINUTE, SECOND } from '../../core/instant.ts'
import { faultOf } from '../faults.ts'
import { book, countOf } from '../quota.ts'
import { readWideJson } from '../wide-json.ts'
import { mediaType } from '../wire.ts'
import type { Reply, TownRequest } from '../wire.ts'
import { wechatError, wechatOk } from './envelope.ts'
import { mintText } from './state.ts'
import type { WechatOptions, WechatState } from './state.ts'

const LIFE = 7_200 * SECOND
/** Renewed this long before its end; both tokens work in between. */
const OVERLAP = 5 * MINUTE
/** The platform asks for room for at least 512 characters; a shorter column shows here. */
const TOKEN_LENGTH = 512

const stableSchema = z.strictObject({
  grant_type: z.literal('client_credential'),
  appid: z.string(),
  secret: z.string(),
  force_refresh: z.boolean().optional(),
})
const clearSchema = z.strictObject({ appid: z.string() })

function judgeCaller(request: TownRequest, state: WechatState, options: WechatOptions): Reply | null {
  if (!options.allowIps || options.allowIps.includes(request.remote)) return null
  const detail = `invalid ip ${request.remote} ipv6 ::ffff:${request.remote}, not in whitelist`
  return wechatError(state, 40164, detail)
}

function issue(state: WechatState, kind: 'stable' | 'plain', at: number): { token: string; expiresAt: number } {
  const token = mintText(state, `${kind}-token`, TOKEN_LENGTH)
  const issued = { token, kind, expiresAt: at + LIFE }
  state.tokens = [...state.tokens.filter((one) => one.expiresAt > at - LIFE), issued]
  return issued
}

function answerStable(request: TownRequest, state: WechatState, options: WechatOptions): Reply {
  const { at } = request
  if (request.method !== 'POST') return wechatError(state, 43002)
  const isJson = mediaType(request.headers) === 'application/json'
  const given = stableSchema.safeParse(isJson ? readWideJson(request.body) : undefined)
  if (!given.success) return wechatError(state, 47001)
  if (given.data.appid !== options.appId) return wechatError(state, 40013)
  if (given.data.secret !== options.secret) return wechatError(state, 40125)
  const refused = judgeCaller(request, state, options)
  if (refused) return refused
  if (countOf(state.counters, 'stable_token', 'minute', at) >= 10_000) return wechatError(state, 45011)
  if (countOf(state.counters, 'stable_token', 'day', at) >= (options.quotas?.stable_token ?? 500_000)) {
    return wechatError(state, 45009)
  }
  book(state.counters, 'stable_token', 'minute', at)
  book(state.counters, 'stable_token', 'day', at)
  const forced = given.data.force_refresh === true
  if (forced) {
    if (state.lastForcedAt !== null && at - state.lastForcedAt < 30 * SECOND) return wechatError(state, 45011)
    if (countOf(state.counters, 'force_refresh', 'day', at) >= 20) return wechatError(state, 45009)
    book(state.counters, 'force_refresh', 'day', at)
    state.lastForcedAt = at
    state.tokens = state.tokens.filter((one) => one.kind !== 'stable')
  }
  const current = state.tokens.findLast((one) => one.kind === 'stable')
  const kept = current && current.expiresAt - at > OVERLAP ? current : issue(state, 'stable', at)
  return wechatOk(state, { access_token: kept.token, expires_in: Math.floor((kept.expiresAt - at) / SECOND) })
}

function answerPlain(request: TownRequest, state: WechatState, options: WechatOptions): Reply {
  const { at, query } = request
  if (request.method !== 'GET') return wechatError(state, 43001)
  if (query.get('grant_type') !== 'client_credential') return wechatError(state, 40002, 'invalid grant_type')
  if (query.get('appid') !== options.appId) return wechatError(state, 40013)
  if (query.get('secret') !== options.secret) return wechatError(state, 40125)
  const refused = judgeCaller(request, state, options)
  if (refused) return refused
  if (countOf(state.counters, 'token', 'day', at) >= (options.quotas?.token ?? 2_000)) return wechatError(state, 45009)
  book(state.counters, 'token', 'day', at)
  state.tokens = state.tokens.filter((one) => one.kind !== 'plain')
  return wechatOk(state, { access_token: issue(state, 'plain', at).token, expires_in: LIFE / SECOND })
}

/** Answers the two token calls; null for any other API. */
export function answerToken(request: TownRequest, state: WechatState, options: WechatOptions): Reply | null {
  if (request.api !== 'stable_token' && request.api !== 'token') return null
  const failure = faultOf(request.faults, 'error')
  if (failure) return wechatError(state, failure.code ?? -1)
  return request.api === 'token' ? answerPlain(request, state, options) : answerStable(request, state, options)
}

/** POST clear_quota: 10 a month, then 48006; sets every daily count back. */
export function answerClearQuota(
  request: TownRequest,
  body: unknown,
  state: WechatState,
  options: WechatOptions,
): Reply {
  const given = clearSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  if (given.data.appid !== options.appId) return wechatError(state, 40013)
  if (countOf(state.counters, 'clear_quota', 'month', request.at) >= 10) return wechatError(state, 48006)
  book(state.counters, 'clear_quota', 'month', request.at)
  for (const key of Object.keys(state.counters)) if (key.startsWith('day:api:')) delete state.counters[key]
  return wechatOk(state, { errcode: 0, errmsg: 'ok' })
}

/** What is wrong with a call's access_token; null when it is good. A token-expiry fault ends the token for all. */
export function judgeToken(request: TownRequest, state: WechatState): Reply | null {
  const token = request.query.get('access_token')
  if (!token) return wechatError(state, 41001)
  if (!/^[A-Za-z0-9_-]{1,512}$/.test(token)) return wechatError(state, 40014)
  if (faultOf(request.faults, 'token-expiry')) {
    for (const one of state.tokens) if (one.token === token) one.expiresAt = Math.min(one.expiresAt, request.at)
  }
  const kept = state.tokens.find((one) => one.token === token)
  if (!kept) return wechatError(state, 40001)
  return request.at < kept.expiresAt ? null : wechatError(state, 42001)
}
