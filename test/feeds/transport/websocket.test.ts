import { describe, expect, test } from 'vitest'
import { UnreadableFeed } from '../../../src/core/quake-report.ts'
import type { FetchOutcome } from '../../../src/feeds/fetch.ts'
import type { Received } from '../../../src/feeds/fetch-clock.ts'
import type { SocketEvents } from '../../../src/feeds/websocket-line.ts'
import { WEBSOCKET_PROTOCOLS } from '../../../src/feeds/websocket-protocols.ts'
import type { WebsocketProtocol } from '../../../src/feeds/websocket-protocols.ts'
import { startWebsocket } from '../../../src/feeds/websocket.ts'
import type { WebsocketDeps, WebsocketEvent, WebsocketSource } from '../../../src/feeds/websocket.ts'
import { createFakeClock } from './fake-clock.ts'
import type { FakeClock } from './fake-clock.ts'

interface Line extends SocketEvents {
  at: number
  /** What we said, in order; 'PING' is a ping frame, 'CLOSE' our goodbye. */
  said: string[]
}

interface Scene {
  clock: FakeClock
  lines: Line[]
  received: Received[]
  events: WebsocketEvent[]
  alarms: string[]
  deps: WebsocketDeps
  start(more?: Partial<WebsocketSource>): { stop(): Promise<void> }
  /** Open lines dialled so far, after letting things settle. */
  line(n: number): Line
}

function stage(protocol: WebsocketProtocol, overrides: Partial<WebsocketDeps> = {}): Scene {
  const clock = createFakeClock(0)
  const scene: Omit<Scene, 'deps' | 'start' | 'line'> = { clock, lines: [], received: [], events: [], alarms: [] }
  const deps: WebsocketDeps = {
    clock,
    openSocket(_, events) {
      const said: string[] = []
      scene.lines.push({ ...events, at: clock.now(), said })
      return {
        send: (text) => void said.push(text),
        ping: () => void said.push('PING'),
        close: () => void said.push('CLOSE'),
      }
    },
    async receive(received) {
      scene.received.push(received)
    },
    report: (event) => scene.events.push(event),
    alarm: ({ detail }) => scene.alarms.push(detail),
    ...overrides,
  }
  const source: WebsocketSource = { source: 'push', url: 'wss://feed.example/ws' }
  return {
    ...scene,
    deps,
    start: (more = {}) => startWebsocket({ ...source, ...more }, protocol, deps),
    line(n) {
      const found = scene.lines[n]
      if (found === undefined) throw new Error(`line ${n} was never dialled`)
      return found
    },
  }
}

const { fan, wolfx, p2pquake } = WEBSOCKET_PROTOCOLS
const emsc = WEBSOCKET_PROTOCOLS['emsc-ws']
const row = '{"action":"create","data":{}}'

function list(text: string): FetchOutcome {
  const about = {
    etag: null,
    lastModified: null,
    sha256: 's',
    date: null,
    answeredAt: 0,
    contentType: 'application/json',
  }
  return { state: 'changed', bytes: Buffer.from(text), text, ...about }
}

describe('EMSC', () => {
  test('payloads come through in order, word for word', async () => {
    const scene = stage(emsc)
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    for (const n of [1, 2, 3]) scene.line(0).message(`{"action":"update","data":{"n":${n}}}`)
    await scene.clock.advance(0)
    expect(scene.received.map((each) => JSON.parse(each.text).data.n)).toEqual([1, 2, 3])
    expect(scene.received[0]).toMatchObject({ source: 'push', transport: 'websocket', receivedAt: 0 })
    expect(Buffer.from(scene.received[0]?.bytes ?? []).toString()).toBe(scene.received[0]?.text)
    await line.stop()
  })

  test('is pinged every twelve seconds, because it drops the silent', async () => {
    const scene = stage(emsc)
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    for (let n = 0; n < 5; n += 1) {
      await scene.clock.advance(12_000)
      scene.line(0).pong()
    }
    expect(scene.line(0).said).toEqual(['PING', 'PING', 'PING', 'PING', 'PING'])
    await line.stop()
  })

  test('is believed dead when not even pongs come for 2.5 periods, and dialled anew', async () => {
    const scene = stage(emsc)
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    await scene.clock.advance(74_999)
    expect(scene.line(0).said).not.toContain('CLOSE')
    await scene.clock.advance(1)
    expect(scene.line(0).said).toContain('CLOSE')
    await scene.clock.advance(1_000)
    expect(scene.lines).toHaveLength(2)
    await line.stop()
  })

  test('is asked for its list by GET after every reconnect, through the same path', async () => {
    let asked = 0
    const scene = stage(emsc, {
      fetch: async () => {
        asked += 1
        return asked === 2
          ? { state: 'failed', reason: 'network', detail: 'down', date: null, answeredAt: 0 }
          : list(`{"list":${asked}}`)
      },
    })
    const line = scene.start({ snapshot: { url: 'https://feed.example/list' } })
    await scene.clock.advance(0)
    scene.line(0).open()
    await scene.clock.advance(0)
    scene.line(0).close(1006, '')
    await scene.clock.advance(1_000)
    scene.line(1).open()
    await scene.clock.advance(1_000)
    expect(scene.received.map((each) => each.text)).toEqual(['{"list":1}', '{"list":3}'])
    expect(scene.events.map((event) => event.what)).toContain('snapshot-failed')
    await line.stop()
  })
})

