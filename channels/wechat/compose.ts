// In: the rendered texts and the facts of a notice. Out: the article or the fields of one leg, or why there are none.
// Must not cut or rewrite a text.
import type { Composed, Measured } from '../../src/core/channel.ts'
import type { NoticeFacts, RenderedNotice } from '../../src/core/notice.ts'
import { countCharacters } from '../../src/core/rendering/spoken-name.ts'
import { holdsSerial, saysDrill } from '../wire/marker.ts'
import { coverFor, type WechatConfig } from './config.ts'
import {
  FIELD_LENGTHS,
  FIELD_PATTERNS,
  LARGEST_ARTICLE,
  LARGEST_SOURCE_URL,
  LONGEST_ARTICLE,
  LONGEST_AUTHOR,
  LONGEST_DIGEST,
  LONGEST_TITLE,
} from './limits.ts'

export const variants = ['wechat-title', 'wechat-digest', 'wechat-article', 'wechat-subscribe'] as const

/** Content keys of freepublish and mass: title, digest, article, sourceUrl, cover, author. Of subscribe: the fields. */
export function compose(rendered: RenderedNotice, facts: NoticeFacts, config: WechatConfig, leg: string): Composed {
  const variant = (name: (typeof variants)[number]): string =>
    (Object.hasOwn(rendered.variants, name) ? (rendered.variants[name] ?? '') : '').trim()
  if (leg === 'subscribe') return composeFields(variant('wechat-subscribe'), facts)
  if (leg !== 'freepublish' && leg !== 'mass') return { ok: false, reason: `没有 ${leg} 这一发布方式` }

  const title = variant('wechat-title')
  const digest = variant('wechat-digest')
  const article = variant('wechat-article')
  const cover = coverFor(config, facts.kind)
  const refusals = [
    refuseText('标题', title, LONGEST_TITLE),
    /[\n<>]/.test(title) ? '标题含换行或标记' : null,
    saysDrill(title, facts) ? null : '演练标题缺【演练】',
    refuseText('摘要', digest, LONGEST_DIGEST),
    holdsSerial(digest, facts) ? null : `摘要缺编号 ${facts.serial} 第${facts.report}报`,
    refuseText('正文', article, LONGEST_ARTICLE),
    Buffer.byteLength(article) > LARGEST_ARTICLE ? '正文超过 1 MB' : null,
    // The platform strips scripts and frames in silence; a text that needs them would not be what was signed.
    /<(script|iframe|object|embed|form)\b/i.test(article) ? '正文含脚本或嵌入内容' : null,
    // Pictures from elsewhere than the platform's own host are taken out in silence (§2.2).
    /<img\b/i.test(article) ? '正文含图片，平台会剔除' : null,
    Buffer.byteLength(facts.url) > LARGEST_SOURCE_URL ? '原文网址超过 1 KB' : null,
    cover === null ? `没有 ${facts.kind} 的封面` : null,
  ].filter((reason) => reason !== null)
  if (refusals.length > 0 || cover === null) return { ok: false, reason: refusals.join('；') }
  const author = facts.bureauShortName.length <= LONGEST_AUTHOR ? facts.bureauShortName : ''
  return { ok: true, content: { title, digest, article, sourceUrl: facts.url, cover, author } }
}

/** An article's three texts as the platform counts them; the fields of a subscribe notice have limits of their own. */
export function measure({ title = '', digest = '', article = '' }: Record<string, string>, leg: string): Measured[] {
  if (leg === 'subscribe') return []
  return [
    { name: '标题', length: countCharacters(title), most: LONGEST_TITLE, unit: '字' },
    { name: '摘要', length: countCharacters(digest), most: LONGEST_DIGEST, unit: '字' },
    { name: '正文', length: countCharacters(article), most: LONGEST_ARTICLE, unit: '字' },
  ]
}

function refuseText(name: string, text: string, longest: number): string | null {
  if (text === '') return `${name}是空的`
  const length = countCharacters(text)
  return length > longest ? `${name} ${length} 字，超过 ${longest} 字` : null
}

/** Reads "thing1: …" lines; every line must be one field of a known kind within its length. */
function composeFields(text: string, facts: NoticeFacts): Composed {
  const content: Record<string, string> = {}
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '') continue
    const match = /^([a-z][a-z_]{0,30})(\d{1,2})[:：]\s*(\S.*)$/.exec(line)
    if (!match) return { ok: false, reason: `订阅通知这一行不是“字段: 值”：${line.slice(0, 40)}` }
    const [, kind = '', number = '', value = ''] = match
    const longest = Object.hasOwn(FIELD_LENGTHS, kind) ? FIELD_LENGTHS[kind] : undefined
    if (longest === undefined) return { ok: false, reason: `订阅通知没有 ${kind} 类字段` }
    const length = countCharacters(value)
    if (length > longest) return { ok: false, reason: `${kind}${number} ${length} 字，超过 ${longest} 字` }
    // Any other value fails the whole leg with 47003 at the first user.
    if (Object.hasOwn(FIELD_PATTERNS, kind) && FIELD_PATTERNS[kind]?.test(value) === false)
      return { ok: false, reason: `${kind}${number} 的值不合 ${kind} 类字段的要求：${value}` }
    if (Object.hasOwn(content, kind + number)) return { ok: false, reason: `${kind}${number} 出现两次` }
    content[kind + number] = value
  }
  if (Object.keys(content).length === 0) return { ok: false, reason: '没有订阅通知文本' }
  if (!saysDrill(Object.values(content).join(''), facts)) return { ok: false, reason: '演练文本缺【演练】' }
  return { ok: true, content }
}
