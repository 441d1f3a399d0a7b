// In: a real record, its pages as the publisher stores them, a real port. Out: the API and the feeds as programs meet them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { z } from 'zod'
import { readXml, childrenOf, textAt } from '../../src/feeds/xml.ts'
import { listPublicPages, type StoredPage } from '../../src/store/pages.ts'
import { openPool, type Queryable } from '../../src/store/pool.ts'
import {
  noticeListSchema,
  noticeSchema,
  quakeListSchema,
  refusalSchema,
  type NoticeListJson,
  type QuakeListJson,
} from '../../src/web/public/api-schemas.ts'
import { extendRing } from '../../src/web/live/events.ts'
import { LIVE_LIMITS, openLive } from '../../src/web/live/stream.ts'
import { openCapPublishing } from '../../src/web/public/feeds/cap-publishing.ts'
import { openFeeds } from '../../src/web/public/feeds/index.ts'
import { openSite } from '../../src/web/public/site.ts'
import { openWordings } from '../../src/web/public/wording.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openOutlet, tellLineage } from './lineage-rows.ts'
import { identity, NOW, pages, templates } from './sample-pages.ts'
import { buildBarePublic } from './bare-public.ts'

const LINEAGES = 7
const HOSTILE = '</script><script>alert(1)</script>]]>&"'

let database: FreshDatabase
let pool: Pool
let app: FastifyInstance
let base: string
let rumour = ''
let isAway = false
const live = openLive(false, LIVE_LIMITS)
const shelf = new Map<string, StoredPage>()

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 4, () => undefined)
  await openOutlet(pool, 'cap', 'cap')
  for (let number = 1; number < LINEAGES; number += 1)
    await tellLineage(pool, number, [{ id: `q${number}`, kind: 'quick-report' }, { id: `f${number}` }])
  await tellLineage(pool, LINEAGES, [
    { id: 'w1', title: HOSTILE, text: HOSTILE },
    { id: 'w2', kind: 'withdrawal' },
  ])
  await tellLineage(pool, LINEAGES + 1, [{ id: 'd1', class: 'drill' }])
  // On record, but nowhere published: in rehearsal, say.
  await tellLineage(pool, LINEAGES + 2, [{ id: 'unsaid' }])
  await pool.query(
    `insert into claim (id, title, kind, family_id, risk, state, opened_at, changed_at)
     values ('c-1', '原文', 'closure', 'c-1', 3, 'verifying', now(), now())`,
  )
  await pool.query(
    `insert into claim_line (claim_id, topic, words, by, at) values ('c-1', 'closure', '正在核实。', 'p-a', now())`,
  )
  rumour = (await pool.query<{ code: string }>(`select open_claim_page('c-1', now()) as code`)).rows[0]?.code ?? ''
  const feeds = openFeeds(pool, identity, openWordings(templates).zh)
  const site = openSite(pool, pages, () => NOW, feeds)
  const told = Array.from({ length: LINEAGES - 1 }, (_, n) => [`q${n + 1}`, `f${n + 1}`]).flat()
  for (const id of [...told, 'w1', 'w2', 'd1']) await site.show(id)
  await openCapPublishing(pool, identity, () => NOW).publish('f1', 'cap', 'dzj.lanshan.example')
  await site.refresh()
  await site.refresh([])
  for (const page of await listPublicPages(pool)) shelf.set(page.path, page)
  const db: Queryable = {
    query: (text, values) => (isAway ? Promise.reject(new Error('away')) : pool.query(text, values)) as never,
  }
  app = await buildBarePublic({
    db,
    pages: shelf,
    live,
    publicUrl: identity.publicUrl,
  })
  const event = {
    seq: 7,
    seal: 'a7',
    at: NOW,
    code: 'f1',
    kind: 'formal-report',
    serial: 's',
    report: 1,
    quake: null,
    paths: ['/n/f1'],
  }
  live.tell(extendRing(null, { head: 7, events: [event], whole: true }), true)
  base = await app.listen({ port: 0, host: '127.0.0.1' })
}, 60_000)
afterAll(async () => {
  await app?.close()
  await pool.end()
  await database.drop()
})

const ask = (path: string, headers: Record<string, string> = {}) => fetch(`${base}${path}`, { headers })
const readJson = async (path: string): Promise<unknown> => (await ask(path)).json()

/** Follows `next` to the end. */
async function walk<T extends { next: string | null }>(path: string, read: (given: unknown) => T): Promise<T[]> {
  const found: T[] = []
  for (let before = ''; found.length < 50;) {
    const page = read(await readJson(`${path}?limit=3${before}`))
    found.push(page)
    if (page.next === null) return found
    before = `&before=${page.next}`
  }
  throw new Error('it has no end')
}

