// In: options of the WeChat stand-in. Out: its state as it is kept on disk, ids, and the replies' envelope.
// Must not be imported by anything but the WeChat stand-in.
import { createHash } from 'node:crypto'
import type { Instant } from '../../core/instant.ts'
import type { Effect } from '../ledger.ts'
import type { Counters } from '../quota.ts'
import type { StandOptions } from '../stand.ts'

export interface CallbackSettings {
  url: string
  token: string
  /** 明文, 兼容 or 安全模式. */
  mode: 'plain' | 'compat' | 'aes'
  /** 43 characters; needed for compat and aes. */
  encodingAesKey?: string
}

interface WechatUser {
  openid: string
  /** Follows the account (true). */
  follows?: boolean
  /** WeChat name for mass/preview. */
  name?: string
  /** Subscribe-notice templates allowed: how many sends are left, or 'long-term'. */
  grants?: { templateId: string; left: number | 'long-term' }[]
}

export interface MessageTemplate {
  id: string
  kind: 'subscribe' | 'template'
  /** Field names in order: thing1, time2, number3 … */
  fields: string[]
}

export interface WechatOptions extends StandOptions {
  appId: string
  secret: string
  kind: 'service' | 'subscription'
  /** gh_… id that stands as ToUserName in pushes. */
  originalId?: string
  /** Addresses allowed to fetch tokens; left out: all. */
  allowIps?: string[]
  callback?: CallbackSettings
  users?: WechatUser[]
  templates?: MessageTemplate[]
  /** Permanent materials that are there from the start (covers uploaded at setup). */
  materials?: { mediaId: string; type: 'image' | 'thumb' }[]
  /** API 群发保护: is_to_all waits for an administrator. */
  massProtection?: boolean
  /** Console with 发布 and 群发 merged: a publish job is reported as MASSSENDJOBFINISH, without article_id (§2.4). */
  mergedConsole?: boolean
  /** Milliseconds a publish job (3,000) and a mass job (5,000) take. */
  publishMs?: number
  massMs?: number
  /** Daily quotas by API that differ from a new account's. */
  quotas?: Record<string, number>
  /** Real milliseconds a push may take (5,000) and between its tries (200). */
  push?: { timeoutMs?: number; gapMs?: number }
}

export interface Article {
  article_type: 'news' | 'newspic'
  title: string
  author: string
  digest: string
  content: string
  content_source_url: string
  thumb_media_id: string
  need_open_comment: number
  only_fans_can_comment: number
}

export interface Draft {
  mediaId: string
  articles: Article[]
  createdAt: Instant
  updatedAt: Instant
}

/** How the push about a job is scripted. */
export interface PushPlan {
  lost: boolean
  lateMs: number
  copies: number
}

export interface PublishJob {
  publishId: string
  msgDataId: string
  mediaId: string
  articleId: string
  articles: Article[]
  deleted: boolean[]
  banned: boolean
  dueAt: Instant
  /** What it ends as; 1 is running. */
  ending: 0 | 2 | 3 | 4
  status: 0 | 1 | 2 | 3 | 4
  finishedAt: Instant | null
  effect: number
  plan: PushPlan
}

export interface MassJob {
  msgId: string
  msgDataId: string
  /** clientmsgid, or the digest of scope and content that stands for it. */
  key: string
  firstAt: Instant
  lastAskedAt: Instant
  /** Draft that was sent; null for text and image sends. */
  mediaId: string | null
  toAll: boolean
  articles: Article[]
  deleted: boolean[]
  status: 'waiting-admin' | 'SENDING' | 'SEND_SUCCESS' | 'SEND_FAIL' | 'DELETE'
  dueAt: Instant
  failure: number | null
  effect: number
  plan: PushPlan
}

export interface Push {
  id: number
  dueAt: Instant
  event: string
  xml: string
  state: 'due' | 'sending' | 'delivered' | 'failed' | 'lost'
  tries: number
}

export interface WechatState {
  effects: Effect[]
  counters: Counters
  /** Feeds every id, token and salt: no chance anywhere. */
  sequence: number
  tokens: { token: string; kind: 'stable' | 'plain'; expiresAt: Instant }[]
  lastForcedAt: Instant | null
  materials: { mediaId: string; type: string; bytes: number }[]
  images: string[]
  drafts: Draft[]
  publishJobs: PublishJob[]
  massJobs: MassJob[]
  templateSends: { key: string; msgId: string; at: Instant }[]
  users: WechatUser[]
  callback: CallbackSettings | null
  pushes: Push[]
}

/** The account as it is on the first day. */
export function freshWechatState(options: WechatOptions): WechatState {
  return {
    effects: [],
    counters: {},
    sequence: 0,
    tokens: [],
    lastForcedAt: null,
    materials: (options.materials ?? []).map(({ mediaId, type }) => ({ mediaId, type, bytes: 1 })),
    images: [],
    drafts: [],
    publishJobs: [],
    massJobs: [],
    templateSends: [],
    users: structuredClone(options.users ?? []),
    callback: options.callback ?? null,
    pushes: [],
  }
}

/** Letters and digits that follow from a seed alone. */
export function spinText(seed: string, length: number): string {
  let text = ''
  for (let i = 0; text.length < length; i++) {
    const chunk = createHash('sha512').update(`${seed}:${i}`).digest('base64url')
    text += chunk.replaceAll('-', 'x').replaceAll('_', 'y')
  }
  return text.slice(0, length)
}

/** Text that nobody could guess but every run repeats. */
export function mintText(state: WechatState, use: string, length: number): string {
  state.sequence++
  return spinText(`${use}:${state.sequence}`, length)
}

/** A 19-digit odd id: a double cannot hold it, as with the platform's msg ids (§2). */
export function mintId(state: WechatState): string {
  state.sequence++
  return String(3_428_411_849_815_000_001n + BigInt(state.sequence) * 1_982n)
}

/** Every second id leaves as a string, the others as bare numbers: both are seen in live replies (§2). */
export function wordId(id: string, order: number): string | bigint {
  return order % 2 === 0 ? id : BigInt(id)
}
