// In: message/mass/* calls and the clock. Out: mass jobs under their quotas and keys, MASSSENDJOBFINISH.
// Must not send a key twice: clientmsgid is what makes this call repeatable (reference channels.md §2.5).
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { DAY, MINUTE, SECOND } from '../../core/instant.ts'
import type { Instant } from '../../core/instant.ts'
import { faultOf } from '../faults.ts'
import { recordEffect } from '../ledger.ts'
import { book, countOf } from '../quota.ts'
import { writeWideJson } from '../wide-json.ts'
import type { Reply, TownRequest } from '../wire.ts'
import { wechatError, wechatOk } from './envelope.ts'
import { planPush } from './push.ts'
import { mintId, wordId } from './state.ts'
import type { Article, MassJob, WechatOptions, WechatState } from './state.ts'

/** The documented 64 bytes are not what is met: a 36-character UUID was refused (§2.5). */
const MAX_KEY = 32
const MAX_TEXT = 2_048

const contentSchema = {
  msgtype: z.enum(['mpnews', 'text', 'image', 'voice', 'mpvideo', 'wxcard']),
  mpnews: z.strictObject({ media_id: z.string() }).optional(),
  text: z.strictObject({ content: z.string().min(1) }).optional(),
  image: z.strictObject({ media_id: z.string() }).optional(),
}
const sendSchema = z.strictObject({
  filter: z.strictObject({ is_to_all: z.boolean(), tag_id: z.number().int().optional() }),
  ...contentSchema,
  send_ignore_reprint: z.union([z.literal(0), z.literal(1)]).optional(),
  clientmsgid: z.string().min(1).optional(),
})
const idSchema = z.union([z.string(), z.number().int()]).transform(String)
const getSchema = z.strictObject({ msg_id: idSchema })
const deleteSchema = z.strictObject({
  msg_id: idSchema.optional(),
  article_idx: z.number().int().min(0).optional(),
  url: z.string().max(2_048).optional(),
})
const previewSchema = z.strictObject({
  touser: z.string().optional(),
  towxname: z.string().optional(),
  ...contentSchema,
})

type Send = z.infer<typeof sendSchema>
type Content = Pick<Send, 'msgtype' | 'mpnews' | 'text' | 'image'>

/** Address of one article of a mass send; index from 0. */
export function massUrl(base: string, job: MassJob, index: number): string {
  return `${base}/s/mass${job.msgId}_${index + 1}`
}

function readContent(
  given: Content,
  state: WechatState,
): { mediaId: string | null; text: string; articles: Article[] } | number {
  switch (given.msgtype) {
    case 'mpnews': {
      const draft = state.drafts.find((one) => one.mediaId === given.mpnews?.media_id)
      return draft ? { mediaId: draft.mediaId, text: '', articles: draft.articles } : 40007
    }
    case 'text': {
      if (!given.text) return 44004
      return Buffer.byteLength(given.text.content) > MAX_TEXT
        ? 45002
        : { mediaId: null, text: given.text.content, articles: [] }
    }
    case 'image': {
      const known = state.materials.some((one) => one.mediaId === given.image?.media_id && one.type === 'image')
      return known ? { mediaId: null, text: '[图片]', articles: [] } : 40007
    }
    default:
      return 40008
  }
}

/** 45065 / 45066 for a key that was used within 24 h; a repeat must leave 60 s since it was last asked. */
function judgeKey(state: WechatState, key: string, at: Instant): Reply | null {
  const order = state.massJobs.findIndex((job) => job.key === key && at - job.firstAt < DAY)
  const job = state.massJobs[order]
  if (!job) return null
  const soon = at - job.lastAskedAt < 60 * SECOND
  job.lastAskedAt = at
  return soon ? wechatError(state, 45066) : wechatError(state, 45065, undefined, { msg_id: wordId(job.msgId, order) })
}

function hasQuota(state: WechatState, options: WechatOptions, toAll: boolean, at: Instant): boolean {
  const today = countOf(state.counters, toAll ? 'mass-all' : 'mass-tag', 'day', at)
  if (options.kind === 'subscription') {
    return countOf(state.counters, 'mass-all', 'day', at) + countOf(state.counters, 'mass-tag', 'day', at) < 1
  }
  return !toAll || (today < 1 && countOf(state.counters, 'mass-all', 'month', at) < 4)
}

