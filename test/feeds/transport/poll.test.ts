import { describe, expect, test } from 'vitest'
import { UnreadableFeed } from '../../../src/core/quake-report.ts'
import type { FetchOutcome, FetchState } from '../../../src/feeds/fetch.ts'
import { fetchFeed } from '../../../src/feeds/fetch.ts'
import type { Received } from '../../../src/feeds/fetch-clock.ts'
import { systemClock } from '../../../src/feeds/fetch-clock.ts'
import { createFeedDispatcher } from '../../../src/feeds/fetch-guard.ts'
import { startPolling } from '../../../src/feeds/poll.ts'
import type { PollAlarm, PollDeps, PolledFeed, PollEvent } from '../../../src/feeds/poll.ts'
import { createFakeClock, until } from './fake-clock.ts'
import type { FakeClock } from './fake-clock.ts'
import { serve } from './loopback.ts'

function changed(text: string): FetchOutcome {
  const about = {
    etag: `"${text}"`,
    lastModified: null,
    sha256: `sha-${text}`,
    date: null,
    answeredAt: 0,
    contentType: 'a/b',
  }
  return { state: 'changed', bytes: Buffer.from(text), text, ...about }
}
const unchanged: FetchOutcome = { state: 'unchanged', etag: null, lastModified: null, date: null, answeredAt: 0 }
const down: FetchOutcome = { state: 'failed', reason: 'network', detail: 'down', date: null, answeredAt: 0 }

interface Scene {
  clock: FakeClock
  deps: PollDeps
  asked: { at: number; url: string; state: FetchState }[]
  received: Received[]
  events: PollEvent[]
  alarms: PollAlarm[]
  remembered: FetchState[]
}

function stage(answer: (url: string, n: number) => FetchOutcome | Promise<FetchOutcome>, dice = 0.5): Scene {
  const clock = createFakeClock(0, dice)
  const asked: Scene['asked'] = []
  const scene: Omit<Scene, 'deps'> = { clock, asked, received: [], events: [], alarms: [], remembered: [] }
  const deps: PollDeps = {
    clock,
    async fetch(target, state) {
      asked.push({ at: clock.now(), url: target.url, state })
      return answer(target.url, asked.filter((each) => each.url === target.url).length)
    },
    async receive(received) {
      scene.received.push(received)
    },
    async remember(_, state) {
      scene.remembered.push(state)
    },
    report: (event) => scene.events.push(event),
    alarm: (alarm) => scene.alarms.push(alarm),
  }
  return { ...scene, deps }
}

function feed(source: string, everyMs = 15_000): PolledFeed {
  return { source, everyMs, target: { url: source } }
}

describe('the pace', () => {
  test('is the interval, from start to start', async () => {
    const scene = stage(() => unchanged)
    const polling = startPolling([feed('ceic')], scene.deps)
    await scene.clock.advance(60_000)
    expect(scene.asked.map((each) => each.at)).toEqual([0, 15_000, 30_000, 45_000, 60_000])
    await polling.stop()
  })

  test('is off by no more than a tenth either way', async () => {
    for (const [dice, second] of [
      [0, 13_500],
      [0.999_999, 16_500],
    ] as const) {
      const scene = stage(() => unchanged, dice)
      const polling = startPolling([feed('ceic')], scene.deps)
      await scene.clock.advance(20_000)
      expect(scene.asked[1]?.at).toBe(second)
      await polling.stop()
    }
  })

  test('halves with each failure and comes back with the first answer', async () => {
    const busy: FetchOutcome = { ...down, reason: 'unavailable' }
    const scene = stage((_, n) => (n <= 3 ? busy : unchanged))
    const polling = startPolling([feed('ceic')], scene.deps)
    await scene.clock.advance(240_000)
    expect(scene.asked.slice(0, 5).map((each) => each.at)).toEqual([0, 30_000, 90_000, 210_000, 225_000])
    await polling.stop()
  })

  test('after twenty minutes without a network is a minute at most', async () => {
    const scene = stage((_, n) => (scene.clock.now() < 1_200_000 ? down : changed(String(n))))
    const polling = startPolling([feed('ceic')], scene.deps)
    await scene.clock.advance(1_260_000)
    expect(scene.received).not.toHaveLength(0)
    await polling.stop()
  })

  test('never undercuts a wait that the server asked for', async () => {
    const busy: FetchOutcome = {
      state: 'failed',
      reason: 'rate-limited',
      detail: '',
      retryAfterMs: 100_000,
      date: null,
      answeredAt: 0,
    }
    const scene = stage((_, n) => (n === 1 ? busy : unchanged), 0)
    const polling = startPolling([feed('ceic')], scene.deps)
    await scene.clock.advance(99_999)
    expect(scene.asked).toHaveLength(1)
    await scene.clock.advance(1)
    expect(scene.asked).toHaveLength(2)
    await polling.stop()
  })

  test('of one feed does not depend on another that hangs', async () => {
    const scene = stage((url) => (url === 'slow' ? new Promise<FetchOutcome>(() => {}) : unchanged))
    startPolling([feed('slow'), feed('quick')], scene.deps)
    await scene.clock.advance(60_000)
    expect(scene.asked.filter((each) => each.url === 'slow')).toHaveLength(1)
    expect(scene.asked.filter((each) => each.url === 'quick')).toHaveLength(5)
  })

  test('never has two requests of one feed in flight', async () => {
    let flying = 0
    let most = 0
    const scene = stage(() => unchanged)
    const slow = async (): Promise<FetchOutcome> => {
      flying += 1
      most = Math.max(most, flying)
      await new Promise<void>((resolve) => scene.clock.after(40_000, resolve))
      flying -= 1
      return unchanged
    }
    const polling = startPolling([feed('ceic')], { ...scene.deps, fetch: slow })
    await scene.clock.advance(300_000)
    expect(most).toBe(1)
    const stopped = polling.stop()
    await scene.clock.advance(40_000)
    await stopped
  })
})

