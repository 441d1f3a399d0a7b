// In: share and upload_url_text/biz calls. Out: a post and its reply, or the refusal.
// Must not show anything before its time: 20032 posts appear later (reference channels.md §1.2, §1.5).
import { isIP } from 'node:net'
import { faultOf } from '../faults.ts'
import { recordEffect } from '../ledger.ts'
import type { FilePart, Reply, TownRequest } from '../wire.ts'
import { sniffMedia } from '../wire.ts'
import { enter, refuse } from './door.ts'
import type { Caller } from './door.ts'
import { weiboOk } from './errors.ts'
import { nextWeiboId, showPost } from './state.ts'
import type { Post, WeiboOptions, WeiboState } from './state.ts'
import { countWeiboLength, hasHashtag, looksDoubleEncoded, namesSafeDomain, tellsTheSame } from './text-rules.ts'

const MAX_PICTURE = 5 * 1024 * 1024
/** 20017 looks back this far, and over no more posts than this. */
const LOOK_BACK = { ms: 60 * 60_000, posts: 20 }

interface Draft {
  text: string
  picture: boolean
  longText: boolean
  annotations: string | null
  limit: number
}

type Verdict = { code: number; detail?: string } | null

function judgePicture(file: FilePart): Verdict {
  const kind = sniffMedia(file.bytes)
  if (kind !== 'jpeg' && kind !== 'png' && kind !== 'gif') return { code: 20005 }
  return file.bytes.length < MAX_PICTURE ? null : { code: 20006 }
}

function judgeText(draft: Draft): Verdict {
  if (draft.text.trim() === '') return { code: 20008 }
  if (countWeiboLength(draft.text) > draft.limit) return { code: draft.limit > 140 ? 20013 : 20012 }
  return null
}

function judgeRepeat(state: WeiboState, request: TownRequest, uid: string, text: string, exactOnly: boolean): Verdict {
  const own = state.posts.filter((post) => post.uid === uid)
  if (own.at(-1)?.text.trim() === text.trim()) return { code: 20019 }
  if (exactOnly) return null
  const recent = own.slice(-LOOK_BACK.posts).filter((post) => request.at - post.at < LOOK_BACK.ms && !post.deleted)
  return recent.some((post) => tellsTheSame(post.text, text)) ? { code: 20017 } : null
}

function judgePace(state: WeiboState, request: TownRequest, options: WeiboOptions, uid: string): Verdict {
  const { posts, ms } = options.burst ?? { posts: 5, ms: 10_000 }
  const recent = state.posts.filter((post) => post.uid === uid && post.byApp && request.at - post.at < ms)
  return recent.length >= posts ? { code: 20016 } : null
}

/** Puts a post on the platform; `lag` ms until read-backs and the public see it. */
export function putPost(
  state: WeiboState,
  request: Pick<TownRequest, 'at' | 'api'>,
  author: { uid: string; screenName: string; byApp: boolean },
  draft: Omit<Draft, 'limit'>,
  lag: number,
): Post {
  const id = nextWeiboId(state, request.at)
  const visibleFrom = request.at + lag
  const effect = recordEffect(state.effects, {
    at: request.at,
    act: 'post',
    api: request.api,
    account: author.screenName,
    text: draft.text,
    ids: { id, uid: author.uid },
    url: null,
    visibleFrom,
    note: author.byApp ? '' : 'by hand',
  })
  const { text, picture, longText, annotations } = draft
  const post: Post = {
    id,
    uid: author.uid,
    text,
    at: request.at,
    visibleFrom,
    deleted: false,
    byApp: author.byApp,
    picture,
    longText,
    annotations,
    effect: effect.seq,
  }
  state.posts.push(post)
  return post
}

