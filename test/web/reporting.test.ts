// In: citizens without a script, programs, strangers at the public server, over a real database. Out: proof that a report is taken and
// answered with a code in every way of reading, that a code says nothing to whoever guesses, and by which rule others are turned away.
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadTemplates } from '../../src/app/templates.ts'
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import { openMarks } from '../../src/rumour/marks.ts'
import { openPool } from '../../src/store/pool.ts'
import { openSealing } from '../../src/store/sealing.ts'
import { describeApi } from '../../src/web/public/openapi.ts'
import { createPages } from '../../src/web/public/pages.ts'
import type { ReportsContext } from '../../src/web/public/reports/routes.ts'
import { makePdf, makePng, pngChunk } from '../core/attachments/files.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { buildBarePublic } from './bare-public.ts'

const SECRET = Buffer.alloc(32, 3)
const API = '/api/v1/sightings'
const CODE = /[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}/

let database: FreshDatabase
let pool: Pool
let context: ReportsContext
let app: FastifyInstance
let now = Date.UTC(2026, 2, 4, 2)
let ids = 0
let house = 0

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 6, () => undefined)
  const pages = createPages(await loadTemplates('pages'), {
    bureauName: '甲州市地震局',
    publicUrl: 'https://b.example',
    demonstration: false,
    department: '',
    indexPrefix: '',
    places: [{ name: '甲州市', code: '990000', latitude: 38, longitude: 106, siteTerm: 0 }],
    attenuation: ATTENUATION_MODELS.west,
  })
  context = {
    db: pool,
    clock: () => now,
    now: () => now,
    // Another each time in its first digits too: ids of rows are cut from them.
    random: () => (ids += 1).toString(16).padStart(20, '0').padEnd(32, '0'),
    originals: openSealing(SECRET, 'sighting'),
    contacts: openSealing(SECRET, 'reporter'),
    marks: openMarks(SECRET),
    publicUrl: 'https://b.example',
    consentVersion: 'v1',
    report: pages.report,
    receipt: pages.receipt,
  }
  app = await buildBarePublic({ reports: context })
}, 60_000)
afterAll(async () => {
  await app.close()
  await pool.end()
  await database.drop()
})

const count = async (): Promise<number> => (await pool.query('select from sighting')).rowCount ?? 0
/** Somebody of another house each time, unless one is named. */
const from = (): string => `36.3.${Math.floor((house += 1) / 200)}.${(house % 200) + 1}`

const STROKE = '----WebKitFormBoundaryAbc123'
function multipart(fields: Record<string, string>, picture: Uint8Array = new Uint8Array(0)): Buffer {
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${STROKE}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  )
  const head = `--${STROKE}\r\nContent-Disposition: form-data; name="picture"; filename="x"\r\nContent-Type: text/html\r\n\r\n`
  return Buffer.concat([...parts, Buffer.from(head), picture, Buffer.from(`\r\n--${STROKE}--\r\n`)])
}

const post = (url: string, more: InjectOptions) => app.inject({ method: 'POST', url, remoteAddress: from(), ...more })
const report = (
  fields: Record<string, string>,
  { root = '', picture, ...more }: InjectOptions & { root?: string; picture?: Uint8Array } = {},
) =>
  post(`${root}/rumours/report`, {
    payload: multipart(fields, picture),
    ...more,
    headers: { 'content-type': `multipart/form-data; boundary=${STROKE}`, ...more.headers },
  })
