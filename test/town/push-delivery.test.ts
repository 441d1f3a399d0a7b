// In: messages to devices that are there, away, or gone; scripted trouble. Out: proof of what waits, is replaced, expires,
// and of what a sender meets when a push service has a bad day.
import { connect } from 'node:http2'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startPush } from '../../src/town/push.ts'
import type { PushOptions, PushTown } from '../../src/town/push.ts'
import type { PushSubscriptionJson } from '../../src/town/push/state.ts'
import { startTown } from '../../src/town/town.ts'
import { VAPID, rightHeaders, seal, send } from './push-tools.ts'
import { call, postJson, stoppedClock, until } from './town-tools.ts'
import type { Clock } from './town-tools.ts'

let clock: Clock
let town: PushTown
let device: PushSubscriptionJson

async function start(options: Partial<PushOptions> = {}, online = false): Promise<void> {
  town = await startPush({ now: clock.now, ...options })
  device = town.subscribe({ applicationServerKey: VAPID.publicKey, online })
}
beforeEach(() => {
  clock = stoppedClock()
})
afterEach(() => town.close())

const post = (text: string, over: Record<string, string> = {}) =>
  send(town, { ...rightHeaders(town, device, clock.at), ...over }, seal(device, text))
const states = () => town.messages(device.endpoint).map(({ state, text }) => [state, text])

describe('a device that is away', () => {
  beforeEach(() => start())

  test('gets what waited when it comes back, in order', async () => {
    await post('一')
    await post('二', { topic: 'b' })
    expect(town.timeline()).toEqual([])
    clock.at += 60_000
    town.setOnline(device.endpoint, true)
    expect(states()).toEqual([
      ['shown', '一'],
      ['shown', '二'],
    ])
    expect(town.ledger().map((one) => one.visibleFrom)).toEqual([clock.at, clock.at])
  })

  test('an update under the same topic replaces what waits; another topic, another device, a shown one do not', async () => {
    const neighbour = town.subscribe({ applicationServerKey: VAPID.publicKey, online: false })
    await post('速报', { topic: 'eq-1' })
    await post('另一次', { topic: 'eq-2' })
    await post('无主题')
    await send(town, { ...rightHeaders(town, neighbour, clock.at), topic: 'eq-1' }, seal(neighbour, '邻居'))
    await post('修订', { topic: 'eq-1', ttl: '60' })
    town.setOnline(device.endpoint, true)
    await post('撤回', { topic: 'eq-1' })
    expect(states()).toEqual([
      ['replaced', null],
      ['shown', '另一次'],
      ['shown', '无主题'],
      ['shown', '修订'],
      ['shown', '撤回'],
    ])
    expect(town.tally().messages).toEqual({ replaced: 1, shown: 4, waiting: 1 })
  })

  test('what outlives its TTL is never delivered; a TTL of 0 does not wait at all', async () => {
    await post('急', { ttl: '0' })
    await post('短', { ttl: '10' })
    await post('长', { ttl: '60' })
    clock.at += 10_000
    town.setOnline(device.endpoint, true)
    expect(states()).toEqual([
      ['expired', null],
      ['expired', null],
      ['shown', '长'],
    ])
  })

  test('a message that waits is withdrawn at its own address, once', async () => {
    const { headers } = await post('x')
    const path = new URL(headers['location'] ?? '').pathname
    const cancel = () => send(town, { ':method': 'DELETE', ':path': path }, Buffer.alloc(0))
    expect((await cancel()).status).toBe(204)
    expect((await cancel()).status).toBe(404)
    town.setOnline(device.endpoint, true)
    expect(states()).toEqual([['cancelled', null]])
  })

  test('opened on request: nothing is read before, everything after', async () => {
    await town.close()
    await start({ opening: 'on-request' }, true)
    await post('一')
    expect(states()).toEqual([['unopened', null]])
    expect((await postJson(`${town.url}/_town/open`, {})).json).toEqual({ opened: 1 })
    expect(states()).toEqual([['shown', '一']])
    expect(town.open()).toBe(0)
  })
})

