// In: stored pages on a real port. Out: proof that the fast way says what the router would have said, and asks nobody.
import { connect, type AddressInfo } from 'node:net'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import type { StoredPage } from '../../src/store/pages.ts'
import type { Staleness } from '../../src/web/public/hot.ts'
import { isHeld, takesGzip } from '../../src/web/public/negotiate.ts'
import { SAFE_HEADERS } from '../../src/web/serving.ts'
import { buildBarePublic } from './bare-public.ts'

const open: FastifyInstance[] = []
afterEach(async () => {
  for (const app of open.splice(0)) await app.close()
})

function pageOf(path: string, text: string): StoredPage {
  const body = Buffer.from(text)
  return {
    path,
    contentType: 'text/html; charset=utf-8',
    status: 200,
    etag: `"${path} ${text.length}"`,
    body,
    gzip: gzipSync(body),
    changedAt: 0,
  }
}

const HOME = `首页 ${'震'.repeat(400)}`

async function serve(change: { staleness?: () => Staleness | null } = {}) {
  const shelf = new Map<string, StoredPage>()
  const put = (path: string, text: string): void => void shelf.set(path, pageOf(path, text))
  put('/', HOME)
  put('/en/', 'home')
  put('/n/abcd2345', '公告')
  put('/api/v1/notices', '{"notices":[]}')
  let asked = 0
  const app = await buildBarePublic({
    db: {
      query: async () => {
        asked += 1
        return { rows: [], rowCount: 0 }
      },
    },
    pages: shelf,
    ...change,
  })
  open.push(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers, method, redirect: 'manual' })
  return { get, put, port, asked: () => asked }
}

/** The raw answer, head and body: fetch unpacks and hides. */
function talk(port: number, request: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.on('data', (part: Buffer) => parts.push(part))
    socket.on('close', () => resolve(Buffer.concat(parts)))
    socket.on('error', reject)
  })
}

