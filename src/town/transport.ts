// In: node's request and response objects. Out: whole bodies, and replies with the scripted damage of the wire.
// Must not know any platform.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Instant } from '../core/instant.ts'
import type { Fault } from './faults.ts'
import type { Reply } from './wire.ts'

const GATEWAY_PAGE = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>'

/**
 * Reads a request body.
 * @returns null when it is larger than `limit` bytes; the rest is read away so that the refusal can be delivered
 */
export async function readBody(message: IncomingMessage, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message) {
    const bytes = chunk as Buffer
    size += bytes.length
    if (size <= limit) chunks.push(bytes)
    else if (size > 4 * limit) break
  }
  return size > limit ? null : Buffer.concat(chunks)
}

export interface Sending {
  at: Instant
  fault: Fault | null
  pause: (ms: number) => Promise<void>
}

function damage(reply: Reply | null, fault: Fault | null): Reply {
  const whole = reply ?? { status: 502, type: 'text/html', body: GATEWAY_PAGE, code: 'unanswered' }
  switch (fault?.kind) {
    case 'http-5xx':
      return { ...whole, status: fault.status ?? 502, type: 'text/html', body: GATEWAY_PAGE }
    case 'html':
      return { ...whole, status: 200, type: 'text/html; charset=utf-8', body: GATEWAY_PAGE }
    case 'wrong-type':
      return { ...whole, type: 'application/octet-stream' }
    case 'truncated':
      return { ...whole, body: whole.body.slice(0, Math.max(1, Math.floor(whole.body.length / 2))) }
    case 'drip':
      // A reply without a body would drip nothing at all.
      return whole.body === '' ? { ...whole, body: GATEWAY_PAGE } : whole
    default:
      return whole
  }
}

/** Sends a reply; null stands for a call that was never applied. The Date header follows the stand-in's clock. */
export async function sendReply(response: ServerResponse, reply: Reply | null, sending: Sending): Promise<void> {
  const { fault } = sending
  const { status, type, body, headers } = damage(reply, fault)
  const skew = fault?.kind === 'date-skew' ? (fault.ms ?? 0) : 0
  const bytes = Buffer.from(body)
  response.writeHead(status, {
    ...headers,
    // 204 has no body and says nothing about one (RFC 9110 §8.6); an HTTP/2 client breaks off over it.
    ...(status === 204 ? {} : { 'content-type': type, 'content-length': bytes.length }),
    date: new Date(sending.at + skew).toUTCString(),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  if (fault?.kind === 'drip') {
    for (const byte of bytes) {
      if (response.destroyed) return
      response.write(Buffer.of(byte))
      await sending.pause(fault.ms ?? 200)
    }
  }
  response.end(fault?.kind === 'drip' ? undefined : bytes)
}