const ask = (code: string, root = '', more: InjectOptions = {}) =>
  post(`${root}/rumours/receipt`, {
    payload: new URLSearchParams({ code }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    ...more,
  })
const send = (body: unknown, more: InjectOptions = {}) => post(API, { payload: body as object, ...more })

describe('a citizen', () => {
  test.each(['', '/large', '/access', '/en', '/large/en', '/access/en'])(
    'reports below %j, is given a code, and reads by it that it was received',
    async (root) => {
      const reply = await report({ text: `听说今晚8级${root}`, platform: '微信', region: '乙县' }, { root })
      expect(reply.statusCode, reply.body).toBe(200)
      expect(reply.headers['cache-control']).toBe('no-store')
      expect(reply.headers['content-type']).toMatch(/^text\/html/)
      const code = CODE.exec(reply.body)?.[0] ?? ''
      const stand = await ask(code, root)
      expect(stand.statusCode).toBe(200)
      expect(stand.body).toMatch(root.endsWith('/en') ? /Received/ : /已收到/)
    },
  )

  test('who sends the same page again, by a reload or two taps, has one report and the same code', async () => {
    const before = await count()
    const remoteAddress = from()
    const twice = [1, 2].map(() => report({ text: '丁县的水井冒泡' }, { remoteAddress }))
    const codes = (await Promise.all(twice)).map(({ body }) => CODE.exec(body)?.[0])
    expect(codes[0]).toBe(codes[1])
    expect(await count()).toBe(before + 1)
  })

  test('asks, and is told that a question was taken', async () => {
    expect((await report({ text: '请问刚才是地震吗？' })).body).toContain('已收到您的提问')
  })

  test('leaves a way to be reached only with consent to a text, which is kept with it', async () => {
    const before = await count()
    const refused = await report({ text: '戊县停水', contact: '13800138000' })
    expect([refused.statusCode, refused.body.includes('请勾选同意')]).toEqual([422, true])
    // What was typed is still there.
    expect(refused.body).toContain('value="13800138000"')
    expect(refused.body).toContain('戊县停水</textarea>')
    expect(await count()).toBe(before)
    expect(
      (await report({ text: '戊县停水', contact: '13800138000', consent: 'yes' }, { root: '/en' })).statusCode,
    ).toBe(200)
    const { rows } = await pool.query<{ consent: object }>('select consent from reporter')
    expect(rows).toEqual([{ consent: { version: 'v1', language: 'en', at: new Date(now).toISOString() } }])
  })

  test('sends a picture: what it is, its bytes say; it is sealed as it came', async () => {
    const picture = makePng([pngChunk('tEXt', 'GPS 38N')], 'behind')
    expect((await report({ text: '己县有人发图' }, { picture })).statusCode).toBe(200)
    const { rows } = await pool.query<{ sealed: Buffer; type: string }>('select sealed, type from sighting_picture')
    expect(rows.map(({ type }) => type)).toEqual(['image/png'])
    expect(context.originals.openBytes(rows[0]?.sealed ?? Buffer.alloc(0))).toEqual(picture)
  })

  test.each<[string, Record<string, string>, Parameters<typeof report>[1], number, string]>([
    ['nothing', { text: ' ' }, {}, 422, '请填写消息的原文'],
    ['more than a message holds', { text: '震'.repeat(2_001) }, {}, 422, '最多 2000 字'],
    ['an address that no browser opens', { text: '看', url: 'javascript:alert(1)' }, {}, 422, '网址须以'],
    ['a document', { text: '看' }, { picture: makePdf() }, 422, '图片须为 PNG 或 JPEG'],
    [
      'a page that calls itself a picture',
      { text: '看' },
      { picture: Buffer.from('<script>') },
      422,
      '图片须为 PNG 或 JPEG',
    ],
    ['six megabytes', { text: '看' }, { picture: Buffer.alloc(6 * 1024 * 1024) }, 413, ''],
    [
      'a form of another site',
      { text: '看' },
      { headers: { 'sec-fetch-site': 'cross-site' } },
      403,
      '不是从本页面发出',
    ],
    ['half a form', { text: '看' }, { payload: 'x' }, 400, '表单无法读取'],
  ])('who sends %s is told so on a page, and nothing is kept', async (_what, fields, more, status, words) => {
    const before = await count()
    const reply = await report(fields, more)
    expect(reply.headers['content-type']).toMatch(/^text\/html/)
    if (status === 413) expect([413, 422]).toContain(reply.statusCode)
    else expect([reply.statusCode, reply.body.includes(words)]).toEqual([status, true])
    expect(await count()).toBe(before)
  })

  test('may write markup: it is text wherever it is shown', async () => {
    const reply = await report({ text: '<script>alert(1)</script></textarea>', contact: '"><b>' })
    expect(reply.statusCode).toBe(422)
    expect(reply.body).not.toContain('<script>alert')
    expect(reply.body).not.toContain('"><b>')
  })
})

describe('a code', () => {
  test('that nobody has looks, to the byte, like one whose report waits', async () => {
    const code = CODE.exec((await report({ text: '庚县有人说要地震' })).body)?.[0] ?? ''
    const [known, none, empty] = [await ask(code), await ask('ABCD-EFGH-JKLM-NPQR'), await ask('')]
    expect(known.body).toBe(none.body)
    expect(empty.body).toBe(none.body)
    expect(known.headers['content-length']).toBe(none.headers['content-length'])
    expect(none.statusCode).toBe(200)
  })

  test('is asked for so often and no oftener', async () => {
    const remoteAddress = '36.200.1.1'
    const statuses: number[] = []
    for (let n = 0; n < 22; n += 1) statuses.push((await ask('ABCD-EFGH-JKLM-NPQR', '', { remoteAddress })).statusCode)
    expect(statuses.filter((status) => status === 429)).toHaveLength(2)
    now += 60_000
    expect((await ask('ABCD-EFGH-JKLM-NPQR', '', { remoteAddress })).statusCode).toBe(200)
  })
})

describe('a program', () => {
  const operation = (
    JSON.parse(describeApi('https://b.example')) as {
      paths: Record<string, { post: { requestBody: Content; responses: Record<string, Content> } }>
      components: { schemas: Record<string, object> }
    }
  ).paths[API]?.post
  interface Content {
    content?: Record<string, { schema: object }>
  }
  const schemas = (JSON.parse(describeApi('https://b.example')) as { components: { schemas: object } }).components
    .schemas
  const schemaOf = (given: Content | undefined): z.ZodType => {
    const text = JSON.stringify({ ...given?.content?.['application/json']?.schema, $defs: schemas })
    return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as never)
  }

  test('reports as the document says, and gets what the document says', async () => {
    const body = {
      text: '辛县明天有7级地震',
      url: 'https://example.com/a',
      platform: '抖音',
      region: '辛县',
      seenAt: '2026-03-04T09:00:00+08:00',
      contact: { value: 'a@example.com', consent: true },
    }
    expect(schemaOf(operation?.requestBody).safeParse(body).error).toBeUndefined()
    const reply = await send(body)
    expect(reply.statusCode, reply.body).toBe(201)
    expect(schemaOf(operation?.responses['201']).safeParse(reply.json()).error).toBeUndefined()
    const { receipt, status } = reply.json<{ receipt: string; status: string }>()
    expect([CODE.test(receipt), status]).toEqual([true, 'https://b.example/rumours/receipt'])
    const { rows } = await pool.query<{ route: string; seen_at: number }>(
      `select route, seen_at from sighting where region = '辛县'`,
    )
    expect(rows).toEqual([{ route: 'api', seen_at: Date.UTC(2026, 2, 4, 1) }])
  })

  test.each<[string, object, number, string]>([
    ['nothing', {}, 422, 'text'],
    ['a key nobody knows', { text: '看', tekst: 'x' }, 422, 'body'],
    ['a contact without consent', { text: '看', contact: { value: 'x', consent: false } }, 422, 'contact'],
    ['a time without its zone', { text: '看', seenAt: '2026-03-04T09:00:00' }, 422, 'seenAt'],
    ['a time that has not come', { text: '看', seenAt: '2026-03-05T09:00:00+08:00' }, 422, 'future'],
    ['an address that no browser opens', { text: '看', url: 'ftp://x' }, 422, 'url'],
    ['words without a sign', { text: '\u0000\u200b' }, 422, 'empty'],
  ])('with %s is refused by its rule', async (_what, body, status, rule) => {
    const reply = await send(body)
    expect([reply.statusCode, reply.json<{ rule: string }>().rule]).toEqual([status, rule])
    expect(operation?.responses[String(status)]).toBeDefined()
  })

  test('of one house is stopped after thirty in a minute, whatever it sends; others are heard', async () => {
    const statuses: number[] = []
    for (let n = 0; n < 33; n += 1) {
      const reply = await send({ text: `壬县第${n}号井` }, { remoteAddress: '36.201.1.1' })
      statuses.push(reply.statusCode)
      if (reply.statusCode === 429) expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(30)
    expect((await send({ text: '壬县第40号井' })).statusCode).toBe(201)
  })

  test('behind a proxy of our own is known by what the proxy says; from outside nobody is believed', async () => {
    const sender = async (text: string): Promise<string | undefined> =>
      (
        await pool.query<{ ref: string }>(
          'select o.sender_ref as ref from sighting s join sighting_source o on o.sighting_id = s.id where s.shown = $1',
          [text],
        )
      ).rows[0]?.ref
    const said = { headers: { 'x-forwarded-for': '36.202.1.1' } }
    await send({ text: '癸县甲' }, { remoteAddress: '10.0.0.2', ...said })
    await send({ text: '癸县乙' }, { remoteAddress: '36.202.1.1' })
    await send({ text: '癸县丙' }, { remoteAddress: '36.203.1.1', ...said })
    await send({ text: '癸县丁' }, { remoteAddress: '10.0.0.2' })
    expect(await sender('癸县甲')).toBe(await sender('癸县乙'))
    expect(await sender('癸县丙')).not.toBe(await sender('癸县乙'))
    expect(await sender('癸县丁')).toBeNull()
  })

  test('posts nowhere else, and nowhere at all where nobody takes reports', async () => {
    for (const url of ['/rumours', '/rumours/x', `${API}/x`, '/en/rumours', '/rumours/report/'])
      expect([url, (await post(url, { payload: {} })).statusCode]).toEqual([url, 405])
    const closed = await buildBarePublic()
    expect((await closed.inject({ method: 'POST', url: API, payload: {} })).statusCode).toBe(405)
    await closed.close()
  })
})

test('while the database is away whoever reports is asked to come again, and keeps what was typed', async () => {
  const query = async (): Promise<never> => Promise.reject(new Error('away'))
  const away = await buildBarePublic({ reports: { ...context, db: { query } } })
  const typed = multipart({ text: '子县停课了' })
  const headers = { 'content-type': `multipart/form-data; boundary=${STROKE}` }
  const page = await away.inject({ method: 'POST', url: '/rumours/report', payload: typed, headers })
  expect([page.statusCode, page.headers['retry-after'], page.body.includes('子县停课了</textarea>')]).toEqual([
    503,
    '5',
    true,
  ])
  const json = await away.inject({ method: 'POST', url: API, payload: { text: '子县停课了' } })
  expect([json.statusCode, json.headers['retry-after']]).toEqual([503, '5'])
  const code = new URLSearchParams({ code: 'ABCD' }).toString()
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const stand = await away.inject({ method: 'POST', url: '/rumours/receipt', payload: code, headers: form })
  expect(stand.statusCode).toBe(503)
  await away.close()
})
