// In: addresses and accounts as people copy them. Out: one spelling for one place, and what may be shown of either.
// Must not fetch: what a short address leads to is not known here.

/** Counts who shared a link, not where it leads. */
const TRACKING =
  /^(?:utm_\w+|spm|from|isappinstalled|share_?\w*|sharer_\w+|scene|tt_from|luicode|lfid|featurecode|jumpfrom|chksm|exportkey|pass_ticket|wx_header|clicktime)$/i

/** One post under its several addresses: pattern over host and path, and the address that stands for all of them. */
const POSTS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^(?:m\.weibo\.cn)\/(?:status|detail)\/([A-Za-z0-9]+)$/, (post) => `https://m.weibo.cn/status/${post}`],
  [/^(?:www\.|m\.)?weibo\.com\/\d+\/([A-Za-z0-9]+)$/, (post) => `https://m.weibo.cn/status/${post}`],
  [/^(?:www\.|m\.)?(?:ies)?douyin\.com\/(?:share\/)?video\/(\d+)$/, (post) => `https://www.douyin.com/video/${post}`],
  [
    /^(?:www\.|m\.)?kuaishou\.com\/(?:short-video|fw\/photo)\/([\w-]+)$/,
    (post) => `https://www.kuaishou.com/short-video/${post}`,
  ],
]

/** What of an article's query names it: mp.weixin.qq.com/s?__biz=…&mid=…&idx=…&sn=… */
const WEIXIN_KEYS = ['__biz', 'mid', 'idx', 'sn']

/** One spelling for one place; the text itself where it is no address. */
export function unifyUrl(text: string): string {
  const given = text.trim()
  if (!/^https?:\/\//i.test(given) || !URL.canParse(given)) return given
  const url = new URL(given)
  url.hash = ''
  url.username = ''
  url.password = ''
  const path = url.pathname.replace(/\/+$/, '')
  const place = `${url.hostname}${path}`
  for (const [pattern, write] of POSTS) {
    const [, ...parts] = pattern.exec(place) ?? []
    if (parts.length > 0) return write(...parts)
  }
  const isArticle = url.hostname === 'mp.weixin.qq.com'
  const kept = [...url.searchParams].filter(([key]) => (isArticle ? WEIXIN_KEYS.includes(key) : !TRACKING.test(key)))
  const query = kept
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .toSorted()
    .join('&')
  const port = url.port === '' ? '' : `:${url.port}`
  return `https://${url.hostname.replace(/^(?:www\.)+(?=[^.]+\.)/, '')}${port}${path}${query === '' ? '' : `?${query}`}`
}

/** Whether a text, unified, is an address that a browser opens. */
export const isLink = (url: string): boolean => url.startsWith('https://') && URL.canParse(url)

/** One spelling for one account of a platform: without @, blanks and case. */
export const unifyAccount = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\s@]+/gu, '')
    .toLowerCase()

/** What of an account those may see who do not deal with it: its first sign, and how long it is no more. */
export function maskAccount(account: string): string {
  const [first = ''] = Array.from(account.trim().replace(/^@/, ''))
  return first === '' ? '' : `${first}＊＊＊`
}

/** The platform's host alone: paths hold accounts. */
export function maskUrl(url: string): string {
  return URL.canParse(url) ? `${new URL(url).hostname}/＊＊＊` : '＊＊＊'
}