describe('FAN Studio', () => {
  const credentials = { appId: 'bureau', key: 'sk-secret' }

  test('is told who we are on opening, and asked only once it has welcomed us', async () => {
    const scene = stage(fan)
    const line = scene.start({ credentials })
    await scene.clock.advance(0)
    scene.line(0).open()
    expect(scene.line(0).said).toEqual(['{"type":"auth","appId":"bureau","key":"sk-secret"}'])
    scene.line(0).message('{"type":"auth_required"}')
    scene.line(0).message('{"type":"auth_success"}')
    expect(scene.line(0).said.slice(1)).toEqual(['{"type":"query"}'])
    scene.line(0).message('{"type":"query_response","Data":{"id":1}}')
    scene.line(0).message('{"type":"update","source":"cenc","data":{"id":2}}')
    for (const type of ['heartbeat', 'pong', 'notice', 'error']) scene.line(0).message(`{"type":"${type}"}`)
    await scene.clock.advance(0)
    expect(scene.received.map((each) => JSON.parse(each.text).type)).toEqual(['query_response', 'update'])
    await line.stop()
  })

  test('that refuses the key is left alone for ten minutes, and a person is told once', async () => {
    const scene = stage(fan)
    const line = scene.start({ credentials })
    await scene.clock.advance(0)
    scene.line(0).open()
    scene.line(0).message('{"type":"auth_fail","message":"bad key"}')
    await scene.clock.advance(599_999)
    expect(scene.lines).toHaveLength(1)
    await scene.clock.advance(1)
    scene.line(1).open()
    scene.line(1).close(1008, 'authentication timeout')
    await scene.clock.advance(0)
    expect(scene.alarms).toHaveLength(1)
    expect(scene.alarms[0]).not.toContain('sk-secret')
    await line.stop()
  })

  test('that never welcomes us is no line, however much it chats', async () => {
    const scene = stage(fan)
    const line = scene.start({ credentials })
    await scene.clock.advance(0)
    scene.line(0).open()
    for (let n = 0; n < 10; n += 1) {
      await scene.clock.advance(1_000)
      scene.line(0).message('{"type":"heartbeat"}')
    }
    expect(scene.events.map((event) => event.what)).toEqual(['down'])
    await line.stop()
  })

  test('that has one connection too many (1008 on a line) or begs for time (1013) is given half a minute', async () => {
    for (const code of [1008, 1013]) {
      const scene = stage(fan)
      const line = scene.start({ credentials })
      await scene.clock.advance(0)
      scene.line(0).open()
      scene.line(0).message('{"type":"auth_success"}')
      scene.line(0).close(code, 'too many')
      await scene.clock.advance(29_999)
      expect(scene.lines).toHaveLength(1)
      await scene.clock.advance(1)
      expect(scene.lines).toHaveLength(2)
      expect(scene.alarms).toEqual([])
      await line.stop()
    }
  })

  test('without a key in the YAML is not troubled', async () => {
    const scene = stage(fan)
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    await scene.clock.advance(0)
    expect(scene.line(0).said).toEqual(['CLOSE'])
    expect(scene.alarms).toEqual(['the source needs appId and key'])
    await line.stop()
  })
})

describe('Wolfx', () => {
  test('is asked for the list on every connect and pinged in words', async () => {
    const scene = stage(wolfx)
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    await scene.clock.advance(24_000)
    expect(scene.line(0).said).toEqual(['query_cenceqlist', 'ping'])
    scene.line(0).message('{"type":"heartbeat","ver":1}')
    scene.line(0).message('{"type":"pong"}')
    scene.line(0).message('{"type":"cenc_eqlist","No1":{}}')
    await scene.clock.advance(0)
    expect(scene.received).toHaveLength(1)
    await line.stop()
  })

  test('whose frames answer while its heartbeat has stopped is believed dead', async () => {
    const scene = stage(wolfx)
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    for (let n = 0; n < 15; n += 1) {
      await scene.clock.advance(10_000)
      scene.line(0).pong()
    }
    expect(scene.line(0).said).toContain('CLOSE')
    await line.stop()
  })
})

test('P2P peer traffic is proof of life, not a report', async () => {
  const scene = stage(p2pquake)
  const line = scene.start()
  await scene.clock.advance(0)
  scene.line(0).open()
  for (const code of [555, 561, 9611, 551]) scene.line(0).message(`{"code":${code}}`)
  await scene.clock.advance(0)
  expect(scene.received.map((each) => each.text)).toEqual(['{"code":551}'])
  await line.stop()
})

