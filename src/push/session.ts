// In: a push service and the address it was pinned to. Out: one HTTP/2 connection over which messages go side by side.
// Must not resolve names, follow redirects, nor read more of a reply than its head: the status decides (RFC 8030).
import { connect as connectHttp2, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Endpoint } from '../core/push/endpoint.ts'
import { SECOND } from '../core/instant.ts'

export type Exchange =
  | { got: 'reply'; status: number; retryAfter: string | undefined }
  /** sent: bytes may have reached the service; the same Topic makes a repeat harmless. */
  | { got: 'nothing'; sent: boolean; reason: string }

export interface Session {
  post(path: string, headers: Record<string, string | number>, body: Buffer): Promise<Exchange>
  /** How many messages may be under way at once. */
  room(): number
  isOpen(): boolean
  close(): void
}

export interface Place {
  endpoint: Pick<Endpoint, 'host' | 'port' | 'origin'>
  /** Where to connect; null where a proxy resolves the name. */
  address: string | null
  /** PEM of an authority beside the system's, for a stand-in. */
  ca: string | null
  /** http://host:port of a proxy that opens tunnels (CONNECT). */
  proxy: string | null
}

const CONNECT_MS = 5 * SECOND
const REPLY_MS = 10 * SECOND
const SWEEP_MS = 500
/** Streams on one connection; services name fewer in their settings. */
const MOST_STREAMS = 128
/** A reply has a few hundred bytes; one that drips for ever is cut off. */
const LARGEST_REPLY = 16 * 1024

/** Connects. @throws when no connection that speaks HTTP/2 with a good certificate comes about in time */
export async function openSession(place: Place): Promise<Session> {
  const socket = await openTls(place)
  if (socket.alpnProtocol !== 'h2') {
    socket.destroy()
    throw new Error('the push service does not speak HTTP/2')
  }
  const http2 = connectHttp2(place.endpoint.origin, {
    createConnection: () => socket,
    settings: { enablePush: false },
  })
  // An error ends every stream with its own; without a listener it would end the process.
  http2.on('error', () => undefined)
  return overSession(http2)
}

interface UnderWay {
  stream: ClientHttp2Stream
  since: number
  finish: (exchange: Exchange) => void
}

function overSession(http2: ClientHttp2Session): Session {
  const underWay = new Set<UnderWay>()
  // One sweep for all: a timer for each of a hundred thousand messages costs more than the look.
  const sweep = setInterval(() => {
    const late = performance.now() - REPLY_MS
    for (const each of underWay) {
      if (each.since > late) continue
      each.finish({ got: 'nothing', sent: true, reason: 'no reply in time' })
      each.stream.close(constants.NGHTTP2_CANCEL)
    }
  }, SWEEP_MS)
  sweep.unref()
  let open = true
  const shut = (): void => {
    open = false
  }
  http2.on('goaway', shut)
  http2.on('close', () => {
    shut()
    clearInterval(sweep)
  })
  return {
    isOpen: () => open && !http2.closed && !http2.destroyed,
    room: () => Math.min(MOST_STREAMS, http2.remoteSettings?.maxConcurrentStreams ?? MOST_STREAMS),
    close: () => {
      shut()
      clearInterval(sweep)
      for (const each of underWay) each.finish({ got: 'nothing', sent: true, reason: 'closed' })
      http2.destroy()
    },
    post: (path, headers, body) =>
      new Promise((resolve) => {
        let stream: ClientHttp2Stream
        try {
          stream = http2.request({ ':method': 'POST', ':path': path, ...headers })
        } catch (error) {
          resolve({ got: 'nothing', sent: false, reason: describe(error) })
          return
        }
        const entry: UnderWay = {
          stream,
          since: performance.now(),
          finish: (exchange) => {
            if (underWay.delete(entry)) resolve(exchange)
          },
        }
        underWay.add(entry)
        stream.on('response', (head) => {
          entry.finish({ got: 'reply', status: head[':status'] ?? 0, retryAfter: head['retry-after'] })
        })
        let read = 0
        stream.on('data', (chunk: Buffer) => {
          read += chunk.length
          if (read > LARGEST_REPLY) stream.close(constants.NGHTTP2_CANCEL)
        })
        stream.on('error', (error) => {
          const refused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM
          entry.finish({ got: 'nothing', sent: !refused, reason: describe(error) })
        })
        stream.on('close', () => entry.finish({ got: 'nothing', sent: true, reason: 'closed without a reply' }))
        stream.end(body)
      }),
  }
}

function describe(error: unknown): string {
  return error instanceof Error
    ? ((error as { code?: string }).code ?? error.message)
    : 'no error but a value was thrown'
}

/** A TLS connection to the pinned address, or through a proxy's tunnel; certificates are checked against the name. */
async function openTls({ endpoint, address, ca, proxy }: Place): Promise<TLSSocket> {
  const { host, port } = endpoint
  const deadline = AbortSignal.timeout(CONNECT_MS)
  const tunnel = proxy === null ? null : await openTunnel(proxy, host, port, deadline)
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      ...(tunnel === null ? { host: address ?? host, port } : { socket: tunnel }),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ALPNProtocols: ['h2'],
      ...(ca === null ? {} : { ca }),
    })
    const late = (): void => {
      socket.destroy(new Error('no connection in time'))
    }
    deadline.addEventListener('abort', late)
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      deadline.removeEventListener('abort', late)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

function openTunnel(proxy: string, host: string, port: number, deadline: AbortSignal): Promise<Socket> {
  const { hostname, port: proxyPort } = new URL(proxy)
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: hostname, port: Number(proxyPort || 80) })
    const fail = (reason: string): void => {
      socket.destroy()
      reject(new Error(reason))
    }
    const late = (): void => fail('the proxy does not answer')
    deadline.addEventListener('abort', late)
    socket.once('error', (error) => fail(`proxy: ${describe(error)}`))
    socket.once('connect', () => socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`))
    let head = ''
    const read = (chunk: Buffer): void => {
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) {
        if (head.length > LARGEST_REPLY) fail('the proxy answers too much')
        return
      }
      socket.off('data', read)
      deadline.removeEventListener('abort', late)
      if (/^HTTP\/1\.[01] 2\d\d /.test(head)) resolve(socket)
      else fail('the proxy refuses')
    }
    socket.on('data', read)
  })
}