describe('a stored page', () => {
  test('comes packed to who takes it and plain to who does not, the same text, with the headers of the house', async () => {
    const { port, get } = await serve()
    const raw = await talk(port, 'GET / HTTP/1.1\r\nhost: x\r\naccept-encoding: br, gzip\r\nconnection: close\r\n\r\n')
    const split = raw.indexOf('\r\n\r\n')
    const head = raw.subarray(0, split).toString('latin1')
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(head).toContain('content-encoding: gzip')
    expect(head).toContain('vary: accept-encoding')
    expect(head).toContain('cache-control: public, max-age=1, stale-if-error=86400')
    for (const [name, value] of Object.entries(SAFE_HEADERS)) expect(head).toContain(`${name}: ${value}`)
    expect(gunzipSync(raw.subarray(split + 4)).toString()).toBe(HOME)
    const plain = await get('/', { 'accept-encoding': 'identity' })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(await plain.text()).toBe(HOME)
  })

  test.each(['gzip', 'identity'])('leaves with the very head that Node would have written: %s', async (encoding) => {
    const { port, get } = await serve()
    const tag = (await get('/', { 'accept-encoding': encoding })).headers.get('etag') ?? ''
    for (const held of ['', `if-none-match: ${tag}\r\n`]) {
      // The first is answered at once; the second, whose client leaves, by Node's own writeHead.
      const one = `GET / HTTP/1.1\r\nhost: x\r\naccept-encoding: ${encoding}\r\n${held}`
      const both = (await talk(port, `${one}\r\n${one}connection: close\r\n\r\n`)).toString('latin1')
      const second = both.indexOf('HTTP/1.1', 10)
      const split = (text: string): [string[], string] => {
        const end = text.indexOf('\r\n\r\n')
        const lines = text.slice(0, end).split('\r\n')
        return [lines.filter((line) => !/^(?:Date|Connection|Keep-Alive):/.test(line)), text.slice(end + 4)]
      }
      expect(both.slice(0, second)).toMatch(
        /\r\nDate: \w{3}, [^\r]* GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=72\r\n/,
      )
      expect(split(both.slice(0, second))).toEqual(split(both.slice(second)))
    }
  })

  test('is whole however long it is', async () => {
    const { get, put } = await serve()
    const long = Array.from({ length: 40_000 }, (_, n) => String.fromCodePoint(0x4e00 + ((n * 7919) % 20_000))).join('')
    put('/', long)
    for (const encoding of ['gzip', 'identity'])
      expect(await (await get('/', { 'accept-encoding': encoding })).text()).toBe(long)
  })

  test('is not sent again to who holds it, in whatever form the tag comes back', async () => {
    const { get } = await serve()
    for (const encoding of ['gzip', 'identity']) {
      const tag = (await get('/', { 'accept-encoding': encoding })).headers.get('etag') ?? ''
      for (const held of [tag, `"other", ${tag}`, '*']) {
        const again = await get('/', { 'accept-encoding': encoding, 'if-none-match': held })
        expect(again.status).toBe(304)
        expect(await again.text()).toBe('')
      }
      expect((await get('/', { 'if-none-match': '"other"' })).status).toBe(200)
    }
  })

  test('answers HEAD with its headers and no body', async () => {
    const { get } = await serve()
    const reply = await get('/', { 'accept-encoding': 'identity' }, 'HEAD')
    expect(reply.headers.get('content-length')).toBe(String(Buffer.byteLength(HOME)))
    expect(await reply.text()).toBe('')
  })

  test('is the same under every way of reading and with any query: a counter in the address reaches no database', async () => {
    const { get, asked } = await serve()
    for (const path of ['/?x=1', '/?utm_source=a&t=2', '/large/', '/access/?x', '/n/abcd2345?from=weibo']) {
      expect((await get(path)).status).toBe(200)
    }
    expect((await get('/api/v1/notices?x=1')).status).toBe(200)
    expect(asked()).toBe(0)
    // The list's own query is read by its route.
    await get('/api/v1/notices?limit=3')
    expect(asked()).toBeGreaterThan(0)
  })

  test('is found with a stroke too many by a redirect, else its relative links would miss', async () => {
    const { get } = await serve()
    const reply = await get('/large/n/abcd2345/?from=weibo')
    expect([reply.status, reply.headers.get('location')]).toEqual([308, '/large/n/abcd2345'])
    expect((await get('//evil.example/')).status).toBe(404)
    expect((await get('/en/')).status).toBe(200)
  })

  test('is the new one from the moment the shelf has it', async () => {
    const { get, put } = await serve()
    const before = await get('/')
    put('/', '新首页')
    const after = await get('/', { 'if-none-match': before.headers.get('etag') ?? '' })
    expect([after.status, await after.text()]).toEqual([200, '新首页'])
  })

  test('says since when it may be behind, as long as it may, and is another page for caches', async () => {
    let stale: Staleness | null = null
    const { get } = await serve({ staleness: () => stale })
    const fresh = (await get('/')).headers
    expect(fresh.get('x-quakedesk-stale')).toBeNull()
    stale = { since: '2026-03-04T02:00:00Z', mark: (page) => ({ ...pageOf(page.path, '截至'), etag: '"marked"' }) }
    const behind = await get('/', { 'if-none-match': fresh.get('etag') ?? '' })
    expect(behind.headers.get('x-quakedesk-stale')).toBe('2026-03-04T02:00:00Z')
    expect([behind.status, await behind.text()]).toEqual([200, '截至'])
    stale = null
    const again = await get('/', { 'if-none-match': '"marked"' })
    expect([again.status, await again.text()]).toEqual([200, HOME])
  })
})

test('style is packed, tagged and the same for a day without us', async () => {
  const { get } = await serve()
  const reply = await get('/large/assets/app.css?v=2')
  expect(reply.headers.get('content-type')).toBe('text/css; charset=utf-8')
  expect(reply.headers.get('cache-control')).toContain('max-age=300')
  expect((await get('/large/assets/app.css', { 'if-none-match': reply.headers.get('etag') ?? '' })).status).toBe(304)
  expect((await get('/assets/app.css', { 'if-none-match': reply.headers.get('etag') ?? '' })).status).toBe(200)
})

test.each([
  ['gzip', true],
  ['br;q=1.0, gzip;q=0.8, *;q=0.1', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000', false],
  ['gzip;q=0.001', true],
  ['x-gzip, deflate', false],
  ['', false],
])('Accept-Encoding %j takes packed bytes: %s', (header, takes) => {
  expect(takesGzip(header)).toBe(takes)
})

test('a held tag is recognised wherever it stands in a list, and no other is', () => {
  const tag = fc.stringMatching(/^[\w-]{1,20}$/).map((inner) => `"${inner}"`)
  const lists = fc.record({ before: fc.array(tag), after: fc.array(tag), mine: tag, weak: fc.boolean() })
  fc.assert(
    fc.property(lists, ({ before, after, mine, weak }) => {
      const list = [...before, `${weak ? 'W/' : ''}${mine}`, ...after].join(' , ')
      expect(isHeld(list, mine)).toBe(true)
      const others = [...before, ...after]
      expect(isHeld(others.join(','), mine)).toBe(others.includes(mine))
    }),
  )
})