describe('the API', () => {
  test('pages through all public notices, each once, newest first, in the shape it describes', async () => {
    const listed = await walk<NoticeListJson>('/api/v1/notices', (given) => noticeListSchema.parse(given))
    const ids = listed.flatMap(({ notices }) => notices.map((notice) => notice.id))
    expect(ids.toSorted()).toEqual(
      [...Array.from({ length: LINEAGES - 1 }, (_, n) => [`q${n + 1}`, `f${n + 1}`]).flat(), 'w1', 'w2'].toSorted(),
    )
    const times = listed.flatMap(({ notices }) => notices.map((notice) => notice.issuedAt))
    expect(times).toEqual(times.toSorted().toReversed())
    expect(noticeListSchema.parse(await readJson('/api/v1/notices')).notices).toHaveLength(ids.length)
  })

  test('pages through all quakes with the values as published; a withdrawn one has none', async () => {
    const listed = await walk<QuakeListJson>('/api/v1/quakes', (given) => quakeListSchema.parse(given))
    const quakes = listed.flatMap((page) => page.quakes)
    expect(new Set(quakes.map((quake) => quake.id)).size).toBe(LINEAGES)
    expect(quakes).toHaveLength(LINEAGES)
    expect(quakes.find((quake) => quake.notices.includes('w1'))).toMatchObject({ state: 'withdrawn', values: null })
    expect(quakes.find((quake) => quake.notices.includes('f1'))).toMatchObject({
      state: 'current',
      values: { magnitude: 4.7, depthKm: 12, latitude: 31.9, longitude: 117.6, evaluation: 'reviewed' },
      notices: ['q1', 'f1'],
    })
    expect(quakeListSchema.parse(await readJson('/api/v1/quakes')).quakes).toHaveLength(LINEAGES)
  })

  test('gives one notice by id or code, and none that is a drill’s or was never published', async () => {
    expect(noticeSchema.parse(await readJson('/api/v1/notices/f1'))).toMatchObject({
      id: 'f1',
      serial: '兰震信〔2026〕1号',
    })
    for (const id of ['d1', 'unsaid', 'nothing']) {
      const answer = await ask(`/api/v1/notices/${id}`)
      expect(answer.status, id).toBe(404)
      expect(refusalSchema.parse(await answer.json()).rule).toBe('not-found')
    }
  })

  test.each([
    ['/api/v1/notices?limit=0', 400, 'limit'],
    ['/api/v1/notices?limit=101', 400, 'limit'],
    ['/api/v1/quakes?limit=x', 400, 'limit'],
    ['/api/v1/quakes?before=a%20b', 400, 'before'],
    ['/api/v1/quakes?before=nobody', 400, 'before'],
    ['/api/v1/notices?before=nobody', 400, 'before'],
    ['/api/v1/notices?before=1&before=2', 400, 'before'],
    ['/api/v1/notices/%3Cscript%3E', 400, 'id'],
    ['/api/v1/nothing', 404, 'not-found'],
    ['/api/v1/changes?after=x', 400, 'after'],
  ])('refuses %s with %i, a sentence and the rule’s name', async (path, status, rule) => {
    const answer = await ask(path)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(refusalSchema.parse(await answer.json()).rule).toBe(rule)
  })

  test.each([
    '/api/v1/notices',
    '/api/v1/notices?limit=2',
    '/api/v1/notices/f1',
    '/api/v1/quakes?limit=2',
    '/feeds/notices.atom',
  ])('%s may be kept and asked for again by its ETag, and read by a script of any site', async (path) => {
    const first = await ask(path)
    expect(first.status).toBe(200)
    await first.arrayBuffer()
    const etag = first.headers.get('etag') ?? ''
    expect(etag).not.toBe('')
    expect(first.headers.get('cache-control')).toMatch(/max-age=\d/)
    expect(first.headers.get('access-control-allow-origin')).toBe('*')
    expect((await ask(path, { 'if-none-match': etag })).status).toBe(304)
  })

  test('pages for people and posts are not opened to scripts of other sites', async () => {
    for (const path of ['/', '/n/f1', '/healthz'])
      expect((await ask(path)).headers.get('access-control-allow-origin'), path).toBeNull()
  })

  test('says that the record is away and when to come back, while what is stored goes on', async () => {
    isAway = true
    try {
      const answer = await ask('/api/v1/notices?limit=17')
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(refusalSchema.parse(await answer.json()).rule).toBe('record-away')
      for (const path of ['/api/v1/notices', '/api/v1/quakes', '/feeds/notices.atom', '/feeds/cap.atom', '/cap/f1.xml'])
        expect((await ask(path)).status, path).toBe(200)
    } finally {
      isAway = false
    }
  })
})

