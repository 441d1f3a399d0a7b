// In: a whole answer, made once. Out: the same answer to everybody, on a connection of ours or by Node's own way.
// Must not know who asked for it, nor whether it was the right one.
import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { KEEP_ALIVE_MS } from './listener.ts'

/** Names and values in turn, as writeHead takes them without building an object. */
export type Head = readonly string[]

/** An answer as it leaves. */
export interface Reply {
  status: number
  head: Head
  body: Buffer | null
  /** Status line and fields as on the wire, without those of the moment. */
  line: string
  /** The whole answer as it left last, and for which second; null where the body is too long for a second copy. */
  whole: { second: number; bytes: Buffer } | null
}

/** Up to here one buffer for head and body is worth its memory: one write instead of two that are gathered. */
const SHORT = 16_384

/** @param body null: none, and no length is said (304) */
export function makeReply(status: number, fields: Head, body: Buffer | null): Reply {
  const head = body === null ? fields : [...fields, 'content-length', String(body.length)]
  const isShort = (body?.length ?? 0) <= SHORT
  return { status, head, body, line: writeHead(status, head), whole: isShort ? { second: 0, bytes: NONE } : null }
}

const NONE = Buffer.alloc(0)

/** Status line and fields (RFC 9112 §4, §5); the fields of the moment and the empty line come behind. */
export function writeHead(status: number, head: Head): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  for (let at = 0; at < head.length; at += 2) text += `${head[at]}: ${head[at + 1]}\r\n`
  return text
}

/** Answers by Node's own way, which knows HEAD, HTTP/1.0, pipelining and connections that end. */
export function answerWith(reply: Reply, response: ServerResponse): void {
  response.writeHead(reply.status, [...reply.head])
  response.end(reply.body ?? undefined)
}

/** Opens the way out over connections that are ours alone. @param now Unix ms */
export function openWriter(now: () => number): (reply: Reply, socket: Socket) => void {
  let second = 0
  let tail = ''
  return (reply, socket) => {
    const at = Math.floor(now() / 1_000)
    if (at !== second) {
      second = at
      tail = `${writeDate(at * 1_000)}Connection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE_MS / 1_000}\r\n\r\n`
    }
    const { whole, line, body } = reply
    if (whole) {
      // Thousands in the same second get the same bytes.
      if (whole.second !== second) {
        whole.second = second
        whole.bytes = Buffer.concat([Buffer.from(line + tail, 'latin1'), body ?? NONE])
      }
      socket.write(whole.bytes)
      return
    }
    socket.cork()
    socket.write(line + tail, 'latin1')
    if (body) socket.write(body)
    socket.uncork()
  }
}

/** @param at Unix ms, a whole second */
export function writeDate(at: number): string {
  return `Date: ${new Date(at).toUTCString()}\r\n`
}
