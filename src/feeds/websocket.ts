// In: a WebSocket source and its protocol. Out: its payloads in order, handed to `receive`, over any number of lines.
// Must not hold truth: after every (re)connect the list as it stands comes through the same path.
import { SECOND } from '../core/instant.ts'
import type { FeedTarget, FetchOutcome, FetchState } from './fetch.ts'
import type { Clock, Receive, Received } from './fetch-clock.ts'
import { pause } from './fetch-clock.ts'
import { checkUrl } from './fetch-guard.ts'
import type { UrlRules } from './fetch-guard.ts'
import { openLine } from './websocket-line.ts'
import type { LineEnd, OpenSocket } from './websocket-line.ts'
import type { WebsocketCredentials, WebsocketProtocol } from './websocket-protocols.ts'
import { createOrderedQueue, QUEUE_LIMITS } from './websocket-queue.ts'
import type { OrderedQueue, QueueLimits } from './websocket-queue.ts'

export interface WebsocketSource extends UrlRules {
  source: string
  /** wss:// (ws:// on loopback). */
  url: string
  credentials?: WebsocketCredentials
  /** Where the list stands when the socket cannot be asked for it; in a form that the source's parser reads. */
  snapshot?: FeedTarget
  /** The server's own word on its heartbeat, when it differs from the protocol's. */
  beatMs?: number
}

export interface WebsocketEvent {
  source: string
  at: number
  /** alive comes at most once a second; down carries the reason. */
  what: 'connected' | 'alive' | 'down' | 'snapshot-failed' | 'not-taken' | 'overflow'
  detail: string
}

export interface WebsocketDeps {
  clock: Clock
  openSocket: OpenSocket
  receive: Receive
  /** For the snapshot by GET; without it such a source has none. */
  fetch?(target: FeedTarget, signal: AbortSignal, state: FetchState): Promise<FetchOutcome>
  report?(event: WebsocketEvent): void
  /** A person is needed: the key was refused, or the address may not be asked. */
  alarm?(alarm: { source: string; detail: string }): void
  queue?: QueueLimits
}

/** A server that refused our key is asked again this often: more looks like an attack, and accounts are closed for it. */
const REFUSED_WAIT = 600 * SECOND

/**
 * Keeps one source's line up until stopped. Reconnects after 1 s doubling to 30 s with ±10 % jitter; the doubling ends
 * when a line lived for a minute, not when it merely opened: some servers greet first and hang up after.
 * @returns stop(): closes the line, lets a running `receive` finish; what still waits is handed on once more
 */
export function startWebsocket(
  source: WebsocketSource,
  protocol: WebsocketProtocol,
  deps: WebsocketDeps,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const running = keepLine(source, protocol, deps, stopping.signal)
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

async function keepLine(
  source: WebsocketSource,
  protocol: WebsocketProtocol,
  deps: WebsocketDeps,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = deps
  const report = (what: WebsocketEvent['what'], detail: string): void =>
    deps.report?.({ source: source.source, at: clock.now(), what, detail })
  const checked = checkUrl(source.url, source, 'ws')
  if ('refused' in checked) return deps.alarm?.({ source: source.source, detail: checked.refused })
  const failed = (error: unknown): void => report('not-taken', String(error).slice(0, 300))
  const queue = createOrderedQueue({ clock, receive: deps.receive, failed }, deps.queue ?? QUEUE_LIMITS, signal)
  let failures = 0
  let refused = false
  while (!signal.aborted) {
    const openedAt = clock.now()
    const end = await runLine(checked.url, source, protocol, deps, queue, report, signal)
    if (signal.aborted) break
    report('down', end.detail)
    const lived = clock.now() - openedAt >= 60 * SECOND
    failures = lived ? 1 : Math.min(failures + 1, 30)
    if (end.why === 'refused' && !refused) deps.alarm?.({ source: source.source, detail: end.detail })
    refused = end.why === 'refused' || (refused && !lived)
    // A line that broke for want of room comes back only once there is room again.
    if (end.why === 'overflow') await queue.settled()
    const wait = end.why === 'refused' ? REFUSED_WAIT : waitBeforeRetry(failures, end)
    await pause(clock, Math.round(wait * (0.9 + clock.random() / 5)), signal)
  }
  await queue.settled()
}

/**
 * 1013 is "try again later" (IANA WebSocket close code registry), 1008 on a line that was welcome FAN's answer to one
 * connection too many: the longest wait at once.
 */
function waitBeforeRetry(failures: number, end: LineEnd): number {
  return end.code === 1013 || end.code === 1008 ? 30 * SECOND : Math.min(2 ** (failures - 1), 30) * SECOND
}

async function runLine(
  url: URL,
  source: WebsocketSource,
  protocol: WebsocketProtocol,
  deps: WebsocketDeps,
  queue: OrderedQueue,
  report: (what: WebsocketEvent['what'], detail: string) => void,
  signal: AbortSignal,
): Promise<LineEnd> {
  const { clock } = deps
  const take = (bytes: Uint8Array, text: string, contentType: string, isNews: boolean): boolean => {
    const about = { source: source.source, transport: 'websocket', receivedAt: clock.now(), isNews } as const
    const received: Received = { ...about, bytes, text, contentType }
    if (queue.push(received)) return true
    report('overflow', 'messages wait faster than they are stored; the list is asked for again once there is room')
    return false
  }
  // The snapshot ends with its line, so that a late answer never comes behind the messages of the next one.
  const ended = new AbortController()
  const both = AbortSignal.any([ended.signal, signal])
  let snapshot = Promise.resolve()
  let aliveAt = -Infinity
  const end = await openLine({
    url: url.href,
    protocol,
    beatMs: source.beatMs ?? protocol.beatMs,
    credentials: source.credentials ?? null,
    clock,
    openSocket: deps.openSocket,
    signal,
    ready() {
      report('connected', url.host)
      const keep = (...body: [Uint8Array, string, string]): boolean => take(...body, false)
      snapshot = keepSnapshots(source, protocol, deps, keep, report, both)
    },
    alive() {
      // Either way: a clock that was set back must not hide that the line lives, nor that it no longer does.
      if (Math.abs(clock.now() - aliveAt) < SECOND) return
      aliveAt = clock.now()
      report('alive', '')
    },
    message: (text) => take(Buffer.from(text, 'utf8'), text, 'application/json', protocol.isNews(text)),
  })
  ended.abort()
  await snapshot
  return end
}

/** Fetches the list when the line is up, and again and again while it lives; what is unchanged costs one request. */
async function keepSnapshots(
  source: WebsocketSource,
  protocol: WebsocketProtocol,
  deps: WebsocketDeps,
  take: (bytes: Uint8Array, text: string, contentType: string) => boolean,
  report: (what: WebsocketEvent['what'], detail: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (source.snapshot === undefined || deps.fetch === undefined) return
  let state: FetchState = {}
  let delay = SECOND
  while (!signal.aborted) {
    const outcome = await deps.fetch(source.snapshot, signal, state)
    if (signal.aborted) return
    const failed = outcome.state === 'failed'
    const taken = outcome.state === 'changed' && take(outcome.bytes, outcome.text, outcome.contentType)
    if (taken) state = { sha256: outcome.sha256 }
    if (failed) report('snapshot-failed', outcome.detail)
    const settled = taken || outcome.state === 'unchanged'
    const asked = failed ? outcome.retryAfterMs : undefined
    await pause(deps.clock, settled ? protocol.reconcileMs : (asked ?? delay), signal)
    delay = settled ? SECOND : Math.min(delay * 2, 30 * SECOND)
  }
}
