// In: the public timeline of a stand-in. Out: a plain page a person can read.
// Must not pass for the real platform: 演示 and 替身 stand on it; every text is a stranger's and is escaped.
import { formatBeijing } from '../core/instant.ts'
import type { Instant } from '../core/instant.ts'
import type { LedgerEntry } from './ledger.ts'

const STYLE = `body{margin:0;background:#f4f5f7;color:#1d2129;font:17px/1.7 system-ui,"Noto Sans SC",sans-serif}
header{background:#243447;color:#fff;padding:.8rem 1rem}header b{background:#c8102e;padding:.1rem .5rem;border-radius:.2rem}
main{max-width:44rem;margin:0 auto;padding:1rem}article{background:#fff;border:1px solid #d9dce1;border-radius:.4rem;padding:.8rem 1rem;margin:0 0 1rem}
h1{font-size:1.15rem;margin:.4rem 0 0}h2{font-size:1.1rem;margin:0 0 .3rem}p{margin:.3rem 0;overflow-wrap:anywhere;white-space:pre-wrap}
small{color:#5a6270}a{color:#0b57a4}`

/** Text as HTML text or a double-quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

function linkUrls(text: string): string {
  return text
    .split(/(https?:\/\/[\x21-\x7e]{1,2000})/)
    .map((piece, i) => {
      const safe = escapeHtml(piece)
      return i % 2 === 1 ? `<a rel="noopener noreferrer" href="${safe}">${safe}</a>` : safe
    })
    .join('')
}

/** The page around a body; `title` is plain text. */
export function renderShell(title: string, body: string): string {
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>演示·${escapeHtml(title)}</title><style>${STYLE}</style></head><body><header><b>演示·替身</b><h1>${escapeHtml(title)}</h1><div>本机模拟，不是真实平台，内容未向公众发布。</div></header><main>${body}</main></body></html>\n`
}

interface Shown extends LedgerEntry {
  devices: number
}

/** What was pushed to many devices stands on the page once, with their number. */
function gatherPushes(entries: readonly LedgerEntry[]): Shown[] {
  const gathered = new Map<string, Shown>()
  for (const entry of entries) {
    const key = entry.act === 'push' ? entry.text : `#${entry.seq}`
    const one = gathered.get(key)
    if (one) one.devices += 1
    else gathered.set(key, { ...entry, devices: 1 })
  }
  return [...gathered.values()]
}

/** The timeline as a page, newest first; says so when there is nothing. */
export function renderTimelinePage(title: string, entries: readonly LedgerEntry[], now: Instant): string {
  const items = gatherPushes(entries).map((entry) => {
    const heading = entry.title === '' ? '' : `<h2>${escapeHtml(entry.title)}</h2>`
    const link =
      entry.url === null ? '' : ` · <a rel="noopener noreferrer" href="${escapeHtml(entry.url)}">查看原文</a>`
    const account = entry.act === 'push' ? `推送到 ${entry.devices} 台设备` : escapeHtml(entry.account)
    const meta = `<small>${account} · <time>${formatBeijing(entry.at)}</time>${link}</small>`
    return `<article>${heading}<p>${linkUrls(entry.text)}</p>${meta}</article>`
  })
  const list = items.length === 0 ? '<p>目前没有公开可见的内容。</p>' : items.join('')
  return renderShell(
    title,
    `<p><small>模拟时钟 ${formatBeijing(now)}（北京时间），共 ${items.length} 条</small></p>${list}`,
  )
}
