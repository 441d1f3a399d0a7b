// In: articles as a client sends them. Out: articles as the platform keeps and shows them, or the errcode.
// Must not be kind about lengths: characters are UTF-16 units, the stricter count (reference channels.md §2.3).
import { z } from 'zod'
import type { WideJson } from '../wide-json.ts'
import type { Article, WechatState } from './state.ts'

const flag = z.union([z.literal(0), z.literal(1)])
const crop = z.string().max(100)
const articleSchema = z.strictObject({
  article_type: z.enum(['news', 'newspic']).optional(),
  title: z.string(),
  author: z.string().optional(),
  digest: z.string().optional(),
  content: z.string(),
  content_source_url: z.string().optional(),
  thumb_media_id: z.string().optional(),
  need_open_comment: flag.optional(),
  only_fans_can_comment: flag.optional(),
  pic_crop_235_1: crop.optional(),
  pic_crop_1_1: crop.optional(),
  image_info: z
    .strictObject({
      image_list: z
        .array(z.strictObject({ image_media_id: z.string() }))
        .min(1)
        .max(20),
    })
    .optional(),
})

const MAX_ARTICLES = 8

/** Cuts `<tag …>` pieces out; `keep` decides per tag text. One pass, no backtracking. */
function dropTags(html: string, open: string, close: string, keep: (tag: string) => boolean): string {
  const lower = html.toLowerCase()
  let out = ''
  let at = 0
  for (;;) {
    const start = lower.indexOf(open, at)
    if (start < 0) return out + html.slice(at)
    const found = lower.indexOf(close, start)
    const end = found < 0 ? html.length : found + close.length
    const tag = html.slice(start, end)
    out += html.slice(at, start) + (keep(tag) ? tag : '')
    at = end
  }
}

/** Scripts go, and pictures that were not uploaded here (§2.2 "foreign images are stripped"). */
function cleanContent(html: string, images: readonly string[]): string {
  const noScript = dropTags(html, '<script', '</script>', () => false)
  return dropTags(noScript, '<img', '>', (tag) => images.some((url) => tag.includes(url)))
}

function plainText(html: string): string {
  return html
    .replace(/<[^<>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

function judgeLengths(given: z.infer<typeof articleSchema>, single: boolean): number | null {
  if (given.title === '' || given.title.length > 32) return 45003
  if ((given.author ?? '').length > 16) return 45110
  if (single && (given.digest ?? '').length > 128) return 45004
  if (given.content.trim() === '') return 44004
  if (given.content.length >= 20_000 || Buffer.byteLength(given.content) >= 1_024 * 1_024) return 45002
  return Buffer.byteLength(given.content_source_url ?? '') > 1_024 ? 45005 : null
}

/** Checks one article; the errcode when it is refused. `single`: alone in its draft, so that its digest counts. */
export function readArticle(given: unknown, single: boolean, state: WechatState): Article | number {
  const parsed = articleSchema.safeParse(given)
  if (!parsed.success) return 47001
  const { data } = parsed
  const wrong = judgeLengths(data, single)
  if (wrong !== null) return wrong
  const isCover = (id: string | undefined): boolean =>
    state.materials.some((one) => one.mediaId === id && (one.type === 'image' || one.type === 'thumb'))
  const pictures = data.image_info?.image_list.map((one) => one.image_media_id) ?? []
  const type = data.article_type ?? 'news'
  if (type === 'news' && !isCover(data.thumb_media_id)) return 40007
  if (type === 'newspic' && (pictures.length === 0 || !pictures.every(isCover))) return 40007
  const content = cleanContent(data.content, state.images)
  return {
    article_type: type,
    title: data.title,
    author: data.author ?? '',
    digest: single && data.digest ? data.digest : plainText(content).slice(0, 54),
    content,
    content_source_url: data.content_source_url ?? '',
    thumb_media_id: data.thumb_media_id ?? '',
    need_open_comment: data.need_open_comment ?? 0,
    only_fans_can_comment: data.only_fans_can_comment ?? 0,
  }
}

/** Checks the articles of one draft. */
export function readArticles(given: unknown, state: WechatState): Article[] | number {
  if (!Array.isArray(given)) return 47001
  if (given.length === 0) return 44003
  if (given.length > MAX_ARTICLES) return 45008
  const articles: Article[] = []
  for (const one of given as unknown[]) {
    const article = readArticle(one, given.length === 1, state)
    if (typeof article === 'number') return article
    articles.push(article)
  }
  return articles
}

/** An article as draft/get and freepublish/* show it; `url` is '' before publication. */
export function showArticle(article: Article, url: string, withContent: boolean, isDeleted?: boolean): WideJson {
  return {
    article_type: article.article_type,
    title: article.title,
    author: article.author,
    digest: article.digest,
    ...(withContent ? { content: article.content } : {}),
    content_source_url: article.content_source_url,
    thumb_media_id: article.thumb_media_id,
    show_cover_pic: 0,
    need_open_comment: article.need_open_comment,
    only_fans_can_comment: article.only_fans_can_comment,
    thumb_url: article.thumb_media_id === '' ? '' : `http://mmbiz.qpic.cn/thumb/${article.thumb_media_id}/0`,
    url,
    ...(isDeleted === undefined ? {} : { is_deleted: isDeleted }),
  }
}
