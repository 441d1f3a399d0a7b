// In: subscriptions at push services. Out: proof that /metrics counts them by the few names of the lists, and names no other host.
import { expect, test } from 'vitest'
import { openHealth } from '../../src/app/health.ts'
import { openSubscriberGauges } from '../../src/app/push-gauges.ts'
import type { Queryable } from '../../src/store/pool.ts'

const subscriptions = [
  { outlet: 'push', origin: 'https://fcm.googleapis.com', count: 40 },
  { outlet: 'push', origin: 'https://wns2-par02p.notify.windows.com', count: 2 },
  { outlet: 'push', origin: 'https://wns2-sg2p.notify.windows.com', count: 3 },
  { outlet: 'push', origin: 'https://push.bureau.example:8443', count: 5 },
  // Listed once, and not any more.
  { outlet: 'push', origin: 'https://push.bureau.example', count: 6 },
  { outlet: 'push', origin: 'https://evil"}.example', count: 1 },
  { outlet: 'gone', origin: 'https://fcm.googleapis.com', count: 9 },
]
const outlets = [{ id: 'push', allowHosts: ['push.bureau.example:8443'] }]

test('subscribers are counted by push service, each called by its entry in the lists', async () => {
  const db = { query: async () => ({ rows: subscriptions }) } as unknown as Queryable
  const health = openHealth()
  health.addGauges(openSubscriberGauges(db, outlets))
  await new Promise((resolve) => setImmediate(resolve))
  expect(health.writeMetrics({ holds: 1 }).trim().split('\n')).toEqual([
    'quakedesk_holds 1',
    'quakedesk_push_subscribers{outlet="push",service="fcm.googleapis.com"} 40',
    'quakedesk_push_subscribers{outlet="push",service="*.notify.windows.com"} 5',
    'quakedesk_push_subscribers{outlet="push",service="push.bureau.example:8443"} 5',
    'quakedesk_push_subscribers{outlet="push",service="unlisted"} 7',
  ])
})

test('a scrape asks the database once a minute at most, and does without it while it is away', async () => {
  let asked = 0
  const query = async (): Promise<never> => {
    asked += 1
    throw new Error('away')
  }
  const read = openSubscriberGauges({ query }, outlets)
  for (let i = 0; i < 5; i += 1) expect(read()).toEqual({})
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toBe(1)
})
