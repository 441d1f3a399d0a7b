// In: the rendered texts and the facts of a notice. Out: the post and its shorter stand-by, or why there is none.
// Must not cut or rewrite a text: it picks the longest that fits.
import type { Composed } from '../../src/core/channel.ts'
import type { NoticeFacts, RenderedNotice } from '../../src/core/notice.ts'
import { measureWeiboText } from '../../src/core/rendering/weibo-length.ts'
import { holdsOnlyAddress, holdsSerial, saysDrill } from '../wire/marker.ts'
import type { WeiboConfig } from './config.ts'
import { LONGEST_TEXT } from './limits.ts'

/** Longest first. */
export const variants = ['weibo', 'weibo-brief', 'weibo-minimal'] as const

/**
 * Content keys: `text`, and `shorter` when another fitting variant is shorter still; that one goes out once if Weibo
 * answers 20012.
 */
export function compose(rendered: RenderedNotice, facts: NoticeFacts, config: WeiboConfig): Composed {
  if (!onSafeDomain(facts.url, config.safeDomain))
    return { ok: false, reason: `网址 ${facts.url} 不在安全域名 ${config.safeDomain} 下，微博会拒收（10017）` }
  const fitting: string[] = []
  const refusals: string[] = []
  for (const name of variants) {
    const text = Object.hasOwn(rendered.variants, name) ? rendered.variants[name]?.trim() : undefined
    const reason = text === undefined ? '没有这一文本' : refuse(text, facts)
    if (text !== undefined && reason === null) fitting.push(text)
    else refusals.push(`${name}：${reason}`)
  }
  const text = fitting[0]
  if (text === undefined) return { ok: false, reason: refusals.join('；') }
  const shorter = fitting.find((other) => measureWeiboText(other) < measureWeiboText(text))
  return { ok: true, content: shorter === undefined ? { text } : { text, shorter } }
}

function refuse(text: string, facts: NoticeFacts): string | null {
  if (text === '') return '空文本'
  const length = measureWeiboText(text)
  if (length > LONGEST_TEXT) return `${length} 字，超过 ${LONGEST_TEXT} 字`
  if (/[#＃]/.test(text)) return '含话题符号 #，分享接口不允许'
  if (!holdsOnlyAddress(text, facts.url)) return `须恰好含一次网址 ${facts.url}，且不含其他网址`
  if (!holdsSerial(text, facts)) return `缺编号 ${facts.serial} 第${facts.report}报`
  if (!saysDrill(text, facts)) return '演练文本缺【演练】'
  return null
}

/** The host itself or a host below it; a port counts only where the safe domain names one. */
function onSafeDomain(address: string, safeDomain: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  const host = safeDomain.includes(':') ? url.host : url.hostname
  const domain = safeDomain.toLowerCase()
  return host === domain || host.endsWith(`.${domain}`)
}
