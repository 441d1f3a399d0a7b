import { createHash } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { fetchFeed } from '../../../src/feeds/fetch.ts'
import type { FeedTarget, FetchOutcome, FetchState } from '../../../src/feeds/fetch.ts'
import { systemClock } from '../../../src/feeds/fetch-clock.ts'
import { createFeedDispatcher } from '../../../src/feeds/fetch-guard.ts'
import { until } from './fake-clock.ts'
import { serve, serveRaw } from './loopback.ts'

const LIST = '{"shuju":[{"id":"1","LOCATION_C":"四川宜宾市珙县"}]}'
const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function open(handler: RequestListener): Promise<Awaited<ReturnType<typeof serve>>> {
  const server = await serve(handler)
  cleanups.push(() => server.close())
  return server
}

async function openRaw(answer: string): Promise<string> {
  const server = await serveRaw((socket) => socket.end(answer))
  cleanups.push(() => server.close())
  return server.url
}

function get(target: FeedTarget, state: FetchState = {}, signal?: AbortSignal): Promise<FetchOutcome> {
  const dispatcher = createFeedDispatcher({ refusePrivate: target.refusePrivate === true })
  cleanups.push(() => dispatcher.destroy())
  return fetchFeed(target, state, { clock: systemClock, dispatcher, ...(signal ? { signal } : {}) })
}

test('a state that the store kept as empty texts makes no empty conditions', async () => {
  const server = await open((_, response) => response.end(LIST))
  expect(await get({ url: server.url }, { etag: '', lastModified: '', sha256: '' })).toMatchObject({ state: 'changed' })
  expect(server.requests[0]?.headers).not.toHaveProperty('if-none-match')
  expect(server.requests[0]?.headers).not.toHaveProperty('if-modified-since')
})

function expectFailure(outcome: FetchOutcome): Extract<FetchOutcome, { state: 'failed' }> {
  if (outcome.state !== 'failed') throw new Error(`expected a failure, got ${outcome.state}`)
  return outcome
}

describe('a list that has changed', () => {
  test('arrives with its text, its validators, its hash and the server clock', async () => {
    const server = await open((_, response) => {
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        etag: '"v7"',
        'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT',
        date: 'Mon, 01 Jan 2024 00:00:10 GMT',
      })
      response.end(LIST)
    })
    expect(await get({ url: server.url })).toMatchObject({
      state: 'changed',
      text: LIST,
      contentType: 'application/json; charset=utf-8',
      etag: '"v7"',
      lastModified: 'Mon, 01 Jan 2024 00:00:00 GMT',
      date: Date.UTC(2024, 0, 1, 0, 0, 10),
      sha256: createHash('sha256').update(LIST).digest('hex'),
    })
  })

  test('that went through a cache shows the clock as Date plus Age', async () => {
    const server = await open((_, response) => {
      response.writeHead(200, { date: 'Mon, 01 Jan 2024 00:00:10 GMT', age: '50' })
      response.end(LIST)
    })
    expect((await get({ url: server.url })).date).toBe(Date.UTC(2024, 0, 1, 0, 1, 0))
  })

  test.each([
    ['gzip', gzipSync(LIST)],
    ['br', brotliCompressSync(LIST)],
    ['deflate', deflateSync(LIST)],
    ['deflate', deflateRawSync(LIST)],
  ])('is read through %s, and its hash is that of the wire', async (encoding, body) => {
    const server = await open((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding })
      response.end(body)
    })
    const outcome = await get({ url: server.url })
    expect(outcome).toMatchObject({ state: 'changed', text: LIST })
    expect(outcome).toMatchObject({ sha256: createHash('sha256').update(body).digest('hex') })
  })

  test('in GB18030 keeps its county names, while the raw bytes stay as they came', async () => {
    const gbk = Buffer.from([0xd2, 0xcb, 0xb1, 0xf6, 0xca, 0xd0]) // 宜宾市
    const server = await open((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; charset=GB2312' })
      response.end(gbk)
    })
    const outcome = await get({ url: server.url })
    expect(outcome).toMatchObject({ state: 'changed', text: '宜宾市' })
    expect(outcome.state === 'changed' && Buffer.from(outcome.bytes).equals(gbk)).toBe(true)
  })

  test('of which one byte is broken arrives all the same, and says so', async () => {
    const text = JSON.stringify(Array.from({ length: 20 }, () => ({ LOCATION_C: '四川宜宾市珙县' })))
    const bytes = Buffer.from(text)
    bytes[bytes.length - 5] = 0xff
    const server = await open((_, response) => response.end(bytes))
    const outcome = await get({ url: server.url })
    expect(outcome).toMatchObject({ state: 'changed', detail: expect.stringContaining('broken') })
    expect(outcome.state === 'changed' && Buffer.from(outcome.bytes).equals(bytes)).toBe(true)
  })

  test('in bytes that no charset explains is refused, not guessed', async () => {
    const server = await open((_, response) => response.end(Buffer.from([0x22, 0xff, 0xff, 0x22])))
    expect(expectFailure(await get({ url: server.url })).reason).toBe('charset')
  })
})

