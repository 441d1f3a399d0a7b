// In: servers of the runtime's own HTTP/2 (nghttp2), kind and unkind. Out: proof that our framing says what was meant, reads
// what was answered, and ends with an outcome for every message whatever the other end does.
import {
  createSecureServer,
  type Http2SecureServer,
  type SecureServerOptions,
  type ServerHttp2Stream,
} from 'node:http2'
import { constants, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { openFrames } from '../../src/push/frames.ts'
import type { Session } from '../../src/push/exchange.ts'
import { makeTlsIdentity } from '../../src/town/push/certificate.ts'

const identity = makeTlsIdentity(['localhost'])
const HEADERS = { ttl: 900, urgency: 'high', topic: 'eq-1', authorization: `vapid t=${'x'.repeat(200)}, k=y` }
let server: Http2SecureServer
let session: Session

interface Request {
  stream: ServerHttp2Stream
  headers: IncomingHttpHeaders
  body: Buffer
}

/** A server that hands every whole request to `answer`. */
async function serve(answer: (request: Request) => void, options: SecureServerOptions = {}): Promise<void> {
  server = createSecureServer({ ...identity, ...options })
  server.on('sessionError', () => undefined)
  server.on('stream', (stream, headers) => {
    const parts: Buffer[] = []
    stream.on('error', () => undefined)
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('end', () => answer({ stream, headers, body: Buffer.concat(parts) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: identity.cert, ALPNProtocols: ['h2'] })
  await once(socket, 'secureConnect')
  session = openFrames(socket, `localhost:${port}`)
}
afterEach(() => {
  session.close()
  server.close()
})
const post = (path = '/fcm/a', headers: Record<string, string | number> = HEADERS, body = Buffer.from('body')) =>
  session.post(path, headers, body)

describe('what is said', () => {
  test.each([
    ['a table of its own', {}],
    ['no table', { settings: { headerTableSize: 0 } }],
    ['padded frames', { paddingStrategy: constants.PADDING_STRATEGY_MAX }],
  ])('arrives as it was meant, for words in turn, with %s', async (_name, options) => {
    const seen: Request[] = []
    await serve((request) => {
      seen.push(request)
      request.stream.respond({ ':status': 201 }, { endStream: true })
    }, options)
    const asked = Array.from({ length: 60 }, (_, i) => ({
      path: `/mozilla/${'t'.repeat(i * 5)}-${i}?q=1`,
      headers: i % 7 < 4 ? HEADERS : { ...HEADERS, topic: `eq-${i % 3}`, ttl: 60 },
      body: Buffer.alloc(i * 60, i),
    }))
    for (let from = 0; from < asked.length; from += 20) {
      const part = asked.slice(from, from + 20).map(({ path, headers, body }) => post(path, headers, body))
      for (const exchange of await Promise.all(part)) expect(exchange).toMatchObject({ got: 'reply', status: 201 })
    }
    const { port } = server.address() as AddressInfo
    for (const [i, { path, headers, body }] of asked.entries()) {
      const found = seen.find((request) => request.headers[':path'] === path)
      expect(found?.body.equals(body)).toBe(true)
      expect(found?.headers).toMatchObject({
        ':method': 'POST',
        ':scheme': 'https',
        ':authority': `localhost:${port}`,
        ttl: String(headers.ttl),
        topic: headers.topic,
        authorization: headers.authorization,
      })
      expect(i).toBeLessThan(asked.length)
    }
  })

  test('a thousand messages of full size pass through windows of 64 kB', async () => {
    let bytes = 0
    await serve(({ stream, body }) => {
      bytes += body.length
      stream.respond({ ':status': 201 }, { endStream: true })
    })
    const all = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => post(`/${i}`, HEADERS, Buffer.alloc(4_096, i))),
    )
    expect(all.every((one) => one.got === 'reply')).toBe(true)
    expect(bytes).toBe(4_096_000)
  })

  test('a service that takes three at a time is never given four, not even at first', async () => {
    let open = 0
    let most = 0
    await serve(
      ({ stream }) => {
        open += 1
        most = Math.max(most, open)
        setTimeout(() => {
          open -= 1
          stream.respond({ ':status': 201 }, { endStream: true })
        }, 2)
      },
      { settings: { maxConcurrentStreams: 3 } },
    )
    // nginx refuses what comes before its settings were read.
    const all = await Promise.all(Array.from({ length: 40 }, () => post()))
    expect(session.room()).toBe(3)
    expect(all.every((one) => one.got === 'reply')).toBe(true)
    expect(most).toBe(3)
  })
})

describe('what is answered', () => {
  test('every status is read, and Retry-After in either form', async () => {
    const when = new Date(Date.UTC(2026, 10, 22, 14, 0, 0)).toUTCString()
    await serve(({ stream, headers }) => {
      const [, status, how] = String(headers[':path']).split('/')
      const after = how === 'date' ? when : '120'
      stream.respond({
        ':status': Number(status),
        'x-long': 'ß{|}~'.repeat(20),
        'retry-after': after,
        date: when,
        location: 'https://push.example/m/{1}',
      })
      stream.end('{"reason":"because"}')
    })
    for (const status of [200, 201, 202, 204, 301, 307, 400, 401, 403, 404, 410, 413, 429, 500, 502, 503]) {
      expect(await post(`/${status}/date`)).toEqual({ got: 'reply', status, retryAfter: when })
      expect(await post(`/${status}/seconds`)).toEqual({ got: 'reply', status, retryAfter: '120' })
    }
  })

  test('an early hint is not the answer', async () => {
    await serve(({ stream }) => {
      stream.additionalHeaders({ ':status': 103, link: '</a>' })
      stream.respond({ ':status': 429 }, { endStream: true })
    })
    expect(await post()).toMatchObject({ got: 'reply', status: 429, retryAfter: undefined })
  })

  test('a reply that never ends is cut off, and the connection goes on', async () => {
    const reset: string[] = []
    await serve(({ stream, headers }) => {
      stream.respond({ ':status': 201 })
      if (headers[':path'] !== '/long') return void stream.end()
      stream.on('close', () => reset.push(String(headers[':path'])))
      stream.write(Buffer.alloc(60_000))
    })
    for (let n = 0; n < 5; n += 1) expect(await post('/long')).toMatchObject({ got: 'reply', status: 201 })
    expect(await post('/short')).toMatchObject({ got: 'reply', status: 201 })
    while (reset.length < 5) await new Promise((resolve) => setTimeout(resolve, 5))
  })
})

describe('what goes wrong', () => {
  test('a refused stream was not sent; any other reset may have been', async () => {
    await serve(({ stream, headers }) =>
      stream.close(
        headers[':path'] === '/refused' ? constants.NGHTTP2_REFUSED_STREAM : constants.NGHTTP2_INTERNAL_ERROR,
      ),
    )
    expect(await post('/refused')).toMatchObject({ got: 'nothing', sent: false })
    expect(await post('/other')).toMatchObject({ got: 'nothing', sent: true })
    expect(session.isOpen()).toBe(true)
  })

  test('GOAWAY lets what is under way end, and takes nothing more', async () => {
    await serve(({ stream }) => {
      setTimeout(() => stream.respond({ ':status': 201 }, { endStream: true }), 50)
      stream.session?.close()
    })
    const under = post()
    expect(await under).toMatchObject({ got: 'reply', status: 201 })
    while (session.isOpen()) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await post()).toEqual({ got: 'nothing', sent: false, reason: 'closed' })
  })

  test('a broken line ends every message, and says which may have arrived', async () => {
    await serve(({ stream }) => stream.session?.destroy(), { settings: { maxConcurrentStreams: 2 } })
    const all = await Promise.all(Array.from({ length: 300 }, () => post()))
    expect(all.every((one) => one.got === 'nothing')).toBe(true)
    expect(all.some((one) => one.got === 'nothing' && one.sent)).toBe(true)
    expect(all.some((one) => one.got === 'nothing' && !one.sent)).toBe(true)
    expect(session.isOpen()).toBe(false)
  })

  test('what is not wanted any more does not leave, though it had been handed over', async () => {
    let count = 0
    await serve(({ stream }) => (count++, stream.respond({ ':status': 201 }, { endStream: true })), {
      settings: { maxConcurrentStreams: 1 },
    })
    let wanted = true
    const all = Array.from({ length: 5 }, () => session.post('/a', HEADERS, Buffer.from('body'), () => wanted))
    expect(await all[0]).toMatchObject({ got: 'reply' })
    wanted = false
    const ends = await Promise.all(all)
    expect(ends.at(-1)).toEqual({ got: 'nothing', sent: false, reason: 'recalled' })
    expect(count).toBe(ends.filter(({ got }) => got === 'reply').length)
    expect(session.isOpen()).toBe(true)
  })

  test('a service that takes less than a message at once is not used', async () => {
    await serve(() => undefined, { settings: { initialWindowSize: 1_000 } })
    expect(await post()).toMatchObject({ got: 'nothing' })
    expect(session.isOpen()).toBe(false)
  })
})
