// In: a process of the push bench. Out: what may be asked of it, and its answers.
// Must not import the stand-in itself: it runs in a process of its own.
import type { ChildProcess } from 'node:child_process'
import type { PushSubscriptionJson } from '../../src/town/push/state.ts'
import { waitForMessage } from './measure.ts'

/** What a sender's process is given, as a file: a hundred thousand subscriptions are too much for one message. */
export interface PushSetup {
  ca: string
  origin: string
  vapid: { publicKey: string; privateKey: string }
  subscriptions: PushSubscriptionJson[]
}

/**
 * subscribe: so many browsers, written to a file. count: how many messages came. check: opens everything, compares it with
 * the text (null: whatever the first one says), forgets it.
 */
export type ServiceOrder =
  | { do: 'subscribe'; count: number; vapid: PushSetup['vapid']; file: string }
  | { do: 'count' }
  | { do: 'check'; text: string | null }

/** What the devices found. */
export interface ServiceCheck {
  messages: number
  /** Devices that read exactly this text, each counted once. */
  devices: number
  refused: Record<string, number>
  /** Places between where a subscription stands in the list and when its message came: median and largest. */
  displaced: { median: number; most: number }
  /** When the messages came: median and last, epoch milliseconds. */
  came: { median: number; last: number }
  text: string
}

/** Sends an order and waits for its answer; one at a time. */
export function ask<T>(child: ChildProcess, order: ServiceOrder | { text: string }): Promise<T> {
  const answer = waitForMessage<T>(child)
  child.send(order)
  return answer
}
