// In: one notice. Out: what its page says of itself to those who pass it on: title, words, picture (Open Graph).
// Must not promise a picture of a drill, nor repeat what was withdrawn; the picture comes after the page, and its absence
// harms nothing (cards.ts).
import type { NoticeView } from '../../../store/notices.ts'
import { escapeHtml, type SiteIdentity } from './frame.ts'
import { fullSerial, markOf } from './notice-parts.ts'

/** The picture that Weibo, WeChat and others show beside a link: Open Graph's usual size. */
export const SHARED = { width: 1200, height: 630 }

/** The one short address of a notice: what its QR code holds, in every language and way of reading. */
export function addressOf({ code }: Pick<NoticeView, 'code'>, { publicUrl }: Pick<SiteIdentity, 'publicUrl'>): string {
  return `${publicUrl}/n/${code}`
}

/** Lines for the head of a notice's page; a reader of links that has kept the old picture is given another address. */
export function writeShareHead(notice: NoticeView, site: SiteIdentity): string {
  if (notice.class !== 'actual') return ''
  const { state, title, text } = notice
  const address = addressOf(notice, site)
  const withdrawn = state === 'withdrawn'
  const mark = `${markOf(notice)}${site.demonstration ? '【演示】' : ''}`
  // A preview shows the title alone, and cuts it: of a withdrawn one nothing of what it said.
  const shared = `${mark}${withdrawn ? `公告 ${fullSerial(notice)}` : title}`
  const lines: [string, string][] = [
    ['og:type', 'article'],
    ['og:site_name', site.bureauName],
    ['og:title', shared],
    ['og:description', withdrawn ? '本公告已撤回，请勿转发。' : mark + text],
    ['og:url', address],
    ['og:image', `${address}.png${state === 'current' ? '' : `?${state}`}`],
    ['og:image:type', 'image/png'],
    ['og:image:width', String(SHARED.width)],
    ['og:image:height', String(SHARED.height)],
    ['og:image:alt', shared],
  ]
  return lines.map(([name, value]) => `<meta property="${name}" content="${escapeHtml(value)}">\n`).join('')
}
