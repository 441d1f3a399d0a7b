// In: read-back, deletion and account calls. Out: what the free tier really tells: own posts, few rows, t.cn links.
// Must not tell a probe more than the platform would (reference channels.md §1.3, §1.6).
import { faultOf } from '../faults.ts'
import { recordEffect } from '../ledger.ts'
import { countOf } from '../quota.ts'
import type { Reply, TownRequest } from '../wire.ts'
import { enter, refuse } from './door.ts'
import type { Caller, Door } from './door.ts'
import { weiboOk } from './errors.ts'
import { formatWeiboDate, showPost } from './state.ts'
import type { Post, WeiboOptions, WeiboState } from './state.ts'

const DIGITS = /^\d{1,19}$/

type Step = (caller: Caller, no: (code: number, detail?: string) => Reply) => Reply

function within(request: TownRequest, state: WeiboState, options: WeiboOptions, door: Door, step: Step): Reply {
  const entered = enter(request, state, options, door)
  if (!entered.ok) return entered.reply
  const failure = faultOf(request.faults, 'error')
  if (failure) return refuse(state, request, failure.code ?? 10001)
  return step(entered.caller, (code, detail) => refuse(state, request, code, detail))
}

const isShown = (post: Post, request: TownRequest): boolean => !post.deleted && post.visibleFrom <= request.at

const TIMELINE_FIELDS = [
  'uid',
  'screen_name',
  'since_id',
  'max_id',
  'count',
  'page',
  'base_app',
  'feature',
  'trim_user',
]
const NUMBERS: Record<string, [number, number]> = {
  count: [1, 100],
  page: [1, 1_000],
  base_app: [0, 1],
  feature: [0, 4],
  trim_user: [0, 1],
}

function badNumber(fields: Map<string, string>): string | null {
  for (const [name, [low, high]] of Object.entries(NUMBERS)) {
    const text = fields.get(name)
    if (text !== undefined && !(/^\d{1,4}$/.test(text) && Number(text) >= low && Number(text) <= high)) return name
  }
  return ['since_id', 'max_id'].find((name) => !DIGITS.test(fields.get(name) ?? '0')) ?? null
}

function ownRows(caller: Caller, state: WeiboState, request: TownRequest): Post[] {
  const since = BigInt(caller.fields.get('since_id') ?? '0')
  const max = BigInt(caller.fields.get('max_id') ?? '0')
  return state.posts
    .filter((post) => post.uid === caller.account.uid && isShown(post, request))
    .filter((post) => post.byApp || caller.fields.get('base_app') !== '1')
    .filter((post) => BigInt(post.id) > since && (max === 0n || BigInt(post.id) <= max))
    .toReversed()
}

function answerTimeline(request: TownRequest, state: WeiboState, options: WeiboOptions, idsOnly: boolean): Reply {
  const biz = request.api.endsWith('/biz')
  return within(request, state, options, { method: 'GET', knows: TIMELINE_FIELDS, biz }, (caller, no) => {
    const { fields, account } = caller
    const bad = badNumber(fields)
    if (bad) return no(10017, `Parameter (${bad})'s value invalid`)
    const other = fields.get('uid') ?? account.uid
    if (other !== account.uid || (fields.get('screen_name') ?? account.screenName) !== account.screenName)
      return no(10014)
    const rows = ownRows(caller, state, request)
    const cap = biz ? 100 : (options.timelineRows ?? 5)
    const count = Math.min(Number(fields.get('count') ?? 20), cap)
    const from = (Number(fields.get('page') ?? 1) - 1) * count
    const page = rows.slice(from, from + count)
    const trim = fields.get('trim_user') === '1'
    const statuses = idsOnly
      ? page.map((post) => post.id)
      : page.map((post) => showPost(post, account, options.appName ?? '演示应用', trim))
    return weiboOk({ statuses, previous_cursor: 0, next_cursor: 0, total_number: rows.length })
  })
}

function answerShow(request: TownRequest, state: WeiboState, options: WeiboOptions): Reply {
  return within(request, state, options, { method: 'GET', knows: ['id'] }, ({ fields, account }, no) => {
    const id = fields.get('id')
    if (!id) return no(20109)
    const post = state.posts.find((one) => one.id === id)
    if (!post || !isShown(post, request)) return no(20101)
    return post.uid === account.uid ? weiboOk(showPost(post, account, options.appName ?? '演示应用', false)) : no(10014)
  })
}

