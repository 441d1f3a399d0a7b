// In: browsers, programs and strangers at the subscribe door of the public server, over a real database. Out: who is let in,
// by which rule the others are refused, and that leaving leaves nothing.
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openResolver } from '../../src/push/resolve.ts'
import type { SubscribingContext } from '../../src/web/public/push/subscribing.ts'
import { makeSubscription, openSubscribeDoor, SUBSCRIPTIONS, type SubscribeDoor } from './subscribe-door.ts'

let door: SubscribeDoor
let app: FastifyInstance
let addresses: Record<string, string[]> = {}
let now = Date.UTC(2024, 2, 5, 6, 0)
const outlets: SubscribingContext['outlets'] = [
  { id: 'push', class: 'actual', reach: 'any', allowHosts: ['127.0.0.1:9443', 'push.bureau.example'], proxied: [] },
  { id: 'drill-push', class: 'drill', reach: 'loopback', allowHosts: ['127.0.0.1:9443'], proxied: [] },
]

beforeAll(async () => {
  door = await openSubscribeDoor({
    outlets,
    resolver: openResolver(async (host) => addresses[host] ?? ['142.250.72.10']),
    now: () => now,
    districts: ['990100', '990200'],
  })
  app = await door.build()
})
beforeEach(async () => {
  addresses = {}
  now += 3_600_000
  await door.pool.query('delete from push_subscription')
})
afterAll(async () => {
  await app.close()
  await door.close()
})

const browser = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...makeSubscription(),
  districts: ['990200'],
  minIntensity: 3,
  consent: { version: 'v1', language: 'zh' },
  ...change,
})

const post = (body: unknown, at = app) => at.inject({ method: 'POST', url: SUBSCRIPTIONS, payload: body as object })
const ask = (method: 'GET' | 'PATCH' | 'DELETE', id: string, token: string, payload?: object) =>
  app.inject({
    method,
    url: `${SUBSCRIPTIONS}/${id}`,
    headers: { authorization: `Bearer ${token}` },
    ...(payload ? { payload } : {}),
  })
const count = async (): Promise<number> => (await door.pool.query('select from push_subscription')).rowCount ?? 0

async function subscribe(change: Record<string, unknown> = {}): Promise<{ id: string; unsubscribe: string }> {
  const reply = await post(browser(change))
  expect(reply.statusCode, reply.body).toBe(201)
  return reply.json()
}

