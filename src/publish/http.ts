// In: one HTTP call of an adapter. Out: the reply, or nothing with the one fact that matters: can bytes have left?
// Never throws for network trouble, never follows a redirect, never reads more than it was told to.
import { Agent, request, type Dispatcher } from 'undici'
import { OUT_OF_REACH, type Http, type HttpCall, type HttpReply } from '../core/channel.ts'
import { isLoopbackHost } from '../core/loopback.ts'
import { isWithin, openConnectors, type Resolve } from './connectors.ts'

/** Refusals of our own client, which has not opened a socket for the call. */
const NEVER_BEGUN: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'ERR_INVALID_URL', 'UND_ERR_CONNECT_TIMEOUT'])
const CONNECT_MS = 3_000
const MOST_BYTES = 1_000_000

export interface Outbound {
  http: Http
  close(): Promise<void>
}

/**
 * Opens the client that all adapters of one lane share.
 * @param loopbackOnly drills: any other host is refused before a socket is opened (DESIGN L4)
 */
export function openOutbound(options: { loopbackOnly: boolean; dispatcher?: Dispatcher; resolve?: Resolve }): Outbound {
  // A connection that never came to stand, TLS included, has carried no byte of a request, whatever its error is called.
  const unconnected = new WeakSet<Error>()
  const open = (connect: ReturnType<typeof openConnectors>['anywhere']): Dispatcher =>
    options.dispatcher ??
    new Agent({
      connect: (target, done) =>
        connect(target, (...result) => {
          if (result[0] !== null) unconnected.add(result[0])
          done(...result)
        }),
      keepAliveTimeout: 20_000,
      pipelining: 1,
    })
  const connectors = openConnectors(CONNECT_MS, options.resolve)
  // Lines of their own: one that was opened without looking at the address must not carry a call that looks.
  const dispatchers = {
    anywhere: open(connectors.anywhere),
    public: open(connectors.public),
    intranet: open(connectors.intranet),
  }
  return {
    http: (call) => {
      const local = isLoopback(call.url)
      if (options.loopbackOnly && !local) return refuse('a drill opens no host but this machine')
      const within = local ? undefined : call.within
      if (within !== undefined && !isWithin(call.url, within)) return refuse(OUT_OF_REACH)
      return send(call, dispatchers[within ?? 'anywhere'], unconnected)
    },
    close: async () => {
      await Promise.all([...new Set(Object.values(dispatchers))].map((each) => each.destroy()))
    },
  }
}

async function refuse(reason: string): Promise<HttpReply> {
  return { got: 'nothing', sent: false, reason }
}

async function send(call: HttpCall, dispatcher: Dispatcher, unconnected: WeakSet<Error>): Promise<HttpReply> {
  const signal = AbortSignal.timeout(call.deadlineMs)
  let answered = false
  try {
    const reply = await request(call.url, {
      method: call.method,
      dispatcher,
      signal,
      headers: call.headers ?? {},
      body: call.body === undefined ? null : typeof call.body === 'string' ? call.body : Buffer.from(call.body),
      headersTimeout: call.deadlineMs,
      bodyTimeout: call.deadlineMs,
    })
    answered = true
    const body = await readLimited(reply.body, call.maxBytes ?? MOST_BYTES)
    return { got: 'reply', status: reply.statusCode, headers: flatten(reply.headers), body }
  } catch (error) {
    return { got: 'nothing', sent: answered || !isUnsent(error, unconnected), reason: describe(error) }
  }
}

async function readLimited(body: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > most) throw new Error(`the reply is longer than ${most} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

/** True for http(s) on 127.0.0.0/8, ::1 or localhost. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { hostname, protocol } = new URL(url)
  return /^https?:$/.test(protocol) && isLoopbackHost(hostname)
}

function isUnsent(error: unknown, unconnected: WeakSet<Error>): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { code } = at as NodeJS.ErrnoException
    if (unconnected.has(at) || (code !== undefined && NEVER_BEGUN.has(code))) return true
  }
  return false
}

/** Names the failure without the URL: it may hold a token. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure'
  // A DOMException's code is a number that tells nobody anything.
  const codes = [error, error.cause].map((at) => (at as { code?: unknown } | undefined)?.code)
  return codes.find((code) => typeof code === 'string') ?? error.name
}
