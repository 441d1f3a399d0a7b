import { afterEach, expect, test } from 'vitest'
import type { Clock, Received } from '../../../src/feeds/fetch-clock.ts'
import { systemClock } from '../../../src/feeds/fetch-clock.ts'
import { WEBSOCKET_PROTOCOLS } from '../../../src/feeds/websocket-protocols.ts'
import type { WebsocketProtocol } from '../../../src/feeds/websocket-protocols.ts'
import { createSocketOpener } from '../../../src/feeds/websocket-socket.ts'
import { startWebsocket } from '../../../src/feeds/websocket.ts'
import type { WebsocketEvent } from '../../../src/feeds/websocket.ts'
import { createFakeClock, until } from './fake-clock.ts'
import { serveFrames } from './frames.ts'
import type { FrameServer, Peer } from './frames.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function open(...script: Parameters<typeof serveFrames>): Promise<FrameServer> {
  const server = await serveFrames(...script)
  cleanups.push(() => server.close())
  return server
}

/** The real timers, tenfold faster: the limits here only have to come, not to be measured. */
const quickClock = {
  ...systemClock,
  after: (ms: number, run: () => void) => systemClock.after(ms / 10, run),
}

function listen(server: FrameServer, protocol: WebsocketProtocol, beatMs = 60_000, clock: Clock = quickClock) {
  const received: Received[] = []
  const events: WebsocketEvent[] = []
  const line = startWebsocket(
    { source: 'push', url: server.url, beatMs, credentials: { appId: 'a', key: 'k' } },
    protocol,
    {
      clock,
      openSocket: createSocketOpener(clock, { messageBytes: 100_000 }),
      receive: async (each) => void received.push(each),
      report: (event) => void events.push(event),
    },
  )
  cleanups.push(() => line.stop())
  return { received, events, line }
}

const { fan, wolfx } = WEBSOCKET_PROTOCOLS
const emsc = WEBSOCKET_PROTOCOLS['emsc-ws']
const row = (n: number): string => JSON.stringify({ action: 'create', data: { n, region: '宁夏' } })

test('a message comes whole through the wire, in one frame or in several', async () => {
  const server = await open((peer) => {
    peer.say(row(1))
    const bytes = Buffer.from(row(2))
    // Cut inside a Chinese character: frames know nothing of characters.
    const cut = bytes.indexOf(Buffer.from('宁')) + 1
    peer.frame(1, bytes.subarray(0, cut), false)
    peer.frame(0, bytes.subarray(cut))
  })
  const { received } = listen(server, emsc)
  await until('both rows', () => received.length === 2)
  expect(received.map((each) => each.text)).toEqual([row(1), row(2)])
})

test('pings are sent and their pongs keep a quiet line alive', async () => {
  const server = await open((peer) => peer.say(row(1)))
  const clock = createFakeClock()
  const { events } = listen(server, emsc, 30_000, clock)
  const count = (what: string): number => events.filter((event) => event.what === what).length
  await until('the line is up', () => count('alive') === 1)
  // Ten times twelve seconds: the watchdog would have bitten after 75.
  for (let n = 1; n <= 10; n += 1) {
    await clock.advance(12_000)
    await until('the pong is back', () => count('alive') === n + 1)
  }
  expect(server.peers[0]?.heard).toEqual(Array.from({ length: 10 }, () => 'ping'))
  expect(count('down')).toBe(0)
})

test('a peer that answers nothing any more is cut off and dialled anew', async () => {
  const server = await open(
    (peer) => peer.say(row(1)),
    () => {},
    () => false,
  )
  listen(server, emsc, 500)
  await until('a second line', () => server.peers.length >= 2)
  await until('the first connection is gone although it never said goodbye', () => server.peers[0]?.closed === true)
})

test('a connection that is cut is dialled anew and the list is asked for again', async () => {
  const asked: Peer[] = []
  const server = await open(
    () => {},
    (text, peer) => {
      if (text !== 'query_cenceqlist') return
      asked.push(peer)
      peer.say(`{"type":"cenc_eqlist","n":${asked.length}}`)
      if (asked.length === 1) setTimeout(() => peer.cut(), 20)
    },
  )
  const { received } = listen(server, wolfx)
  await until('two lists', () => received.length === 2)
  expect(received.map((each) => JSON.parse(each.text).n)).toEqual([1, 2])
})

test('the key is given, the welcome awaited and the latest row asked for', async () => {
  const server = await open(
    (peer) => peer.say('{"type":"auth_required"}'),
    (text, peer) => {
      const { type } = JSON.parse(text) as { type: string }
      if (type === 'auth') peer.say('{"type":"auth_success"}')
      if (type === 'query') peer.say('{"type":"query_response","Data":{"id":"1"}}')
    },
  )
  const { received } = listen(server, fan)
  await until('the row', () => received.length === 1)
  expect(server.peers[0]?.heard.slice(0, 2)).toEqual([
    'text:{"type":"auth","appId":"a","key":"k"}',
    'text:{"type":"query"}',
  ])
})

test('a message above the limit ends the line instead of filling the memory', async () => {
  const server = await open((peer) => peer.frame(1, Buffer.alloc(200_000, 0x20)))
  const { received, events } = listen(server, emsc)
  await until('the line is down', () => events.some((event) => event.what === 'down'))
  await until('the connection is gone', () => server.peers[0]?.closed === true)
  expect(received).toHaveLength(0)
})

test('many small fragments add up to the same limit', async () => {
  const server = await open((peer) => {
    peer.frame(1, Buffer.alloc(50_000, 0x20), false)
    for (let n = 0; n < 10; n += 1) peer.frame(0, Buffer.alloc(50_000, 0x20), false)
  })
  const { events } = listen(server, emsc)
  await until('the line is down', () => events.some((event) => event.what === 'down'))
})

test('bytes that are no UTF-8 end the line', async () => {
  const server = await open((peer) => peer.frame(1, Buffer.from([0xff, 0xfe])))
  const { received, events } = listen(server, emsc)
  await until('the line is down', () => events.some((event) => event.what === 'down'))
  expect(received).toHaveLength(0)
})

test('stopping says goodbye with 1000', async () => {
  const server = await open((peer) => peer.say(row(1)))
  const { received, line } = listen(server, emsc)
  await until('the row', () => received.length === 1)
  await line.stop()
  await until('the goodbye', () => server.peers[0]?.heard.includes('close:1000') === true)
})
