// In: notices in a real database, served by the public server. Out: proof that the list finds what a reader means, and only as text.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { listNotices } from '../../src/store/notices.ts'
import { savePages } from '../../src/store/pages.ts'
import { openPool } from '../../src/store/pool.ts'
import { spellNotices } from '../../src/store/search.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { pages } from './sample-pages.ts'
import { buildBarePublic } from './bare-public.ts'

const T0 = Date.UTC(2026, 2, 4, 2)
let database: FreshDatabase
let pool: Pool
let app: FastifyInstance
let down = false
let asking = 0
let most = 0
let gate: Promise<void> | null = null

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 3, () => undefined)
  await tell('aaaa2222', 1, '安徽合肥市肥东县发生4.6级地震', '安徽合肥市肥东县')
  await tell('bbbb3333', 2, '四川甘孜州石渠县发生5.6级地震', '四川甘孜州石渠县')
  await tell('cccc4444', 3, '甘肃定西市陇西县发生５.６级地震', '甘肃定西市陇西县')
  await tell('dddd5555', 4, '【撤回】兰震信〔2026〕1号 第1报已撤回', null, { kind: 'withdrawal' })
  await tell('eeee6666', 5, '【演练】安徽合肥市发生7.0级地震【演练】', '安徽合肥市', { class: 'drill' })
  await tell('ffff7777', 6, '安徽芜湖市发生3.0级地震', '安徽芜湖市', { page: false })
  await savePages(
    pool,
    [{ path: '/notices', contentType: 'text/html; charset=utf-8', status: 200, body: 'first page' }],
    T0,
  )
  await spellNotices(pool)
  const shelf = new Map([
    [
      '/notices',
      {
        path: '/notices',
        contentType: 'text/html; charset=utf-8',
        status: 200,
        etag: '"x"',
        body: Buffer.from('first page'),
        gzip: null,
        changedAt: T0,
      },
    ],
  ])
  app = await buildBarePublic({
    db: {
      query: async (text, values) => {
        if (down) throw new Error('away')
        asking += 1
        most = Math.max(most, asking)
        await gate
        return pool.query(text, values).finally(() => (asking -= 1)) as never
      },
    },
    pages: { get: (path) => shelf.get(path) },
    list: (listing, language) => pages.asked(listing, language),
    publicUrl: 'https://yj.lanshan.example',
  })
})
afterAll(async () => {
  await app.close()
  await pool.end()
  await database.drop()
})

async function tell(
  code: string,
  number: number,
  title: string,
  place: string | null,
  over: { kind?: string; class?: string; page?: boolean } = {},
): Promise<void> {
  const { kind = 'formal-report', class: lane = 'actual', page = true } = over
  const at = new Date(T0 + number * 60_000).toISOString()
  await pool.query(`insert into lineage (id, class, year, number, serial) values ($1, $2, 2026, $3, $4)`, [
    `l-${code}`,
    lane,
    number,
    `兰震信〔2026〕${number}号`,
  ])
  await pool.query(
    `insert into notice (id, code, class, lineage_id, report_no, kind, title, text, variants, facts, evaluation, received_at,
       decided_at, issued_at, actor)
     values ($1, $1, $2, $3, 1, $4, $5, $6, '{}', $7, 'reviewed', $8, $8, $8, 'system')`,
    [
      code,
      lane,
      `l-${code}`,
      kind,
      title,
      `${title}。`,
      JSON.stringify({ origin: place === null ? null : { place } }),
      at,
    ],
  )
  if (page) await savePages(pool, [{ path: `/n/${code}`, contentType: 'text/html', status: 200, body: code }], T0)
}

const find = async (...words: string[]): Promise<string[]> =>
  (await listNotices(pool, { class: 'actual', limit: 30, onSite: [], words })).map(({ code }) => code)
const get = (url: string) => app.inject({ method: 'GET', url })

describe('a reader finds a notice by', () => {
  test.each([
    ['two characters of a place', ['肥东'], ['aaaa2222']],
    ['one character', ['渠'], ['bbbb3333']],
    ['its serial', ['〔2026〕2号'], ['bbbb3333']],
    ['the magnitude, whatever width it was typed in', ['5.6级'], ['cccc4444', 'bbbb3333']],
    ['the same in full width', ['５．６'], ['cccc4444', 'bbbb3333']],
    ['several words that all stand in it', ['甘', '陇西'], ['cccc4444']],
    ['a word of a withdrawal', ['撤回'], ['dddd5555']],
  ])('%s', async (_name, words, found) => {
    expect(await find(...words)).toEqual(found)
  })

  test('nothing else: drills, what the website does not carry, characters that are apart', async () => {
    expect(await find('演练')).toEqual([])
    expect(await find('芜湖')).toEqual([])
    expect(await find('肥县')).toEqual([])
  })

  test('no wildcard of the database', async () => {
    for (const sign of ['%', '_', '\\', '%%', '肥%县']) expect(await find(sign)).toEqual([])
  })
})

