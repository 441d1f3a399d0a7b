// In: two nodes of the program on one database, people at both desks, with Redis and without. Out: that they sit at one desk.
// Hints are looked at as an open page gets them; a board is fetched when its page was told, never in a circle.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFirst, openOfficer, openVisitor, PASSWORD, type Visitor } from '../app/officers.ts'
import { openNodes, until, type Node, type Nodes } from '../support/nodes.ts'
import { openDesk, type OpenDesk } from '../support/open-desk.ts'
import { hasRedis, startRedis, WITHOUT, type RedisServer } from '../support/redis.ts'
import { claimPort } from '../../src/town/port.ts'

interface Told {
  type: string
  hold?: { id: string; step: number }
}

/** A duty room's webhook: what it was told, in order. */
let duty: Server
const told: Told[] = []
let nodes: Nodes
let first: Node
let second: Node
let wang: Visitor
/** The same person, at the second node, by the session of the first. */
let wangThere: Visitor
let page: OpenDesk
let count = 0

const seatOf = (visitor: Visitor): string => `${visitor.cookie().name}=${visitor.cookie().value}`
const publishedCount = (): number => told.filter(({ type }) => type === 'notice.published').length

async function settle(env: Record<string, string>): Promise<void> {
  told.length = 0
  count = 0
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const { port } = duty.address() as AddressInfo
  nodes = await openNodes(`desk: { key: '${randomBytes(32).toString('base64url')}' }
outlets:
  - { id: site, channel: website }
  - { id: duty-room, channel: webhook, url: 'http://127.0.0.1:${port}/', secret: '${secret}', alarms: true }
`)
  first = await nodes.start('first', env)
  const admin = await openFirst(first)
  wang = await openOfficer(first, admin, { login: 'wang', name: '王小明', roles: ['duty'] })
  second = await nodes.start('second', env)
  wangThere = openVisitor(second, seatOf(wang))
  page = await openDesk(second.deskPort, seatOf(wang))
}

async function leave(): Promise<void> {
  page.close()
  await nodes.close()
}

/** An automatic determination that only a person lets out. @returns its hold's id */
async function hearGreat(node: Node): Promise<string> {
  count += 1
  // A quarter of an hour before the one before: another quake.
  const origin = Date.now() - count * 15 * 60_000
  expect(await nodes.push(node, { code: 'AU', magnitude: 7.1, origin })).toBe(202)
  const { rows } = await nodes.pool.query<{ id: string }>(
    `select id from hold where state = 'open' order by since desc limit 1`,
  )
  return rows[0]?.id ?? ''
}

/** A hold comes up and is decided at the first node; the second shows both at once, and its open page is told of both. */
async function decideAtFirst(): Promise<void> {
  await page.quiet()
  const asked = page.count()
  const hold = await hearGreat(first)
  expect((await wangThere.get('/desk/parts/board')).body).toContain(`/desk/holds/${hold}`)
  await page.more(asked)
  await page.quiet()

  expect((await wang.get(`/desk/holds/${hold}`)).body).toContain('已核实，立即发布')
  const [decided, before] = [page.count(), publishedCount()]
  expect(await wang.post(`/desk/holds/${hold}/publish`)).toMatchObject({ status: 303 })
  const board = await wangThere.get('/desk/parts/board')
  expect(board.body).not.toContain(`/desk/holds/${hold}`)
  expect(board.body).toContain('王小明')
  const late = await wangThere.post(`/desk/holds/${hold}/publish`)
  expect([late.status, late.body]).toEqual([409, expect.stringMatching(/王小明 于 .* 已核实发布/) as string])
  await page.more(decided)
  await until(
    async () => (publishedCount() > before ? true : undefined),
    () => `the word to the duty room; it heard ${JSON.stringify(told).slice(0, 500)}`,
  )
  await page.quiet()
  expect(publishedCount()).toBe(before + 1)
  expect(told.filter((one) => one.hold?.id === hold && one.hold.step === 1)).toHaveLength(1)
}

/** The first node dies with a hold on its desk: the second's people decide it, by sessions that the first began. */
async function goOnAlone(): Promise<void> {
  const hold = await hearGreat(first)
  const rings = (): Told[] => told.filter((one) => one.hold?.id === hold && one.hold.step === 1)
  await until(
    async () => (rings().length > 0 ? true : undefined),
    () => 'the alarm',
  )
  await first.kill()
  const before = publishedCount()
  expect((await wangThere.get(`/desk/holds/${hold}`)).body).toContain('已核实，立即发布')
  await page.quiet()
  const asked = page.count()
  expect(await wangThere.post(`/desk/holds/${hold}/publish`)).toMatchObject({ status: 303 })
  await page.more(asked)
  await until(
    async () => (publishedCount() > before ? true : undefined),
    () => 'the word to the duty room',
  )
  await page.quiet()
  expect([publishedCount(), rings().length]).toEqual([before + 1, 1])
}

