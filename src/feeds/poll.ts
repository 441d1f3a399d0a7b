// In: the polled feeds of the YAML and what was remembered of them. Out: their new bodies, handed to `receive`.
// Must not let one feed wait for another, nor remember a body before it is durable (L1): a crash between refetches.
import type { Instant } from '../core/instant.ts'
import { MINUTE } from '../core/instant.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import type { Pursue } from './errands.ts'
import { CLOSED_CIRCUIT, feedPolicy, stepCircuit } from './circuit.ts'
import type { Circuit, CircuitStep, PollResult } from './circuit.ts'
import type { FailureReason, FeedTarget, FetchOutcome, FetchState } from './fetch.ts'
import type { Clock, Receive } from './fetch-clock.ts'
import { pause } from './fetch-clock.ts'

export interface PolledFeed {
  /** Id in the YAML. */
  source: string
  target: FeedTarget
  /** `every` of the YAML in milliseconds, at least 1000. */
  everyMs: number
  /** What the store remembers from before the start; {} fetches unconditionally. */
  state?: FetchState
  /** Fetches what the list points at. While anything is outstanding the list's state is not remembered. */
  pursue?: Pursue
}

/** The end of one poll, for freshness, the clock gate and the metrics. */
export interface PollEvent {
  source: string
  startedAt: Instant
  endedAt: Instant
  /** unreadable: taken over, but nothing in it can be read. not-taken: `receive` failed; the body comes again. */
  result: 'changed' | 'unchanged' | 'unreadable' | 'not-taken' | 'failed'
  reason?: FailureReason
  detail?: string
  status?: number
  /** The server's clock at `answeredAt` of ours, or null; `endedAt` is later by what storing took. */
  date: Instant | null
  answeredAt: Instant
  /** Hash of the body that the source now stands at; '' before the first. */
  sha256: string
  circuit: Circuit
  /** From `endedAt` to the next poll. */
  nextInMs: number
}

export interface PollAlarm {
  source: string
  /** The source refused us repeatedly, or answers again. */
  change: 'opened' | 'closed'
  detail: string
}

export interface PollDeps {
  clock: Clock
  fetch(target: FeedTarget, state: FetchState, signal: AbortSignal): Promise<FetchOutcome>
  receive: Receive
  /** Keeps the state for the next start; called only after `receive`. A failure costs one more fetch, nothing else. */
  remember?(source: string, state: FetchState): Promise<void>
  report?(event: PollEvent): void
  alarm?(alarm: PollAlarm): void
}

/**
 * Longest time that a server's word "unchanged" is taken for it, but at least four polls. A cache that keeps an old ETag
 * would silence a source for good while it seems to answer; asked without conditions, the hash of its body still spares
 * storing it.
 */
const LONGEST_TRUST = 5 * MINUTE
const LEAST_TRUSTED_POLLS = 4

/**
 * Polls every feed at its own pace, one request in flight per feed.
 * @returns stop(): aborts fetches and waits, lets a running `receive` finish, and resolves when all is quiet
 */
