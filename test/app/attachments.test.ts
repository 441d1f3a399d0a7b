// In: a real installation, a writer, a lead, files beside a draft. Out: proof that a file is approved with its words, stands below
// the released notice and nowhere else, without what it knew of its maker, and is given out no more once the notice is withdrawn.
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exif, makeJpeg, makePdf, makePng, pngChunk } from '../core/attachments/files.ts'
import { until } from '../crash/watch.ts'
import { openBureau, type Bureau } from './bureau.ts'
import { attach, type Page, type Visitor } from './officers.ts'
import { ANNOUNCEMENT, approveDraft, beginDraft, openWriters, pressDraft, readPage } from './writers.ts'

let bureau: Bureau
let zhao: Visitor
let wang: Visitor
let li: Visitor

beforeAll(async () => {
  bureau = await openBureau('attachments')
  await bureau.start()
  ;({ zhao, wang, li } = await openWriters(bureau))
}, 120_000)
afterAll(() => bureau.close(), 60_000)

const SECRET = 'GPS 38.4861N 106.2309E'
const PICTURE = makePng([pngChunk('tEXt', SECRET)], SECRET)
const PHOTO = makeJpeg([exif(6, SECRET)])
const MAP_WORDS = '市民广场活动区域示意图'

const begin = (): Promise<string> => beginDraft(zhao, ANNOUNCEMENT)
const approve = (path: string): Promise<void> => approveDraft(path, zhao, li)
const put = (path: string, bytes: Uint8Array<ArrayBuffer>, alt: string): Promise<Page> =>
  attach(bureau, zhao, path, { bytes, alt })
const readWord = async (path: string): Promise<string> =>
  /\/attachments\?word=([\w-]+)/.exec(await readPage(zhao, path))?.[1] ?? ''
const listFiles = (body: string): string[] => [
  ...new Set([...body.matchAll(/attachments\/([0-9a-f]{64})/g)].flatMap(([, file]) => file ?? [])),
]
const atPublic = (path: string): string => `http://127.0.0.1:${bureau.port}${path}`
const fetchPage = async (path: string): Promise<string> => (await fetch(atPublic(path))).text()

