// In: notices of every kind. Out: what a wall display is given: whole texts, marks, an hour after which it must ask again, GBK.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { loadTemplates } from '../../src/app/templates.ts'
import { MINUTE } from '../../src/core/instant.ts'
import { NOTICE_KINDS, type NoticeKind } from '../../src/core/notice.ts'
import type { TrafficClass } from '../../src/core/quake-report.ts'
import { createRenderer } from '../../src/core/rendering/renderer.ts'
import type { NoticeView } from '../../src/store/notices.ts'
import { openGbk } from '../../src/web/public/gbk.ts'
import { createPages } from '../../src/web/public/pages.ts'
import { SHORTEST, WORDS_PATH, type ScreenWords } from '../../src/web/public/screen.ts'
import { factsOf } from '../core/rendering/facts.ts'
import { identity, NOTICE, NOW, pages, templates } from './sample-pages.ts'
import { buildBarePublic } from './bare-public.ts'

const renderer = createRenderer(await loadTemplates('notices'))

function said(kind: NoticeKind, lane: TrafficClass = 'actual'): NoticeView {
  const facts = factsOf({ kind, class: lane, ...(kind === 'withdrawal' ? { withdrawal: 'no-quake' } : {}) })
  const { title, text, variants } = renderer.render(facts)
  return { ...NOTICE, kind, class: lane, title, text, variants, facts, issuedAt: NOW - MINUTE }
}

const wordsOf = (notices: readonly NoticeView[], now = NOW, maker = pages): ScreenWords =>
  JSON.parse(maker.screen(notices, now).find(({ path }) => path === WORDS_PATH)?.body ?? '') as ScreenWords

describe('the word for displays', () => {
  test.each([...NOTICE_KINDS])('%s has a whole text for every length, none of them cut', (kind) => {
    const notice = said(kind)
    const { texts, quiet, drill } = wordsOf([notice])
    expect({ quiet, drill }).toEqual({ quiet: false, drill: false })
    expect(texts.at(-1)?.length).toBeLessThanOrEqual(SHORTEST)
    expect(texts[0]?.text).toBe(notice.text)
    // Each is a text that the bureau's templates made, never a part of one.
    const thing = /^thing1: (.+)$/m.exec(notice.variants['wechat-subscribe'] ?? '')?.[1]
    const whole = [notice.text, notice.variants['brief'], notice.title, thing]
    for (const { text } of texts) expect(whole).toContain(text)
  })

  test('a drill is marked at both ends in every length, and says so beside it', () => {
    const { texts, drill } = wordsOf([said('formal-report', 'drill')])
    expect(drill).toBe(true)
    for (const { text } of texts) expect(text).toMatch(/^【演练】(?!【演练】).*[^】]【演练】$/)
  })

  test('a demonstration is marked in every length', () => {
    const shown = createPages(templates, { ...identity, demonstration: true })
    for (const words of [wordsOf([said('formal-report')], NOW, shown), wordsOf([], NOW, shown)]) {
      expect(words.demonstration).toBe(true)
      for (const { text } of words.texts) expect(text).toMatch(/^【演示】/)
      expect(words.texts.at(-1)?.length).toBeLessThanOrEqual(SHORTEST)
    }
  })

  test('a withdrawal replaces what it withdrew', () => {
    const gone = { ...said('quick-report'), id: 'n-0', state: 'withdrawn' as const, issuedAt: NOW - 2 * MINUTE }
    const { kind, texts } = wordsOf([said('withdrawal'), gone])
    expect(kind).toBe('withdrawal')
    expect(texts[0]?.text).toMatch(/^【撤回】/)
  })

  test('it is quiet a day after the last word, and always ends within half an hour', () => {
    expect(wordsOf([said('formal-report')], NOW + 24 * 60 * MINUTE).quiet).toBe(true)
    for (const now of [NOW, NOW + 1, NOW + 599_999]) {
      const left = Date.parse(wordsOf([], now).expires) - now
      expect(left).toBeGreaterThanOrEqual(20 * MINUTE)
      expect(left).toBeLessThanOrEqual(30 * MINUTE)
    }
  })
})