export function startPolling(feeds: readonly PolledFeed[], deps: PollDeps): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const loops = feeds.map((feed) => pollForever(feed, deps, stopping.signal))
  return {
    async stop() {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}

async function pollForever(feed: PolledFeed, deps: PollDeps, signal: AbortSignal): Promise<void> {
  const policy = feedPolicy(feed.everyMs)
  let state: FetchState = feed.state ?? {}
  let circuit = CLOSED_CIRCUIT
  // Counted in waits, not read from a clock: that may be set back.
  let trustedMs = 0
  let unremembered = false
  while (!signal.aborted) {
    const startedAt = deps.clock.now()
    const trusting = trustedMs < Math.max(LONGEST_TRUST, LEAST_TRUSTED_POLLS * feed.everyMs)
    const polled = await pollOnce(feed, trusting ? state : withoutConditions(state), deps, signal)
    if (polled === null) return
    if (polled.event.result !== 'failed') state = polled.state
    unremembered ||= polled.list !== null
    const settled = polled.verdict.kind !== 'answered' || (await pursueSafely(feed, polled.list, signal))
    if (unremembered && settled) {
      const trouble = await rememberSafely(feed.source, state, deps)
      unremembered = trouble !== ''
      if (unremembered) polled.event.detail = trouble
    }
    if (polled.event.result === 'changed' || (!trusting && polled.event.result === 'unchanged')) trustedMs = 0
    const step = stepCircuit(circuit, polled.verdict, policy)
    circuit = step.circuit
    const endedAt = deps.clock.now()
    const nextInMs = restOf(step, endedAt - startedAt, feed.everyMs, deps.clock.random())
    const about = { source: feed.source, detail: polled.event.detail ?? '' }
    if (step.change !== null) deps.alarm?.({ ...about, change: step.change })
    deps.report?.({
      source: feed.source,
      startedAt,
      endedAt,
      ...polled.event,
      sha256: state.sha256 ?? '',
      circuit,
      nextInMs,
    })
    trustedMs += nextInMs
    await pause(deps.clock, nextInMs, signal)
  }
}

interface Polled {
  state: FetchState
  /** Text of a list that was taken over; null when there is nothing new to remember. */
  list: string | null
  verdict: PollResult
  event: Pick<PollEvent, 'result' | 'date' | 'answeredAt' | 'reason' | 'detail' | 'status'>
}

/** Null when the poll was called off. */
async function pollOnce(
  feed: PolledFeed,
  state: FetchState,
  deps: PollDeps,
  signal: AbortSignal,
): Promise<Polled | null> {
  const outcome = await fetchSafely(feed.target, state, deps, signal)
  const { date, answeredAt } = outcome
  const at = { date, answeredAt }
  if (outcome.state === 'failed') {
    if (outcome.reason === 'aborted') return null
    const { reason, detail, status, retryAfterMs } = outcome
    const kind = reason === 'rate-limited' || reason === 'unavailable' ? 'busy' : 'failed'
    const failed = { kind, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } as const
    const verdict = reason === 'forbidden' ? ({ kind: 'forbidden' } as const) : failed
    const event = { result: 'failed', reason, detail, ...at, ...(status === undefined ? {} : { status }) } as const
    return { state, list: null, verdict, event }
  }
  const verdict = { kind: 'answered' } as const
  if (outcome.state === 'unchanged') {
    const next = { ...state, ...keepValidators(outcome, state) }
    return { state: next, list: null, verdict, event: { result: 'unchanged', ...at } }
  }
  let next: FetchState = { ...keepValidators(outcome, {}), sha256: outcome.sha256 }
  const { bytes, text, contentType } = outcome
  let result: 'changed' | 'unreadable' = 'changed'
  let detail = outcome.detail ?? ''
  try {
    const receivedAt = deps.clock.now()
    await deps.receive({ source: feed.source, transport: 'poll', bytes, text, contentType, receivedAt })
  } catch (error) {
    detail = error instanceof Error ? error.message.slice(0, 300) : String(error)
    if (!(error instanceof UnreadableFeed))
      return { state, list: null, verdict: { kind: 'not-taken' }, event: { result: 'not-taken', detail, ...at } }
    result = 'unreadable'
    // It may be a good list cut short on its way. "Unchanged" would then keep what was cut off from us for good.
    next = { sha256: outcome.sha256 }
  }
  return { state: next, list: text, verdict, event: { result, ...at, ...(detail === '' ? {} : { detail }) } }
}

/** '' when the state is remembered, else what went wrong. */
async function rememberSafely(source: string, state: FetchState, deps: PollDeps): Promise<string> {
  try {
    await deps.remember?.(source, state)
    return ''
  } catch (error) {
    return `the state was not remembered: ${String(error).slice(0, 300)}`
  }
}

/** True when nothing is outstanding; a fault in it must not end this feed's loop. */
async function pursueSafely(feed: PolledFeed, list: string | null, signal: AbortSignal): Promise<boolean> {
  try {
    return (await feed.pursue?.(list, signal)) ?? true
  } catch {
    return false
  }
}

/** fetchFeed never throws; a fault in another fetcher must still not end this feed's loop. */
async function fetchSafely(
  target: FeedTarget,
  state: FetchState,
  deps: PollDeps,
  signal: AbortSignal,
): Promise<FetchOutcome> {
  try {
    return await deps.fetch(target, state, signal)
  } catch (error) {
    const detail = String(error).slice(0, 300)
    return { state: 'failed', reason: 'network', detail, date: null, answeredAt: deps.clock.now() }
  }
}

function withoutConditions({ sha256 }: FetchState): FetchState {
  return sha256 === undefined ? {} : { sha256 }
}

/** A 200 replaces both validators; a 304 renews only those that it names (RFC 9111 §4.3.4). */
function keepValidators(
  answer: { etag: string | null; lastModified: string | null },
  before: FetchState,
): Omit<FetchState, 'sha256'> {
  const etag = answer.etag ?? before.etag
  const lastModified = answer.lastModified ?? before.lastModified
  return { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) }
}

/**
 * What is left of the wait once the poll itself took `spentMs`. Jitter is ±10 %, so that the bureaux of a country do
 * not ask in step; a wait that the server asked for is only ever lengthened. A slow source still gets a breath of a
 * tenth of its interval between two requests.
 */
function restOf(step: CircuitStep, spentMs: number, everyMs: number, dice: number): number {
  if (step.promised) return Math.round(step.waitMs * (1 + dice / 10))
  const jittered = step.waitMs * (0.9 + dice / 5)
  return Math.round(Math.max(jittered - Math.max(0, spentMs), everyMs / 10))
}
