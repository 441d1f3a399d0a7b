// In: subscribers in a real database, a push service of the tests over TLS and HTTP/2. Out: proof of what reaches whom, and of
// how each answer of a service is taken.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { handWord } from '../../src/store/push-broadcasts.ts'
import type { Queryable } from '../../src/store/pool.ts'
import { openRoom, type Room } from './room.ts'
import { startPushService, type PushService } from './service.ts'

let service: PushService
let room: Room

beforeAll(async () => {
  service = await startPushService()
  room = await openRoom(service)
})
beforeEach(async () => {
  service.reset()
  await room.clear()
})
afterAll(async () => {
  await room.close()
  await service.close()
})

const paths = (): string[] => service.messages.map(({ path }) => path)

describe('a word', () => {
  test('reaches every subscriber who wants it over one connection, each by their own keys', async () => {
    const people = []
    for (let i = 0; i < 25; i += 1) people.push(await room.subscribe())
    const uninterested = await room.subscribe({ minIntensity: 12 })
    const delivery = await room.say({ title: '示例市附近发生5.0级左右地震' })
    await room.send()
    expect(paths().sort()).toEqual(people.map(({ path }) => path).sort())
    expect(paths()).not.toContain(uninterested.path)
    expect(new Set(service.messages.map(({ text }) => text.title))).toEqual(new Set(['示例市附近发生5.0级左右地震']))
    expect(service.connections()).toBe(1)
    expect(await room.standing(delivery)).toEqual({ state: 'done', sent: 25, gone: 0, failed: 0, open: 0 })
    const headers: Record<string, unknown> = service.messages[0]?.headers ?? {}
    expect(headers).toMatchObject({ urgency: 'high', 'content-encoding': 'aes128gcm' })
    expect(Number(headers['ttl'])).toBeGreaterThanOrEqual(900)
    expect(Number(headers['ttl'])).toBeLessThanOrEqual(3_600)
    expect(String(headers['topic'])).toMatch(/^[A-Za-z0-9_-]{24}$/)
    expect(String(headers['authorization'])).toMatch(/^vapid t=.+, k=.+$/)
  })

  test('and what follows it share Topic and tag, so that the newer takes its place; another quake has its own', async () => {
    await room.subscribe()
    await room.say()
    await room.send()
    await room.say({ kind: 'formal-report', report: 2, minute: 10 })
    await room.send()
    await room.say({ quake: 'q-2', minute: 20 })
    await room.send()
    const topics = service.messages.map(({ headers, text }) => [headers['topic'], text.tag])
    expect(topics.every(([topic, tag]) => topic === tag)).toBe(true)
    expect(topics[1]).toEqual(topics[0])
    expect(topics[2]).not.toEqual(topics[0])
  })

  test('that follows goes to everyone who got the first, whatever its values and their choice have become', async () => {
    const told = await room.subscribe()
    const never = await room.subscribe({ minIntensity: 12 })
    await room.say()
    await room.send()
    await room.pool.query(`update push_subscription set preferences = preferences || '{"minIntensity": 12}'`)
    await room.say({ kind: 'correction', report: 2, magnitude: 2, title: '【更正】示例', minute: 10 })
    await room.send()
    await room.say({ kind: 'withdrawal', report: 3, title: '【撤回】示例已撤回', minute: 20 })
    await room.send()
    expect(service.messages.map(({ path, text }) => [path, text.title, text.withdrawn])).toEqual([
      [told.path, '示例地震', false],
      [told.path, '【更正】示例', false],
      [told.path, '【撤回】示例已撤回', true],
    ])
    expect(paths()).not.toContain(never.path)
  })

  test('that a newer one overtook is not finished: the newer goes to those who were to get it', async () => {
    const { path } = await room.subscribe()
    service.answer = () => ({ status: 503 })
    const first = await room.say()
    await room.send()
    service.answer = () => ({ status: 201 })
    const second = await room.say({ kind: 'withdrawal', report: 2, title: '【撤回】示例', minute: 1 })
    await room.send()
    expect(service.messages.map(({ text }) => text.title)).toEqual(['示例地震', '【撤回】示例'])
    expect(service.messages.at(-1)?.path).toBe(path)
    expect(await room.standing(first)).toMatchObject({ state: 'replaced', open: 0 })
    expect(await room.standing(second)).toMatchObject({ state: 'done', sent: 1 })
  })

  test('handed over twice is one word', async () => {
    await room.subscribe()
    const delivery = await room.say()
    await handWord(room.pool, { deliveryId: delivery, outlet: 'push', content: {}, priority: 2, ttlMs: 1 })
    await room.send()
    await room.send()
    expect(service.messages).toHaveLength(1)
    expect(await room.standing(delivery)).toMatchObject({ state: 'done', sent: 1 })
  })

  test('for a drill never reaches a subscriber of real words', async () => {
    const real = await room.subscribe()
    const trainee = await room.subscribe({}, { class: 'drill' })
    await room.say({ class: 'drill', quake: 'q-d', title: '【演练】示例【演练】' })
    const outlets = [
      room.outlet,
      { ...room.outlet, id: 'drill-push', class: 'drill' as const, reach: 'loopback' as const },
    ]
    await room.send({ outlets })
    expect(paths()).toEqual([trainee.path])
    expect(paths()).not.toContain(real.path)
    expect(service.messages[0]?.text).toMatchObject({ drill: true })
    expect(service.messages[0]?.headers['urgency']).toBe('normal')
  })
})