describe('GBK', () => {
  const toGbk = openGbk()
  const back = new TextDecoder('gbk')
  test('gives back every text that the templates make', () => {
    for (const kind of NOTICE_KINDS) expect(back.decode(toGbk(said(kind).text))).toBe(said(kind).text)
  })

  test('has two bytes at most for a letter, also for one that it does not know', () => {
    expect([...toGbk('啊Ⅱ〔A')]).toEqual([0xb0, 0xa1, 0xa2, 0xf2, 0xa1, 0xb2, 0x41])
    expect(back.decode(toGbk('𠮷蒙ᠮ\u{1f600}'))).toBe('□蒙□□')
  })
})

describe('GET /screen/current', () => {
  let app: FastifyInstance
  beforeAll(async () => {
    const made = pages.screen([said('formal-report')], NOW)
    const shelf = new Map(
      made.map((page) => [page.path, { ...page, body: Buffer.from(page.body), gzip: null, etag: '"1"', changedAt: 0 }]),
    )
    app = await buildBarePublic({
      pages: { get: (path) => shelf.get(path) },
    })
  })
  afterAll(() => app.close())
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers })

  test('gives the longest text that fits, 60 characters unless another number is asked for', async () => {
    const usual = await get('/screen/current.txt')
    expect(usual.body).toBe(said('formal-report').variants['brief'])
    expect((await get('/screen/current.txt?max=200')).body).toBe(said('formal-report').text)
    expect((await get('/screen/current.txt?max=20')).body).toBe(said('formal-report').title)
    for (let max = SHORTEST; max <= 130; max += 1)
      expect(Array.from((await get(`/screen/current.txt?max=${max}`)).body).length).toBeLessThanOrEqual(max)
  })

  test('says in JSON what the text is, until when it may stand, and whether it is a drill', async () => {
    const { text, drill, demonstration, quiet, expires, url } = JSON.parse((await get('/screen/current.json')).body)
    expect({ drill, demonstration, quiet }).toEqual({ drill: false, demonstration: false, quiet: false })
    expect(text).toBe(said('formal-report').variants['brief'])
    expect(url).toBe('https://yj.lanshan.example/n/abcd2345')
    const reply = await get('/screen/current.txt')
    expect(Date.parse(String(reply.headers.expires))).toBe(Date.parse(expires))
    expect(reply.headers['x-quakedesk-drill']).toBe('false')
  })

  test('gives GBK bytes, and nothing to whoever has them', async () => {
    const reply = await get('/screen/current.txt?charset=gbk&max=200')
    expect(reply.headers['content-type']).toBe('text/plain; charset=gbk')
    expect(new TextDecoder('gbk').decode(reply.rawPayload)).toBe(said('formal-report').text)
    const etag = String(reply.headers.etag)
    expect((await get('/screen/current.txt?charset=gbk&max=200', { 'if-none-match': etag })).statusCode).toBe(304)
    expect((await get('/screen/current.txt?max=200', { 'if-none-match': etag })).statusCode).toBe(200)
  })

  test('knows a charset by any spelling that is in use', async () => {
    for (const charset of ['UTF-8', 'utf8', 'GB2312', 'GBK'])
      expect([charset, (await get(`/screen/current.txt?charset=${charset}`)).statusCode]).toEqual([charset, 200])
  })

  test('refuses what cannot be: a length below the shortest, letters for a number, a charset that is none', async () => {
    for (const query of ['max=19', 'max=1e9', 'max=-1', 'max=60&max=60', 'charset=big5', 'charset=gbk&charset=gbk']) {
      const reply = await get(`/screen/current.txt?${query}`)
      expect([query, reply.statusCode]).toEqual([query, 400])
      expect(reply.json()).toHaveProperty('rule')
    }
    expect((await get('/screen/current.json?charset=gbk')).statusCode).toBe(400)
  })

  test('the page refreshes itself without a script', () => {
    const [{ body } = { body: '' }] = pages.screen([said('formal-report')], NOW)
    expect(body).toContain('<noscript><meta http-equiv="refresh" content="15"></noscript>')
    expect(body).toContain('assets/screen.js')
  })
})