describe('a service that has a bad day', () => {
  beforeEach(() => start({}, true))

  test('410 for who left, 404 for who was never there', async () => {
    town.end(device.endpoint, 'gone')
    expect((await post('x')).status).toBe(410)
    await postJson(`${town.url}/_town/end`, { endpoint: device.endpoint, as: 'forgotten' })
    expect((await post('x')).status).toBe(404)
    expect(town.tally()).toEqual({ messages: {}, refused: { gone: 1, unknown: 1 } })
  })

  test('429 with its Retry-After, and again to whoever comes too early', async () => {
    town.faults.add({ api: '*', kind: 'error', code: 429, ms: 30_000, times: 1 })
    expect(await post('x')).toMatchObject({ status: 429, headers: { 'retry-after': '30' } })
    clock.at += 20_000
    expect(await post('x')).toMatchObject({ status: 429, headers: { 'retry-after': '10' } })
    clock.at += 10_000
    expect((await post('x')).status).toBe(201)
    expect(town.calls().map((one) => one.code)).toEqual(['scripted', 'too-early', 'ok'])
  })

  test('429 for one device leaves the others alone', async () => {
    const api = new URL(device.endpoint).pathname.slice(1)
    town.faults.add({ api, kind: 'error', code: 429, ms: 30_000, times: 1 })
    expect((await post('x')).status).toBe(429)
    expect((await post('x')).status).toBe(429)
    device = town.subscribe({ applicationServerKey: VAPID.publicKey })
    expect((await post('x')).status).toBe(201)
  })

  test.each([
    [503, { ms: 5_000 }, { 'retry-after': '5' }],
    [503, {}, {}],
    [413, {}, {}],
    [307, {}, { location: expect.stringMatching(/^https:\/\/localhost:\d+\/moved\/fcm\//) }],
  ])('%i as scripted, nothing taken', async (code, more, headers) => {
    town.faults.add({ api: '*', kind: 'error', code, times: 1, ...more })
    const said = await post('x')
    expect(said.status).toBe(code)
    expect(said.headers).toMatchObject(headers)
    expect('retry-after' in said.headers).toBe('retry-after' in headers)
    expect(states()).toEqual([])
    expect((await post('x')).status).toBe(201)
  })

  test('a failure that is none: the message was taken, and the sender hears 500', async () => {
    town.faults.add({ api: '*', kind: 'error', code: 500, applied: true, call: 2 })
    await post('一')
    expect((await post('二')).status).toBe(500)
    expect(states()).toEqual([
      ['shown', '一'],
      ['shown', '二'],
    ])
  })

  test('the connection breaks after the message was taken, or before: only the ledger knows', async () => {
    town.faults.add({ api: '*', kind: 'close-after', call: 1 })
    town.faults.add({ api: '*', kind: 'close-before', call: 2 })
    await expect(post('after')).rejects.toThrow()
    await expect(post('before')).rejects.toThrow()
    expect(states()).toEqual([['shown', 'after']])
  })

  test('a broken connection takes every call on it along, as a broken line does', async () => {
    town.faults.add({ api: '*', kind: 'hang', call: 1 })
    town.faults.add({ api: '*', kind: 'close-before', call: 2 })
    const session = connect(town.origin, { ca: town.ca })
    session.on('error', () => undefined)
    const calls = ['一', '二'].map((text) =>
      send(town, rightHeaders(town, device, clock.at), seal(device, text), session).then(
        () => 'answered',
        () => 'broken',
      ),
    )
    expect(await Promise.all(calls)).toEqual(['broken', 'broken'])
  })

  test('a reply that hangs was applied; a reply that drips comes byte by byte', async () => {
    town.faults.add({ api: '*', kind: 'hang', times: 1 })
    const hanging = post('一')
    hanging.catch(() => undefined)
    await until(() => town.messages().length === 1)
    town.faults.add({ api: '*', kind: 'drip', ms: 1 })
    const dripped = await post('二')
    expect(dripped.status).toBe(201)
    expect(dripped.text.length).toBeGreaterThan(50)
    await town.close()
    await expect(hanging).rejects.toThrow()
  })

  test('GOAWAY: what is under way ends, then the connection does', async () => {
    town.faults.add({ api: '*', kind: 'delay', ms: 100, times: 1 })
    const session = connect(town.origin, { ca: town.ca })
    const under = send(town, rightHeaders(town, device, clock.at), seal(device, '一'), session)
    await until(() => town.messages().length === 1)
    const closed = once(session, 'close')
    await postJson(`${town.url}/_town/go-away`, {})
    expect((await under).status).toBe(201)
    await closed
    expect((await post('二')).status).toBe(201)
  })
})

describe('what stays', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'town-push-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('a restarted service has its certificate, its subscriptions and its messages', async () => {
    const options = { stateFile: join(folder, 'push.json'), caFile: join(folder, 'ca.pem') }
    await start(options)
    expect(existsSync(options.caFile)).toBe(true)
    await post('一')
    const { ca } = town
    await town.close()
    town = await startPush({ now: clock.now, ...options, securePort: Number(new URL(town.origin).port) })
    expect(town.ca).toBe(ca)
    expect(readFileSync(options.caFile, 'utf8')).toBe(ca)
    town.setOnline(device.endpoint, true)
    await post('二')
    expect(states()).toEqual([
      ['shown', '一'],
      ['shown', '二'],
    ])
  })

  test('a reset forgets what was sent and keeps who is subscribed', async () => {
    await start()
    await post('一')
    await postJson(`${town.url}/_town/reset`, {})
    expect(town.ledger()).toEqual([])
    town.setOnline(device.endpoint, true)
    await post('二')
    expect(states()).toEqual([['shown', '二']])
  })

  test('on the readable page a broadcast stands once, with the number of devices, its markup as text', async () => {
    await start({}, true)
    const text = JSON.stringify({ title: '【演练】<b>速报</b>', body: '5.0级' })
    for (let n = 0; n < 3; n += 1) {
      device = town.subscribe({ applicationServerKey: VAPID.publicKey })
      await post(text)
    }
    const page = await call(`${town.url}/_town/`)
    expect(page.text).toContain('推送到 3 台设备')
    expect(page.text.match(/<article>/g)).toHaveLength(1)
    expect(page.text).toContain('&lt;b&gt;速报&lt;/b&gt;')
  })
})

test('in a town the push service stands only where its certificate is asked for', async () => {
  clock = stoppedClock()
  const folder = mkdtempSync(join(tmpdir(), 'town-push-'))
  const asked = { now: clock.now, callbackUrl: null, safeDomain: 'dzj.example.cn', bureauName: '局' }
  const plain = await startTown(asked)
  const whole = await startTown({ ...asked, pushCaFile: join(folder, 'ca.pem') })
  expect(Object.keys(plain.stands)).not.toContain('push')
  expect(Object.keys(plain.places)).not.toContain('push')
  if (!whole.stands.push) throw new Error('no push service')
  town = whole.stands.push
  expect(whole.places).toMatchObject({
    push: town.origin,
    'push-host': town.origin.slice('https://'.length),
    'push-ca': join(folder, 'ca.pem'),
  })
  expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).toBe(town.ca)
  await Promise.all([plain.close(), whole.close()])
  rmSync(folder, { recursive: true, force: true })
})
