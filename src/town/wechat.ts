// In: AppID, secret, callback address, followers, a clock. Out: a strict WeChat official account on loopback.
// Must not be kinder than the platform; written from reference channels.md §2 alone.
import { z } from 'zod'
import { faultOf } from './faults.ts'
import { renderShell, escapeHtml } from './page.ts'
import { openStand } from './stand.ts'
import type { OpenStand, Stand } from './stand.ts'
import { answerDraft } from './wechat/draft.ts'
import { enterApi } from './wechat/door.ts'
import { wechatError, wechatOk } from './wechat/envelope.ts'
import { sendFollowerText, verifyCallback } from './wechat/follower.ts'
import type { FollowerSees } from './wechat/follower.ts'
import { answerMass } from './wechat/mass.ts'
import { confirmMass, finishMassJobs } from './wechat/mass-jobs.ts'
import { answerAddMaterial, answerUploadImage } from './wechat/material.ts'
import { answerNotice } from './wechat/notice.ts'
import { answerPublish, finishPublishJobs } from './wechat/publish.ts'
import { startDuePushes } from './wechat/push.ts'
import type { PushDesk } from './wechat/push.ts'
import { freshWechatState } from './wechat/state.ts'
import type { CallbackSettings, Push, WechatOptions, WechatState } from './wechat/state.ts'
import { answerClearQuota, answerToken } from './wechat/token.ts'
import type { Reply, TownRequest } from './wire.ts'

export type { CallbackSettings, WechatOptions } from './wechat/state.ts'

export interface WechatTown extends Stand {
  /** Every push to the callback address and what became of it. */
  pushes(): readonly Push[]
  /** Saves another callback address. */
  setCallback(settings: CallbackSettings | null): void
  /** The console's GET check. */
  verifyCallback(): Promise<boolean>
  /** A follower writes; the answer is what stands on the phone. */
  sendText(openid: string, text: string): Promise<FollowerSees>
  /** 群发保护: the administrator's answer. */
  confirmMass(msgId: string, allow: boolean): void
  /** The platform bans a published article (publish_status 6). */
  ban(articleId: string): void
}

const callbackSchema = z
  .strictObject({
    url: z.url(),
    token: z.string().min(1),
    mode: z.enum(['plain', 'compat', 'aes']),
    encodingAesKey: z.string().optional(),
  })
  .nullable()
const confirmSchema = z.strictObject({ msg_id: z.string(), allow: z.boolean() })
const banSchema = z.strictObject({ article_id: z.string() })
const textSchema = z.strictObject({ openid: z.string(), text: z.string() })

function banArticle(state: WechatState, articleId: string, at: number): void {
  const job = state.publishJobs.find((one) => one.articleId === articleId && one.status === 0)
  if (!job) throw new Error(`no published article ${articleId}`)
  job.banned = true
  const effect = state.effects.find((one) => one.seq === job.effect)
  if (effect) effect.goneAt ??= at
}

/** The article's own page: what a citizen who follows the link sees. */
function showPage(request: TownRequest, state: WechatState): Reply {
  const [name = '', index = '1'] = request.path.slice('/s/'.length).split('_')
  const at = Number(index) - 1
  const published = state.publishJobs.find((one) => one.articleId === name && one.status === 0 && !one.banned)
  const mass = state.massJobs.find(
    (one) => `mass${one.msgId}` === name && (one.status === 'SEND_SUCCESS' || one.status === 'DELETE'),
  )
  const job = published ?? mass
  const article = job?.deleted[at] === false ? job.articles[at] : undefined
  const type = 'text/html; charset=utf-8'
  if (!article) {
    const body = renderShell('内容不可用', '<article><p>该内容已被发布者删除或不存在。</p></article>')
    return { status: 200, type, body, code: 'page' }
  }
  const source = escapeHtml(article.content_source_url)
  const link = /^https?:/.test(article.content_source_url)
    ? `<p><a rel="noopener noreferrer" href="${source}">阅读原文</a></p>`
    : ''
  const text = escapeHtml(article.content.replace(/<\/(?:p|div|h\d|li)>/gi, '\n').replace(/<[^<>]*>/g, ''))
  const body = renderShell(
    article.title,
    `<article><small>${escapeHtml(article.author)}</small><p>${text}</p>${link}</article>`,
  )
  return { status: 200, type, body, code: 'page' }
}