async function untilDegraded(wanted: boolean): Promise<void> {
  for (const { deskPort } of [first, second]) {
    let last = ''
    await until(
      async () => {
        const reply = await fetch(`http://127.0.0.1:${deskPort}/readyz`)
        last = await reply.text()
        expect(reply.status).toBe(200)
        return last.includes('Redis') === wanted ? true : undefined
      },
      () => `Redis ${wanted ? '' : 'no longer '}named in ${last}`,
    )
  }
}

async function listRedisAlarms(): Promise<string[]> {
  const { rows } = await nodes.pool.query<{ message: string }>(
    `select message from alarm where kind = 'redis' and cleared_at is null`,
  )
  return rows.map(({ message }) => message)
}

beforeAll(async () => {
  duty = createServer((request, reply) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      told.push(JSON.parse(Buffer.concat(parts).toString('utf8')) as Told)
      reply.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => duty.listen(0, '127.0.0.1', resolve))
})
afterAll(() => new Promise((resolve) => duty.close(resolve)))

describe('two nodes over the database alone', () => {
  beforeAll(() => settle({}), 120_000)
  afterAll(leave, 60_000)

  test('what one decides the other shows at once; its pages are told; one alarm and one word leave', async () => {
    await decideAtFirst()
    await decideAtFirst()
  }, 120_000)

  test('a switch that is turned at one node stops the words of the other', async () => {
    await page.quiet()
    const asked = page.count()
    expect(await wang.post('/desk/switches', { outlet: 'duty-room', on: '1' })).toMatchObject({ to: '/desk' })
    expect((await wangThere.get('/desk/parts/board')).body).toContain('已停用：duty-room')
    await page.more(asked)
    const before = publishedCount()
    const hold = await hearGreat(second)
    const done = await wangThere.post(`/desk/holds/${hold}/publish`)
    expect((await wang.get(done.to)).body).toContain('未发（停用或未批准）')
    expect(publishedCount()).toBe(before)
    expect(await wangThere.post('/desk/switches', { outlet: 'duty-room', on: '0' })).toMatchObject({ to: '/desk' })
  }, 60_000)

  test('an alarm that is acknowledged at one node is so at the other', async () => {
    await page.quiet()
    const asked = page.count()
    const hold = await hearGreat(first)
    await page.more(asked)
    const board = await wang.get('/desk')
    const { rows } = await nodes.pool.query<{ id: string }>('select id from alarm where subject = $1', [hold])
    expect(board.body).toContain(`/desk/alarms/${rows[0]?.id}/acknowledge`)
    await page.quiet()
    const heard = page.count()
    expect(await wang.post(`/desk/alarms/${rows[0]?.id}/acknowledge`)).toMatchObject({ to: '/desk' })
    await page.more(heard)
    expect((await wangThere.get('/desk/parts/board')).body).toContain('王小明 已确认')
  }, 60_000)

  test('who guesses at both nodes is counted once: the fifth wrong password locks, wherever it was typed', async () => {
    for (const node of [first, second, first, second, first])
      expect((await openVisitor(node).post('/desk/sign-in', { login: 'wang', password: 'not-this-one' })).to).toBe('')
    for (const node of [second, first]) {
      const right = await openVisitor(node).post('/desk/sign-in', { login: 'wang', password: PASSWORD })
      expect([right.to, right.body]).toEqual(['', expect.stringContaining('不正确') as string])
    }
    expect((await wangThere.get('/desk')).status).toBe(200)
  }, 60_000)

  test('one goes on alone when the other is killed', goOnAlone, 120_000)
})

describe.skipIf(!hasRedis)(`two nodes, one Redis${hasRedis ? '' : `: skipped, ${WITHOUT}`}`, () => {
  let redis: RedisServer
  let port: number

  beforeAll(async () => {
    port = await claimPort()
    redis = await startRedis(port)
    await settle({ REDIS_URL: `redis://127.0.0.1:${port}` })
  }, 120_000)
  afterAll(async () => {
    await leave()
    await redis.kill()
  }, 60_000)

  test('what one decides the other shows at once; its pages are told; one alarm and one word leave', async () => {
    await untilDegraded(false)
    await decideAtFirst()
  }, 120_000)

  test('Redis killed in the middle: said once, nothing else is touched, and it comes back by itself', async () => {
    await redis.kill()
    await untilDegraded(true)
    await decideAtFirst()
    const alarms = await until(
      async () => {
        const standing = await listRedisAlarms()
        return standing.length > 0 ? standing : undefined
      },
      () => 'an alarm for Redis',
    )
    expect(alarms).toEqual([expect.stringContaining(`Redis（127.0.0.1:${port}）无法使用`)])
    redis = await startRedis(port)
    await untilDegraded(false)
    await until(
      async () => ((await listRedisAlarms()).length === 0 ? true : undefined),
      () => 'the alarm ended',
    )
    await decideAtFirst()
  }, 180_000)

  test('one goes on alone when the other is killed', goOnAlone, 120_000)
})
