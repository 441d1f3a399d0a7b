// In: readers on a real port. Out: proof of what /live and /api/v1/changes say, and whom they turn away.
import { connect, type AddressInfo, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { countedAs } from '../../src/web/live/address.ts'
import { extendRing, type LiveEvent } from '../../src/web/live/events.ts'
import { LIVE_LIMITS, openLive, type Live, type LiveLimits } from '../../src/web/live/stream.ts'
import { SAFE_HEADERS } from '../../src/web/serving.ts'
import { readStream, type StreamReader } from './stream-reader.ts'
import { buildBarePublic } from './bare-public.ts'

const apps: FastifyInstance[] = []
const readers: StreamReader[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.stop()
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const app of apps.splice(0)) await app.close()
})

const sealOf = (seq: number): string => seq.toString(16).padStart(12, '0')
const eventOf = (seq: number, over: Partial<LiveEvent> = {}): LiveEvent => ({
  seq,
  seal: sealOf(seq),
  at: 1_772_589_600_000,
  code: `code${seq}`,
  kind: 'formal-report',
  serial: '兰震信〔2026〕7号',
  report: 1,
  quake: 'q-1',
  paths: [`/n/code${seq}`, '/', '/api/v1/notices'],
  ...over,
})
const ringOf = (...seqs: number[]) =>
  extendRing(null, { head: seqs.at(-1) ?? 0, events: seqs.map((seq) => eventOf(seq)), whole: true })

async function serve(limits: Partial<LiveLimits> = {}): Promise<{ live: Live; port: number; app: FastifyInstance }> {
  const live = openLive(false, { ...LIVE_LIMITS, ...limits })
  const app = await buildBarePublic({
    live,
  })
  apps.push(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { live, app, port: (app.server.address() as AddressInfo).port }
}

function read(port: number, path?: string): StreamReader {
  const reader = readStream(port, path)
  readers.push(reader)
  return reader
}

async function until(check: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (check()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('never')
}

/** The head of an answer that may never end. */
function readHead(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    sockets.push(socket)
    let heard = ''
    socket.on('data', (part) => {
      heard += part.toString('latin1')
      if (heard.includes('\r\n\r\n')) resolve(heard)
    })
    socket.on('close', () => resolve(heard))
    socket.on('error', reject)
  })
}

test('a reader is greeted with its place, then told what changed, not what is true', async () => {
  const { live, port } = await serve()
  live.tell(ringOf(3), true)
  const reader = read(port)
  await until(() => reader.events.length === 1)
  expect(reader.events).toEqual([{ id: `3-${sealOf(3)}`, type: 'hello', data: '{"newest":"code3"}' }])
  live.tell(ringOf(3, 8), true)
  await until(() => reader.events.length === 2)
  const told = reader.events[1]
  expect([told?.id, told?.type]).toEqual([`8-${sealOf(8)}`, 'notice'])
  expect(JSON.parse(told?.data ?? '')).toEqual({
    seq: 8,
    at: '2026-03-04T02:00:00.000Z',
    code: 'code8',
    kind: 'formal-report',
    serial: '兰震信〔2026〕7号',
    report: 1,
    quake: 'q-1',
    paths: ['/n/code8', '/', '/api/v1/notices'],
  })
})

test('who lost the line goes on where it was, by its last id or by ?after=', async () => {
  const { live, port } = await serve()
  live.tell(ringOf(1), true)
  const reader = read(port)
  await until(() => reader.events.length === 1)
  live.tell(ringOf(1, 2), true)
  await until(() => reader.codes().length === 1)
  reader.socket()?.destroy()
  live.tell(ringOf(1, 2, 3, 4), true)
  await until(() => reader.codes().length === 3)
  expect(reader.codes()).toEqual(['code2', 'code3', 'code4'])
  const late = read(port, '/live?after=2')
  await until(() => late.codes().length === 2)
  expect(late.codes()).toEqual(['code3', 'code4'])
})