describe('an answer of the service', () => {
  const settleWith = async (status: number, headers: Record<string, string> = {}) => {
    await room.subscribe()
    service.answer = () => ({ status, headers })
    const delivery = await room.say()
    await room.send()
    const { rows } = await room.pool.query<{ n: number }>('select count(*)::integer as n from push_subscription')
    return { standing: await room.standing(delivery), left: rows[0]?.n }
  }

  test.each([200, 201, 202])('%d is taken', async (status) => {
    expect((await settleWith(status)).standing).toMatchObject({ state: 'done', sent: 1, open: 0 })
  })
  test.each([404, 410])('%d ends the subscription', async (status) => {
    const { standing, left } = await settleWith(status)
    expect(standing).toMatchObject({ state: 'done', sent: 0, gone: 1 })
    expect(left).toBe(0)
  })
  test.each([301, 307, 308])('%d is never followed', async (status) => {
    const { standing, left } = await settleWith(status, { location: 'https://127.0.0.1:1/' })
    expect(standing).toMatchObject({ state: 'done', failed: 1 })
    expect(left).toBe(1)
    expect(service.messages).toHaveLength(1)
  })
  test('400 is our fault: counted, the subscription stays', async () => {
    expect(await settleWith(400)).toMatchObject({ standing: { state: 'done', failed: 1 }, left: 1 })
  })
  test.each([429, 500, 502, 503])('%d is tried again later', async (status) => {
    const { standing, left } = await settleWith(status, { 'retry-after': '30' })
    expect(standing).toMatchObject({ state: 'sending', open: 1, failed: 0 })
    expect(left).toBe(1)
    const { rows } = await room.pool.query<{ wait: number }>(
      'select extract(epoch from due_at - clock_timestamp())::float as wait from push_batch',
    )
    expect(rows[0]?.wait).toBeGreaterThan(status === 429 || status === 503 ? 25 : 2)
  })
  test('413 gets the short form under another key', async () => {
    await room.subscribe()
    service.answer = (_message, nth) => ({ status: nth === 1 ? 413 : 201 })
    const delivery = await room.say({ body: '很长的正文' })
    await room.send()
    expect(service.messages.map(({ text }) => text.body)).toEqual(['很长的正文', ''])
    const [first, second] = service.messages.map(({ body }) => body.subarray(0, 86).toString('hex'))
    expect(first).not.toBe(second)
    expect(await room.standing(delivery)).toMatchObject({ state: 'done', sent: 1 })
  })
  test('403 for everyone stops the service and rings; it goes on when the key is put right', async () => {
    for (let i = 0; i < 10; i += 1) await room.subscribe()
    service.answer = () => ({ status: 403 })
    const delivery = await room.say()
    await room.send()
    expect(room.alarms.some((alarm) => alarm.includes('VAPID'))).toBe(true)
    expect(await room.standing(delivery)).toMatchObject({ state: 'sending', sent: 0, failed: 0, open: 10 })
  })
  test('"gone" for nearly everyone is not believed', async () => {
    for (let i = 0; i < 30; i += 1) await room.subscribe()
    service.answer = () => ({ status: 410 })
    await room.say()
    await room.send()
    const { rows } = await room.pool.query<{ n: number }>('select count(*)::integer as n from push_subscription')
    expect(rows[0]?.n).toBe(30)
    expect(room.alarms).toHaveLength(1)
  })
})

