// In: what answers before routing, and the router behind it. Out: a node:http server with the limits of the house.
// Must not route, and must set every limit by itself: a server handed to Fastify gets none of Fastify's.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

type Handler = (request: IncomingMessage, response: ServerResponse) => void
/** True when it answered: the router does not see the request. */
export type Answerer = (request: IncomingMessage, response: ServerResponse) => boolean

export interface ListenerLimits {
  /** From a request's first byte to its last. */
  requestMs: number
  /** A connection on which nothing moves for so long has gone. */
  silentMs: number
  http: { headersTimeout: number; connectionsCheckingInterval: number }
}

/** Fastify's own, which proxies in front count on. */
export const KEEP_ALIVE_MS = 72_000

/** Opens the server; the caller listens. */
export function openListener(limits: ListenerLimits, answered: Answerer, route: Handler): Server {
  const server = createServer(limits.http, (request, response) => {
    if (!answered(request, response)) route(request, response)
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.requestTimeout = limits.requestMs
  server.setTimeout(limits.silentMs)
  return server
}
