// In: a TLS connection that speaks HTTP/2. Out: the same session over the runtime's own client (node:http2, nghttp2).
// Some six times dearer per message than frames.ts and met by every service: for those that our framing does not get on with.
// Must not make a connection of its own, nor read more of a reply than its head.
import {
  connect,
  constants,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { SECOND } from '../core/instant.ts'
import type { Exchange, Session } from './exchange.ts'

const REPLY_MS = 10 * SECOND
const LARGEST_REPLY = 16 * 1024
const MOST_STREAMS = 128
/** Until the service names its own. */
const FIRST_STREAMS = 100

/** Opens a session over a connection. @param origin https://host, with its port where it is not 443 */
export function openHttp2(origin: string, socket: TLSSocket): Session {
  const session = connect(origin, { createConnection: () => socket, settings: { enablePush: false } })
  let open = true
  const shut = (): void => {
    open = false
  }
  // What was under way learns of it stream by stream.
  session.on('error', shut)
  session.on('close', shut)
  session.on('goaway', shut)
  return {
    isOpen: () => open && !session.closed && !session.destroyed,
    room: () => Math.min(MOST_STREAMS, Math.max(1, session.remoteSettings?.maxConcurrentStreams ?? FIRST_STREAMS)),
    close: () => {
      shut()
      session.destroy()
    },
    post: async (path, headers, body, isWanted = () => true) => {
      if (!open || session.closed || session.destroyed) return { got: 'nothing', sent: false, reason: 'closed' }
      if (!isWanted()) return { got: 'nothing', sent: false, reason: 'recalled' }
      return exchange(session.request({ ':method': 'POST', ':path': path, ...headers }), body)
    },
  }
}

function exchange(stream: ClientHttp2Stream, body: Buffer): Promise<Exchange> {
  return new Promise((resolve) => {
    const late = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), REPLY_MS)
    let reason = 'closed without a reply'
    let read = 0
    stream.on('response', (head: IncomingHttpHeaders & IncomingHttpStatusHeader) => {
      resolve({ got: 'reply', status: head[':status'] ?? 0, retryAfter: head['retry-after'] })
    })
    stream.on('data', (chunk: Buffer) => {
      read += chunk.length
      if (read > LARGEST_REPLY) stream.close(constants.NGHTTP2_CANCEL)
    })
    stream.on('error', (error: Error & { code?: string }) => {
      reason = error.code ?? error.message
    })
    stream.on('close', () => {
      clearTimeout(late)
      // After a reply this says nothing any more.
      resolve({ got: 'nothing', sent: stream.rstCode !== constants.NGHTTP2_REFUSED_STREAM, reason })
    })
    stream.end(body)
  })
}