test.each([
  ['/n/nobody22', 404, 'public, max-age=1'],
  ['/cap/nobody.xml', 404, 'public, max-age=1'],
  ['/api/v1/nothing', 404, 'public, max-age=1'],
  ['/api/v1/notices/nobody', 404, 'no-store'],
  ['/api/v1/notices?limit=x', 400, 'no-store'],
  ['/screen/current.txt?max=x', 400, 'no-store'],
  ['/healthz', 200, 'no-store'],
])('what is not there may be there in a second: no cache keeps %s (%i) any longer', async (path, status, cache) => {
  const answer = await ask(path)
  await answer.arrayBuffer()
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([status, cache])
})

describe('the OpenAPI document', () => {
  const document = async () => (await readJson('/api/v1/openapi.json')) as OpenApi
  interface OpenApi {
    openapi: string
    paths: Record<
      string,
      { get?: { responses: Record<string, { content: Record<string, { schema: { $ref: string } }> }> } }
    >
    components: { schemas: Record<string, object> }
  }

  test('resolves within itself: every reference is a schema, every schema is referred to', async () => {
    const read = await document()
    expect(read.openapi).toBe('3.1.0')
    const text = JSON.stringify(read)
    const names = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1])
    const known = Object.keys(read.components.schemas).map((id) => `#/components/schemas/${id}`)
    expect(new Set(names)).toEqual(new Set(known))
    expect(text).not.toMatch(/"\$(?:id|schema)"/)
  })

  test('describes what is really answered, read by its own text alone', async () => {
    const read = await document()
    for (const [path, { get }] of Object.entries(read.paths)) {
      // What concerns one subscriber alone: openapi-push.test.ts.
      if (!get || path.includes('/push/')) continue
      const ref = get.responses['200']?.content['application/json']?.schema.$ref ?? ''
      const text = JSON.stringify({
        $ref: ref.replace('/components/schemas/', '/$defs/'),
        $defs: read.components.schemas,
      })
      const schema = z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as never)
      const real = `${path.replace('{id}', path.includes('/rebuttals/') ? rumour : 'f1')}${path.endsWith('changes') ? '?after=0' : ''}`
      expect(schema.safeParse(await readJson(real)).error, real).toBeUndefined()
      expect(schema.safeParse({ nonsense: 1 }).success).toBe(false)
    }
  })
})

describe('the feeds as they are served', () => {
  test.each([
    ['/feeds/notices.atom', 'application/atom+xml'],
    ['/feeds/notices.rss', 'application/rss+xml'],
    ['/feeds/notices.json', 'application/feed+json'],
    ['/feeds/quakes.geojson', 'application/geo+json'],
    ['/feeds/cap.atom', 'application/atom+xml'],
    ['/cap/f1.xml', 'application/cap+xml'],
    ['/sitemap.xml', 'application/xml'],
    ['/robots.txt', 'text/plain'],
  ])('%s is %s', async (path, type) => {
    const answer = await ask(path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain(type)
    const body = await answer.text()
    expect(body).not.toMatch(/unsaid|\/d1/)
    // In JSON a text is a text as it stands.
    if (!type.endsWith('json')) expect(body).not.toContain('<script')
  })

  test('the CAP index leads to the message', async () => {
    const [entry] = childrenOf(readXml(await (await ask('/feeds/cap.atom')).text()), 'entry')
    expect(entry && textAt(entry, 'id')).toBe(`${identity.publicUrl}/cap/f1.xml`)
  })

  test('the sitemap names pages in plain Chinese under one address, all of which are there', async () => {
    const urls = childrenOf(readXml(await (await ask('/sitemap.xml')).text()), 'url').map((url) => textAt(url, 'loc'))
    expect(urls).toEqual(expect.arrayContaining([`${identity.publicUrl}/`, `${identity.publicUrl}/n/f1`]))
    for (const url of urls) {
      expect(url).not.toMatch(/\/(?:en|drill|large|notices\/)/)
      expect((await ask(url.slice(identity.publicUrl.length))).status, url).toBe(200)
    }
  })

  test('a notice’s page carries its JSON-LD, which no text can leave', async () => {
    const html = await (await ask('/n/f1')).text()
    const [, data = ''] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html) ?? []
    expect(JSON.parse(data)).toMatchObject({ '@type': 'NewsArticle', url: `${identity.publicUrl}/n/f1` })
    const hostile = await (await ask('/n/w1')).text()
    expect(hostile).not.toContain('<script>')
  })

  test('every address that the page for programs names is answered', async () => {
    const html = await (await ask('/data')).text()
    const named = [...html.slice(html.indexOf('<main'), html.indexOf('</main')).matchAll(/<a href="([^"]+)"/g)]
    expect(named.length).toBeGreaterThan(8)
    for (const [, url = ''] of named) expect([url, (await ask(url)).status]).toEqual([url, 200])
  })
})
