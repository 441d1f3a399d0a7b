// In: draft/* calls. Out: the draft box; a draft leaves it when it was published or mass-sent (reference §2.3).
// Must not show anything to the public.
import { z } from 'zod'
import { SECOND } from '../../core/instant.ts'
import type { Reply, TownRequest } from '../wire.ts'
import { readArticle, readArticles, showArticle } from './article.ts'
import { wechatError, wechatOk } from './envelope.ts'
import { mintText } from './state.ts'
import type { Draft, WechatState } from './state.ts'

const mediaSchema = z.strictObject({ media_id: z.string() })
const addSchema = z.strictObject({ articles: z.unknown() })
const updateSchema = z.strictObject({ media_id: z.string(), index: z.number().int().min(0), articles: z.unknown() })
export const pageSchema = z.strictObject({
  offset: z.number().int().min(0),
  count: z.number().int().min(1).max(20),
  no_content: z.union([z.literal(0), z.literal(1)]).optional(),
})

const seconds = (ms: number): number => Math.floor(ms / SECOND)

function showItems(draft: Draft, withContent: boolean) {
  return draft.articles.map((article) => showArticle(article, '', withContent))
}

function add(request: TownRequest, body: unknown, state: WechatState): Reply {
  const given = addSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const articles = readArticles(given.data.articles, state)
  if (typeof articles === 'number') return wechatError(state, articles)
  const mediaId = mintText(state, 'draft', 64)
  state.drafts.push({ mediaId, articles, createdAt: request.at, updatedAt: request.at })
  return wechatOk(state, { media_id: mediaId })
}

function update(request: TownRequest, body: unknown, state: WechatState): Reply {
  const given = updateSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const draft = state.drafts.find((one) => one.mediaId === given.data.media_id)
  if (!draft || given.data.index >= draft.articles.length) return wechatError(state, 40007)
  const article = readArticle(given.data.articles, draft.articles.length === 1, state)
  if (typeof article === 'number') return wechatError(state, article)
  draft.articles[given.data.index] = article
  draft.updatedAt = request.at
  return wechatOk(state, { errcode: 0, errmsg: 'ok' })
}

function list(body: unknown, state: WechatState): Reply {
  const given = pageSchema.safeParse(body)
  if (!given.success) return wechatError(state, 47001)
  const { offset, count, no_content } = given.data
  const page = state.drafts.toReversed().slice(offset, offset + count)
  const item = page.map((draft) => ({
    media_id: draft.mediaId,
    content: { news_item: showItems(draft, no_content !== 1), ...times(draft) },
    update_time: seconds(draft.updatedAt),
  }))
  return wechatOk(state, { total_count: state.drafts.length, item_count: item.length, item })
}

function times(draft: Draft): { create_time: number; update_time: number } {
  return { create_time: seconds(draft.createdAt), update_time: seconds(draft.updatedAt) }
}

/** Answers draft/*; null for another API. */
export function answerDraft(request: TownRequest, body: unknown, state: WechatState): Reply | null {
  switch (request.api) {
    case 'draft/add':
      return add(request, body, state)
    case 'draft/update':
      return update(request, body, state)
    case 'draft/count':
      return wechatOk(state, { total_count: state.drafts.length })
    case 'draft/batchget':
      return list(body, state)
    case 'draft/get':
    case 'draft/delete': {
      const given = mediaSchema.safeParse(body)
      if (!given.success) return wechatError(state, 47001)
      const draft = state.drafts.find((one) => one.mediaId === given.data.media_id)
      if (!draft) return wechatError(state, 40007)
      if (request.api === 'draft/get') return wechatOk(state, { news_item: showItems(draft, true), ...times(draft) })
      state.drafts = state.drafts.filter((one) => one !== draft)
      return wechatOk(state, { errcode: 0, errmsg: 'ok' })
    }
    default:
      return null
  }
}