describe('a list that has not changed', () => {
  test('costs a conditional request and a 304', async () => {
    const server = await open((request, response) => {
      const same = request.headers['if-none-match'] === '"v7"' && request.headers['if-modified-since'] === 'yesterday'
      response.writeHead(same ? 304 : 200, { date: 'Mon, 01 Jan 2024 00:00:10 GMT' })
      response.end(same ? undefined : LIST)
    })
    const outcome = await get({ url: server.url }, { etag: '"v7"', lastModified: 'yesterday' })
    expect(outcome).toMatchObject({ state: 'unchanged', date: Date.UTC(2024, 0, 1, 0, 0, 10) })
  })

  test('is known by its hash when the server never answers 304', async () => {
    const server = await open((_, response) => response.end(LIST))
    const first = await get({ url: server.url })
    expect(first.state).toBe('changed')
    const sha256 = first.state === 'changed' ? first.sha256 : ''
    expect((await get({ url: server.url }, { sha256 })).state).toBe('unchanged')
  })

  test('and holds no rows (204) is an answer, not a fault', async () => {
    const server = await open((_, response) => response.writeHead(204).end())
    expect((await get({ url: server.url })).state).toBe('unchanged')
  })

  test('cannot be claimed by a server that we never asked conditionally', async () => {
    const server = await open((_, response) => response.writeHead(304).end())
    expect(expectFailure(await get({ url: server.url }))).toMatchObject({ reason: 'status', status: 304 })
  })
})