describe('nothing is lost', () => {
  test('a body is remembered only after it is durable', async () => {
    const scene = stage(() => changed('a'))
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const polling = startPolling([feed('ceic')], { ...scene.deps, receive: () => held })
    await scene.clock.advance(60_000)
    expect(scene.remembered).toHaveLength(0)
    expect(scene.asked).toHaveLength(1)
    release()
    await scene.clock.advance(0)
    expect(scene.remembered).toEqual([{ etag: '"a"', sha256: 'sha-a' }])
    await polling.stop()
  })

  test('a body that the store could not take comes again, at the usual pace', async () => {
    const scene = stage((_, n) => (n === 3 ? unchanged : changed('a')))
    let broken = true
    const deps: PollDeps = {
      ...scene.deps,
      async receive(received) {
        if (broken) throw new Error('database is away')
        scene.received.push(received)
      },
    }
    const polling = startPolling([feed('ceic')], deps)
    await scene.clock.advance(0)
    broken = false
    await scene.clock.advance(30_000)
    expect(scene.asked.map((each) => [each.at, each.state])).toEqual([
      [0, {}],
      [15_000, {}],
      [30_000, { etag: '"a"', sha256: 'sha-a' }],
    ])
    expect(scene.received).toHaveLength(1)
    expect(scene.events.map((event) => event.result)).toEqual(['not-taken', 'changed', 'unchanged'])
    await polling.stop()
  })

  test('a body that is kept but unreadable is said so, and not taken a second time', async () => {
    const scene = stage((_, n) => (n === 1 ? changed('<html>') : unchanged))
    const receive = async (): Promise<void> => {
      throw new UnreadableFeed('not-json', 'the list is a web page')
    }
    const polling = startPolling([feed('ceic')], { ...scene.deps, receive })
    await scene.clock.advance(15_000)
    expect(scene.events[0]).toMatchObject({ result: 'unreadable', detail: 'the list is a web page' })
    expect(scene.asked[1]?.state).toMatchObject({ sha256: 'sha-<html>' })
    await polling.stop()
  })

  test('a body that was cut short is not shielded by its ETag: the whole one is asked for without conditions', async () => {
    const scene = stage((_, n) => (n === 1 ? changed('{"cut') : unchanged))
    const receive = async (): Promise<void> => {
      throw new UnreadableFeed('json', 'the payload is no JSON')
    }
    const polling = startPolling([feed('ceic')], { ...scene.deps, receive })
    await scene.clock.advance(15_000)
    expect(scene.asked[1]?.state).toEqual({ sha256: 'sha-{"cut' })
    expect(scene.remembered).toEqual([{ sha256: 'sha-{"cut' }])
    await polling.stop()
  })

  test('an ETag that never changes is not believed for longer than five minutes', async () => {
    const fresh = () => scene.asked.filter((each) => each.state.etag === undefined)
    const scene = stage((_, n) =>
      n === 1 || scene.asked.at(-1)?.state.etag === undefined ? changed(`v${n}`) : unchanged,
    )
    const polling = startPolling([feed('ceic')], scene.deps)
    await scene.clock.advance(600_000)
    expect(fresh().map((each) => each.at)).toEqual([0, 300_000, 600_000])
    expect(scene.received).toHaveLength(3)
    // The hash still goes along: an unchanged body is not stored again.
    expect(fresh()[1]?.state).toEqual({ sha256: 'sha-v1' })
    await polling.stop()
  })

  test('a slow feed is asked with conditions most of the time', async () => {
    const scene = stage((_, n) => (n === 1 ? changed('a') : { ...unchanged, etag: '"a"' }))
    const polling = startPolling([feed('gdacs', 300_000)], scene.deps)
    await scene.clock.advance(3_600_000)
    const conditional = scene.asked.filter((each) => each.state.etag !== undefined)
    expect(conditional.length / scene.asked.length).toBeGreaterThan(0.6)
    await polling.stop()
  })

  test('a state that cannot be remembered costs nothing but a word', async () => {
    const scene = stage((_, n) => changed(String(n)))
    const remember = async (): Promise<void> => {
      throw new Error('read-only')
    }
    const polling = startPolling([feed('ceic')], { ...scene.deps, remember })
    await scene.clock.advance(15_000)
    expect(scene.received.map((each) => each.text)).toEqual(['1', '2'])
    expect(scene.events[0]?.detail).toContain('read-only')
    await polling.stop()
  })

  test('what was remembered before the start makes the first request conditional', async () => {
    const scene = stage(() => unchanged)
    const polling = startPolling([{ ...feed('ceic'), state: { etag: '"old"', sha256: 'x' } }], scene.deps)
    await scene.clock.advance(15_000)
    expect(scene.asked.map((each) => each.state)).toEqual([
      { etag: '"old"', sha256: 'x' },
      { etag: '"old"', sha256: 'x' },
    ])
    await polling.stop()
  })
})