test('nobody is told anything before the record was read, and nothing is lost by having come early', async () => {
  const { live, port } = await serve()
  const early = read(port)
  const returning = read(port, '/live?after=1')
  await until(() => live.count() === 2)
  expect(JSON.parse(await (await fetch(`http://127.0.0.1:${port}/api/v1/changes`)).text())).toHaveProperty('error')
  live.tell(ringOf(1, 2), true)
  await until(() => early.events.length + returning.events.length === 2)
  expect(early.events[0]?.type).toBe('hello')
  expect(returning.codes()).toEqual(['code2'])
})

test('many readers in several batches each get everything once, also what comes while they are being told', async () => {
  const { live, port } = await serve({ batch: 7 })
  live.tell(ringOf(1), true)
  const crowd = Array.from({ length: 60 }, () => read(port))
  await until(() => crowd.every(({ events }) => events.length === 1))
  for (let last = 2; last <= 12; last += 1) {
    live.tell(ringOf(...Array.from({ length: last }, (_, n) => n + 1)), true)
    if (last % 3 === 0) crowd[last]?.socket()?.destroy()
  }
  const all = Array.from({ length: 11 }, (_, n) => `code${n + 2}`)
  await until(() => crowd.every((reader) => reader.codes().length >= all.length))
  for (const reader of crowd) expect(reader.codes()).toEqual(all)
})

test('when the streams are full the next reader is told so, and where to ask instead', async () => {
  const { live, port } = await serve({ most: 2 })
  live.tell(ringOf(1), true)
  read(port)
  read(port)
  await until(() => live.count() === 2)
  const reply = await fetch(`http://127.0.0.1:${port}/live`)
  expect(reply.status).toBe(503)
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThanOrEqual(5)
  expect(await reply.json()).toMatchObject({ poll: '/api/v1/changes' })
  for (const reader of readers.splice(0)) reader.stop()
  await until(() => live.count() === 0)
  read(port)
  await until(() => live.count() === 1)
})

test('one that takes nothing is let go, and the others do not notice', async () => {
  const { live, port } = await serve({ mostBuffered: 64 * 1024 })
  live.tell(ringOf(1), true)
  const deaf = connect(port, '127.0.0.1', () => deaf.write('GET /live HTTP/1.1\r\nhost: x\r\n\r\n'))
  sockets.push(deaf)
  deaf.on('error', () => undefined)
  deaf.pause()
  const good = read(port)
  await until(() => live.count() === 2 && good.events.length === 1)
  const long = '长'.repeat(60_000)
  let seq = 1
  while (live.count() === 2 && seq < 400) {
    seq += 1
    const events = [eventOf(seq - 1), eventOf(seq, { serial: long })]
    live.tell(extendRing(null, { head: seq, events, whole: true }), true)
    await until(() => good.codes().length === seq - 1)
  }
  expect(live.count()).toBe(1)
  expect(good.codes()).toHaveLength(seq - 1)
})

test('a sign of life comes without news, and a reader ahead of a restored record starts anew', async () => {
  const { live, port } = await serve({ beatMs: 150 })
  live.tell(ringOf(1), true)
  const reader = read(port, '/live?after=7')
  await until(() => reader.events.length === 1)
  expect(reader.events[0]).toMatchObject({ type: 'reset', id: `1-${sealOf(1)}` })
  let heard = ''
  const socket = connect(port, '127.0.0.1', () => socket.write('GET /live HTTP/1.1\r\nhost: x\r\n\r\n'))
  sockets.push(socket)
  socket.on('data', (part) => (heard += part.toString()))
  await until(() => heard.endsWith('\n\n:\n\n:\n\n'))
})

test('while the record is away readers are told since when, those who come later too, and when it is over', async () => {
  const { live, port } = await serve()
  live.tell(ringOf(1), true)
  const reader = read(port)
  await until(() => reader.events.length === 1)
  live.tellStale(1_772_589_600_000)
  const late = read(port)
  await until(() => reader.events.length === 2 && late.events.length === 2)
  for (const { events } of [reader, late])
    expect(events[1]).toEqual({ id: `1-${sealOf(1)}`, type: 'stale', data: '{"since":"2026-03-04T02:00:00.000Z"}' })
  live.tellStale(null)
  await until(() => reader.events.length === 3)
  expect(reader.events[2]?.type).toBe('fresh')
})

