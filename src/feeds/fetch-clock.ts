// In: nothing. Out: the clock, timers and dice that the transport files are handed, and what they hand on.
// Must not be read anywhere but at the composition root: a drill or a test brings its own clock.
import type { Instant } from '../core/instant.ts'

export interface Clock {
  /** Now, in milliseconds since 1970; may be shifted (QUAKEDESK_CLOCK). */
  now(): Instant
  /** Runs `run` once after `ms` milliseconds; returns the act that calls it off. */
  after(ms: number, run: () => void): () => void
  /** Uniform in [0, 1). */
  random(): number
}

/** The machine's clock, for the composition root. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

/** One arrival of bytes, whichever road they took. */
export interface Received {
  /** Id of the feed or inbound door in the YAML. */
  source: string
  transport: 'poll' | 'websocket' | 'inbound' | 'folder'
  /** The body after Content-Encoding and before the charset: what is kept as raw. */
  bytes: Uint8Array
  text: string
  /** As the other side named it; '' when it did not. */
  contentType: string
  receivedAt: Instant
  /** Of a socket: news by itself, or the list as it stands, of which a source's first one seeds. */
  isNews?: boolean
}

/**
 * Takes over an arrival. Resolves once it is durable; must be idempotent, because every road repeats after a crash.
 * Rejects with UnreadableFeed once the bytes are durable but hold nothing readable; any other rejection means
 * "not taken over": the same bytes come again.
 */
export type Receive = (received: Received) => Promise<void>

/** Waits on the given clock; resolves early, without error, when the signal aborts. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const finish = (): void => {
      cancel()
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const cancel = clock.after(ms, finish)
    signal.addEventListener('abort', finish, { once: true })
  })
}
