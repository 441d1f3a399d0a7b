// In: requests for pictures, a table that answers, is slow or is away. Out: bytes with their tag, or a plain refusal.
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StoredPage } from '../../src/store/pages.ts'
import { buildBarePublic } from './bare-public.ts'

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])
const page = (path: string): StoredPage => ({
  path,
  contentType: 'text/html; charset=utf-8',
  status: 200,
  etag: '"p"',
  body: Buffer.from('page'),
  gzip: null,
  changedAt: 0,
})

let app: FastifyInstance
let asked: string[]
let table: Map<string, Buffer>
let away: boolean

beforeEach(async () => {
  asked = []
  away = false
  table = new Map([['/n/abcd2345.png', PNG]])
  app = await buildBarePublic({
    db: {
      query: (async (_sql: string, values: unknown[]) => {
        const path = String(values[1])
        asked.push(path)
        if (away) throw new Error('the database is away')
        const body = table.get(path)
        return {
          rows: body
            ? [
                {
                  path,
                  content_type: 'image/png',
                  status: 200,
                  etag: `"${body.length}"`,
                  body,
                  gzip: null,
                  changed_at: 0,
                },
              ]
            : [],
        }
      }) as never,
    },
    pages: { get: (path) => (['/n/abcd2345', '/n/late23456'].includes(path) ? page(path) : undefined) },
    publicUrl: 'https://yj.lanshan.example',
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await app.close()
})

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers })

test('a picture is served as it is stored, with its tag, also where a reader asks for a later state of it', async () => {
  const answer = await get('/n/abcd2345.png?withdrawn')
  expect(answer.statusCode).toBe(200)
  expect(answer.headers).toMatchObject({
    'content-type': 'image/png',
    etag: '"7"',
    'x-content-type-options': 'nosniff',
  })
  expect(answer.rawPayload.equals(PNG)).toBe(true)
  expect((await get('/n/abcd2345.png', { 'if-none-match': '"7"' })).statusCode).toBe(304)
})

test('a picture that is not painted yet, of a notice that is there, is a 404', async () => {
  expect((await get('/n/late23456.png')).statusCode).toBe(404)
  expect((await get('/n/abcd2345-cover.png')).statusCode).toBe(404)
})

test('for a notice that is not there, or a name that is none, the database is not asked', async () => {
  for (const url of [
    '/n/nobody234.png',
    '/n/..%2f..%2fetc.png',
    '/n/abcd2345.gif',
    '/n/abcd2345-cover-cover.png',
    `/n/${'a'.repeat(90)}.png`,
  ])
    expect((await get(url)).statusCode).toBe(404)
  expect(asked).toEqual([])
})

test('a thousand readers of one picture are one question', async () => {
  await Promise.all(Array.from({ length: 50 }, () => get('/n/abcd2345.png')))
  expect(asked).toHaveLength(1)
})

test('while the database is away the picture last seen stays; one never seen is a 503', async () => {
  away = true
  expect((await get('/n/abcd2345.png')).statusCode).toBe(503)
  away = false
  expect((await get('/n/abcd2345.png')).statusCode).toBe(200)
  away = true
  // Long after the answer itself is forgotten (turns.ts: two seconds).
  const now = performance.now()
  vi.spyOn(performance, 'now').mockImplementation(() => now + 60_000)
  const before = asked.length
  expect((await get('/n/abcd2345.png')).rawPayload.equals(PNG)).toBe(true)
  expect(asked.length).toBe(before + 1)
})
