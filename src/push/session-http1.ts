// In: a push service that does not offer HTTP/2. Out: the same session over a few kept HTTP/1.1 connections.
// Must not make a connection of its own: each is handed in, pinned and checked; nor read more of a reply than its head.
import { Agent, request } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { SECOND } from '../core/instant.ts'
import type { Exchange, Session } from './exchange.ts'

/** One message at a time on each; a lane keeps to `room`, the agent alone would count a connection only once it stands. */
const CONNECTIONS = 16
const REPLY_MS = 10 * SECOND
const LARGEST_REPLY = 16 * 1024

/** Every connection comes from us: the name is never looked up again. */
class HandedAgent extends Agent {
  readonly connect: () => Promise<TLSSocket>
  constructor(connect: () => Promise<TLSSocket>) {
    super({ keepAlive: true, maxSockets: CONNECTIONS })
    this.connect = connect
  }
  override createConnection(_options: unknown, done?: (error: Error | null, socket: TLSSocket) => void): undefined {
    void this.hand(done ?? (() => undefined))
    return undefined
  }
  /** The agent's own way of waiting is a callback. */
  async hand(done: (error: Error | null, socket: TLSSocket) => void): Promise<void> {
    const made = await this.connect().catch((error: unknown) => error as Error)
    if (made instanceof Error) done(made, undefined as never)
    else done(null, made)
  }
}

/** Opens a session. @param connect makes one more connection to the pinned address */
export function openHttp1(origin: string, connect: () => Promise<TLSSocket>): Session {
  const agent = new HandedAgent(connect)
  let open = true
  return {
    isOpen: () => open,
    room: () => CONNECTIONS,
    close: () => {
      open = false
      agent.destroy()
    },
    post: (path, headers, body) =>
      new Promise<Exchange>((resolve) => {
        if (!open) return resolve({ got: 'nothing', sent: false, reason: 'closed' })
        const asked = request(origin, { agent, path, method: 'POST', headers }, (reply) => {
          resolve({ got: 'reply', status: reply.statusCode ?? 0, retryAfter: reply.headers['retry-after'] })
          let read = 0
          reply.on('error', () => undefined)
          // Read to its end, so that the connection serves again; a long or slow one costs it.
          reply.on('data', (chunk: Buffer) => {
            read += chunk.length
            if (read > LARGEST_REPLY) reply.destroy()
          })
        })
        const late = setTimeout(() => asked.destroy(new Error('no reply in time')), REPLY_MS)
        asked.on('close', () => clearTimeout(late))
        asked.on('error', (error: Error & { code?: string }) =>
          resolve({ got: 'nothing', sent: true, reason: error.code ?? error.message }),
        )
        asked.end(body)
      }),
  }
}
