// In: a push service over HTTP/2, kind and unkind. Out: proof that the runtime's own client, which stands in where our framing is
// not wanted, says the same to the lane as ours does.
import { constants, createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Session } from '../../src/push/exchange.ts'
import { openSession } from '../../src/push/session.ts'
import { makeTlsIdentity } from '../../src/town/push/certificate.ts'

const identity = makeTlsIdentity(['localhost', '127.0.0.1'])
let server: Http2SecureServer
let session: Session
let answer: (stream: ServerHttp2Stream, path: string) => void
let heard: { path: string; topic: unknown; body: string }[]

beforeEach(async () => {
  heard = []
  answer = (stream) => stream.respond({ ':status': 201 }, { endStream: true })
  server = createSecureServer({ ...identity, settings: { maxConcurrentStreams: 7 } })
  server.on('sessionError', () => undefined)
  server.on('stream', (stream, headers) => {
    let body = ''
    stream.on('error', () => undefined)
    stream.on('data', (part: Buffer) => (body += part.toString()))
    stream.on('end', () => {
      heard.push({ path: headers[':path'] ?? '', topic: headers['topic'], body })
      answer(stream, headers[':path'] ?? '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const endpoint = { host: 'localhost', port, origin: `https://localhost:${port}` }
  session = await openSession({ endpoint, address: '127.0.0.1', ca: identity.cert, proxy: null }, { over: 'runtime' })
})
afterEach(() => {
  session.close()
  server.close()
})
const post = (path: string, isWanted?: () => boolean) =>
  session.post(path, { topic: 't', 'content-length': 4 }, Buffer.from('body'), isWanted)

test('messages go side by side, as many as the service takes, and each is answered', async () => {
  expect(await post('/first?q=1')).toEqual({ got: 'reply', status: 201, retryAfter: undefined })
  expect(session.room()).toBe(7)
  const all = await Promise.all(Array.from({ length: 200 }, (_, i) => post(`/${i}`)))
  expect(all.every((one) => one.got === 'reply' && one.status === 201)).toBe(true)
  expect(heard).toHaveLength(201)
  expect(heard[0]).toEqual({ path: '/first?q=1', topic: 't', body: 'body' })
})

test('status and Retry-After are read, and a long reply is cut off', async () => {
  answer = (stream) => {
    stream.respond({ ':status': 429, 'retry-after': '120' })
    stream.end(Buffer.alloc(60_000))
  }
  for (let n = 0; n < 5; n += 1) expect(await post('/')).toEqual({ got: 'reply', status: 429, retryAfter: '120' })
  expect(session.isOpen()).toBe(true)
})

test('a refused stream was not sent; any other reset may have been', async () => {
  answer = (stream, path) =>
    stream.close(path === '/refused' ? constants.NGHTTP2_REFUSED_STREAM : constants.NGHTTP2_INTERNAL_ERROR)
  expect(await post('/refused')).toMatchObject({ got: 'nothing', sent: false })
  expect(await post('/other')).toMatchObject({ got: 'nothing', sent: true })
})

test('GOAWAY lets what is under way end and takes nothing more; a broken line ends everything', async () => {
  answer = (stream) => {
    setTimeout(() => stream.respond({ ':status': 201 }, { endStream: true }), 50)
    stream.session?.close()
  }
  expect(await post('/')).toMatchObject({ got: 'reply', status: 201 })
  await expect.poll(() => session.isOpen()).toBe(false)
  expect(await post('/')).toEqual({ got: 'nothing', sent: false, reason: 'closed' })
})

test('a broken line ends every message', async () => {
  answer = (stream) => stream.session?.destroy()
  const all = await Promise.all(Array.from({ length: 20 }, () => post('/')))
  expect(all.every((one) => one.got === 'nothing')).toBe(true)
  await expect.poll(() => session.isOpen()).toBe(false)
})

test('what is not wanted any more does not leave', async () => {
  expect(await post('/', () => false)).toEqual({ got: 'nothing', sent: false, reason: 'recalled' })
  expect(heard).toEqual([])
})