function answerApi(request: TownRequest, state: WechatState, options: WechatOptions, base: string): Reply {
  if (request.path !== `/cgi-bin/${request.api}`) return { status: 404, type: 'text/html', body: '', code: '404' }
  const early = answerToken(request, state, options)
  if (early) return early
  const entered = enterApi(request, state, options)
  if ('status' in entered) return entered
  const { json, file } = entered
  const reply =
    (file && request.api === 'media/uploadimg' ? answerUploadImage(file, state) : null) ??
    (file && request.api === 'material/add_material' ? answerAddMaterial(request, file, state) : null) ??
    (request.api === 'clear_quota' ? answerClearQuota(request, json, state, options) : null) ??
    (request.api === 'getcallbackip' ? wechatOk(state, { ip_list: ['127.0.0.1'] }) : null) ??
    answerDraft(request, json, state) ??
    answerPublish(request, json, state, options, base) ??
    answerMass(request, json, state, options, base) ??
    answerNotice(request, json, state, options)
  if (!reply) throw new Error(`${request.api} has a rule and no answer`)
  const failure = faultOf(request.faults, 'error')
  return failure ? wechatError(state, failure.code ?? -1) : reply
}

/** Starts the stand-in; POST /_town/{callback,verify-callback,follower-text,confirm,ban,pushes} do what the methods do, GET pages live under /s/. */
export async function startWechat(options: WechatOptions): Promise<WechatTown> {
  const stopper = new AbortController()
  let base = ''
  let stand: OpenStand<WechatState> | null = null
  const opened = (): OpenStand<WechatState> => {
    if (!stand) throw new Error('stand-in is not open yet')
    return stand
  }
  const desk: PushDesk = {
    state: () => opened().state(),
    now: () => opened().now(),
    save: () => opened().save(),
    stop: stopper.signal,
  }
  stand = await openStand<WechatState>(
    {
      title: '微信公众号（替身）公开内容',
      fresh: () => freshWechatState(options),
      effects: (state) => state.effects,
      answer: (request, state) =>
        request.path.startsWith('/s/') ? showPage(request, state) : answerApi(request, state, options, base),
      tick(state, at) {
        const published = finishPublishJobs(state, options, base, at)
        const massed = finishMassJobs(state, options, base, at)
        const pushed = stand !== null && startDuePushes(options, desk)
        return published || massed || pushed
      },
      actions: (state) => ({
        callback(body) {
          state.callback = callbackSchema.parse(body) as CallbackSettings | null
        },
        confirm(body) {
          const { msg_id, allow } = confirmSchema.parse(body)
          confirmMass(state, options, msg_id, allow, opened().now())
        },
        ban(body) {
          banArticle(state, banSchema.parse(body).article_id, opened().now())
        },
        pushes: () => ({ pushes: state.pushes }),
        'follower-text'(body) {
          const { openid, text } = textSchema.parse(body)
          return sendFollowerText(options, desk, openid, text)
        },
        'verify-callback': async () => ({ verified: await verifyCallback(options, desk) }),
      }),
      stop: () => stopper.abort(),
    },
    options,
  )
  base = stand.url
  // A push that was on its way when the process died is tried again, as the platform would.
  for (const push of stand.state().pushes) if (push.state === 'sending') push.state = 'due'
  const running = stand
  return {
    ...running,
    pushes: () => running.state().pushes,
    setCallback(settings) {
      running.state().callback = settings
      running.save()
    },
    verifyCallback: () => verifyCallback(options, desk),
    sendText: (openid, text) => sendFollowerText(options, desk, openid, text),
    confirmMass(msgId, allow) {
      confirmMass(running.state(), options, msgId, allow, running.now())
      running.save()
    },
    ban(articleId) {
      banArticle(running.state(), articleId, running.now())
      running.save()
    },
  }
}