test('the stream has the headers of the house and ends with the connection; HEAD, POST and requests sent ahead open none', async () => {
  const { live, port } = await serve()
  live.tell(ringOf(1), true)
  const head = await readHead(port, 'GET /live HTTP/1.1\r\nhost: x\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream; charset=utf-8\r\n/)
  expect(head).not.toMatch(/transfer-encoding/i)
  for (const [name, value] of Object.entries(SAFE_HEADERS)) expect(head).toContain(`${name}: ${value}`)
  await until(() => live.count() === 1)
  expect((await fetch(`http://127.0.0.1:${port}/live`, { method: 'HEAD' })).status).toBe(200)
  expect((await fetch(`http://127.0.0.1:${port}/live`, { method: 'POST' })).status).toBe(405)
  // The first is not answered yet by the router when the second is read.
  await readHead(port, 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /live HTTP/1.1\r\nhost: x\r\n\r\n')
  expect(live.count()).toBe(1)
})

test('a server that ends ends its streams and takes none any more, so that readers come again elsewhere', async () => {
  const { live, port, app } = await serve()
  live.tell(ringOf(1), true)
  read(port)
  await until(() => live.count() === 1)
  live.close()
  await until(() => live.count() === 0)
  expect((await fetch(`http://127.0.0.1:${port}/live`)).status).toBe(503)
  await app.close()
  await until(() => live.count() === 0)
})

test('the list of changes refuses what is no offset and may be held for a second', async () => {
  const { live, port } = await serve()
  live.tell(ringOf(1, 2), true)
  const get = (query: string) => fetch(`http://127.0.0.1:${port}/api/v1/changes${query}`)
  const reply = await get('?after=1')
  expect(reply.headers.get('cache-control')).toBe('public, max-age=1')
  expect(await reply.json()).toMatchObject({
    next: `2-${sealOf(2)}`,
    reset: false,
    stale: null,
    changes: [{ seq: 2, code: 'code2' }],
  })
  for (const query of ['?after=', '?after=x', '?after=-1', '?after=1e3']) expect((await get(query)).status).toBe(400)
})

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['127.0.0.1', null],
  ['::1', null],
  ['::ffff:10.1.2.3', null],
  ['172.18.0.5', null],
  ['172.32.0.5', '172.32.0.5'],
  ['fd00::5', null],
])('streams from %s count as %s: one household is one, a proxy in front is none', (address, counted) => {
  expect(countedAs(address)).toBe(counted)
})

/** A connection from somewhere in the world, as far as the stream looks at one. */
function from(remoteAddress: string): Socket {
  const stream = new Duplex({ read: () => undefined, write: (_part, _encoding, done) => done() })
  return Object.assign(stream, {
    remoteAddress,
    setTimeout: () => stream,
    destroySoon: () => stream.destroy(),
  }) as never
}

test('one public address has so many streams and no more, a proxy in front as many as there are; a place that is left is free again', async () => {
  const live = openLive(false, { ...LIVE_LIMITS, most: 6, mostPerAddress: 2 })
  const enter = (socket: Socket): boolean => live.take({ url: '/live', headers: {} }, socket)
  const [first, second] = [from('203.0.113.9'), from('::ffff:203.0.113.9')]
  expect([first, second, from('203.0.113.9')].map(enter)).toEqual([true, true, false])
  expect([from('203.0.113.10'), from('10.0.0.1'), from('10.0.0.1'), from('10.0.0.1')].map(enter)).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect([live.count(), enter(from('10.0.0.1'))]).toEqual([6, false])
  first.destroy()
  await until(() => live.count() === 5)
  expect(enter(from('203.0.113.9'))).toBe(true)
  live.close()
  await until(() => live.count() === 0)
})
