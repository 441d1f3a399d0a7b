// In: freepublish/* calls and the clock. Out: publish jobs, articles under their own address, PUBLISHJOBFINISH.
// Must not push to followers and must not list mass-sent articles (reference channels.md §2.4).
import { z } from 'zod'
import { SECOND } from '../../core/instant.ts'
import type { Instant } from '../../core/instant.ts'
import { faultOf } from '../faults.ts'
import { recordEffect } from '../ledger.ts'
import type { Reply, TownRequest } from '../wire.ts'
import { showArticle } from './article.ts'
import { pageSchema } from './draft.ts'
import { wechatError, wechatOk } from './envelope.ts'
import { eventXml, massEventInfo, publishEventInfo } from './event-xml.ts'
import { headOf, planPush, queuePush } from './push.ts'
import { mintId, mintText, wordId } from './state.ts'
import type { MassJob, PublishJob, WechatOptions, WechatState } from './state.ts'

const idSchema = z.union([z.string(), z.number().int()]).transform(String)
const submitSchema = z.strictObject({ media_id: z.string() })
const getSchema = z.strictObject({ publish_id: idSchema })
const articleSchema = z.strictObject({ article_id: z.string() })
const deleteSchema = z.strictObject({ article_id: z.string(), index: z.number().int().min(0).optional() })

/** Address of one article of a job; index from 0. */
function articleUrl(base: string, articleId: string, index: number): string {
  return `${base}/s/${articleId}${index === 0 ? '' : `_${index + 1}`}`
}

function submit(request: TownRequest, body: unknown, state: WechatState, options: WechatOptions): Reply {
  const given = submitSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const draft = state.drafts.find((one) => one.mediaId === given.data.media_id)
  if (!draft) return wechatError(state, 40007)
  const publishId = mintId(state)
  const msgDataId = mintId(state)
  const failing = faultOf(request.faults, 'job-fail')
  const effect = recordEffect(state.effects, {
    at: request.at,
    act: 'publish',
    api: request.api,
    account: options.appId,
    title: draft.articles.map((one) => one.title).join(' / '),
    text: draft.articles.map((one) => one.digest).join('\n'),
    ids: { publishId, mediaId: draft.mediaId, sourceUrl: draft.articles[0]?.content_source_url ?? '' },
  })
  state.publishJobs.push({
    publishId,
    msgDataId,
    mediaId: draft.mediaId,
    articleId: mintText(state, 'article', 43),
    articles: draft.articles,
    deleted: draft.articles.map(() => false),
    banned: false,
    dueAt: request.at + (options.publishMs ?? 3_000),
    ending: failing ? ((failing.status ?? 4) as 2 | 3 | 4) : 0,
    status: 1,
    finishedAt: null,
    effect: effect.seq,
    plan: planPush(request.faults),
  })
  return wechatOk(state, {
    errcode: 0,
    errmsg: 'ok',
    publish_id: wordId(publishId, state.publishJobs.length),
    msg_data_id: BigInt(msgDataId),
  })
}

function statusOf(job: PublishJob): number {
  if (job.banned) return 6
  return job.status === 0 && job.deleted.every(Boolean) ? 5 : job.status
}

function get(body: unknown, state: WechatState, base: string): Reply {
  const given = getSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const order = state.publishJobs.findIndex((one) => one.publishId === given.data.publish_id)
  const job = state.publishJobs[order]
  if (!job) return wechatError(state, 53600, 'publish id invalid')
  const status = statusOf(job)
  const count = job.articles.length
  const item = job.articles.map((_, i) => ({ idx: i + 1, article_url: articleUrl(base, job.articleId, i) }))
  return wechatOk(state, {
    publish_id: wordId(job.publishId, order),
    publish_status: status,
    ...(status === 0 ? { article_id: job.articleId, article_detail: { count, item } } : {}),
    fail_idx: status >= 2 && status <= 4 ? job.articles.map((_, i) => i + 1) : [],
  })
}

const isListed = (job: PublishJob): boolean => job.status === 0 && !job.banned && !job.deleted.every(Boolean)