describe('a source that refuses us', () => {
  test('three times is left alone and the duty staff are told once', async () => {
    const refusal: FetchOutcome = {
      state: 'failed',
      reason: 'forbidden',
      detail: 'ceic answered 403',
      date: null,
      answeredAt: 0,
    }
    const scene = stage((_, n) => (n <= 4 ? refusal : unchanged))
    const polling = startPolling([feed('ceic')], scene.deps)
    await scene.clock.advance(90_000)
    expect(scene.asked).toHaveLength(3)
    expect(scene.alarms).toEqual([{ source: 'ceic', change: 'opened', detail: 'ceic answered 403' }])
    await scene.clock.advance(1_200_000)
    expect(scene.asked.slice(2, 5).map((each) => each.at)).toEqual([90_000, 690_000, 1_290_000])
    expect(scene.alarms.at(-1)?.change).toBe('closed')
    await polling.stop()
  })
})

describe('stopping', () => {
  test('waits for the body that is being stored, and asks for nothing more', async () => {
    const scene = stage(() => changed('a'))
    let stored = false
    const receive = async (): Promise<void> => {
      await new Promise<void>((resolve) => scene.clock.after(5_000, resolve))
      stored = true
    }
    const polling = startPolling([feed('ceic')], { ...scene.deps, receive })
    await scene.clock.advance(0)
    const stopped = polling.stop()
    await scene.clock.advance(5_000)
    await stopped
    expect(stored).toBe(true)
    expect(scene.remembered).toHaveLength(1)
    await scene.clock.advance(60_000)
    expect(scene.asked).toHaveLength(1)
    expect(scene.clock.pending()).toBe(0)
  })

  test('ends a request that hangs', async () => {
    const server = await serve(() => {})
    const dispatcher = createFeedDispatcher()
    const scene = stage(() => unchanged)
    const polling = startPolling([{ ...feed('hung'), target: { url: server.url } }], {
      ...scene.deps,
      clock: systemClock,
      fetch: (target, state, signal) => fetchFeed(target, state, { clock: systemClock, dispatcher, signal }),
    })
    await until('the request came', () => server.requests.length === 1)
    await polling.stop()
    await until('the request ended', () => server.requests[0]?.destroyed === true)
    await dispatcher.destroy()
    await server.close()
  })
})

test('a list that changes is fetched once per change from a real server', async () => {
  let version = 1
  const server = await serve((request, response) => {
    const etag = `"v${version}"`
    response.writeHead(request.headers['if-none-match'] === etag ? 304 : 200, { etag })
    response.end(response.statusCode === 304 ? undefined : `{"version":${version}}`)
  })
  const dispatcher = createFeedDispatcher()
  const scene = stage(() => unchanged)
  const polling = startPolling([{ ...feed('real', 30), target: { url: server.url } }], {
    ...scene.deps,
    clock: systemClock,
    fetch: (target, state, signal) => fetchFeed(target, state, { clock: systemClock, dispatcher, signal }),
  })
  await until('some polls', () => scene.events.length >= 4)
  version = 2
  const sofar = scene.events.length
  await until('some more polls', () => scene.events.length >= sofar + 4)
  await polling.stop()
  expect(scene.received.map((each) => each.text)).toEqual(['{"version":1}', '{"version":2}'])
  await dispatcher.destroy()
  await server.close()
})
