// In: the parent's orders. Out: the push stand-in in a process of its own; what its devices read, and in which order it came.
// Devices open their messages when asked to: what verifying costs must not lie within the time that is measured.
import { writeFileSync } from 'node:fs'
import { startPush } from '../../src/town/push.ts'
import type { PushSetup, ServiceCheck, ServiceOrder } from './push-orders.ts'

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

function check(expected: string | null): ServiceCheck {
  town.open()
  const messages = town.messages()
  const text = expected ?? messages[0]?.text ?? ''
  const right = messages.filter((one) => one.state === 'shown' && one.text === text)
  const far = messages.map((one, index) => Math.abs((places.get(one.token) ?? 0) - index)).toSorted((a, b) => a - b)
  const { refused } = town.tally()
  town.reset()
  return {
    messages: messages.length,
    devices: new Set(right.map((one) => one.token)).size,
    refused,
    displaced: { median: far[far.length >> 1] ?? 0, most: far.at(-1) ?? 0 },
    came: { median: messages[messages.length >> 1]?.at ?? 0, last: messages.at(-1)?.at ?? 0 },
    text,
  }
}

process.on('message', (order: ServiceOrder) => {
  if (order.do === 'subscribe') process.send?.(subscribe(order))
  else process.send?.(order.do === 'count' ? { messages: town.tally().messages.unopened ?? 0 } : check(order.text))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })
