// In: accounts, tokens, safe domains, a clock. Out: a strict Weibo on loopback, written from reference channels.md §1.
// Must not be kinder than the platform: what it refuses a live account would meet too.
import { z } from 'zod'
import type { ControlAction } from './control.ts'
import { openStand } from './stand.ts'
import type { Stand } from './stand.ts'
import { refuse } from './weibo/door.ts'
import { answerBiz, answerShare, putPost } from './weibo/publishing.ts'
import { answerReading } from './weibo/reading.ts'
import { freshWeiboState } from './weibo/state.ts'
import type { WeiboOptions, WeiboState } from './weibo/state.ts'
import type { Instant } from '../core/instant.ts'

export type { WeiboOptions } from './weibo/state.ts'

export interface WeiboTown extends Stand {
  /** A new authorisation: the old token is invalid from now on. */
  renewToken(uid: string, accessToken: string, expiresAt?: Instant): void
  /** A post made by hand in the console (the operator's card): no app, no quota, topics allowed. */
  postByHand(uid: string, text: string): string
}

const tokenSchema = z.strictObject({
  uid: z.string(),
  accessToken: z.string().min(1),
  expiresAt: z.number().optional(),
})
const handSchema = z.strictObject({ uid: z.string(), text: z.string().min(1).max(2_000) })

function renew(state: WeiboState, uid: string, accessToken: string, expiresAt?: Instant): void {
  const kept = state.tokens.find((one) => one.uid === uid)
  if (!kept) throw new Error(`no account with uid ${uid}`)
  kept.accessToken = accessToken
  kept.expiresAt = expiresAt ?? null
}

function putByHand(state: WeiboState, options: WeiboOptions, at: Instant, uid: string, text: string): string {
  const account = options.accounts.find((one) => one.uid === uid)
  if (!account) throw new Error(`no account with uid ${uid}`)
  const author = { uid, screenName: account.screenName, byApp: false }
  const draft = { text, picture: false, longText: false, annotations: null }
  return putPost(state, { at, api: 'console' }, author, draft, 0).id
}

/** Starts the stand-in; POST /_town/token and /_town/post-by-hand do over HTTP what the two methods do. */
export async function startWeibo(options: WeiboOptions): Promise<WeiboTown> {
  const stand = await openStand<WeiboState>(
    {
      title: '微博（替身）公开时间线',
      fresh: () => freshWeiboState(options),
      effects: (state) => state.effects,
      answer(request, state) {
        const { api, path } = request
        if (path !== `/2/${api}.json` && path !== '/oauth2/get_token_info') return refuse(state, request, 10020)
        if (api === 'statuses/share') return answerShare(request, state, options)
        if (api === 'statuses/upload_url_text/biz') return answerBiz(request, state, options)
        return answerReading(request, state, options) ?? refuse(state, request, 10020)
      },
      actions: (state): Record<string, ControlAction> => ({
        token(body) {
          const { uid, accessToken, expiresAt } = tokenSchema.parse(body)
          renew(state, uid, accessToken, expiresAt)
        },
        'post-by-hand'(body) {
          const { uid, text } = handSchema.parse(body)
          return { id: putByHand(state, options, stand.now(), uid, text) }
        },
      }),
    },
    options,
  )
  return {
    ...stand,
    renewToken(uid, accessToken, expiresAt) {
      renew(stand.state(), uid, accessToken, expiresAt)
      stand.save()
    },
    postByHand(uid, text) {
      const id = putByHand(stand.state(), options, stand.now(), uid, text)
      stand.save()
      return id
    },
  }
}
