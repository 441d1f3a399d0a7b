// In: options of the Weibo stand-in. Out: its state, its posts as the API words them, its ids.
// Must not be imported by anything but the Weibo stand-in.
import { beijingParts } from '../../core/instant.ts'
import type { Instant } from '../../core/instant.ts'
import type { Effect } from '../ledger.ts'
import type { Counters } from '../quota.ts'
import type { StandOptions } from '../stand.ts'
import type { WideJson } from '../wide-json.ts'
import { rewriteUrls } from './text-rules.ts'

export interface WeiboAccount {
  /** Digits. */
  uid: string
  screenName: string
  accessToken: string
  /** Left out: the token never ends by itself. */
  tokenExpiresAt?: Instant
  /** Has the commercial contract: upload_url_text/biz with annotations. */
  biz?: boolean
  /** May send is_longtext posts of up to 2,000 characters. */
  longText?: boolean
}

export interface WeiboOptions extends StandOptions {
  accounts: WeiboAccount[]
  /** 安全域名 of the app. */
  safeDomains: string[]
  appKey?: string
  /** Shown as the source of posts made through the app. */
  appName?: string
  /** Server addresses bound in the app console; left out: none bound. */
  allowIps?: string[]
  /** How long a new post stays out of read-backs, ms (0). */
  visibleAfterMs?: number
  /** Rows a free-tier user_timeline hands out at most (5) [R]: "own account only and few rows", §1.3. */
  timelineRows?: number
  /** Calls per account and Beijing day (100), posts per account and hour (30), calls per address and hour (15,000). */
  quotas?: { day?: number; postsPerHour?: number; ipPerHour?: number }
  /** 20016 when more posts than this fall in the span (5 in 10 s): the platform's own figure is not public. */
  burst?: { posts: number; ms: number }
}

export interface Post {
  id: string
  uid: string
  text: string
  at: Instant
  visibleFrom: Instant
  deleted: boolean
  /** Sent through the app; false: by hand in the console. */
  byApp: boolean
  picture: boolean
  longText: boolean
  annotations: string | null
  effect: number
}

export interface WeiboState {
  effects: Effect[]
  posts: Post[]
  counters: Counters
  /** Refusals so far; every second one spells its code as text. */
  refusals: number
  lastId: string
  /** Tokens as renewed through the control side, by uid. */
  tokens: { uid: string; accessToken: string; expiresAt: Instant | null }[]
}

/** An empty platform. */
export function freshWeiboState(options: WeiboOptions): WeiboState {
  return {
    effects: [],
    posts: [],
    counters: {},
    refusals: 0,
    lastId: '0',
    tokens: options.accounts.map((account) => ({
      uid: account.uid,
      accessToken: account.accessToken,
      expiresAt: account.tokenExpiresAt ?? null,
    })),
  }
}

/** Next id: 19 digits, odd (so that a double cannot hold it), grows with time as the platform's do. */
export function nextWeiboId(state: WeiboState, at: Instant): string {
  const byTime = (BigInt(Math.max(0, Math.floor(at))) << 22n) | 1n
  const byOrder = BigInt(state.lastId) + 2n
  state.lastId = String(byTime > byOrder ? byTime : byOrder)
  return state.lastId
}

/** "Wed Oct 24 23:49:17 +0800 2012". */
export function formatWeiboDate(at: Instant): string {
  const p = beijingParts(at)
  const weekday = new Date(Date.UTC(p.year, p.month - 1, p.day)).getUTCDay()
  const two = (n: number): string => String(n).padStart(2, '0')
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  return `${days[weekday]} ${months[p.month - 1]} ${two(p.day)} ${two(p.hour)}:${two(p.minute)}:${two(p.second)} +0800 ${p.year}`
}

/** What a read-back shows of a post: never the original URLs, never the moment it became visible. */
export function showPost(post: Post, account: WeiboAccount, appName: string, trimUser: boolean): WideJson {
  const user: WideJson = {
    id: BigInt(account.uid),
    idstr: account.uid,
    screen_name: account.screenName,
    name: account.screenName,
    verified: true,
  }
  return {
    created_at: formatWeiboDate(post.at),
    id: BigInt(post.id),
    mid: post.id,
    idstr: post.id,
    text: rewriteUrls(post.text),
    source: `<a href="http://app.weibo.com/t/feed/town" rel="nofollow">${post.byApp ? appName : '微博网页版'}</a>`,
    favorited: false,
    truncated: false,
    ...(post.longText ? { isLongText: true } : {}),
    ...(post.picture ? { original_pic: `http://wx1.sinaimg.cn/large/${post.id}.jpg` } : {}),
    ...(post.annotations === null ? {} : { annotations: JSON.parse(post.annotations) as WideJson }),
    geo: null,
    ...(trimUser ? { uid: BigInt(account.uid) } : { user }),
    reposts_count: 0,
    comments_count: 0,
    attitudes_count: 0,
    visible: { type: 0, list_id: 0 },
  }
}