test('two characters are looked up in the index, not in every row', async () => {
  const client = await pool.connect()
  try {
    await client.query('begin; set local enable_seqscan = off')
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain select notice_id from notice_words where words like search_pattern('肥东')`,
    )
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('notice_words_trigram')
    // A pattern without a trigram would make the index give back every row.
    const { rows: made } = await client.query<{ n: number }>(`select cardinality(show_trgm(spell_out('肥东'))) as n`)
    expect(made[0]?.n).toBeGreaterThanOrEqual(4)
  } finally {
    await client.query('rollback')
    client.release()
  }
})

describe('the list of notices', () => {
  test('answers a search in every way of reading and in English, with what was typed in the form', async () => {
    for (const root of ['', '/large', '/access', '/en', '/large/en']) {
      const reply = await get(`${root}/notices?q=%E8%82%A5%E4%B8%9C`)
      expect(reply.statusCode).toBe(200)
      expect(reply.body).toContain('value="肥东"')
      expect(reply.body).toContain('/n/aaaa2222')
      expect(reply.body).not.toContain('/n/bbbb3333')
      expect(reply.body).toContain('noindex')
    }
  })

  test('shows a hostile query as text', async () => {
    const reply = await get(`/notices?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect(reply.statusCode).toBe(200)
    expect(reply.body).not.toContain('<script>alert')
    expect(reply.body).toContain('&lt;script&gt;')
  })

  test('refuses by name: too long, too many words, an unknown kind, a page that is no id, an item twice', async () => {
    for (const [query, said] of [
      [`q=${'%E9%9C%87'.repeat(61)}`, '最多 60 个字，现在有 61 个字'],
      ['q=a+b+c+d+e+f', '最多 5 个词'],
      ['kind=toString', '没有这个类别'],
      ['before=%27%20or%201', '翻页的地址不对'],
      ['q=a&q=b', '写了两次'],
    ]) {
      const reply = await get(`/notices?${query}`)
      expect([query, reply.statusCode]).toEqual([query, 400])
      expect(reply.body).toContain(said)
      expect(reply.headers['cache-control']).toBe('no-store')
    }
  })

  test('takes bytes that no database takes', async () => {
    expect((await get('/notices?q=%00%E8%82%A5')).body).toContain('/n/aaaa2222')
    expect((await get('/notices?q=%F0%9F')).statusCode).toBeLessThan(500)
  })

  test('filters by kind, keeps the filter while it pages', async () => {
    const reply = await get('/notices?kind=withdrawal')
    expect(reply.body).toContain('/n/dddd5555')
    expect(reply.body).not.toContain('/n/aaaa2222')
    const older = await get('/notices?kind=formal-report&before=cccc4444')
    expect(older.body).toContain('/n/bbbb3333')
    expect(older.body).not.toContain('/n/cccc4444')
    expect(older.body).toContain('href="./notices?kind=formal-report"')
  })

  test('nothing asked is the stored first page, also while the database is away; a question then says so', async () => {
    down = true
    try {
      for (const url of ['/notices', '/notices?', '/notices?q=', '/notices?q=&kind=', '/notices?utm_source=x'])
        expect([url, (await get(url)).body]).toEqual([url, 'first page'])
      const reply = await get('/notices?q=%E7%94%98%E5%AD%9C')
      expect(reply.statusCode).toBe(503)
      expect(reply.headers['retry-after']).toBe('1')
      expect(reply.body).toContain('现在查不了')
      expect(reply.body).toContain('value="甘孜"')
    } finally {
      down = false
    }
  })

  test('a crowd that all asks for something else is asked to come back; the database gets one question at a time', async () => {
    let open = (): void => undefined
    gate = new Promise((resolve) => (open = resolve))
    most = 0
    // Asked when it is written, not when it is waited for.
    const ask = async (url: string) => await get(url)
    const crowd = Array.from({ length: 80 }, (_, n) => ask(`/notices?q=${encodeURIComponent(`肥东 ${n}`)}`))
    await crowd[79]
    open()
    gate = null
    const replies = await Promise.all(crowd)
    expect(replies.filter(({ statusCode }) => statusCode === 200)).toHaveLength(32)
    const sent = replies.filter(({ statusCode }) => statusCode === 503)
    expect(sent).toHaveLength(48)
    for (const { headers } of sent) {
      expect(headers['retry-after']).toBe('1')
      // A cache in front would turn everybody away for it.
      expect(headers['cache-control']).toBe('no-store')
    }
    expect(most).toBe(1)
  })
})