describe('a hostile or broken server', () => {
  test('cannot fill the memory with a small compressed bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(30 * 1024 * 1024))
    const server = await open((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(bomb)
    })
    const failure = expectFailure(await get({ url: server.url }))
    expect(failure).toMatchObject({ reason: 'too-large' })
    expect(failure.detail).toContain('decoded')
  })

  test('cannot stack encodings', async () => {
    const server = await open((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip, gzip' })
      response.end(gzipSync(gzipSync(LIST)))
    })
    expect(expectFailure(await get({ url: server.url })).reason).toBe('encoding')
  })

  test('that announces too much is left before the body', async () => {
    const server = await open((_, response) => {
      response.writeHead(200, { 'content-length': String(500) })
      response.end(Buffer.alloc(500, 0x20))
    })
    expect(expectFailure(await get({ url: server.url, maxBytes: 100 })).detail).toContain('announces')
  })

  test('that streams without end is cut at the cap', async () => {
    let sent = 0
    const server = await open((_, response) => {
      const more = (): void => {
        sent += 1
        if (!response.destroyed) response.write(Buffer.alloc(8_192, 0x20), more)
      }
      more()
    })
    const failure = expectFailure(await get({ url: server.url, maxBytes: 100_000 }))
    expect(failure.detail).toContain('on the wire')
    await until('the connection is closed', () => server.requests[0]?.destroyed === true)
    expect(sent).toBeLessThan(10_000)
  })

  test('that drips one byte at a time meets the total deadline', async () => {
    const server = await open((_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    })
    expect(expectFailure(await get({ url: server.url, totalMs: 300 })).reason).toBe('timeout')
    await until('the connection is closed', () => server.requests[0]?.destroyed === true)
  })

  test('that hangs before its headers meets the total deadline', async () => {
    const server = await open(() => {})
    expect(expectFailure(await get({ url: server.url, totalMs: 300 })).reason).toBe('timeout')
  })

  test('that floods us with headers is refused', async () => {
    const flood = Array.from({ length: 2_000 }, (_, n) => `x-${n}: ${'y'.repeat(40)}\r\n`).join('')
    const url = await openRaw(`HTTP/1.1 200 OK\r\n${flood}content-length: 2\r\n\r\n{}`)
    expect(expectFailure(await get({ url })).reason).toBe('network')
  })

  test('that hangs up before the announced length is a failure, never a shorter list', async () => {
    const url = await openRaw('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"shuju":[]}')
    expect(expectFailure(await get({ url })).reason).toBe('network')
  })

  test('that sends more than the announced length never yields the surplus', async () => {
    const url = await openRaw('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{"extra":1}')
    const outcome = await get({ url })
    expect(outcome.state === 'changed' ? outcome.text : 'failed').toMatch(/^(\{\}|failed)$/)
  })

  test('whose gzip ends early is a failure, never half a list', async () => {
    const whole = gzipSync(Buffer.from(LIST.repeat(500)))
    const server = await open((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(whole.subarray(0, whole.length - 20))
    })
    expect(expectFailure(await get({ url: server.url })).reason).toBe('encoding')
  })

  test('whose gzip is no gzip is a failure', async () => {
    const server = await open((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(LIST)
    })
    expect(expectFailure(await get({ url: server.url })).reason).toBe('encoding')
  })

  test('that speaks no HTTP is a failure', async () => {
    expect(expectFailure(await get({ url: await openRaw('SSH-2.0-OpenSSH_9.6\r\n') })).reason).toBe('network')
  })

  test('that drops idle connections is never met on an old one', async () => {
    let connections = 0
    const server = await serveRaw((socket) => {
      connections += 1
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
      // A second request on a connection is met with a reset, as after an idle timeout.
      socket.on('data', () => socket.resetAndDestroy())
    })
    cleanups.push(() => server.close())
    const dispatcher = createFeedDispatcher()
    cleanups.push(() => dispatcher.destroy())
    const states: string[] = []
    for (let n = 0; n < 6; n += 1)
      states.push((await fetchFeed({ url: server.url }, {}, { clock: systemClock, dispatcher })).state)
    expect(states).toEqual(Array.from({ length: 6 }, () => 'changed'))
    expect(connections).toBe(6)
  })

  test('that never shakes hands for TLS meets the limit for connecting', async () => {
    const server = await serveRaw(() => {})
    cleanups.push(() => server.close())
    const dispatcher = createFeedDispatcher({ connectMs: 200 })
    cleanups.push(() => dispatcher.destroy())
    const target = { url: server.url.replace('http:', 'https:') }
    const failure = expectFailure(await fetchFeed(target, {}, { clock: systemClock, dispatcher }))
    expect(failure.reason).toBe('connect')
    expect(failure.detail).toContain('Timeout')
  })

  test('that is not there is a failure of the connection', async () => {
    const server = await serve(() => {})
    await server.close()
    expect(expectFailure(await get({ url: server.url })).reason).toBe('connect')
  })
})

