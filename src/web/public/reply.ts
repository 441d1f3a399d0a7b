// In: a whole answer, made once. Out: the same answer to everybody, in one write.
// Must not be clever where a client is not the usual one: what is no plain GET that stays connected goes Node's own way.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { KEEP_ALIVE_MS } from './listener.ts'

/** Names and values in turn, as writeHead takes them without building an object. */
export type Head = readonly string[]

/** An answer as it leaves. */
export interface Reply {
  status: number
  head: Head
  body: Buffer | null
  /** Status line and head as on the wire, without the date; null where the body is too long to be worth it. */
  line: string | null
  /** The body, byte for character: head and body then leave as one piece, without a buffer of their own. */
  text: string
}

/** Up to here Node writes a text at once from its own stack (16 kB with the head). */
const SHORT = 15_000
const REASONS: Readonly<Record<number, string>> = { 200: 'OK', 304: 'Not Modified' }

/** @param body null: none, and no length is said (304) */
export function makeReply(status: number, fields: Head, body: Buffer | null): Reply {
  const head = body === null ? fields : [...fields, 'content-length', String(body.length)]
  const reason = REASONS[status]
  const isShort = (body?.length ?? 0) <= SHORT && reason !== undefined
  let line = `HTTP/1.1 ${status} ${reason ?? ''}\r\n`
  for (let at = 0; at < head.length; at += 2) line += `${head[at]}: ${head[at + 1]}\r\n`
  return {
    status,
    head,
    body,
    line: isShort ? line : null,
    text: isShort ? (body?.toString('latin1') ?? '') : '',
  }
}

/** Node's place for a head that is ready. Setting it spares writeHead's checks of each field: a third of the whole cost. */
interface WithHead {
  _header?: string | null
}

/** Opens the way out of one process. */
export function openReplies(
  now: () => number,
): (reply: Reply, request: IncomingMessage, response: ServerResponse) => void {
  let until = 0
  let tail = ''
  const writeTail = (): string => {
    const at = now()
    if (at < until) return tail
    until = at - (at % 1_000) + 1_000
    const date = new Date(at).toUTCString()
    tail = `Date: ${date}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE_MS / 1_000}\r\n\r\n`
    return tail
  }
  return (reply, request, response) => {
    const place = response as WithHead
    const isUsual = request.method === 'GET' && response.shouldKeepAlive && place._header === null
    if (reply.line !== null && isUsual) {
      place._header = reply.line + writeTail()
      response.end(reply.text, 'latin1')
      return
    }
    response.writeHead(reply.status, [...reply.head])
    response.end(reply.body ?? undefined)
  }
}
