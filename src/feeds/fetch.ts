// In: one feed's address and what was remembered of its last answer. Out: its new body, "unchanged", or a named failure.
// Must not throw for anything the network does, and must not remember: the caller does, once the body is durable.
import type { Readable } from 'node:stream'
import { request } from 'undici'
import type { Dispatcher } from 'undici'
import type { Instant } from '../core/instant.ts'
import { MINUTE, SECOND } from '../core/instant.ts'
import { decodeDamaged, decodeText } from './charset.ts'
import { ACCEPTED_ENCODINGS, BodyTooLarge, EncodingUnknown, readBody } from './fetch-body.ts'
import type { Clock } from './fetch-clock.ts'
import { checkRedirect, checkUrl, PrivateAddressError } from './fetch-guard.ts'
import type { UrlRules } from './fetch-guard.ts'
import { parseHttpDate, readRetryAfter, readServerClock } from './fetch-http-date.ts'

export interface FeedTarget extends UrlRules {
  url: string
  /** Added to the request (Accept, an access key); never logged. */
  headers?: Record<string, string>
  /** Cap on the wire and decoded; default and hard limit 20 MB. */
  maxBytes?: number
  /** From the start to the last byte, redirects included; default 10 s. Connecting has its own limit in the dispatcher. */
  totalMs?: number
}

/** What makes the next request conditional; empty before the first answer. */
export interface FetchState {
  etag?: string
  lastModified?: string
  /** Of the last body that was taken over. */
  sha256?: string
}

export type FailureReason =
  | 'url-refused'
  | 'private-address'
  | 'redirect-refused'
  | 'connect'
  | 'timeout'
  | 'network'
  | 'too-large'
  | 'encoding'
  | 'charset'
  | 'forbidden'
  | 'rate-limited'
  | 'unavailable'
  | 'status'
  | 'aborted'

/** Date and when we saw it: their difference is how far the two clocks are apart (DESIGN §6.2). */
interface ServerClock {
  /** The server's clock when it answered; null when it did not say. */
  date: Instant | null
  /** Our clock when its headers came, or when it failed to send any. */
  answeredAt: Instant
}

export type FetchOutcome = ServerClock & Answer

type Answer =
  | {
      state: 'changed'
      bytes: Uint8Array
      text: string
      contentType: string
      etag: string | null
      lastModified: string | null
      /** Hex, of the bytes as they came over the wire. */
      sha256: string
      /** What was wrong with a body that could be read all the same. */
      detail?: string
    }
  | { state: 'unchanged'; etag: string | null; lastModified: string | null }
  | {
      state: 'failed'
      reason: FailureReason
      /** One sentence for the desk: which address, what happened. */
      detail: string
      status?: number
      retryAfterMs?: number
    }

export interface FetchDeps {
  clock: Clock
  dispatcher: Dispatcher
  signal?: AbortSignal
}

const MAX_BYTES = 20 * 1024 * 1024
const MAX_REDIRECTS = 2
/**
 * A server may not silence a source for longer than this, whatever it writes (a day, by mistake of a proxy): the next
 * word may be the one that matters, and one request in ten minutes burdens nobody.
 */
const LONGEST_RETRY_AFTER = 10 * MINUTE

/**
 * One conditional GET (feeds.md §2). A 304, a 204 (FDSN: nothing matches) and a body whose wire bytes hash as before
 * are 'unchanged'. Everything the network does wrong comes back as a value.
 */
export async function fetchFeed(target: FeedTarget, state: FetchState, deps: FetchDeps): Promise<FetchOutcome> {
  const silent = (answer: Answer): FetchOutcome => ({ ...answer, date: null, answeredAt: deps.clock.now() })
  const checked = checkUrl(target.url, target)
  if ('refused' in checked) return silent(fail('url-refused', checked.refused))
  const deadline = new AbortController()
  const cancel = deps.clock.after(target.totalMs ?? 10 * SECOND, () => deadline.abort())
  const signal = deps.signal ? AbortSignal.any([deadline.signal, deps.signal]) : deadline.signal
  try {
    return await followFeed(checked.url, target, state, deps, signal)
  } catch (error) {
    if (deps.signal?.aborted === true) return silent(fail('aborted', 'the fetch was called off'))
    if (deadline.signal.aborted) return silent(fail('timeout', `${checked.url.host} did not finish in time`))
    return silent(explainError(error, checked.url))
  } finally {
    cancel()
  }
}