describe('a server that asks for patience', () => {
  test('by seconds is given them', async () => {
    const server = await open((_, response) => response.writeHead(429, { 'retry-after': '90' }).end())
    expect(expectFailure(await get({ url: server.url }))).toMatchObject({
      reason: 'rate-limited',
      retryAfterMs: 90_000,
    })
  })

  test('by a date is given the distance to its own clock, whatever ours shows', async () => {
    const server = await open((_, response) => {
      const headers = { date: 'Mon, 01 Jan 2024 00:00:00 GMT', 'retry-after': 'Mon, 01 Jan 2024 00:02:00 GMT' }
      response.writeHead(503, headers).end('busy')
    })
    expect(expectFailure(await get({ url: server.url }))).toMatchObject({
      reason: 'unavailable',
      retryAfterMs: 120_000,
    })
  })

  test('for ten years is given an hour', async () => {
    const server = await open((_, response) => response.writeHead(503, { 'retry-after': '315360000' }).end())
    expect(expectFailure(await get({ url: server.url })).retryAfterMs).toBe(600_000)
  })

  test('a 403 is told apart from other refusals', async () => {
    const server = await open((request, response) => response.writeHead(request.url === '/403' ? 403 : 404).end('no'))
    expect(expectFailure(await get({ url: `${server.url}/403` })).reason).toBe('forbidden')
    expect(expectFailure(await get({ url: `${server.url}/404` }))).toMatchObject({ reason: 'status', status: 404 })
  })
})

describe('redirects', () => {
  test('on the same host are followed twice, not three times', async () => {
    const server = await open((request, response) => {
      const left = Number(request.url?.slice(1))
      if (left === 0) return response.end(LIST)
      return response.writeHead(302, { location: `/${left - 1}` }).end()
    })
    expect((await get({ url: `${server.url}/2` })).state).toBe('changed')
    expect(expectFailure(await get({ url: `${server.url}/3` })).reason).toBe('redirect-refused')
  })

  test('to another host or another port are refused, and that host is never asked', async () => {
    const inner = await open((_, response) => response.end('secret'))
    const server = await open((request, response) => {
      const location = request.url === '/host' ? `http://localhost:${inner.port}/` : `${inner.url}/`
      response.writeHead(301, { location }).end()
    })
    expect(expectFailure(await get({ url: `${server.url}/host` })).detail).toContain('another host')
    expect(expectFailure(await get({ url: `${server.url}/port` })).detail).toContain('another port')
    expect(inner.requests).toHaveLength(0)
  })
})

describe('addresses', () => {
  test('without TLS are asked only on loopback or where the YAML marks them', async () => {
    expect(expectFailure(await get({ url: 'http://feed.example/list' })).reason).toBe('url-refused')
    const server = await open((_, response) => response.end(LIST))
    expect((await get({ url: server.url })).state).toBe('changed')
  })

  test('that are private, or names of private addresses, are refused where the desk entered them', async () => {
    const server = await open((_, response) => response.end(LIST))
    expect(expectFailure(await get({ url: server.url, refusePrivate: true })).reason).toBe('url-refused')
    const named = `http://localhost:${server.port}/`
    expect(expectFailure(await get({ url: named, refusePrivate: true })).reason).toBe('private-address')
    expect(server.requests).toHaveLength(0)
  })

  test('with a password in them are refused', async () => {
    expect(expectFailure(await get({ url: 'https://a:b@feed.example/' })).reason).toBe('url-refused')
  })
})

test('a fetch that is called off says so and frees the server', async () => {
  const stop = new AbortController()
  const server = await open(() => stop.abort())
  expect(expectFailure(await get({ url: server.url }, {}, stop.signal)).reason).toBe('aborted')
  await until('the connection is closed', () => server.requests[0]?.destroyed === true)
})

test('no failure repeats the key that the request carried', async () => {
  const server = await open((_, response) => response.writeHead(500).end())
  const outcomes = [
    await get({ url: server.url, headers: { authorization: 'Bearer key-of-the-bureau' } }),
    await get({ url: server.url, headers: { authorization: 'key-of-the-bureau\nx: y' } }),
  ]
  for (const outcome of outcomes) expect(JSON.stringify(expectFailure(outcome))).not.toContain('key-of-the-bureau')
})