function answerDestroy(request: TownRequest, state: WeiboState, options: WeiboOptions): Reply {
  return within(request, state, options, { method: 'POST', knows: ['id'] }, ({ fields, account }, no) => {
    const id = fields.get('id')
    if (!id) return no(20109)
    const post = state.posts.find((one) => one.id === id)
    if (!post || !isShown(post, request)) return no(20101)
    if (post.uid !== account.uid) return no(20102)
    post.deleted = true
    const effect = state.effects.find((one) => one.seq === post.effect)
    if (effect) effect.goneAt = request.at
    recordEffect(state.effects, {
      at: request.at,
      act: 'delete',
      api: request.api,
      account: account.screenName,
      text: post.text,
      ids: { id, uid: account.uid },
    })
    return weiboOk(showPost(post, account, options.appName ?? '演示应用', false))
  })
}

function answerCount(request: TownRequest, state: WeiboState, options: WeiboOptions): Reply {
  return within(request, state, options, { method: 'GET', knows: ['ids'], required: ['ids'] }, ({ fields }, no) => {
    const ids = (fields.get('ids') ?? '').split(',')
    if (ids.length > 100 || !ids.every((id) => DIGITS.test(id))) return no(10017, "Parameter (ids)'s value invalid")
    const shown = ids.filter((id) => state.posts.some((post) => post.id === id && isShown(post, request)))
    return weiboOk(shown.map((id) => ({ id: BigInt(id), idstr: id, comments: 0, reposts: 0, attitudes: 0 })))
  })
}

function answerRateLimit(request: TownRequest, state: WeiboState, options: WeiboOptions): Reply {
  return within(request, state, options, { method: 'GET', knows: [] }, ({ account }) => {
    const quotas = { day: 100, ipPerHour: 15_000, ...options.quotas }
    const usedUser = countOf(state.counters, `user:${account.uid}`, 'day', request.at)
    const usedIp = countOf(state.counters, `ip:${request.remote}`, 'hour', request.at)
    const hour = 3_600_000
    const nextHour = Math.floor(request.at / hour) * hour + hour
    return weiboOk({
      ip_limit: quotas.ipPerHour,
      limit_time_unit: 'HOURS',
      remaining_ip_hits: Math.max(0, quotas.ipPerHour - usedIp),
      remaining_user_hits: Math.max(0, quotas.day - usedUser),
      reset_time: formatWeiboDate(nextHour),
      reset_time_in_seconds: Math.ceil((nextHour - request.at) / 1_000),
      user_limit: quotas.day,
      api_rate_limits: [],
    })
  })
}

function answerTokenInfo(request: TownRequest, state: WeiboState, options: WeiboOptions): Reply {
  return within(request, state, options, { method: 'POST', knows: [] }, ({ account }) => {
    const expiresAt = state.tokens.find((one) => one.uid === account.uid)?.expiresAt ?? request.at + 157_679_471_000
    return weiboOk({
      uid: BigInt(account.uid),
      appkey: options.appKey ?? '1000000001',
      scope: null,
      create_at: Math.floor(request.at / 1_000) - 60,
      expire_in: Math.floor((expiresAt - request.at) / 1_000),
    })
  })
}

/** Answers every call but the two that publish; null for an API this stand-in does not have. */
export function answerReading(request: TownRequest, state: WeiboState, options: WeiboOptions): Reply | null {
  switch (request.api) {
    case 'statuses/user_timeline':
    case 'statuses/user_timeline/biz':
      return answerTimeline(request, state, options, false)
    case 'statuses/user_timeline/ids':
      return answerTimeline(request, state, options, true)
    case 'statuses/show':
      return answerShow(request, state, options)
    case 'statuses/destroy':
      return answerDestroy(request, state, options)
    case 'statuses/count':
      return answerCount(request, state, options)
    case 'account/rate_limit_status':
      return answerRateLimit(request, state, options)
    case 'oauth2/get_token_info':
      return answerTokenInfo(request, state, options)
    default:
      return null
  }
}
