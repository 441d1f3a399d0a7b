// In: what WeChat posts to /callbacks/wechat. Out: "success" at once, and the delivery it speaks of looked at again; to a follower's
// message the words that answer it. Must not settle a delivery by the callback's word alone: it only wakes the check that asks the platform.
import type { Pool } from 'pg'
import type { FastifyBaseLogger } from 'fastify'
import {
  answerEcho,
  composeTextReply,
  NOTHING_TO_SAY,
  openCallback,
  parseCallback,
  sealReply,
  type CallbackEvent,
  type CallbackQuery,
} from '../../channels/wechat/callback.ts'
import type { WechatConfig } from '../../channels/wechat/config.ts'
import { changeSubscribers } from '../../channels/wechat/subscribers.ts'
import type { Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import type { Outlet } from '../publish/outlets.ts'
import { findAcceptedByJob } from '../store/by-hand.ts'
import { openBox } from '../store/deliveries.ts'
import { toTimestamp } from '../store/pool.ts'
import { isRemembered, rememberMessage, wakePending } from '../store/wake.ts'
import type { DeskContext } from '../web/desk/server.ts'
import type { InstallationClock } from './clock.ts'

const PLAIN = 'text/plain; charset=utf-8'
const XML = 'text/xml; charset=utf-8'

/** What a follower's message comes to: the words of the reply, '' for none. It may be asked again with the same message. */
export interface Followers {
  answer: (message: { outlet: string; openid: string; kind: string; text: string }) => Promise<string>
  /** Unguessable, 32 hex digits. */
  random: () => string
}

type RaiseAlarm = (kind: string, subject: string, message: string, trafficClass: TrafficClass) => Promise<void>

/**
 * Opens the callback door for every WeChat outlet; the signature tells which account it is. What a message asks for may be
 * done twice, but not left out: it throws, and the platform repeats the message (channels.md §2.9), until all is on record.
 * @param alarm throws when the alarm could not be recorded
 * @param followers left out: nobody reads what followers write
 */
export function openCallbacks(
  outlets: readonly Outlet[],
  pool: Pool,
  clock: InstallationClock,
  log: FastifyBaseLogger,
  alarm: RaiseAlarm,
  followers: Followers | null = null,
): DeskContext['callback'] {
  const accounts = outlets.filter((outlet) => outlet.channel.name === 'wechat')
  return async (given, body, method) => {
    const query: CallbackQuery = {
      signature: given['signature'] ?? '',
      timestamp: given['timestamp'] ?? '',
      nonce: given['nonce'] ?? '',
      encryptType: given['encrypt_type'] ?? '',
      msgSignature: given['msg_signature'] ?? '',
    }
    for (const account of accounts) {
      const config = account.config as WechatConfig
      if (method === 'GET') {
        const echo = answerEcho(config, query, given['echostr'] ?? '')
        if (echo !== null) return { status: 200, type: PLAIN, body: echo }
        continue
      }
      const opened = openAtEitherClock(account, query, body ?? '', clock)
      if (!opened.ok) continue
      const event = parseCallback(opened.body)
      if (event === null) {
        log.warn({ outlet: account.id }, 'a signed callback that cannot be read; XML is expected')
        return { status: 200, type: PLAIN, body: NOTHING_TO_SAY }
      }
      if (event.event === 'message' && followers && account.class === 'actual' && account.mode === 'live') {
        const words = await followers.answer({ ...event, outlet: account.id })
        log.info({ outlet: account.id, event: event.event, kind: event.kind }, 'callback')
        return writeReply({ account: config, opened, words, now: clock.realNow(), random: followers.random() })
      }
      const door = `wechat ${account.id}`
      const repeated = await isRemembered(pool, door, event.dedupeKey)
      if (!repeated) {
        const now = clock.now(account.class)
        await act(event, account, now, pool, alarm)
        await rememberMessage(pool, door, event.dedupeKey, toTimestamp(now))
      }
      log.info({ outlet: account.id, event: event.event, repeated }, 'callback')
      return { status: 200, type: PLAIN, body: NOTHING_TO_SAY }
    }
    log.warn({ method }, 'a callback whose signature fits no account was refused')
    return { status: 401, type: PLAIN, body: 'signature' }
  }
}

/** The reply in the form that the message came in: the platform shows it to whoever wrote, and keeps nothing else. */
function writeReply({
  account,
  opened,
  words,
  now,
  random,
}: {
  account: WechatConfig
  opened: { body: string; sealed: boolean }
  words: string
  now: Instant
  random: string
}): { status: number; type: string; body: string } {
  const reply = composeTextReply(opened.body, words, now)
  if (reply === null) return { status: 200, type: PLAIN, body: NOTHING_TO_SAY }
  const { appId, callbackToken, encodingAesKey } = account
  const isSealed = opened.sealed && callbackToken !== undefined && encodingAesKey !== undefined
  const body = isSealed ? sealReply({ appId, callbackToken, encodingAesKey }, reply, now, random) : reply
  return { status: 200, type: XML, body }
}

/** Does what the message asks for; every part of it may be done again. */
async function act(event: CallbackEvent, account: Outlet, now: Instant, pool: Pool, alarm: RaiseAlarm): Promise<void> {
  if (event.event === 'publish-finished' || event.event === 'mass-finished') {
    await wakePending(pool, account.id, toTimestamp(now))
    await tellRemoved(event, account, pool, alarm)
  }
  const change = readChange(event, (account.config as WechatConfig).subscribe?.templateId)
  if (change !== null && !(await changeSubscribers(openBox(pool, account.id), change, now)))
    await alarm('subscribers', account.id, `渠道 ${account.id} 的订阅者名单不可读或已满`, account.class)
}

/** An article that stood and was taken down since, by the platform or in its console: a person must know, at once. */
async function tellRemoved(
  event: CallbackEvent & { event: 'publish-finished' | 'mass-finished' },
  account: Outlet,
  pool: Pool,
  alarm: RaiseAlarm,
): Promise<void> {
  if (event.outcome?.state !== 'rejected') return
  const job = event.event === 'publish-finished' ? event.result.publishId : event.msgId
  const stood = await findAcceptedByJob(pool, account.id, job)
  if (stood === null) return
  const message = `${account.id}（${stood.serial}）：平台通知，已发布的内容不再可见：${event.outcome.reason}`
  await alarm('removed', stood.id, message, account.class)
}

/** Who wants notices from now on, and who does not (channels.md §2.6); null when the event is about neither. */
function readChange(
  event: CallbackEvent,
  templateId: string | undefined,
): { add?: string[]; remove?: string[] } | null {
  // Service notices also reach people who do not follow the account: only a refusal or a used-up permission ends them.
  if (event.event !== 'notice-choice' || event.openid === '') return null
  const choice = event.choices.findLast((one) => one.templateId === templateId)
  if (choice === undefined) return null
  return choice.accepted ? { add: [event.openid] } : { remove: [event.openid] }
}

/** Under a shifted clock (scenarios, drills, tests) the platform's stand-in may sign by either. */
function openAtEitherClock(account: Outlet, query: CallbackQuery, body: string, clock: InstallationClock) {
  const config = account.config as WechatConfig
  const opened = openCallback(config, query, body, clock.now(account.class))
  return opened.ok || clock.now(account.class) === clock.realNow()
    ? opened
    : openCallback(config, query, body, clock.realNow())
}