function showItems(job: PublishJob, base: string, withContent: boolean) {
  return job.articles.map((article, i) =>
    showArticle(article, articleUrl(base, job.articleId, i), withContent, job.deleted[i] ?? false),
  )
}

function list(body: unknown, state: WechatState, base: string): Reply {
  const given = pageSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const { offset, count, no_content } = given.data
  const listed = state.publishJobs.filter(isListed).sort((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0))
  const item = listed.slice(offset, offset + count).map((job) => {
    const time = Math.floor((job.finishedAt ?? 0) / SECOND)
    const content = { news_item: showItems(job, base, no_content !== 1), create_time: time, update_time: time }
    return { article_id: job.articleId, content, update_time: time }
  })
  return wechatOk(state, { total_count: listed.length, item_count: item.length, item })
}

function remove(request: TownRequest, body: unknown, state: WechatState, options: WechatOptions): Reply {
  const given = deleteSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const job = state.publishJobs.find((one) => one.articleId === given.data.article_id && isListed(one))
  const index = given.data.index ?? 0
  if (!job || index > job.articles.length) return wechatError(state, 53600)
  job.deleted = job.deleted.map((was, i) => was || index === 0 || i === index - 1)
  const effect = state.effects.find((one) => one.seq === job.effect)
  if (effect && job.deleted.every(Boolean)) effect.goneAt = request.at
  recordEffect(state.effects, {
    at: request.at,
    act: 'unpublish',
    api: request.api,
    account: options.appId,
    title: job.articles[0]?.title ?? '',
    text: '',
    ids: { publishId: job.publishId, articleId: job.articleId },
  })
  return wechatOk(state, { errcode: 0, errmsg: 'ok' })
}

/** Answers freepublish/*; null for another API. */
export function answerPublish(
  request: TownRequest,
  body: unknown,
  state: WechatState,
  options: WechatOptions,
  base: string,
): Reply | null {
  switch (request.api) {
    case 'freepublish/submit':
      return submit(request, body, state, options)
    case 'freepublish/get':
      return get(body, state, base)
    case 'freepublish/batchget':
      return list(body, state, base)
    case 'freepublish/delete':
      return remove(request, body, state, options)
    case 'freepublish/getarticle': {
      const given = articleSchema.safeParse(body)
      if (!given.success) return wechatError(state, 47001)
      const job = state.publishJobs.find((one) => one.articleId === given.data.article_id && isListed(one))
      return job ? wechatOk(state, { news_item: showItems(job, base, true) }) : wechatError(state, 53600)
    }
    default:
      return null
  }
}

/** A publish job as a merged console words it: known by msg_data_id only. */
function mergedOf(job: PublishJob): Pick<MassJob, 'msgId' | 'status' | 'failure'> {
  return { msgId: job.msgDataId, status: job.status === 0 ? 'SEND_SUCCESS' : 'SEND_FAIL', failure: null }
}

/** Ends the jobs that are due: the article appears, the draft leaves the box, the push is queued. */
export function finishPublishJobs(state: WechatState, options: WechatOptions, base: string, at: Instant): boolean {
  const due = state.publishJobs.filter((job) => job.status === 1 && job.dueAt <= at)
  for (const job of due) {
    job.status = job.ending
    job.finishedAt = job.dueAt
    const effect = state.effects.find((one) => one.seq === job.effect)
    if (job.status === 0) {
      state.drafts = state.drafts.filter((one) => one.mediaId !== job.mediaId)
      if (effect) {
        effect.visibleFrom = job.dueAt
        effect.url = articleUrl(base, job.articleId, 0)
        effect.ids = { ...effect.ids, articleId: job.articleId }
      }
    } else if (effect) effect.note = `publish_status ${job.status}`
    const urls = job.articles.map((_, i) => articleUrl(base, job.articleId, i))
    const event = options.mergedConsole ? 'MASSSENDJOBFINISH' : 'PUBLISHJOBFINISH'
    const inner = options.mergedConsole
      ? massEventInfo(mergedOf(job), { total: 0, sent: 0 }, [])
      : publishEventInfo(job, urls)
    queuePush(state, event, eventXml(headOf(options, job.dueAt), event, inner), job.dueAt, job.plan)
  }
  return due.length > 0
}