test('files are approved with the draft, stand below the notice on the website alone, and end with it', async () => {
  const path = await begin()
  for (const [bytes, alt, why] of [
    [PICTURE, '', '请填写替代文字'],
    [PICTURE, '图', '至少 2 字'],
    [PICTURE, '长'.repeat(121), '最多 120 字'],
    [PICTURE, '预计近期还将发生余震的区域图', '含预测意见'],
    [Buffer.from('<svg onload="alert(1)"/>'), MAP_WORDS, '只接受 PNG、JPEG 图片和 PDF 文件'],
    [makePdf('/S /JavaScript'), MAP_WORDS, '含有脚本'],
    [Buffer.alloc(0), MAP_WORDS, '请选择文件'],
  ] as const) {
    const refused = await put(path, Buffer.from(bytes), alt)
    expect([refused.status, refused.body.includes(why)]).toEqual([409, true])
  }
  expect((await put(path, PICTURE, MAP_WORDS)).to).toBe(path)
  expect((await put(path, PICTURE, MAP_WORDS)).body).toContain('这个文件已经在附件中')
  await approve(path)
  expect(await readPage(zhao, path)).toContain('已审定')

  // Whoever adds a file has changed what was approved.
  expect((await put(path, makePdf(), '活动安排表')).to).toBe(path)
  expect(await readPage(zhao, path)).not.toContain('已审定')
  expect((await pressDraft(zhao, path, 'release')).status).toBe(409)
  expect((await put(path, PHOTO, '去年活动现场照片')).to).toBe(path)
  const [map = '', plan = '', photo = ''] = listFiles(await readPage(zhao, path))
  expect((await pressDraft(zhao, path, `attachments/${plan}`, { do: 'raise' })).to).toBe(path)
  expect(listFiles(await readPage(zhao, path))).toEqual([plan, map, photo])
  expect((await pressDraft(zhao, path, `attachments/${photo}`, { do: 'remove' })).to).toBe(path)
  expect(listFiles(await readPage(zhao, path))).toEqual([plan, map])
  const late = await zhao.post(`${path}/attachments/${map}`, { seen: '1', do: 'remove' })
  expect([late.status, late.body.includes('被改动')]).toEqual([409, true])
  const forecast = await pressDraft(zhao, path, `attachments/${map}`, { do: 'describe', alt: '预计近期还将发生余震' })
  expect([forecast.status, forecast.body.includes('含预测意见')]).toEqual([409, true])
  expect(
    (await pressDraft(zhao, path, `attachments/${map}`, { do: 'describe', alt: `${MAP_WORDS}，入口在南` })).to,
  ).toBe(path)
  expect(await readPage(zhao, path)).toContain('附件只在本站的公告页刊出')

  // A draft's file is nobody's but the desk's.
  expect((await fetch(atPublic(`/attachments/${map}.png`))).status).toBe(404)
  expect((await zhao.get(`${path}/attachments/${map}`)).status).toBe(200)
  expect((await zhao.get(`${path}/attachments/${'0'.repeat(64)}`)).status).toBe(404)

  await approve(path)
  expect((await pressDraft(zhao, path, 'release')).to).toBe(path)
  const db = await bureau.database()
  const { rows } = await db.query<{ id: string; code: string }>(
    `select id, code from notice where facts #>> '{draft,id}' = $1`,
    [path.split('/').at(-1)],
  )
  const { id = '', code = '' } = rows[0] ?? {}
  await until('its page', async () => (await fetchPage(`/n/${code}`)).includes(`/attachments/${map}.png`))
  const page = await fetchPage(`/n/${code}`)
  expect(page).toContain(`alt="${MAP_WORDS}，入口在南"`)
  expect(page.indexOf(plan)).toBeLessThan(page.indexOf(map))
  expect(page).not.toContain(photo)

  // It was asked for before it was anybody's: that answer is kept for two seconds.
  await until('the file', async () => (await fetch(atPublic(`/attachments/${map}.png`))).status === 200)
  const picture = await fetch(atPublic(`/attachments/${map}.png`))
  expect([picture.status, picture.headers.get('content-type'), picture.headers.get('x-content-type-options')]).toEqual([
    200,
    'image/png',
    'nosniff',
  ])
  expect(picture.headers.get('content-security-policy')).toContain('sandbox')
  const bytes = Buffer.from(await picture.arrayBuffer())
  expect(bytes.equals(makePng())).toBe(true)
  const etag = picture.headers.get('etag') ?? ''
  expect((await fetch(atPublic(`/attachments/${map}.png`), { headers: { 'if-none-match': etag } })).status).toBe(304)
  const document = await fetch(atPublic(`/attachments/${plan}.pdf`))
  expect(document.headers.get('content-disposition')).toMatch(/^attachment; filename="[0-9a-f]{12}\.pdf"$/)
  for (const name of [`${map}.pdf`, `${photo}.jpg`, map, `${map}.svg`, '..%2f..%2fetc'])
    expect([name, (await fetch(atPublic(`/attachments/${name}`))).status]).toEqual([name, 404])
  // What was said stays said.
  const after = await pressDraft(zhao, path, `attachments/${map}`, { do: 'remove' })
  expect([after.status, after.body.includes('此稿已发布')]).toEqual([409, true])

  await until('the post', async () =>
    (await bureau.town.ledger('weibo')).some(({ text }) => text.includes(`/n/${code}`)),
  )
  expect(JSON.stringify(await bureau.town.ledger('weibo'))).not.toContain(map)
  const { rows: journal } = await db.query<{ words: string }>(
    `select string_agg(detail::text, '') as words from journal where act like 'draft.%'`,
  )
  expect(journal[0]?.words).not.toContain('示意图')

  await wang.get(path)
  expect((await wang.post(`/desk/notices/${id}/withdraw`, { reason: 'sent-in-error' })).status).toBe(303)
  await until('the tombstone', async () => (await fetchPage(`/n/${code}`)).includes(`【已撤回】<s>${MAP_WORDS}`))
  expect(await fetchPage(`/n/${code}`)).not.toContain(`/attachments/${map}`)
  await until('the end of the file', async () => (await fetch(atPublic(`/attachments/${map}.png`))).status === 410)
  await until('the word of its end', async () => (await fetchPage(`/attachments/${plan}.pdf`)).includes(`/n/${code}`))
  // The desk's own record of it stays.
  expect((await zhao.get(`${path}/attachments/${map}`)).status).toBe(200)
}, 120_000)

test('a seventh file is too many, and none is taken that this page did not send', async () => {
  const path = await begin()
  const word = await readWord(path)
  for (let n = 1; n <= 6; n += 1) expect((await put(path, makePng([], '', n + 2), `第${n}张图`)).to).toBe(path)
  const { rows } = await (
    await bureau.database()
  ).query<{ n: number }>('select jsonb_array_length(attachments) as n from draft where id = $1', [
    path.split('/').at(-1),
  ])
  expect(rows[0]?.n).toBe(6)
  const seventh = { bytes: makePng(), alt: '第7张图', seen: '7' }
  const more = await attach(bureau, zhao, path, { ...seventh, word })
  expect([more.status, more.body.includes('最多 6 个附件')]).toEqual([409, true])
  const other = await attach(bureau, zhao, await begin(), { ...seventh, word })
  expect([other.status, other.body.includes('不是从本页面发出的')]).toEqual([403, true])
})