describe('a connection', () => {
  test('that ends in the middle is opened again, and the same bytes go over the new one', async () => {
    await room.subscribe()
    service.answer = (_message, nth) => {
      if (nth > 1) return { status: 201 }
      service.hangUp()
      return undefined
    }
    const delivery = await room.say()
    await room.send()
    expect(service.messages).toHaveLength(2)
    expect(service.messages[1]?.body.equals(service.messages[0]?.body ?? Buffer.alloc(0))).toBe(true)
    expect(await room.standing(delivery)).toMatchObject({ state: 'done', sent: 1 })
  })

  test('to a service that is not there holds up no other', async () => {
    room.outlet.allowHosts = [service.allow, '127.0.0.1:1']
    const dead = await room.subscribe({}, { endpoint: 'https://127.0.0.1:1/push/x' })
    const alive = await room.subscribe()
    const delivery = await room.say()
    await room.send()
    expect(paths()).toEqual([alive.path])
    expect(dead.path).toBe('/push/x')
    expect(await room.standing(delivery)).toMatchObject({ state: 'sending', sent: 1, open: 1 })
  })

  test('is not made to an endpoint that is no longer listed, nor to one sealed under another key', async () => {
    await room.subscribe({}, { endpoint: 'https://127.0.0.1:9/push/x' })
    const delivery = await room.say()
    await room.send()
    expect(await room.standing(delivery)).toMatchObject({ state: 'done', failed: 1 })
    expect(service.messages).toHaveLength(0)
  })

  test('is not made where the name of a listed service resolves to this house', async () => {
    const endpoint = 'https://fcm.googleapis.com/fcm/send/x'
    await room.subscribe({}, { endpoint })
    const delivery = await room.say()
    const asked: string[] = []
    const pin = async ({ host }: { host: string }) => {
      asked.push(host)
      return { ok: false as const, rule: 'address-not-public' as const, reason: 'x' }
    }
    await room.send({ resolver: { pin } })
    expect(asked).toEqual(['fcm.googleapis.com'])
    expect(await room.standing(delivery)).toMatchObject({ state: 'sending', open: 1, sent: 0 })
  })
})

describe('after a crash', () => {
  test('what was leased by the dead process is sent at once by the next, and nobody is left out', async () => {
    for (let i = 0; i < 8; i += 1) await room.subscribe()
    service.answer = () => undefined
    const delivery = await room.say()
    let alive = true
    const query: Queryable['query'] = (text, values) =>
      alive ? (room.pool.query(text, values) as never) : Promise.reject(new Error('killed'))
    const dead = room.open({ node: 'house-1-dead', db: { query } })
    await expect.poll(() => service.messages.length, { timeout: 20_000 }).toBe(8)
    // Killed: it settles nothing, and its lease is still running.
    alive = false
    service.answer = () => ({ status: 201 })
    const next = room.open({ node: 'house-2-next' })
    await expect.poll(async () => (await room.standing(delivery))?.state, { timeout: 20_000 }).toBe('done')
    expect(new Set(paths()).size).toBe(8)
    expect(service.messages).toHaveLength(16)
    await Promise.all([dead.stop(), next.stop()])
    expect(await room.standing(delivery)).toMatchObject({ state: 'done', sent: 8, open: 0 })
  })
})

describe('a sequence', () => {
  test('is told in a digest to who chose so; the main shock stays as it is, and a nearly equal shock comes through', async () => {
    const gathering = await room.subscribe({ digest: true, minIntensity: 2 })
    const each = await room.subscribe({ minIntensity: 2 })
    await room.say({ quake: 'main', magnitude: 6.5, title: '主震' })
    await room.send()
    await room.say({ quake: 'a1', magnitude: 4.5, title: '示例县4.5级地震', minute: 20 })
    await room.say({ quake: 'a2', magnitude: 5.1, title: '示例县5.1级地震', minute: 25 })
    await room.say({ quake: 'a3', magnitude: 6, title: '示例县6.0级地震', minute: 30 })
    await room.send()
    const titlesFor = (path: string) => service.messages.filter((m) => m.path === path).map((m) => m.text.title)
    expect(titlesFor(each.path)).toHaveLength(4)
    expect(titlesFor(gathering.path).sort()).toEqual(['主震', '示例县6.0级地震'])
    await room.age(31)
    await room.send()
    expect(titlesFor(gathering.path).at(-1)).toBe('近30分钟又发布地震公告2条，最大5.1级')
    const tags = service.messages.filter((m) => m.path === gathering.path).map((m) => m.text.tag)
    expect(new Set(tags).size).toBe(3)
    await room.send()
    expect(titlesFor(gathering.path)).toHaveLength(3)
  })

  test('that was told in a digest is taken back to those who read it', async () => {
    const gathering = await room.subscribe({ digest: true, minIntensity: 2 })
    await room.say({ quake: 'main', magnitude: 6.5 })
    await room.send()
    await room.say({ quake: 'a1', magnitude: 4.5, minute: 20 })
    await room.send()
    await room.age(31)
    await room.send()
    await room.say({ quake: 'a1', kind: 'withdrawal', report: 2, title: '【撤回】示例', minute: 60 })
    await room.send()
    expect(service.messages.at(-1)).toMatchObject({ path: gathering.path, text: { title: '【撤回】示例' } })
  })

  test('of which a gathered shock was withdrawn before the digest does not tell it', async () => {
    await room.subscribe({ digest: true, minIntensity: 2 })
    await room.say({ quake: 'main', magnitude: 6.5 })
    await room.say({ quake: 'a1', magnitude: 4.5, minute: 20 })
    await room.send()
    await room.say({ quake: 'a1', kind: 'withdrawal', report: 2, title: '【撤回】示例', minute: 25 })
    await room.send()
    await room.age(31)
    await room.send()
    expect(service.messages.map(({ text }) => text.title)).toEqual(['示例地震'])
  })
})
