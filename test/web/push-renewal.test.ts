// In: the service worker as it is served, in a bare context, before a real subscribe door. Out: proof that a browser which
// changes its push address by itself stays subscribed with its choice, and that one which cannot is told.
import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  makeSubscription,
  openSubscribeDoor,
  SUBSCRIPTIONS,
  type BrowserSubscription,
  type SubscribeDoor,
} from './subscribe-door.ts'

const SOURCE = readFileSync(new URL('../../src/web/assets/sw.js', import.meta.url), 'utf8')
const CHOICE = { districts: ['990100'], minIntensity: 4, minMagnitude: null, night: 5, digest: true, rebuttals: false }

interface State {
  id: string
  unsubscribe: string
  choice: object
  consent: object
  key: string
}
let door: SubscribeDoor
let app: FastifyInstance
let state: State | null
let notices: { title: string; data: { url: string } }[]
/** What pushManager.subscribe() was asked for, and what it hands out. */
let asked: unknown[]
let fresh: BrowserSubscription
let reachable: boolean

beforeAll(async () => {
  door = await openSubscribeDoor()
  app = await door.build()
})
beforeEach(async () => {
  await door.pool.query('delete from push_subscription')
  ;[notices, asked, fresh, reachable] = [[], [], makeSubscription(), true]
  const reply = await app.inject({
    method: 'POST',
    url: SUBSCRIPTIONS,
    payload: { ...makeSubscription(), ...CHOICE, consent },
  })
  state = { ...reply.json<Pick<State, 'id' | 'unsubscribe'>>(), choice: CHOICE, consent, key: 'BKey' }
})
afterAll(async () => {
  await app.close()
  await door.close()
})
const consent = { version: 'v1', language: 'zh' }

/** Runs the worker, and lets the browser tell it of the change. */
async function change(event: object): Promise<void> {
  const listeners = new Map<string, (event: object) => void>()
  const made = (given: BrowserSubscription) => ({ toJSON: () => given })
  const store = {
    match: async () => (state ? new Response(JSON.stringify(state)) : undefined),
    put: async (_name: string, response: Response) => void (state = (await response.json()) as State),
    delete: async () => void (state = null),
  }
  const registration = {
    pushManager: { subscribe: async (options: unknown) => (asked.push(options), made(fresh)) },
    showNotification: async (title: string, { data }: { data: { url: string } }) => void notices.push({ title, data }),
  }
  const self = {
    addEventListener: (name: string, act: (event: object) => void) => listeners.set(name, act),
    registration,
    location: { origin: 'https://bureau.example' },
  }
  const ask = async (url: string, { method, headers, body }: Record<string, string>): Promise<Response> => {
    if (!reachable) throw new TypeError('Failed to fetch')
    const reply = await app.inject({ method: method as 'POST', url, headers: headers as never, payload: body ?? '' })
    return new Response(reply.statusCode === 204 ? null : reply.body, { status: reply.statusCode })
  }
  runInNewContext(SOURCE, { self, fetch: ask, caches: { open: async () => store }, Response, URL })
  let done: Promise<void> = Promise.resolve()
  listeners.get('pushsubscriptionchange')?.({ ...event, waitUntil: (promise: Promise<void>) => (done = promise) })
  await done
}

const kept = async () =>
  (await door.pool.query<{ id: string; preferences: object }>('select id, preferences from push_subscription')).rows

test('a subscription that the browser replaced is replaced here, with its choice, and the old one is gone', async () => {
  const before = state?.id
  await change({ oldSubscription: { options: { userVisibleOnly: true } }, newSubscription: { toJSON: () => fresh } })
  expect(await kept()).toEqual([{ id: state?.id, preferences: CHOICE }])
  expect(state?.id).not.toBe(before)
  expect(asked).toEqual([])
  // The way out belongs to the new one.
  const headers = { authorization: `Bearer ${state?.unsubscribe}` }
  expect((await app.inject({ url: `${SUBSCRIPTIONS}/${state?.id}`, headers })).json()).toMatchObject({
    endpoint: fresh.endpoint,
  })
  expect(notices).toEqual([])
})

test('one that only ended is made anew under the same terms, also where the browser does not say what it was', async () => {
  const options = { userVisibleOnly: true, applicationServerKey: 'BOld' }
  await change({ oldSubscription: { options }, newSubscription: null })
  await change({})
  expect(asked).toEqual([options, { userVisibleOnly: true, applicationServerKey: 'BKey' }])
  expect(await kept()).toEqual([{ id: state?.id, preferences: CHOICE }])
})

test.each([
  [
    'agreed to a text that has changed',
    () => state && Object.assign(state, { consent: { ...consent, version: 'v0' } }),
  ],
  ['finds no server', () => (reachable = false)],
])('a browser that %s is told, and is not believed to be subscribed', async (_name, spoil) => {
  spoil()
  await change({ newSubscription: { toJSON: () => fresh } })
  expect(notices).toEqual([{ title: '地震推送订阅已中断', data: { url: '/subscribe' } }])
  expect(state).toBeNull()
})

test('whoever is not subscribed here hears nothing', async () => {
  state = null
  await change({ newSubscription: { toJSON: () => fresh } })
  expect([notices, asked]).toEqual([[], []])
})
