// In: a push service and the address it was pinned to. Out: one connection over which messages go side by side.
// Must not resolve names, follow redirects, nor read more of a reply than its head: the status decides (RFC 8030).
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Endpoint } from '../core/push/endpoint.ts'
import { SECOND } from '../core/instant.ts'
import type { Session, SessionEnd } from './exchange.ts'
import { openFrames } from './frames.ts'
import { openHttp1 } from './session-http1.ts'
import { openHttp2 } from './session-http2.ts'

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
/** A proxy answers a tunnel with a few lines. */
const LARGEST_REPLY = 16 * 1024

export interface Speaking {
  /** frames: our own framing of HTTP/2. runtime: node:http2, dearer, where ours is not to be used. */
  over: 'frames' | 'runtime'
  /** Told once how a connection of our own framing ended. */
  ended: (end: SessionEnd) => void
}

/**
 * Connects; over HTTP/1.1 where the service offers nothing newer.
 * @throws when no connection with a good certificate comes about in time
 */
export async function openSession(place: Place, speaking: Partial<Speaking> = {}): Promise<Session> {
  const socket = await openTls(place, ['h2', 'http/1.1'])
  if (socket.alpnProtocol !== 'h2') {
    socket.destroy()
    return openHttp1(place.endpoint.origin, () => openTls(place, ['http/1.1']))
  }
  if (speaking.over === 'runtime') return openHttp2(place.endpoint.origin, socket)
  return openFrames(socket, new URL(place.endpoint.origin).host, speaking.ended)
}

function describe(error: unknown): string {
  return error instanceof Error
    ? ((error as { code?: string }).code ?? error.message)
    : 'no error but a value was thrown'
}

/** A TLS connection to the pinned address, or through a proxy's tunnel; certificates are checked against the name. */
async function openTls({ endpoint, address, ca, proxy }: Place, protocols: string[]): Promise<TLSSocket> {
  const { host, port } = endpoint
  const deadline = AbortSignal.timeout(CONNECT_MS)
  const tunnel = proxy === null ? null : await openTunnel(proxy, host, port, deadline)
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      // Beside a tunnel the host is what the certificate is compared with.
      ...(tunnel === null ? { host: address ?? host, port } : { socket: tunnel, host }),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ALPNProtocols: protocols,
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
