// In: one HTTP call of an adapter. Out: the reply, or nothing with the one fact that matters: can bytes have left?
// Never throws for network trouble, never follows a redirect, never reads more than it was told to.
import { Agent, request, type Dispatcher } from 'undici'
import type { Http, HttpCall, HttpReply } from '../core/channel.ts'
import { isLoopbackHost } from '../core/loopback.ts'

/** Failures that happen before the first byte of the request is written. */
const BEFORE_BYTES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
])
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
export function openOutbound(options: { loopbackOnly: boolean; dispatcher?: Dispatcher }): Outbound {
  const dispatcher =
    options.dispatcher ?? new Agent({ connect: { timeout: CONNECT_MS }, keepAliveTimeout: 20_000, pipelining: 1 })
  return {
    http: (call) => send(call, dispatcher, options.loopbackOnly),
    close: () => dispatcher.destroy(),
  }
}

async function send(call: HttpCall, dispatcher: Dispatcher, loopbackOnly: boolean): Promise<HttpReply> {
  if (loopbackOnly && !isLoopback(call.url)) {
    return { got: 'nothing', sent: false, reason: 'a drill opens no host but this machine' }
  }
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
    return { got: 'nothing', sent: answered || !failedBeforeBytes(error), reason: describe(error) }
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

function failedBeforeBytes(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { code } = at as NodeJS.ErrnoException
    if (code !== undefined && BEFORE_BYTES.has(code)) return true
    if (at instanceof AggregateError && at.errors.length > 0) return at.errors.every(failedBeforeBytes)
  }
  return false
}

/** Names the failure without the URL: it may hold a token. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure'
  const code = (error as NodeJS.ErrnoException).code ?? (error.cause as NodeJS.ErrnoException | undefined)?.code
  return code ?? error.name
}
