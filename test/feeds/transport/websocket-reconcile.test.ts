import { describe, expect, test } from 'vitest'
import type { FetchOutcome, FetchState } from '../../../src/feeds/fetch.ts'
import type { Received } from '../../../src/feeds/fetch-clock.ts'
import type { SocketEvents } from '../../../src/feeds/websocket-line.ts'
import { findVendorList, WEBSOCKET_PROTOCOLS } from '../../../src/feeds/websocket-protocols.ts'
import { startWebsocket } from '../../../src/feeds/websocket.ts'
import type { WebsocketEvent } from '../../../src/feeds/websocket.ts'
import { createFakeClock } from './fake-clock.ts'

const SNAPSHOT = { url: 'https://feed.example/list' }
const about = { etag: null, lastModified: null, date: null, answeredAt: 0 }

/** A line that opens at once, answers every ping frame, and otherwise says only what the test says. */
function stage(format: keyof typeof WEBSOCKET_PROTOCOLS, lists: (FetchOutcome | 'same')[] = []) {
  const clock = createFakeClock(0)
  let skew = 0
  const said: string[] = []
  const received: Received[] = []
  const events: WebsocketEvent[] = []
  const fetched: { at: number; state: FetchState }[] = []
  const lines: SocketEvents[] = []
  const source = { source: 'push', url: 'wss://feed.example/ws', credentials: { appId: 'a', key: 'k' } }
  const line = startWebsocket({ ...source, snapshot: SNAPSHOT }, WEBSOCKET_PROTOCOLS[format], {
    clock: { ...clock, now: () => clock.now() + skew },
    openSocket(_, socket) {
      lines.push(socket)
      clock.after(0, () => socket.open())
      return { send: (text) => void said.push(text), ping: () => socket.pong(), close: () => {} }
    },
    receive: async (each) => void received.push(each),
    fetch: async (_, __, state) => {
      fetched.push({ at: clock.now(), state })
      const list = lists.shift() ?? 'same'
      return list === 'same' ? { state: 'unchanged', ...about } : list
    },
    report: (event) => events.push(event),
  })
  const stop = async (): Promise<void> => {
    const stopped = line.stop()
    await clock.advance(60_000)
    await stopped
  }
  const setClock = (ms: number): void => void (skew = ms)
  return { clock, said, received, events, fetched, lines, stop, setClock }
}

function list(text: string): FetchOutcome {
  const body = { bytes: Buffer.from(text), text, sha256: `sha-${text}`, contentType: 'application/json' }
  return { state: 'changed', ...body, ...about }
}

describe('a line that lives and says nothing', () => {
  test('is checked against the list: what the socket kept from us comes within two minutes', async () => {
    const scene = stage('emsc-ws', [list('[]'), list('[1]')])
    await scene.clock.advance(120_000)
    expect(scene.lines).toHaveLength(1)
    expect(scene.received.map(({ text }) => text)).toEqual(['[]', '[1]'])
    await scene.clock.advance(240_000)
    expect(scene.fetched.map(({ at }) => at)).toEqual([0, 120_000, 240_000, 360_000])
    await scene.stop()
  })

  test('asks for the list by its last hash, and stores an unchanged one once', async () => {
    const scene = stage('p2pquake', [list('[]')])
    await scene.clock.advance(180_000)
    const [first, ...others] = scene.fetched.map(({ state }) => state)
    expect(first).toEqual({})
    expect(others.map(({ sha256 }) => sha256)).toEqual(['sha-[]', 'sha-[]', 'sha-[]'])
    expect(scene.received).toHaveLength(1)
    await scene.stop()
  })

  test('is asked again where the socket itself can be asked', async () => {
    const scene = stage('wolfx')
    for (let n = 0; n < 3; n += 1) {
      await scene.clock.advance(60_000)
      scene.lines[0]?.message('{"type":"heartbeat"}')
    }
    expect(scene.said.filter((text) => text === 'query_cenceqlist')).toHaveLength(4)
    await scene.stop()
    await scene.clock.advance(600_000)
    expect(scene.said.filter((text) => text === 'query_cenceqlist')).toHaveLength(4)
  })

  test('a list that cannot be had is tried again soon, not at the next turn', async () => {
    const down: FetchOutcome = { state: 'failed', reason: 'network', detail: 'down', date: null, answeredAt: 0 }
    const scene = stage('emsc-ws', [down, down, list('[]')])
    await scene.clock.advance(10_000)
    expect(scene.received).toHaveLength(1)
    await scene.stop()
  })
})

describe('what seeds and what is news', () => {
  test.each([
    ['emsc-ws', '{"action":"create","data":{}}', true],
    ['p2pquake', '{"code":551}', true],
    ['fan', '{"type":"update","source":"cenc","Data":{}}', true],
    ['fan', '{"type":"initial_all","cenc":{}}', false],
    ['wolfx', '{"type":"cenc_eqlist","No1":{}}', false],
  ] as const)('a message of %s: %s', async (format, text, isNews) => {
    const scene = stage(format)
    await scene.clock.advance(0)
    if (format === 'fan') scene.lines[0]?.message('{"type":"auth_success"}')
    scene.lines[0]?.message(text)
    await scene.clock.advance(0)
    expect(scene.received).toMatchObject([{ text, isNews }])
    await scene.stop()
  })

  test('the list by GET is a list', async () => {
    const scene = stage('p2pquake', [list('[]')])
    await scene.clock.advance(0)
    expect(scene.received).toMatchObject([{ text: '[]', isNews: false }])
    await scene.stop()
  })
})

test('a clock that is set back by an hour does not hide that the line lives', async () => {
  const scene = stage('emsc-ws')
  await scene.clock.advance(60_000)
  scene.setClock(-3_600_000)
  const before = scene.events.filter(({ what }) => what === 'alive').length
  await scene.clock.advance(60_000)
  expect(scene.events.filter(({ what }) => what === 'alive').length).toBeGreaterThan(before)
  await scene.stop()
})

test('the list behind a vendor’s socket is known; behind another address it must be named', () => {
  const { p2pquake, fan, 'emsc-ws': emsc } = WEBSOCKET_PROTOCOLS
  expect(findVendorList(p2pquake, 'wss://api.p2pquake.net/v2/ws')).toContain('/v2/history?codes=551')
  expect(findVendorList(emsc, 'wss://www.seismicportal.eu/standing_order/websocket')).toContain('/fdsnws/event/1/query')
  expect(findVendorList(p2pquake, 'ws://127.0.0.1:8080/v2/ws')).toBeNull()
  expect(findVendorList(fan, 'wss://ws.fanstudio.tech/cenc')).toBeNull()
})
