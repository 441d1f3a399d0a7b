// In: requests for files below notices, a record that answers or is away; a notice with files. Out: bytes sealed and with their tag,
// only what stands; a page that shows pictures with their words, and of what was withdrawn the words alone.
import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Attachment } from '../../src/core/attachments/attachment.ts'
import type { NoticeView } from '../../src/store/notices.ts'
import { buildBarePublic } from './bare-public.ts'
import { NOTICE, pages } from './sample-pages.ts'

const BYTES = Buffer.from('bytes of a file')
const OTHER = Buffer.from('bytes of another file')
const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const [MAP, PLAN] = [hash(BYTES), hash(OTHER)]

let app: FastifyInstance
let asked: string[]
let away: boolean
let stands: boolean

beforeEach(async () => {
  asked = []
  away = false
  stands = true
  const types = new Map([
    [MAP, 'image/png'],
    [PLAN, 'application/pdf'],
  ])
  app = await buildBarePublic({
    db: {
      query: (async (sql: string, [sha256 = '']: string[]) => {
        const isBytes = sql.startsWith('select bytes')
        asked.push(isBytes ? 'bytes' : 'standing')
        if (away) throw new Error('the database is away')
        const type = types.get(sha256)
        if (type === undefined) return { rows: [] }
        return { rows: [isBytes ? { bytes: sha256 === MAP ? BYTES : OTHER } : { type, code: 'abcd2345', stands }] }
      }) as never,
    },
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await app.close()
})

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers })
/** Long after an answer itself is forgotten (turns.ts: two seconds). */
function passTime(): void {
  const now = performance.now()
  vi.spyOn(performance, 'now').mockImplementation(() => now + 60_000)
}

test('a file is served sealed, of its own type, with its tag; a document is saved', async () => {
  const picture = await get(`/attachments/${MAP}.png`)
  expect([picture.statusCode, picture.rawPayload.equals(BYTES)]).toEqual([200, true])
  expect(picture.headers).toMatchObject({ 'content-type': 'image/png', 'x-content-type-options': 'nosniff' })
  expect(picture.headers['content-security-policy']).toMatch(/default-src 'none'; sandbox;/)
  expect(picture.headers['content-disposition']).toBeUndefined()
  const tag = String(picture.headers['etag'])
  expect((await get(`/attachments/${MAP}.png`, { 'if-none-match': tag })).statusCode).toBe(304)
  const document = await get(`/attachments/${PLAN}.pdf`)
  expect(document.headers).toMatchObject({
    'content-type': 'application/pdf',
    'content-disposition': `attachment; filename="${PLAN.slice(0, 12)}.pdf"`,
  })
})

test('under another ending, or no hash, there is nothing', async () => {
  for (const name of [`${MAP}.pdf`, `${MAP}.jpg`, `${'c'.repeat(64)}.png`])
    expect((await get(`/attachments/${name}`)).statusCode).toBe(404)
  asked = []
  for (const name of [MAP, `${MAP}.html`, `${MAP.toUpperCase()}.png`, 'x.png', '..%2f..%2fetc'])
    expect((await get(`/attachments/${name}`)).statusCode).toBe(404)
  expect(asked).toEqual([])
})

test('many readers of one file are two questions; while the record is away the file stays, and one never seen is a 503', async () => {
  await Promise.all(Array.from({ length: 40 }, () => get(`/attachments/${MAP}.png`)))
  expect(asked).toEqual(['standing', 'bytes'])
  away = true
  passTime()
  expect((await get(`/attachments/${MAP}.png`)).statusCode).toBe(200)
  expect((await get(`/attachments/${PLAN}.pdf`)).statusCode).toBe(503)
})

test('what no notice shows any more is gone, also for whoever has it', async () => {
  const tag = String((await get(`/attachments/${MAP}.png`)).headers['etag'])
  stands = false
  passTime()
  const gone = await get(`/attachments/${MAP}.png`, { 'if-none-match': tag })
  expect([gone.statusCode, gone.body.includes('/n/abcd2345'), gone.rawPayload.includes(BYTES)]).toEqual([
    410,
    true,
    false,
  ])
})

const file = (over: Partial<Attachment>): Attachment => ({
  sha256: MAP,
  type: 'image/png',
  bytes: 340_000,
  width: 640,
  height: 480,
  alt: '活动区域示意图 "><script>',
  ...over,
})
const shown: NoticeView = {
  ...NOTICE,
  facts: {
    ...NOTICE.facts,
    attachments: [file({}), file({ sha256: PLAN, type: 'application/pdf', alt: '活动安排表' })],
  },
}

test.each(['zh', 'en'] as const)('a notice shows its files with their words, in %s', (language) => {
  const body = pages.notice(shown, language)[0]?.body ?? ''
  expect(body).toContain(`<img src="/attachments/${MAP}.png" alt="活动区域示意图 &#34;&gt;&lt;script&gt;"`)
  expect(body).toMatch(new RegExp(`href="/attachments/${PLAN}.pdf"[^]*活动安排表[^]*PDF, 340 KB`))
  expect(pages.notice(NOTICE, language)[0]?.body).not.toContain('class="attached"')
})

test.each(['withdrawn', 'superseded'] as const)('a %s one names them, and shows none', (state) => {
  const body = pages.notice({ ...shown, state, supersededBy: 'back2345' })[0]?.body ?? ''
  expect(body).toContain('<s>活动安排表</s>')
  expect(body).not.toContain('/attachments/')
  if (state === 'withdrawn') expect(body).toContain('【已撤回】<s>活动安排表</s>')
})