function publish(
  state: WeiboState,
  options: WeiboOptions,
  request: TownRequest,
  caller: Caller,
  draft: Draft,
  exactOnly: boolean,
): Reply {
  const { uid, screenName } = caller.account
  const repeat = faultOf(request.faults, 'duplicate-content')
  if (repeat) return refuse(state, request, repeat.code ?? 20017)
  const failure = faultOf(request.faults, 'error')
  if (failure && !failure.applied) return refuse(state, request, failure.code ?? 10001)
  const verdict =
    judgeText(draft) ??
    judgeRepeat(state, request, uid, draft.text, exactOnly) ??
    judgePace(state, request, options, uid)
  if (verdict) return refuse(state, request, verdict.code, verdict.detail)
  const slow = faultOf(request.faults, 'pending')
  const lag = slow ? (slow.ms ?? 90_000) : (options.visibleAfterMs ?? 0)
  const post = putPost(state, request, { uid, screenName, byApp: true }, draft, lag)
  if (slow) return refuse(state, request, 20032)
  if (failure) return refuse(state, request, failure.code ?? 10001)
  return weiboOk(showPost(post, caller.account, options.appName ?? '演示应用', false))
}

/** POST 2/statuses/share.json. */
export function answerShare(request: TownRequest, state: WeiboState, options: WeiboOptions): Reply {
  const door = { method: 'POST', knows: ['status', 'rip', 'pic'], required: ['rip'], posts: true } as const
  const entered = enter(request, state, options, door)
  if (!entered.ok) return entered.reply
  const { caller } = entered
  const no = (code: number, detail?: string): Reply => refuse(state, request, code, detail)
  const text = caller.fields.get('status')
  if (caller.fields.has('pic') || (caller.multipart && !caller.file)) return no(20007)
  if (text === undefined) return no(10016, 'Miss required parameter (status)')
  if (isIP(caller.fields.get('rip') ?? '') === 0) return no(10017, "Parameter (rip)'s value invalid, expect (ip)")
  if (caller.multipart && looksDoubleEncoded(text)) return no(10008, 'Param error, status is percent-encoded twice')
  if (caller.file) {
    const verdict = judgePicture(caller.file)
    if (verdict) return no(verdict.code)
  }
  if (text.trim() === '') return no(20008)
  if (hasHashtag(text)) return no(10017, "Parameter (status)'s value invalid, must not hold a #topic#")
  if (!namesSafeDomain(text, options.safeDomains)) return no(10017, 'appkey not bind domain!')
  const draft: Draft = { text, picture: caller.file !== null, longText: false, annotations: null, limit: 140 }
  return publish(state, options, request, caller, draft, false)
}

const BIZ_FIELDS = ['status', 'visible', 'list_id', 'url', 'pic_id', 'lat', 'long', 'annotations', 'rip', 'is_longtext']

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}

/** POST 2/statuses/upload_url_text/biz.json (commercial contract): annotations come back with the post. */
export function answerBiz(request: TownRequest, state: WeiboState, options: WeiboOptions): Reply {
  const door = { method: 'POST', knows: BIZ_FIELDS, required: ['status', 'rip'], biz: true } as const
  const entered = enter(request, state, options, door)
  if (!entered.ok) return entered.reply
  const { caller } = entered
  const no = (code: number, detail?: string): Reply => refuse(state, request, code, detail)
  if (caller.multipart) return no(10008, 'Param error, this api takes a form')
  if (isIP(caller.fields.get('rip') ?? '') === 0) return no(10017, "Parameter (rip)'s value invalid, expect (ip)")
  const longText = caller.fields.get('is_longtext') ?? '0'
  if (longText !== '0' && longText !== '1') return no(10017, "Parameter (is_longtext)'s value invalid")
  if (longText === '1' && !caller.account.longText) return no(10014)
  const annotations = caller.fields.get('annotations') ?? null
  if (annotations !== null && (annotations.length > 512 || !isJsonObject(annotations))) {
    return no(10017, "Parameter (annotations)'s value invalid, expect (json, 512)")
  }
  const pictures = (caller.fields.get('pic_id') ?? '').split(',').filter((id) => id !== '')
  if (pictures.length > 9) return no(10017, "Parameter (pic_id)'s value invalid")
  const draft: Draft = {
    text: caller.fields.get('status') ?? '',
    picture: pictures.length > 0,
    longText: longText === '1',
    annotations,
    limit: longText === '1' ? 2_000 : 140,
  }
  return publish(state, options, request, caller, draft, true)
}
