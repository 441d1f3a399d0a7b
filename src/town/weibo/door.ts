// In: a call. Out: whose call it is and its parameters, or the refusal every API shares.
// Must not apply anything: method, content type, token, address, quotas and parameter names only.
import { faultOf } from '../faults.ts'
import { book, countOf } from '../quota.ts'
import type { FilePart, Reply, TownRequest } from '../wire.ts'
import { mediaType, parseForm, parseMultipart } from '../wire.ts'
import { weiboError } from './errors.ts'
import type { WeiboAccount, WeiboOptions, WeiboState } from './state.ts'

export interface Caller {
  account: WeiboAccount
  fields: Map<string, string>
  file: FilePart | null
  multipart: boolean
}

export interface Door {
  method: 'GET' | 'POST'
  /** Parameters the API knows, beyond access_token. */
  knows: readonly string[]
  required?: readonly string[]
  /** A post counts against the hourly posts as well. */
  posts?: boolean
  /** Commercial API: no daily quota, needs the contract. */
  biz?: boolean
}

/** Builds the refusal; every second one spells its code as text (§1.5 "accept both"). */
export function refuse(state: WeiboState, request: TownRequest, code: number, detail?: string): Reply {
  state.refusals++
  return weiboError(code, request.path, state.refusals % 2 === 0, detail)
}

type Body = { fields: Map<string, string>; file: FilePart | null; multipart: boolean }

function readFields(request: TownRequest, door: Door): Body | { code: number; detail?: string } {
  if (request.method !== door.method) return { code: 10021 }
  if (door.method === 'GET') {
    const names = [...request.query.keys()]
    if (new Set(names).size !== names.length) return { code: 10008, detail: 'Param error, repeated parameter' }
    return { fields: new Map(request.query), file: null, multipart: false }
  }
  if (request.query.size > 0) return { code: 10008, detail: 'Param error, parameters of a POST belong in its body' }
  const type = mediaType(request.headers)
  if (type === 'application/x-www-form-urlencoded') {
    const fields = parseForm(request.body)
    return fields
      ? { fields, file: null, multipart: false }
      : { code: 10008, detail: 'Param error, body is no UTF-8 form' }
  }
  if (type === 'multipart/form-data') {
    const parts = parseMultipart(request.body, request.headers['content-type'] ?? '')
    if (!parts) return { code: 10008, detail: 'Param error, broken multipart body' }
    if (parts.files.length > 1 || (parts.files[0] && parts.files[0].name !== 'pic')) {
      return { code: 10008, detail: 'Param error, one file named pic' }
    }
    return { fields: parts.fields, file: parts.files[0] ?? null, multipart: true }
  }
  return { code: 10008, detail: `Param error, content type ${type || 'missing'}` }
}

function spend(request: TownRequest, state: WeiboState, options: WeiboOptions, door: Door, uid: string): number | null {
  const { counters } = state
  const { at } = request
  const quotas = { day: 100, postsPerHour: 30, ipPerHour: 15_000, ...options.quotas }
  const perIp = door.biz ? 50_000 : quotas.ipPerHour
  const ipKey = `${door.biz ? 'biz-' : ''}ip:${request.remote}`
  if (countOf(counters, ipKey, 'hour', at) >= perIp) return 10022
  book(counters, ipKey, 'hour', at)
  if (door.biz) return null
  if (countOf(counters, `user:${uid}`, 'day', at) >= quotas.day) return 10023
  book(counters, `user:${uid}`, 'day', at)
  if (!door.posts) return null
  // Counted per call and not per success: the stricter reading of "30 posts/h per user".
  if (countOf(counters, `posts:${uid}`, 'hour', at) >= quotas.postsPerHour) return 10024
  book(counters, `posts:${uid}`, 'hour', at)
  return null
}

function identify(
  request: TownRequest,
  state: WeiboState,
  options: WeiboOptions,
  given: string | undefined,
): WeiboAccount | number {
  const header = /^OAuth2 (\S{1,512})$/.exec(request.headers.authorization ?? '')?.[1]
  const token = given ?? header
  if (!token) return 10006
  const kept = state.tokens.find((one) => one.accessToken === token)
  const account = options.accounts.find((one) => one.uid === kept?.uid)
  if (!kept || !account) return 21332
  const expired = kept.expiresAt !== null && request.at >= kept.expiresAt
  return expired || faultOf(request.faults, 'token-expiry') ? 21327 : account
}

/** Lets a call in, or tells the refusal. Calls that pass the token count against the quotas, refused or not. */
export function enter(
  request: TownRequest,
  state: WeiboState,
  options: WeiboOptions,
  door: Door,
): { ok: true; caller: Caller } | { ok: false; reply: Reply } {
  const no = (code: number, detail?: string) => ({ ok: false as const, reply: refuse(state, request, code, detail) })
  const body = readFields(request, door)
  if ('code' in body) return no(body.code, body.detail)
  const who = identify(request, state, options, body.fields.get('access_token'))
  if (typeof who === 'number') return no(who)
  if (options.allowIps && !options.allowIps.includes(request.remote)) return no(10004)
  const spent = spend(request, state, options, door, who.uid)
  if (spent !== null) return no(spent)
  if (door.biz && !who.biz) return no(10014)
  for (const name of body.fields.keys()) {
    if (name !== 'access_token' && !door.knows.includes(name)) {
      return no(10008, `Param error, unknown parameter (${name.slice(0, 40)})`)
    }
  }
  for (const name of door.required ?? []) {
    if (!body.fields.get(name)) return no(10016, `Miss required parameter (${name}), see doc for more info`)
  }
  return { ok: true, caller: { account: who, ...body } }
}
