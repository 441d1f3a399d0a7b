// In: one API call with a JSON payload. Out: what came back, with the token renewed at most once on the way.
// Must not repeat a call unless the platform answered that it refused the token.
import type { Priority, Reach } from '../../src/core/channel.ts'
import type { Instant } from '../../src/core/instant.ts'
import { callBooked, describeFailure } from '../wire/ask.ts'
import { joinUrl } from '../wire/address.ts'
import { field, parseObject, readCode, readMessage } from '../wire/json.ts'
import type { WechatConfig } from './config.ts'
import { TOKEN_CODES } from './errors.ts'
import { CALL_DEADLINE, LARGEST_REPLY } from './limits.ts'
import { openTokens, type Token } from './token.ts'

export type WechatReply =
  | { got: 'ok'; body: Record<string, unknown> }
  /** errcode other than 0, with the platform's text, whose `rid:` its support asks for. */
  | { got: 'error'; code: string; message: string; body: Record<string, unknown> }
  /** A reply without envelope: nobody knows whether the call was executed. */
  | { got: 'garbage'; reason: string }
  | { got: 'nothing'; sent: boolean; reason: string }
  | { got: 'budget'; api: string; until: Instant }

export interface Wechat {
  /**
   * POST /cgi-bin/<api> with the payload as raw UTF-8 JSON (\uXXXX is refused with 40033).
   * @param api as booked and as in the path, e.g. draft/add
   */
  call(api: string, payload: unknown, priority: Priority): Promise<WechatReply>
  /** The same with a ready body, for uploads; query are further parameters. */
  send(
    api: string,
    body: { contentType: string; bytes: string | Uint8Array },
    priority: Priority,
    query?: Record<string, string>,
  ): Promise<WechatReply>
  /** Tokens that have been in use, for the guard. */
  tokens: ReadonlySet<string>
}

/** Calls of one outlet. */
export function openCalls(config: WechatConfig, reach: Reach): Wechat {
  const tokens = new Set<string>()
  const obtainToken = openTokens(config, reach)

  async function callOnce(
    token: string,
    api: string,
    body: { contentType: string; bytes: string | Uint8Array },
    priority: Priority,
    query: Record<string, string>,
  ): Promise<WechatReply> {
    const reply = await callBooked(reach, api, priority, {
      method: 'POST',
      url: joinUrl(config.baseUrl, `/cgi-bin/${api}`, { access_token: token, ...query }),
      headers: { 'content-type': body.contentType },
      body: body.bytes,
      deadlineMs: CALL_DEADLINE,
      maxBytes: LARGEST_REPLY,
    })
    if (reply.got === 'budget') return { got: 'budget', api, until: reply.until }
    if (reply.got === 'nothing') return reply
    // The platform answers 200 for errors, sometimes as text/plain: the body decides, not the headers (§2).
    const parsed = parseObject(reply.body)
    if (parsed === null || reply.status !== 200)
      return { got: 'garbage', reason: `${api} 的回音（HTTP ${reply.status}）不可读` }
    const code = readCode(field(parsed, 'errcode'))
    if (code === null || code === '0') return { got: 'ok', body: parsed }
    return { got: 'error', code, message: readMessage(field(parsed, 'errmsg')), body: parsed }
  }

  const send: Wechat['send'] = async (api, body, priority, query = {}) => {
    let refused: string | null = null
    for (;;) {
      const token: Token = await obtainToken(priority, refused).catch((error: unknown): Token => ({
        state: 'unreachable',
        reason: describeFailure(error),
      }))
      if (token.state === 'budget') return { got: 'budget', api: 'stable_token', until: token.until }
      if (token.state === 'unreachable')
        return { got: 'nothing', sent: false, reason: `没有 access_token：${token.reason}` }
      if (token.state === 'refused')
        // -1 here says nothing about the call itself, which was never made.
        return token.code === '-1'
          ? { got: 'nothing', sent: false, reason: `没有 access_token：-1 ${token.message}` }
          : { got: 'error', code: token.code, message: token.message, body: {} }
      tokens.add(token.token)
      const reply = await callOnce(token.token, api, body, priority, query)
      if (refused !== null || reply.got !== 'error' || !TOKEN_CODES.has(reply.code)) return reply
      refused = token.token
    }
  }

  return {
    tokens,
    send,
    call: (api, payload, priority) =>
      send(api, { contentType: 'application/json; charset=utf-8', bytes: JSON.stringify(payload) }, priority),
  }
}
