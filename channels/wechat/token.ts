// In: appId and secret. Out: an access token that all processes of this installation share.
// Must not call /cgi-bin/token (it kills tokens of others) nor force a refresh (20 a day, after a leak only; §2.1).
import type { HttpReply, Inspection, Priority, Reach } from '../../src/core/channel.ts'
import { SECOND, type Instant } from '../../src/core/instant.ts'
import { callBooked } from '../wire/ask.ts'
import { joinUrl } from '../wire/address.ts'
import { allowTime, waitAtMost } from '../wire/deadline.ts'
import { field, parseObject, readCode, readMessage } from '../wire/json.ts'
import type { WechatConfig } from './config.ts'
import { describeError, reactionTo } from './errors.ts'
import { CALL_DEADLINE, LOCK_WAIT, TOKEN_MARGIN } from './limits.ts'

export type Token =
  | { state: 'ready'; token: string }
  /** The platform refused: wrong secret, IP not in the whitelist. */
  | { state: 'refused'; code: string; message: string }
  | { state: 'budget'; until: Instant }
  | { state: 'unreachable'; reason: string }

/**
 * Hands out the shared token, fetching it in normal mode when there is none or it is about to end.
 * @param refused a token that the platform has just rejected; another process may have renewed it meanwhile
 */
type ObtainToken = (priority: Priority, refused: string | null) => Promise<Token>

/** Opens the tokens of one outlet, for all its legs. */
export function openTokens(config: WechatConfig, reach: Reach): ObtainToken {
  const key = keyOf(config)
  // One renewal at a time in this process: ten deliveries must not ask a dead host ten times.
  const flights = new Map<string, Promise<Token>>()
  const join = (refused: string, renew: () => Promise<Token>): Promise<Token> => {
    const flight = flights.get(refused) ?? renew().finally(() => flights.delete(refused))
    flights.set(refused, flight)
    return flight
  }
  return async (priority, refused) => {
    const shared = async (): Promise<Token | null> => {
      const kept = await reach.box.read(key)
      const usable = kept !== null && kept.expiresAt - TOKEN_MARGIN > reach.now() && kept.value !== refused
      return usable ? { state: 'ready', token: kept.value } : null
    }
    const ready = await shared()
    if (ready) return ready
    const wait = allowTime(LOCK_WAIT)
    const renew = async (): Promise<Token> => (await shared()) ?? (await fetchShared(config, reach, priority))
    // Another node may hold the lock and hang: whoever waits gives up in time and is tried again, having sent nothing.
    const token =
      wait === null
        ? null
        : await waitAtMost(
            wait,
            join(refused ?? '', () => reach.box.withLock(key, renew)),
          )
    return token ?? { state: 'unreachable', reason: '等待 access_token 超时' }
  }
}

function keyOf(config: WechatConfig): string {
  return `token:${config.appId}`
}

/** Fetches in normal mode, which within a token's validity gives the same one again, and shares it. */
async function fetchShared(config: WechatConfig, reach: Reach, priority: Priority): Promise<Token> {
  const { token, expiresIn } = await fetchToken(config, reach, priority)
  if (token.state === 'ready') await reach.box.write(keyOf(config), token.token, reach.now() + expiresIn * SECOND)
  return token
}

/** Asks for a token although there may be one: a changed secret or IP shows here, and not first at night (§2.1). */
export async function inspectCredential(config: WechatConfig, reach: Reach): Promise<Inspection> {
  const token = await fetchShared(config, reach, 3)
  if (token.state === 'ready') return { state: 'well', until: null }
  if (token.state === 'budget') return { state: 'unclear', reason: '调用额度已用完' }
  if (token.state === 'unreachable') return { state: 'unclear', reason: token.reason }
  const { act } = reactionTo(token.code)
  const reason = describeError(token)
  return act === 'busy' || act === 'retry' || act === 'tomorrow'
    ? { state: 'unclear', reason }
    : { state: 'ending', until: null, reason }
}

async function fetchToken(
  config: WechatConfig,
  reach: Reach,
  priority: Priority,
): Promise<{ token: Token; expiresIn: number }> {
  const reply = await callBooked(reach, 'stable_token', priority, {
    method: 'POST',
    url: joinUrl(config.baseUrl, '/cgi-bin/stable_token'),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credential', appid: config.appId, secret: config.secret }),
    deadlineMs: CALL_DEADLINE,
    maxBytes: 64 * 1024,
  })
  if (reply.got === 'budget') return { token: { state: 'budget', until: reply.until }, expiresIn: 0 }
  return readToken(reply)
}

function readToken(reply: HttpReply): { token: Token; expiresIn: number } {
  const fail = (reason: string) => ({ token: { state: 'unreachable', reason } satisfies Token, expiresIn: 0 })
  if (reply.got === 'nothing') return fail(reply.reason)
  const body = parseObject(reply.body)
  if (body === null) return fail(`取 access_token 的回音（HTTP ${reply.status}）不可读`)
  const token = field(body, 'access_token')
  const expiresIn = field(body, 'expires_in')
  // Tokens may grow to 512 characters (stable_token page).
  if (
    typeof token === 'string' &&
    /^[\x21-\x7e]{16,1024}$/.test(token) &&
    typeof expiresIn === 'number' &&
    expiresIn > 0
  )
    return { token: { state: 'ready', token }, expiresIn: Math.min(expiresIn, 7200) }
  const code = readCode(field(body, 'errcode'))
  if (code === null || code === '0') return fail('取 access_token 的回音里没有 access_token')
  return { token: { state: 'refused', code, message: readMessage(field(body, 'errmsg')) }, expiresIn: 0 }
}
