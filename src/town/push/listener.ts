// In: a TLS identity and the stand-in's way to answer. Out: an HTTPS listener on 127.0.0.1, HTTP/2 and HTTP/1.1 by ALPN.
// Must not judge anything: it carries requests, and ends connections as a push service does from time to time.
import type { RequestListener } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { TlsIdentity } from './certificate.ts'

export interface SecureListener {
  port: number
  /** Says GOAWAY on every HTTP/2 connection: what is under way ends, the next request needs a new connection. */
  goAway: () => void
  close: () => Promise<void>
}

/** Streams at once on one connection; RFC 9113 §6.5.2 recommends no less than 100. */
const MOST_STREAMS = 100

/** @throws when the port is taken */
export async function openSecureListener(
  identity: TlsIdentity,
  answer: RequestListener,
  port = 0,
): Promise<SecureListener> {
  const sockets = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  const server = createSecureServer(
    { ...identity, allowHTTP1: true, settings: { maxConcurrentStreams: MOST_STREAMS } },
    // HTTP/2's compatibility objects have everything that a stand-in touches of HTTP/1.1's.
    answer as unknown as (request: Http2ServerRequest, response: Http2ServerResponse) => void,
  )
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => undefined)
    session.on('close', () => sessions.delete(session))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    goAway: () => {
      for (const session of sessions) session.close()
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const session of sessions) session.destroy()
        for (const socket of sockets) socket.destroy()
      }),
  }
}
