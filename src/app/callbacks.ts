// In: what WeChat posts to /callbacks/wechat. Out: "success" at once, and the delivery it speaks of looked at again.
// Must not believe the callback's word alone: it only wakes the check that asks the platform (a lost or forged one costs nothing).
import type { Pool } from 'pg'
import type { FastifyBaseLogger } from 'fastify'
import {
  answerEcho,
  NOTHING_TO_SAY,
  openCallback,
  parseCallback,
  type CallbackQuery,
} from '../../channels/wechat/callback.ts'
import type { WechatConfig } from '../../channels/wechat/config.ts'
import type { Outlet } from '../publish/outlets.ts'
import { toTimestamp } from '../store/pool.ts'
import { rememberMessage, wakePending } from '../store/wake.ts'
import type { DeskContext } from '../web/desk/server.ts'
import type { InstallationClock } from './clock.ts'

const PLAIN = 'text/plain; charset=utf-8'

/** Opens the callback door for every WeChat outlet; the signature tells which account it is. */
export function openCallbacks(
  outlets: readonly Outlet[],
  pool: Pool,
  clock: InstallationClock,
  log: FastifyBaseLogger,
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
      const opened = openAtEitherClock(config, query, body ?? '', clock)
      if (!opened.ok) continue
      const event = parseCallback(opened.body)
      if (event === null) return { status: 200, type: PLAIN, body: NOTHING_TO_SAY }
      const at = toTimestamp(clock.now(account.class))
      const isNew = await rememberMessage(pool, `wechat ${account.id}`, event.dedupeKey, at)
      if (isNew && (event.event === 'publish-finished' || event.event === 'mass-finished')) {
        await wakePending(pool, account.id, at)
      }
      log.info({ outlet: account.id, event: event.event, repeated: !isNew }, 'callback')
      return { status: 200, type: PLAIN, body: NOTHING_TO_SAY }
    }
    log.warn({ method }, 'a callback whose signature fits no account was refused')
    return { status: 401, type: PLAIN, body: 'signature' }
  }
}

/** Under a shifted clock (scenarios, tests) the platform's stand-in may sign by either. */
function openAtEitherClock(config: WechatConfig, query: CallbackQuery, body: string, clock: InstallationClock) {
  const opened = openCallback(config, query, body, clock.now('actual'))
  return opened.ok || clock.offset() === 0 ? opened : openCallback(config, query, body, clock.realNow())
}