async function followFeed(
  start: URL,
  target: FeedTarget,
  state: FetchState,
  deps: FetchDeps,
  signal: AbortSignal,
): Promise<FetchOutcome> {
  const headers = { 'accept-encoding': ACCEPTED_ENCODINGS, ...target.headers, ...conditions(state) }
  let url = start
  for (let hop = 0; ; hop += 1) {
    // reset: a connection per request. Servers drop idle ones at about the pace of polling, and a request on such a
    // connection fails like an outage does; a handshake per poll is the smaller price.
    const response = await request(url, { method: 'GET', dispatcher: deps.dispatcher, signal, headers, reset: true })
    const answeredAt = deps.clock.now()
    const date = readServerClock(one(response.headers['date']), one(response.headers['age']), answeredAt)
    const clock: ServerClock = { date, answeredAt }
    const location = one(response.headers['location'])
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || location === undefined)
      return { ...(await readAnswer(url, response, target, state, answeredAt)), ...clock }
    discard(response.body)
    const status = response.statusCode
    const next = checkRedirect(url, location, target)
    if ('refused' in next) return { ...fail('redirect-refused', next.refused, { status }), ...clock }
    if (hop >= MAX_REDIRECTS)
      return { ...fail('redirect-refused', `${url.host} redirects more than ${MAX_REDIRECTS} times`), ...clock }
    url = next.url
  }
}

async function readAnswer(
  url: URL,
  response: Dispatcher.ResponseData<unknown>,
  target: FeedTarget,
  state: FetchState,
  now: Instant,
): Promise<Answer> {
  const header = (name: string): string | undefined => one(response.headers[name])
  const validators = { etag: validator(header('etag')), lastModified: validator(header('last-modified')) }
  const status = response.statusCode
  if (status === 304 || status === 204) {
    discard(response.body)
    if (status === 304 && Object.keys(conditions(state)).length === 0)
      return fail('status', `${url.host} answered 304 to an unconditional request`, { status })
    return { state: 'unchanged', ...validators }
  }
  if (status !== 200) {
    discard(response.body)
    const date = parseHttpDate(header('date'), now)
    const retryAfterMs = readRetryAfter(header('retry-after'), date, now, LONGEST_RETRY_AFTER)
    const wait = retryAfterMs === null ? {} : { retryAfterMs }
    return fail(statusReason(status), `${url.host} answered ${status}`, { status, ...wait })
  }
  const maxBytes = Math.min(target.maxBytes ?? MAX_BYTES, MAX_BYTES)
  if (Number(header('content-length') ?? 0) > maxBytes) {
    discard(response.body)
    return fail('too-large', `${url.host} announces more than ${maxBytes} bytes`, { status })
  }
  const body = await readBody(response.body, header('content-encoding') ?? '', maxBytes, state.sha256)
  const { bytes, sha256 } = body
  if (bytes === null) return { state: 'unchanged', ...validators }
  const contentType = (header('content-type') ?? '').slice(0, 200)
  const decoded = decodeText(bytes, contentType)
  const whole = { state: 'changed', bytes, sha256, contentType, ...validators } as const
  if (decoded.ok) return { ...whole, text: decoded.text }
  const damaged = decodeDamaged(bytes, contentType)
  if (damaged === null) return fail('charset', `${url.host}: ${decoded.reason}`, { status })
  return { ...whole, text: damaged.text, detail: `${damaged.unread} characters are broken: ${decoded.reason}` }
}

function conditions(state: FetchState): Record<string, string> {
  return {
    ...(hasText(state.etag) ? { 'if-none-match': state.etag } : {}),
    ...(hasText(state.lastModified) ? { 'if-modified-since': state.lastModified } : {}),
  }
}

/** The store keeps "none" as an empty text; an empty condition in a request could be answered with anything. */
function hasText(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}

/** A validator is sent back word for word, so it must be short and plain. */
function validator(value: string | undefined): string | null {
  return value !== undefined && /^[\x20-\x7e]{1,300}$/.test(value) ? value : null
}

/** A repeated header is an array in undici; the first one stands. */
function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

/** An unread body would hold the connection; whatever else it does is of no interest any more. */
function discard(body: Readable): void {
  body.on('error', () => {}).destroy()
}

function statusReason(status: number): FailureReason {
  if (status === 403) return 'forbidden'
  if (status === 429) return 'rate-limited'
  return status === 503 ? 'unavailable' : 'status'
}

function explainError(error: unknown, url: URL): Answer {
  const message = error instanceof Error ? error.message : String(error)
  const detail = `${url.host}: ${message}`.slice(0, 300)
  if (error instanceof PrivateAddressError) return fail('private-address', detail)
  if (error instanceof BodyTooLarge) return fail('too-large', detail)
  if (error instanceof EncodingUnknown) return fail('encoding', detail)
  const code = codeOf(error)
  if (/^(Z_|ERR__ERROR_|ERR_BROTLI|ERR_PADDING)/.test(code)) return fail('encoding', detail)
  if (/^(UND_ERR_CONNECT|ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)/.test(code))
    return fail('connect', detail)
  // OpenSSL's names for a certificate that does not prove the host (crypto/x509/x509_txt.c).
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) return fail('connect', detail)
  return fail('network', detail)
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

function fail(reason: FailureReason, detail: string, more: { status?: number; retryAfterMs?: number } = {}): Answer {
  return { state: 'failed', reason, detail, ...more }
}