test('who is not signed in, sends no form of this page, or too much, is answered before a byte of the file is sent', async () => {
  const path = await begin()
  const { name, value } = zhao.cookie()
  for (const [cookie, word, length, status] of [
    ['', '', 5_000_000, '303'],
    [`${name}=${value}`, '', 5_000_000, '403'],
    [`${name}=${value}`, await readWord(path), 6_000_000, '413'],
  ] as const) {
    const head = await new Promise<string>((resolve, reject) => {
      const socket = connect(bureau.deskPort, '127.0.0.1')
      socket.once('error', reject)
      socket.once('data', (bytes) => {
        resolve(bytes.toString('latin1'))
        socket.destroy()
      })
      const lines = [
        `POST ${path}/attachments?word=${word} HTTP/1.1`,
        `Host: 127.0.0.1:${bureau.deskPort}`,
        `Origin: http://127.0.0.1:${bureau.deskPort}`,
        'Content-Type: multipart/form-data; boundary=----WebKitFormBoundaryAbc123',
        `Content-Length: ${length}`,
        ...(cookie === '' ? [] : [`Cookie: ${cookie}`]),
      ]
      socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    })
    expect(head.split(' ')[1]).toBe(status)
  }
}, 30_000)

test('a file that somebody altered in the database is handed out to nobody, and no draft with it is let out', async () => {
  const path = await begin()
  await put(path, makePng([], '', 11), '活动场地示意图')
  await put(path, makePng([], '', 12), '活动路线示意图')
  await approve(path)
  const [place = '', way = ''] = listFiles(await readPage(zhao, path))
  const db = await bureau.database()
  const { rows } = await db.query<{ name: string }>(
    `select conname as name from pg_constraint where conrelid = 'attachment'::regclass and pg_get_constraintdef(oid) like '%sha256(bytes)%'`,
  )
  await db.query(`alter table attachment drop constraint ${rows[0]?.name ?? ''}`)
  const alter = (file: string, more: string): Promise<unknown> =>
    db.query(`update attachment set bytes = ${more} where sha256 = $1`, [file])
  await alter(place, `bytes || '\\x00'`)
  const refused = await zhao.get(`${path}/attachments/${place}`)
  expect([refused.status, refused.body.includes('附件与添加时不符')]).toEqual([409, true])
  expect((await zhao.get(`${path}/attachments/${way}`)).status).toBe(200)
  const held = await pressDraft(zhao, path, 'release')
  expect([held.status, held.body.includes('附件与添加时不符，不能发布')]).toEqual([409, true])
  const whole = 'substring(bytes from 1 for octet_length(bytes) - 1)'
  await alter(place, whole)
  expect((await pressDraft(zhao, path, 'release')).to).toBe(path)

  const found = await db.query<{ code: string }>(`select code from notice where facts #>> '{draft,id}' = $1`, [
    path.split('/').at(-1),
  ])
  const code = found.rows[0]?.code ?? ''
  await until('its page', async () => (await fetchPage(`/n/${code}`)).includes(way))
  await alter(place, `bytes || '\\x00'`)
  await until('the refusal', async () => (await fetch(atPublic(`/attachments/${place}.png`))).status === 500)
  const answer = await fetch(atPublic(`/attachments/${place}.png`))
  expect([answer.headers.get('cache-control'), answer.headers.get('etag')]).toEqual(['no-store', null])
  expect(await answer.text()).toContain('本附件与发布时不符，已停止提供')
  // What stands beside it is shown as before.
  expect((await fetch(atPublic(`/attachments/${way}.png`))).status).toBe(200)
  expect(await fetchPage(`/n/${code}`)).toContain('活动场地示意图')
  await alter(place, whole)
  await until('the file', async () => (await fetch(atPublic(`/attachments/${place}.png`))).status === 200)
}, 60_000)

test('words that somebody altered in the database after they were approved are not let out', async () => {
  const path = await begin()
  await approve(path)
  const db = await bureau.database()
  await db.query(`update draft set fields = fields || '{"summary":"另一句话，没有人审定过。"}' where id = $1`, [
    path.split('/').at(-1),
  ])
  const held = await pressDraft(zhao, path, 'release')
  expect([held.status, held.body.includes('文稿与审定时不符')]).toEqual([409, true])
}, 60_000)
