// In: what answers at once, what answers before routing, and the router. Out: a node:http server with the limits of the house.
// Must not route, and must set every limit by itself: a server handed to Fastify gets none of Fastify's.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { readPlainGet, type PlainGet } from './plain-get.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void
/** True when it answered: the router does not see the request. */
export type Answerer = (request: IncomingMessage, response: ServerResponse) => boolean
/**
 * What becomes of a plain GET: `answered`, all of it is written; `kept`, the connection belongs to the answerer from now
 * on; `passed`, nothing was written and Node answers this connection to its end.
 */
export type PlainOutcome = 'answered' | 'kept' | 'passed'
export type PlainAnswerer = (get: PlainGet, socket: Socket) => PlainOutcome

export interface ListenerLimits {
  /** From a request's first byte to its last. */
  requestMs: number
  /** A connection on which nothing moves for so long has gone. */
  silentMs: number
  http: { headersTimeout: number; connectionsCheckingInterval: number }
}

export interface Listener {
  /** The caller listens. */
  server: Server
  /** Ends the connections that Node's server does not know, once what they were sent is out. */
  leave: () => void
}

/** Fastify's own, which proxies in front count on. */
export const KEEP_ALIVE_MS = 72_000

/**
 * Opens the server. A connection begins with us: as long as it sends one plain GET after the other and the answers are
 * there, none of them costs a parser, a request and a response (a half of the whole). With the first that is anything else
 * the connection goes to Node's server, with all its bytes, and stays there.
 */
export function openListener(
  limits: ListenerLimits,
  atOnce: PlainAnswerer,
  answered: Answerer,
  route: Handler,
): Listener {
  const server = createServer(limits.http, (request, response) => {
    if (!answered(request, response)) route(request, response)
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.requestTimeout = limits.requestMs
  server.setTimeout(limits.silentMs)

  // Node lets anybody hand a connection to its server by this event; so its listener is what takes one.
  const [take, ...others] = server.listeners('connection') as ((socket: Socket) => void)[]
  const mine = new Set<Socket>()
  let isLeaving = false

  const release = (socket: Socket): void => {
    mine.delete(socket)
    socket.off('data', read).off('close', forget).off('timeout', hangUp).off('error', ignore)
  }
  const pass = (socket: Socket, bytes?: Buffer): void => {
    release(socket)
    socket.allowHalfOpen = true
    if (bytes) socket.unshift(bytes)
    take?.call(server, socket)
  }
  function read(this: Socket, bytes: Buffer): void {
    // Who sends on without taking what was answered is Node's to slow down.
    const get = this.writableLength === 0 && !isLeaving ? readPlainGet(bytes) : null
    const outcome = get ? atOnce(get, this) : 'passed'
    if (outcome === 'passed') pass(this, bytes)
    else if (outcome === 'kept') release(this)
    else if (this.timeout !== KEEP_ALIVE_MS) this.setTimeout(KEEP_ALIVE_MS)
  }
  function forget(this: Socket): void {
    mine.delete(this)
  }
  function hangUp(this: Socket): void {
    this.destroy()
  }
  const begin = (socket: Socket): void => {
    if (isLeaving) return take?.call(server, socket)
    mine.add(socket)
    socket.allowHalfOpen = false
    socket.setTimeout(limits.http.headersTimeout)
    socket.on('data', read).on('close', forget).on('timeout', hangUp).on('error', ignore)
  }
  // A Node that takes connections in another way answers all of them in its own.
  if (take && others.length === 0) server.off('connection', take).on('connection', begin)
  return {
    server,
    leave: () => {
      isLeaving = true
      for (const socket of mine) socket.destroySoon()
    },
  }
}

/** A connection that breaks is closed by Node; there is nobody to tell. */
function ignore(): void {}