function sendAll(request: TownRequest, body: unknown, state: WechatState, options: WechatOptions): Reply {
  const { at } = request
  const given = sendSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const { filter, clientmsgid } = given.data
  if (Buffer.byteLength(clientmsgid ?? '') > MAX_KEY) return wechatError(state, 45067)
  const scope = writeWideJson(given.data)
  const key = clientmsgid ?? `digest:${createHash('sha256').update(scope).digest('hex')}`
  const repeated = judgeKey(state, key, at)
  if (repeated) return repeated
  if (!filter.is_to_all && filter.tag_id === undefined) return wechatError(state, 40050, 'invalid tag id')
  const content = readContent(given.data, state)
  if (typeof content === 'number') return wechatError(state, content)
  if (!hasQuota(state, options, filter.is_to_all, at)) return wechatError(state, 45028)
  const counter = filter.is_to_all ? 'mass-all' : 'mass-tag'
  book(state.counters, counter, 'day', at)
  book(state.counters, counter, 'month', at)
  const waiting = options.massProtection === true && filter.is_to_all
  const failing = faultOf(request.faults, 'job-fail')
  const msgId = mintId(state)
  const msgDataId = mintId(state)
  const effect = recordEffect(state.effects, {
    at,
    act: 'mass',
    api: request.api,
    account: options.appId,
    title: content.articles.map((one) => one.title).join(' / '),
    text: content.text || content.articles.map((one) => one.digest).join('\n'),
    ids: { msgId, mediaId: content.mediaId ?? '', sourceUrl: content.articles[0]?.content_source_url ?? '' },
    note: waiting ? '等待管理员确认' : '',
  })
  state.massJobs.push({
    msgId,
    msgDataId,
    key,
    firstAt: at,
    lastAskedAt: at,
    mediaId: content.mediaId,
    toAll: filter.is_to_all,
    articles: content.articles,
    deleted: content.articles.map(() => false),
    status: waiting ? 'waiting-admin' : 'SENDING',
    dueAt: waiting ? at + 30 * MINUTE : at + (options.massMs ?? 5_000),
    failure: failing ? (failing.status ?? 21_000) : null,
    effect: effect.seq,
    plan: planPush(request.faults),
  })
  return wechatOk(state, {
    errcode: 0,
    errmsg: 'send job submission success',
    msg_id: wordId(msgId, state.massJobs.length),
    msg_data_id: BigInt(msgDataId),
  })
}

function get(body: unknown, state: WechatState): Reply {
  const given = getSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const order = state.massJobs.findIndex((one) => one.msgId === given.data.msg_id)
  const job = state.massJobs[order]
  if (!job) return wechatError(state, 40059)
  const status = job.status === 'waiting-admin' ? 'SENDING' : job.status
  return wechatOk(state, { msg_id: wordId(job.msgId, order), msg_status: status })
}

function findByUrl(state: WechatState, base: string, url: string): { job: MassJob; index: number } | null {
  for (const job of state.massJobs) {
    const index = job.articles.findIndex((_, i) => massUrl(base, job, i) === url)
    if (index >= 0) return { job, index }
  }
  return null
}

function remove(request: TownRequest, body: unknown, state: WechatState, options: WechatOptions, base: string): Reply {
  const given = deleteSchema.safeParse(body)
  if (!given.success || (given.data.msg_id === undefined) === (given.data.url === undefined)) {
    return wechatError(state, 47001)
  }
  const byUrl = given.data.url === undefined ? null : findByUrl(state, base, given.data.url)
  const named = byUrl?.job ?? state.massJobs.find((one) => one.msgId === given.data.msg_id)
  if (!named || (named.status !== 'SEND_SUCCESS' && named.status !== 'DELETE')) return wechatError(state, 40059)
  if (named.mediaId === null) return wechatError(state, 40008, 'only news and video can be deleted')
  const index = byUrl ? byUrl.index + 1 : (given.data.article_idx ?? 0)
  if (index > named.articles.length) return wechatError(state, 40059, 'invalid article_idx')
  // "Deleting one kills all sends of the same material."
  for (const job of state.massJobs.filter((one) => one.mediaId === named.mediaId)) {
    job.deleted = job.deleted.map((was, i) => was || index === 0 || i === index - 1)
    if (!job.deleted.every(Boolean)) continue
    job.status = 'DELETE'
    const effect = state.effects.find((one) => one.seq === job.effect)
    if (effect) {
      effect.goneAt ??= request.at
      effect.note = '页面已失效；已送达的卡片仍在手机上'
    }
  }
  recordEffect(state.effects, {
    at: request.at,
    act: 'mass-delete',
    api: request.api,
    account: options.appId,
    title: named.articles[0]?.title ?? '',
    text: '',
    ids: { msgId: named.msgId },
  })
  return wechatOk(state, { errcode: 0, errmsg: 'ok' })
}

function preview(request: TownRequest, body: unknown, state: WechatState, options: WechatOptions): Reply {
  const given = previewSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const { touser, towxname } = given.data
  const user = state.users.find((one) => (towxname === undefined ? one.openid === touser : one.name === towxname))
  if (!user) return wechatError(state, 40003)
  if (user.follows === false) return wechatError(state, 43004)
  const content = readContent(given.data, state)
  if (typeof content === 'number') return wechatError(state, content)
  const msgId = mintId(state)
  recordEffect(state.effects, {
    at: request.at,
    act: 'preview',
    api: request.api,
    account: options.appId,
    title: content.articles[0]?.title ?? '',
    text: content.text,
    ids: { openid: user.openid, msgId },
    visibleFrom: request.at,
  })
  return wechatOk(state, { errcode: 0, errmsg: 'preview success', msg_id: BigInt(msgId) })
}

/** Answers message/mass/*; null for another API. */
export function answerMass(
  request: TownRequest,
  body: unknown,
  state: WechatState,
  options: WechatOptions,
  base: string,
): Reply | null {
  switch (request.api) {
    case 'message/mass/sendall':
      return sendAll(request, body, state, options)
    case 'message/mass/get':
      return get(body, state)
    case 'message/mass/delete':
      return remove(request, body, state, options, base)
    case 'message/mass/preview':
      return preview(request, body, state, options)
    default:
      return null
  }
}
