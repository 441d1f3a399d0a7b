// In: messages in the order they came. Out: the same messages in the same order, one `receive` at a time.
// Must not drop one silently: a full queue says so, and its owner reconnects and asks for the list again.
import { SECOND } from '../core/instant.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import type { Clock, Receive, Received } from './fetch-clock.ts'
import { pause } from './fetch-clock.ts'

export interface QueueLimits {
  messages: number
  bytes: number
}

export const QUEUE_LIMITS: QueueLimits = { messages: 1_000, bytes: 32 * 1024 * 1024 }

export interface OrderedQueue {
  /** False when the queue is full; the message is then not taken. */
  push(received: Received): boolean
  /** Resolves when nothing is waiting, or when stopped. */
  settled(): Promise<void>
}

/**
 * Hands messages on one by one. A message that `receive` did not take comes again after 1 s, doubling to 30 s, and
 * those behind it wait: order is what tells a revision from what it revises.
 * @param signal ends the retries: what waits is then handed on once more, up to the first that is not taken
 */
export function createOrderedQueue(
  deps: { clock: Clock; receive: Receive; failed?(error: unknown, received: Received): void },
  limits: QueueLimits,
  signal: AbortSignal,
): OrderedQueue {
  const waiting: Received[] = []
  let bytes = 0
  let running: Promise<void> | null = null

  const drain = async (): Promise<void> => {
    let delay = SECOND
    for (let head = waiting[0]; head !== undefined; head = waiting[0]) {
      const last = signal.aborted
      if (await hand(head)) {
        waiting.shift()
        bytes -= head.bytes.byteLength
        delay = SECOND
      } else if (last) {
        break
      } else {
        await pause(deps.clock, delay, signal)
        delay = Math.min(delay * 2, 30 * SECOND)
      }
    }
    running = null
  }

  const hand = async (received: Received): Promise<boolean> => {
    try {
      await deps.receive(received)
      return true
    } catch (error) {
      deps.failed?.(error, received)
      return error instanceof UnreadableFeed
    }
  }

  return {
    push(received) {
      if (signal.aborted || waiting.length >= limits.messages) return false
      if (bytes + received.bytes.byteLength > limits.bytes) return false
      waiting.push(received)
      bytes += received.bytes.byteLength
      running ??= drain()
      return true
    },
    async settled() {
      for (let current = running; current !== null; current = running) await current
    },
  }
}