describe('a line that keeps breaking', () => {
  test('is dialled after 1, 2, 4 … 30 s, even when it greets before it hangs up', async () => {
    const scene = stage(emsc)
    const line = scene.start()
    await scene.clock.advance(0)
    for (let n = 0; n < 8; n += 1) {
      scene.line(n).open()
      scene.line(n).message(row)
      scene.line(n).close(1006, '')
      await scene.clock.advance(n < 5 ? 2 ** n * 1_000 : 30_000)
    }
    const waits = scene.lines.slice(1).map((each, n) => (each.at - scene.line(n).at) / 1_000)
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30])
    await line.stop()
  })

  test('is dialled after one second again once it has held for a minute', async () => {
    const scene = stage(wolfx)
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).close(1006, '')
    await scene.clock.advance(1_000)
    scene.line(1).close(1006, '')
    await scene.clock.advance(2_000)
    scene.line(2).open()
    await scene.clock.advance(60_000)
    scene.line(2).close(1012, 'restart')
    await scene.clock.advance(1_000)
    expect(scene.lines).toHaveLength(4)
    await line.stop()
  })

  test('that opens to nothing is given up after ten seconds', async () => {
    const scene = stage(emsc)
    const line = scene.start()
    await scene.clock.advance(10_000)
    expect(scene.line(0).said).toEqual(['CLOSE'])
    await line.stop()
  })

  test('says nothing any more once it is given up', async () => {
    const scene = stage(wolfx)
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    await scene.clock.advance(151_000)
    scene.line(0).message('{"type":"cenc_eqlist"}')
    scene.line(0).open()
    await scene.clock.advance(0)
    expect(scene.received).toHaveLength(0)
    await line.stop()
  })
})

describe('when the store is slow or away', () => {
  test('messages wait in order and none is lost', async () => {
    let away = true
    const taken: string[] = []
    const scene = stage(emsc, {
      async receive(received) {
        if (away) throw new Error('database is away')
        taken.push(received.text)
      },
    })
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    for (const n of [1, 2, 3]) scene.line(0).message(`{"action":"create","n":${n}}`)
    await scene.clock.advance(5_000)
    expect(taken).toEqual([])
    away = false
    await scene.clock.advance(30_000)
    expect(taken.map((text) => JSON.parse(text).n)).toEqual([1, 2, 3])
    expect(scene.events.map((event) => event.what)).toContain('not-taken')
    await line.stop()
  })

  test('one unreadable message does not hold back the next', async () => {
    const taken: string[] = []
    const scene = stage(emsc, {
      async receive(received) {
        if (received.text === 'junk') throw new UnreadableFeed('not-json', 'junk')
        taken.push(received.text)
      },
    })
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    scene.line(0).message('junk')
    scene.line(0).message(row)
    await scene.clock.advance(0)
    expect(taken).toEqual([row])
    await line.stop()
  })

  test('a full queue ends the line loudly, and the next line brings the list again', async () => {
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const scene = stage(wolfx, { queue: { messages: 2, bytes: 1_000 }, receive: () => held })
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    for (const n of [1, 2, 3]) scene.line(0).message(`{"n":${n}}`)
    await scene.clock.advance(60_000)
    expect(scene.events.map((event) => event.what)).toContain('overflow')
    expect(scene.lines).toHaveLength(1)
    release()
    await scene.clock.advance(1_000)
    scene.line(1).open()
    expect(scene.line(1).said).toEqual(['query_cenceqlist'])
    await line.stop()
  })

  test('a queue is full by bytes as well as by number', async () => {
    const scene = stage(wolfx, { queue: { messages: 100, bytes: 50 }, receive: () => new Promise(() => {}) })
    scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    scene.line(0).message(`{"a":"${'x'.repeat(30)}"}`)
    scene.line(0).message(`{"b":"${'x'.repeat(30)}"}`)
    await scene.clock.advance(0)
    expect(scene.line(0).said).toContain('CLOSE')
  })
})

describe('stopping', () => {
  test('closes the line, stores what already came, and leaves no timer', async () => {
    const scene = stage(emsc)
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    for (const n of [1, 2, 3]) scene.line(0).message(`{"action":"create","n":${n}}`)
    await line.stop()
    expect(scene.received).toHaveLength(3)
    expect(scene.line(0).said).toEqual(['CLOSE'])
    await scene.clock.advance(600_000)
    expect(scene.lines).toHaveLength(1)
    expect(scene.clock.pending()).toBe(0)
  })

  test('does not wait for ever for a store that is away', async () => {
    const scene = stage(emsc, {
      async receive() {
        throw new Error('database is away')
      },
    })
    const line = scene.start()
    await scene.clock.advance(0)
    scene.line(0).open()
    scene.line(0).message(row)
    await scene.clock.advance(0)
    await line.stop()
    expect(scene.clock.pending()).toBe(0)
  })
})

test('an address without TLS is never dialled', async () => {
  const scene = stage(emsc)
  const line = scene.start({ url: 'ws://feed.example/' })
  await scene.clock.advance(60_000)
  expect(scene.lines).toHaveLength(0)
  expect(scene.alarms[0]).toContain('without TLS')
  await line.stop()
})
