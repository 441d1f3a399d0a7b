// In: the parent's orders. Out: the push stand-in in a process of its own; what its devices read, and in which order it came.
// Devices open their messages when asked to: what verifying costs must not lie within the time that is measured.
import { writeFileSync } from 'node:fs'
import { startPush } from '../../src/town/push.ts'
import type { PushSubscriptionJson } from '../../src/town/push/state.ts'

/** What a sender's process is given, as a file: a hundred thousand subscriptions are too much for one message. */
export interface PushSetup {
  ca: string
  origin: string
  vapid: { publicKey: string; privateKey: string }
  subscriptions: PushSubscriptionJson[]
}

/** subscribe: so many browsers, written to a file. check: opens everything, compares it with the text, forgets it. */
export type ServiceOrder =
  | { do: 'subscribe'; count: number; vapid: PushSetup['vapid']; file: string }
  | { do: 'check'; text: string }

/** What the devices found. */
export interface ServiceCheck {
  messages: number
  /** Devices that read exactly this text, each counted once. */
  devices: number
  refused: Record<string, number>
  /** Places between where a subscription stands in the list and when its message came: median and largest. */
  displaced: { median: number; most: number }
}

const town = await startPush({ now: Date.now, opening: 'on-request' })
const places = new Map<string, number>()

function tokenOf(endpoint: string): string {
  return endpoint.slice(endpoint.lastIndexOf('/') + 1)
}

function subscribe(order: ServiceOrder & { do: 'subscribe' }): { subscribed: number } {
  const { count, vapid, file } = order
  const applicationServerKey = vapid.publicKey
  const subscriptions = Array.from({ length: count }, () => town.subscribe({ applicationServerKey }))
  places.clear()
  for (const [index, { endpoint }] of subscriptions.entries()) places.set(tokenOf(endpoint), index)
  const setup: PushSetup = { ca: town.ca, origin: town.origin, vapid, subscriptions }
  writeFileSync(file, JSON.stringify(setup))
  return { subscribed: count }
}

function check(text: string): ServiceCheck {
  town.open()
  const messages = town.messages()
  const right = messages.filter((one) => one.state === 'shown' && one.text === text)
  const far = messages.map((one, index) => Math.abs((places.get(one.token) ?? 0) - index)).toSorted((a, b) => a - b)
  const { refused } = town.tally()
  town.reset()
  return {
    messages: messages.length,
    devices: new Set(right.map((one) => one.token)).size,
    refused,
    displaced: { median: far[far.length >> 1] ?? 0, most: far.at(-1) ?? 0 },
  }
}

process.on('message', (order: ServiceOrder) => {
  process.send?.(order.do === 'subscribe' ? subscribe(order) : check(order.text))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })
