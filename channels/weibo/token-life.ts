// In: the account's token. Out: how long it still lives, by Weibo's own word.
// Must not renew it: a server app has no refresh, a person authorises again (channels.md §1.1).
import type { Inspection, Reach } from '../../src/core/channel.ts'
import { DAY, SECOND } from '../../src/core/instant.ts'
import { callBooked } from '../wire/ask.ts'
import { joinUrl } from '../wire/address.ts'
import { field, parseObject, readCode, readId, readMessage } from '../wire/json.ts'
import { apiBaseOf, type WeiboConfig } from './config.ts'
import { FORM } from './drivers.ts'
import { describeError, reactionTo } from './errors.ts'
import { READ_DEADLINE, TOKEN_WARNING } from './limits.ts'

/**
 * oauth2/get_token_info: `{uid, appkey, scope, create_at, expire_in}`; the seconds that are left, negative once it has
 * ended. An older revision of the page says expires_in (§1.1). One of the day's hundred calls.
 */
export async function inspectToken(config: WeiboConfig, reach: Reach): Promise<Inspection> {
  const reply = await callBooked(reach, 'oauth2/get_token_info', 3, {
    method: 'POST',
    url: joinUrl(apiBaseOf(config), '/oauth2/get_token_info'),
    headers: FORM,
    body: new URLSearchParams({ access_token: config.accessToken }).toString(),
    deadlineMs: READ_DEADLINE,
    maxBytes: 64 * 1024,
  })
  if (reply.got === 'budget') return { state: 'unclear', reason: '调用额度已用完' }
  if (reply.got === 'nothing') return { state: 'unclear', reason: `查询授权没有回音：${reply.reason}` }
  const body = parseObject(reply.body)
  if (body === null) return { state: 'unclear', reason: `查询授权的回音（HTTP ${reply.status}）不可读` }
  const code = readCode(field(body, 'error_code'))
  if (code !== null && code !== '0') {
    const reason = describeError(code, readMessage(field(body, 'error')))
    return reactionTo(code).act === 'auth' ? { state: 'ending', until: null, reason } : { state: 'unclear', reason }
  }
  const uid = readId(field(body, 'uid'))
  if (uid !== null && uid !== config.uid)
    return { state: 'ending', until: null, reason: `授权属于 uid ${uid}，不是配置的 ${config.uid}` }
  const left = readSeconds(field(body, 'expire_in')) ?? readSeconds(field(body, 'expires_in'))
  if (left === null) return { state: 'unclear', reason: '查询授权的回音里没有 expire_in' }
  if (left <= 0) return { state: 'ending', until: null, reason: '授权已过期，请重新授权' }
  const until = reach.now() + left * SECOND
  const days = Math.floor((left * SECOND) / DAY)
  return left * SECOND > TOKEN_WARNING
    ? { state: 'well', until }
    : { state: 'ending', until, reason: `授权还有 ${days} 天到期，请重新授权` }
}

function readSeconds(value: unknown): number | null {
  const text = typeof value === 'number' ? String(Math.trunc(value)) : value
  return typeof text === 'string' && /^-?\d{1,12}$/.test(text) ? Number(text) : null
}