describe('a browser', () => {
  test('subscribes, changes its mind, reads all that is kept of it, and leaves nothing behind', async () => {
    const given = browser()
    const first = await post(given)
    expect(first.statusCode).toBe(201)
    const { id, unsubscribe } = first.json<{ id: string; unsubscribe: string }>()
    const changed = await ask('PATCH', id, unsubscribe, { minMagnitude: 5, night: true })
    expect(changed.json()).toMatchObject({
      preferences: { districts: ['990200'], minIntensity: 3, minMagnitude: 5, night: 5 },
    })
    const kept = (await ask('GET', id, unsubscribe)).json()
    expect(kept).toMatchObject({
      id,
      endpoint: given['endpoint'],
      keys: given['keys'],
      consent: { version: 'v1', language: 'zh' },
    })
    expect((await ask('DELETE', id, unsubscribe)).statusCode).toBe(204)
    expect(await count()).toBe(0)
    expect((await ask('GET', id, unsubscribe)).statusCode).toBe(404)
  })

  test('that subscribes again is the same subscriber, with its new keys and choice', async () => {
    const given = browser()
    const first = (await post(given)).json<{ id: string; unsubscribe: string }>()
    const second = (await post({ ...given, ...browser({ endpoint: given['endpoint'], minIntensity: 5 }) })).json()
    expect(second).toEqual(first)
    expect(await count()).toBe(1)
    const { rows } = await door.pool.query<{ key_version: number; preferences: object }>(
      'select key_version, preferences from push_subscription',
    )
    expect(rows[0]).toMatchObject({ key_version: 2, preferences: { minIntensity: 5 } })
  })

  test('is not found in the database by its address: the address is sealed, nothing stands in the journal', async () => {
    const given = browser()
    await post(given)
    const { rows } = await door.pool.query<{ all: string }>('select (s.*)::text as all from push_subscription s')
    const secret = String(given['endpoint']).split('/').at(-1) ?? ''
    expect(rows[0]?.all).not.toContain(secret)
    expect(rows[0]?.all).not.toContain(Buffer.from(secret).toString('hex'))
    expect((await door.pool.query('select from journal')).rowCount).toBe(0)
  })

  test('may be one part of what a program sends', async () => {
    const { endpoint, keys, ...rest } = browser()
    expect(
      (await post({ subscription: { endpoint, keys, expirationTime: null }, ...rest, consent: true })).statusCode,
    ).toBe(201)
  })

  test('leaves by a link and one tap, without a script, in every way of reading', async () => {
    for (const root of ['', '/large', '/access/en']) {
      const { id, unsubscribe } = await subscribe()
      const reply = await app.inject({
        method: 'POST',
        url: `${root}/unsubscribe/${id}.${unsubscribe}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: '',
      })
      expect(reply.statusCode).toBe(303)
      expect(reply.headers.location).toBe('done')
      expect(await count()).toBe(0)
    }
  })

  test('takes part in drills with an address on this machine only', async () => {
    const local = await post(browser({ drill: true, endpoint: 'https://127.0.0.1:9443/x' }))
    expect(local.statusCode).toBe(201)
    const { rows } = await door.pool.query<{ class: string }>('select class from push_subscription')
    expect(rows).toEqual([{ class: 'drill' }])
    expect((await post(browser({ drill: true }))).json()).toMatchObject({ rule: 'endpoint-not-local' })
  })
})

describe('a stranger', () => {
  test.each([
    ['no whole address', { endpoint: 'push' }, 'endpoint-form'],
    ['http', { endpoint: 'http://fcm.googleapis.com/x' }, 'endpoint-scheme'],
    ['a user in it', { endpoint: 'https://a@fcm.googleapis.com/x' }, 'endpoint-userinfo'],
    ['the metadata service', { endpoint: 'https://169.254.169.254/latest' }, 'endpoint-ip-literal'],
    ['loopback in decimal', { endpoint: 'https://2130706433/' }, 'endpoint-ip-literal'],
    ['a mapped address', { endpoint: 'https://[::ffff:10.0.0.1]/' }, 'endpoint-ip-literal'],
    ['an odd port', { endpoint: 'https://fcm.googleapis.com:6379/' }, 'endpoint-port'],
    ['another host', { endpoint: 'https://evil.example/' }, 'endpoint-host'],
    ['a long one', { endpoint: `https://fcm.googleapis.com/${'x'.repeat(3_000)}` }, 'endpoint-length'],
    ['an address that is no text', { endpoint: 5 }, 'endpoint-form'],
    [
      'a bad point',
      {
        keys: {
          p256dh: Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]).toString('base64url'),
          auth: 'A'.repeat(22),
        },
      },
      'p256dh-point',
    ],
    ['no keys', { keys: null }, 'keys'],
    ['no consent', { consent: undefined }, 'consent'],
    ['consent refused', { consent: false }, 'consent'],
    ['consent to another text', { consent: { version: 'v0' } }, 'consent-version'],
    ['a district of others', { districts: ['110000'] }, 'district'],
    ['a key nobody knows', { minIntesity: 2 }, 'preferences'],
    ['a threshold that is none', { minIntensity: 99 }, 'preferences'],
  ])('with %s is refused by its rule, and nothing is kept', async (_name, change, rule) => {
    const reply = await post(browser(change))
    expect(reply.statusCode).toBeGreaterThanOrEqual(400)
    expect(reply.statusCode).toBeLessThan(500)
    expect(reply.json()).toMatchObject({ rule })
    expect(await count()).toBe(0)
  })

  test.each([
    ['127.0.0.1'],
    ['10.0.0.5'],
    ['169.254.169.254'],
    ['100.100.100.200'],
    ['fd00::1'],
    ['::ffff:127.0.0.1'],
    ['64:ff9b::7f00:1'],
  ])('whose listed host resolves to %s is refused, also beside a public address', async (address) => {
    addresses['push.bureau.example'] = ['142.250.72.10', address]
    const reply = await post(browser({ endpoint: 'https://push.bureau.example/x' }))
    expect(reply.json()).toMatchObject({ rule: 'address-not-public' })
    addresses = {}
    expect(await count()).toBe(0)
  })

  test('whose host is reached through a proxy is not looked up here, whatever its port', async () => {
    addresses = { 'push.bureau.example': ['10.0.0.1'] }
    const [allowHosts, proxied] = [['push.bureau.example:8443', 'push.bureau.example'], ['push.bureau.example:8443']]
    const behind = await door.build({ outlets: [{ id: 'push', class: 'actual', reach: 'any', allowHosts, proxied }] })
    try {
      const at = (endpoint: string) => post(browser({ endpoint }), behind)
      expect((await at('https://push.bureau.example:8443/x')).statusCode).toBe(201)
      expect((await at('https://push.bureau.example/x')).json()).toMatchObject({ rule: 'address-not-public' })
    } finally {
      await behind.close()
    }
  })

  test('with two million bytes of key is cut off by size', async () => {
    const reply = await post(browser({ keys: { p256dh: 'A'.repeat(2_000_000), auth: 'x' } }))
    expect(reply.statusCode).toBe(413)
  })

  test('without the token reads, changes and removes nothing', async () => {
    const { id } = await subscribe()
    for (const token of ['', 'x', 'A'.repeat(43)]) {
      expect((await ask('GET', id, token)).statusCode).toBe(404)
      expect((await ask('PATCH', id, token, {})).statusCode).toBe(404)
      expect((await ask('DELETE', id, token)).statusCode).toBe(404)
    }
    expect(await count()).toBe(1)
  })

  test('who asks too often waits', async () => {
    const statuses = []
    for (let i = 0; i < 32; i += 1) {
      const reply = await app.inject({
        method: 'POST',
        url: SUBSCRIPTIONS,
        remoteAddress: '142.250.72.11',
        payload: {},
      })
      statuses.push(reply.statusCode)
    }
    expect(statuses.slice(0, 30).every((status) => status === 422)).toBe(true)
    expect(statuses.slice(30)).toEqual([429, 429])
  })

  test('posts nowhere else', async () => {
    for (const url of ['/', '/api/v1/notices', '/unsubscribe', '/api/v1/push', `${SUBSCRIPTIONS}/x`])
      expect((await app.inject({ method: 'POST', url, payload: {} })).statusCode).toBe(405)
  })
})

test('while the bureau has not turned push on, nobody can subscribe, and everyone is told so', async () => {
  const off = await door.build({ outlets: [] })
  const reply = await post(browser(), off)
  expect([reply.statusCode, reply.json()]).toMatchObject([403, { rule: 'push-off' }])
  await off.close()
})

test('while the database is away a subscriber is asked to come again', async () => {
  const query = async (): Promise<never> => Promise.reject(new Error('away'))
  const away = await door.build({ db: { query } })
  const reply = await post(browser(), away)
  expect([reply.statusCode, reply.headers['retry-after']]).toEqual([503, '5'])
  await away.close()
})
