// In: calls over the wire. Out: proof that tokens, materials, drafts and publishing follow reference channels.md §2.1–2.4.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWechat } from '../../src/town/wechat.ts'
import type { WechatOptions, WechatTown } from '../../src/town/wechat.ts'
import { call, GIF, JPEG, padded, PNG, postFile, postJson, START, stoppedClock } from './town-tools.ts'
import type { Answer, Clock, Json } from './town-tools.ts'

const MINUTE = 60_000
let clock: Clock
let town: WechatTown
let token: string

const base: Omit<WechatOptions, 'now'> = {
  appId: 'wx0123456789abcdef',
  secret: 'town-secret',
  kind: 'service',
  materials: [{ mediaId: 'cover-quick', type: 'image' }],
}

const stable = (more: Record<string, unknown> = {}): Promise<Answer> =>
  postJson(`${town.url}/cgi-bin/stable_token`, {
    grant_type: 'client_credential',
    appid: base.appId,
    secret: base.secret,
    ...more,
  })
const at = (path: string, query = ''): string => `${town.url}/cgi-bin/${path}?access_token=${token}${query}`
const api = (path: string, body: unknown = {}): Promise<Answer> => postJson(at(path), body)
const codeOf = (answer: Answer): number => Number(answer.json.errcode ?? 0)

async function open(more: Partial<WechatOptions> = {}): Promise<void> {
  await town?.close()
  town = await startWechat({ ...base, now: clock.now, ...more })
  token = (await stable()).json.access_token
}

beforeEach(async () => {
  clock = stoppedClock()
  await open()
})
afterEach(() => town.close())

const article = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  title: '某地发生4.8级地震',
  author: '某市地震局',
  digest: '某震信〔2017〕12号 第1报',
  content: '<p>据中国地震台网自动测定</p>',
  content_source_url: 'https://dzj.example.cn/n/abc',
  thumb_media_id: 'cover-quick',
  ...more,
})
const addDraft = async (more: Record<string, unknown> = {}): Promise<string> =>
  (await api('draft/add', { articles: [article(more)] })).json.media_id

describe('stable_token', () => {
  test('gives the same token within its validity, at least 512 characters of room', async () => {
    clock.at += 60 * MINUTE
    const { json } = await stable()
    expect(json).toEqual({ access_token: token, expires_in: 3_600 })
    expect(token).toHaveLength(512)
  })

  test('renews five minutes early, and both tokens work in between', async () => {
    clock.at += 115 * MINUTE
    const { json } = await stable()
    expect(json.access_token).not.toBe(token)
    expect(json.expires_in).toBe(7_200)
    expect(codeOf(await api('draft/batchget', { offset: 0, count: 1 }))).toBe(0)
    clock.at += 5 * MINUTE
    expect(codeOf(await api('draft/batchget', { offset: 0, count: 1 }))).toBe(42001)
    token = json.access_token
    expect(codeOf(await api('draft/batchget', { offset: 0, count: 1 }))).toBe(0)
  })

  test('force_refresh kills the old token, 30 s apart, 20 a day', async () => {
    const forced = await stable({ force_refresh: true })
    expect(codeOf(await api('draft/batchget', { offset: 0, count: 1 }))).toBe(40001)
    expect(forced.json.access_token).not.toBe(token)
    clock.at += 29_000
    expect(codeOf(await stable({ force_refresh: true }))).toBe(45011)
    for (let n = 1; n < 20; n++) {
      clock.at += 30_000
      expect(codeOf(await stable({ force_refresh: true }))).toBe(0)
    }
    clock.at += 30_000
    expect(codeOf(await stable({ force_refresh: true }))).toBe(45009)
    clock.at = Date.UTC(2017, 5, 3, 16, 0, 0)
    expect(codeOf(await stable({ force_refresh: true }))).toBe(0)
  })

  test('cgi-bin/token kills its own predecessor and leaves the stable one alone', async () => {
    const url = `${town.url}/cgi-bin/token?grant_type=client_credential&appid=${base.appId}&secret=${base.secret}`
    const first = (await call(url)).json.access_token
    const second = (await call(url)).json.access_token
    const list = (given: string): Promise<Answer> => call(`${town.url}/cgi-bin/draft/count?access_token=${given}`)
    expect(codeOf(await list(first))).toBe(40001)
    expect(codeOf(await list(second))).toBe(0)
    expect(codeOf(await list(token))).toBe(0)
  })

  test('wrong AppID, secret, method and shape are told apart', async () => {
    expect(codeOf(await stable({ appid: 'wx0' }))).toBe(40013)
    expect(codeOf(await stable({ secret: 'x' }))).toBe(40125)
    expect(codeOf(await stable({ foo: 1 }))).toBe(47001)
    expect(codeOf(await call(`${town.url}/cgi-bin/stable_token`))).toBe(43002)
  })

  test('an address outside the whitelist is named in the message, with a rid', async () => {
    await open({ allowIps: ['10.1.1.1'] })
    const { status, json } = await stable()
    expect(status).toBe(200)
    expect(json.errcode).toBe(40164)
    expect(json.errmsg).toMatch(
      /^invalid ip 127\.0\.0\.1 ipv6 ::ffff:127\.0\.0\.1, not in whitelist rid: [0-9a-f-]{26}$/,
    )
  })

  test('2,000 plain tokens a day and 10,000 stable ones a minute are the end', async () => {
    await open({ quotas: { token: 1, stable_token: 2 } })
    const url = `${town.url}/cgi-bin/token?grant_type=client_credential&appid=${base.appId}&secret=${base.secret}`
    expect(codeOf(await call(url))).toBe(0)
    expect(codeOf(await call(url))).toBe(45009)
    await stable()
    expect(codeOf(await stable())).toBe(45009)
  })
})

describe('every call', () => {
  test('needs a token: missing 41001, malformed 40014, unknown 40001, expired 42001', async () => {
    const count = (query: string): Promise<Answer> => call(`${town.url}/cgi-bin/draft/count${query}`)
    expect(codeOf(await count(''))).toBe(41001)
    expect(codeOf(await count('?access_token=%20!'))).toBe(40014)
    expect(codeOf(await count('?access_token=abc'))).toBe(40001)
    clock.at += 120 * MINUTE
    expect(codeOf(await count(`?access_token=${token}`))).toBe(42001)
  })

  test('errors come as HTTP 200 with errcode and rid, some replies as text/plain', async () => {
    const types = new Set<string>()
    for (let n = 0; n < 6; n++) {
      const answer = await api('draft/get', { media_id: 'none' })
      expect(answer.status).toBe(200)
      expect(answer.json.errmsg).toMatch(/ rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/)
      types.add(answer.type)
    }
    expect([...types].some((type) => type.startsWith('text/plain'))).toBe(true)
    expect(types.size).toBe(2)
  })

  test('refuses the wrong method, content type, broken JSON, unknown members and parameters', async () => {
    expect(codeOf(await call(at('draft/add')))).toBe(43002)
    expect(codeOf(await api('draft/count'))).toBe(43001)
    expect(codeOf(await call(at('draft/add'), { method: 'POST', body: new URLSearchParams({ a: '1' }) }))).toBe(47001)
    expect(codeOf(await api('draft/add', '{"articles":['))).toBe(47001)
    expect(codeOf(await api('draft/add', { articles: [article()], extra: 1 }))).toBe(47001)
    expect(codeOf(await api('draft/add', { articles: [article({ unknown: '' })] }))).toBe(47001)
    expect(codeOf(await postJson(at('draft/add', '&debug=1'), { articles: [article()] }))).toBe(47001)
    expect((await api('menu/create')).status).toBe(404)
    expect((await call(`${town.url}/draft/count?access_token=${token}`)).status).toBe(404)
  })

  test('a scripted token expiry ends the token for good; the next stable_token gives another', async () => {
    town.faults.add({ api: 'draft/add', kind: 'token-expiry', call: 1 })
    expect(codeOf(await api('draft/add', { articles: [article()] }))).toBe(42001)
    expect(codeOf(await api('draft/add', { articles: [article()] }))).toBe(42001)
    const renewed = (await stable()).json.access_token
    expect(renewed).not.toBe(token)
    token = renewed
    expect(codeOf(await api('draft/add', { articles: [article()] }))).toBe(0)
  })

  test('-1 may come before or after the effect', async () => {
    town.faults.add({ api: 'draft/add', kind: 'error', code: -1, call: 1 })
    town.faults.add({ api: 'draft/add', kind: 'error', code: -1, call: 2, applied: true })
    expect(codeOf(await api('draft/add', { articles: [article()] }))).toBe(-1)
    expect((await call(at('draft/count'))).json.total_count).toBe(0)
    expect(codeOf(await api('draft/add', { articles: [article()] }))).toBe(-1)
    expect((await call(at('draft/count'))).json.total_count).toBe(1)
  })
})

describe('materials', () => {
  const upload = (type: string, bytes: Uint8Array<ArrayBuffer>, name = 'media'): Promise<Answer> =>
    postFile(at('material/add_material', `&type=${type}`), name, bytes)

  test('an uploaded cover can stand on a draft', async () => {
    const { json } = await upload('image', PNG)
    expect(json.url).toContain('mmbiz')
    expect(await addDraft({ thumb_media_id: json.media_id })).toBeTruthy()
  })

  test('kinds and sizes are those of the platform', async () => {
    expect(codeOf(await upload('image', GIF))).toBe(0)
    expect(codeOf(await upload('thumb', padded(JPEG, 64 * 1024)))).toBe(0)
    expect(codeOf(await upload('thumb', padded(JPEG, 64 * 1024 + 1)))).toBe(45001)
    expect(codeOf(await upload('thumb', PNG))).toBe(40005)
    expect(codeOf(await upload('image', padded(PNG, 10 * 1024 * 1024 + 1)))).toBe(40009)
    expect(codeOf(await upload('image', padded(new Uint8Array([1]), 16)))).toBe(40005)
    expect(codeOf(await upload('video', PNG))).toBe(40004)
    expect(codeOf(await upload('pdf', PNG))).toBe(40004)
    expect(codeOf(await upload('image', PNG, 'file'))).toBe(41005)
    expect(codeOf(await api('material/add_material'))).toBe(41005)
  })

  test('uploadimg takes JPEG and PNG below 1 MB', async () => {
    const send = (bytes: Uint8Array<ArrayBuffer>): Promise<Answer> => postFile(at('media/uploadimg'), 'media', bytes)
    expect((await send(JPEG)).json.url).toMatch(/^http:\/\/mmbiz\.qpic\.cn\//)
    expect(codeOf(await send(GIF))).toBe(40005)
    expect(codeOf(await send(padded(PNG, 1024 * 1024)))).toBe(45001)
  })
})

describe('drafts', () => {
  const refused: [string, number, Record<string, unknown>][] = [
    ['a title of 33', 45003, { title: '震'.repeat(33) }],
    ['no title', 45003, { title: '' }],
    ['an author of 17', 45110, { author: '局'.repeat(17) }],
    ['a digest of 129', 45004, { digest: '报'.repeat(129) }],
    ['a content of 20,000', 45002, { content: 'x'.repeat(20_000) }],
    ['no content', 44004, { content: '' }],
    ['a source address over 1 KB', 45005, { content_source_url: `https://a.cn/${'x'.repeat(1_020)}` }],
    ['an unknown cover', 40007, { thumb_media_id: 'nobody' }],
    ['no cover', 40007, { thumb_media_id: undefined }],
    ['need_open_comment 2', 47001, { need_open_comment: 2 }],
  ]
  for (const [what, code, more] of refused) {
    test(`${what} is ${code}`, async () => {
      expect(codeOf(await api('draft/add', { articles: [article(more)] }))).toBe(code)
      expect((await call(at('draft/count'))).json.total_count).toBe(0)
    })
  }

  test('the longest that fits passes', async () => {
    const longest = {
      title: '震'.repeat(32),
      author: '局'.repeat(16),
      digest: '报'.repeat(128),
      content: 'x'.repeat(19_999),
    }
    expect(await addDraft(longest)).toBeTruthy()
  })

  test('no articles 44003, nine 45008, one object instead of a list 47001', async () => {
    expect(codeOf(await api('draft/add', { articles: [] }))).toBe(44003)
    expect(codeOf(await api('draft/add', { articles: Array.from({ length: 9 }, () => article()) }))).toBe(45008)
    expect(codeOf(await api('draft/add', { articles: article() }))).toBe(47001)
  })

  test('text spelled as \\uXXXX is 40033', async () => {
    const body = JSON.stringify({ articles: [article()] }).replace('地震', '\\u5730\\u9707')
    expect(codeOf(await api('draft/add', body))).toBe(40033)
    const quoted = JSON.stringify({ articles: [article({ title: 'C:\\\\users' })] })
    expect(codeOf(await api('draft/add', quoted))).toBe(0)
  })

  test('scripts and foreign pictures are stripped, own pictures stay, no digest means the first 54 characters', async () => {
    const { url } = (await postFile(at('media/uploadimg'), 'media', PNG)).json
    const content = `<p>${'震'.repeat(60)}</p><script>alert(1)</script><img src="https://evil.example/a.png"><img src="${url}">`
    const media_id = await addDraft({ content, digest: undefined })
    const [kept] = (await api('draft/get', { media_id })).json.news_item
    expect(kept.content).toBe(`<p>${'震'.repeat(60)}</p><img src="${url}">`)
    expect(kept.digest).toBe('震'.repeat(54))
  })

  test('update takes one object by index, get shows it, delete removes it', async () => {
    const media_id = await addDraft()
    expect(codeOf(await api('draft/update', { media_id, index: 0, articles: [article()] }))).toBe(47001)
    expect(codeOf(await api('draft/update', { media_id, index: 1, articles: article() }))).toBe(40007)
    expect(codeOf(await api('draft/update', { media_id, index: 0, articles: article({ title: '更正' }) }))).toBe(0)
    expect((await api('draft/get', { media_id })).json.news_item[0].title).toBe('更正')
    expect(codeOf(await api('draft/delete', { media_id }))).toBe(0)
    expect(codeOf(await api('draft/get', { media_id }))).toBe(40007)
    expect(codeOf(await api('draft/delete', { media_id }))).toBe(40007)
  })

  test('batchget lists newest first, 20 at most, without content when asked', async () => {
    const first = await addDraft({ title: '一' })
    const second = await addDraft({ title: '二' })
    const { json } = await api('draft/batchget', { offset: 0, count: 20, no_content: 1 })
    expect(json.item.map((item: Json) => item.media_id)).toEqual([second, first])
    expect(json.item[0].content.news_item[0]).not.toHaveProperty('content')
    expect(json.total_count).toBe(2)
    expect(codeOf(await api('draft/batchget', { offset: 0, count: 21 }))).toBe(47001)
  })

  test('newspic needs its pictures and no cover', async () => {
    const image_info = { image_list: [{ image_media_id: 'cover-quick' }] }
    expect(await addDraft({ article_type: 'newspic', thumb_media_id: undefined, image_info })).toBeTruthy()
    const wrong = article({ article_type: 'newspic', image_info: { image_list: [{ image_media_id: 'x' }] } })
    expect(codeOf(await api('draft/add', { articles: [wrong] }))).toBe(40007)
  })
})

describe('freepublish', () => {
  async function publish(more: Record<string, unknown> = {}): Promise<{ media_id: string; publish_id: string }> {
    const media_id = await addDraft(more)
    const { json } = await api('freepublish/submit', { media_id })
    return { media_id, publish_id: String(json.publish_id) }
  }

  test('is a job: running, then an article under its own address, and the draft is gone', async () => {
    const { media_id, publish_id } = await publish()
    expect((await api('freepublish/get', { publish_id })).json).toMatchObject({ publish_status: 1, fail_idx: [] })
    expect((await api('draft/get', { media_id })).json.news_item).toHaveLength(1)
    expect(town.timeline()).toEqual([])
    clock.at += 3_000
    const { json } = await api('freepublish/get', { publish_id })
    expect(json.publish_status).toBe(0)
    expect(codeOf(await api('draft/get', { media_id }))).toBe(40007)
    expect(town.timeline()).toMatchObject([{ act: 'publish', ids: { articleId: json.article_id }, at: START }])
    const page = await call(json.article_detail.item[0].article_url)
    expect(page.text).toContain('某地发生4.8级地震')
    expect(page.text).toContain('演示')
  })

  test('ids have 19 digits, as a number now and as a string then', async () => {
    const kinds = new Set<boolean>()
    for (let n = 0; n < 2; n++) {
      const { text } = await api('freepublish/submit', { media_id: await addDraft() })
      expect(text).toMatch(/"publish_id":"?\d{19}"?[,}]/)
      kinds.add(/"publish_id":"/.test(text))
    }
    expect(kinds.size).toBe(2)
  })

  test('an id is taken as a number or as a string, and never rounded', async () => {
    const { publish_id } = await publish()
    expect((await api('freepublish/get', `{"publish_id":${publish_id}}`)).json.publish_status).toBe(1)
    expect(codeOf(await api('freepublish/get', `{"publish_id":${Number(publish_id)}}`))).toBe(53600)
  })

  test('an unknown draft is 40007', async () => {
    expect(codeOf(await api('freepublish/submit', { media_id: 'none' }))).toBe(40007)
  })

  test.each([2, 3, 4])('a job can end as publish_status %i; the draft stays and nothing shows', async (status) => {
    town.faults.add({ api: 'freepublish/submit', kind: 'job-fail', status })
    const { media_id, publish_id } = await publish()
    clock.at += 3_000
    expect((await api('freepublish/get', { publish_id })).json).toMatchObject({ publish_status: status, fail_idx: [1] })
    expect(codeOf(await api('draft/get', { media_id }))).toBe(0)
    expect(town.timeline()).toEqual([])
  })

  test('batchget and getarticle show what is published, delete makes it status 5', async () => {
    const { publish_id } = await publish()
    expect((await api('freepublish/batchget', { offset: 0, count: 20, no_content: 1 })).json.total_count).toBe(0)
    clock.at += 3_000
    const list = (await api('freepublish/batchget', { offset: 0, count: 20, no_content: 1 })).json
    const [item] = list.item
    expect(item.content.news_item[0].content_source_url).toBe('https://dzj.example.cn/n/abc')
    expect(item.content.news_item[0]).not.toHaveProperty('content')
    const article_id = item.article_id
    expect((await api('freepublish/getarticle', { article_id })).json.news_item[0].content).toContain('自动测定')
    const url = item.content.news_item[0].url
    expect(codeOf(await api('freepublish/delete', { article_id, index: 0 }))).toBe(0)
    expect((await api('freepublish/get', { publish_id })).json.publish_status).toBe(5)
    expect(codeOf(await api('freepublish/getarticle', { article_id }))).toBe(53600)
    expect(codeOf(await api('freepublish/delete', { article_id }))).toBe(53600)
    expect((await call(url)).text).toContain('已被发布者删除')
    expect(town.timeline()).toEqual([])
    expect(town.ledger().map((entry) => entry.act)).toEqual(['publish', 'unpublish'])
  })

  test('deleting one of two articles leaves the other', async () => {
    const articles = [article({ title: '甲' }), article({ title: '乙' })]
    const media_id = (await api('draft/add', { articles })).json.media_id
    await api('freepublish/submit', { media_id })
    clock.at += 3_000
    const [item] = (await api('freepublish/batchget', { offset: 0, count: 1 })).json.item
    await api('freepublish/delete', { article_id: item.article_id, index: 2 })
    const left = (await api('freepublish/getarticle', { article_id: item.article_id })).json.news_item
    expect(left.map((one: Json) => one.is_deleted)).toEqual([false, true])
    expect(town.timeline()).toHaveLength(1)
  })

  test('a banned article is status 6 and off the page', async () => {
    const { publish_id } = await publish()
    clock.at += 3_000
    const { article_id } = (await api('freepublish/get', { publish_id })).json
    town.ban(article_id)
    expect((await api('freepublish/get', { publish_id })).json.publish_status).toBe(6)
    expect(town.timeline()).toEqual([])
  })

  test('submitting the same draft twice while the first runs publishes twice', async () => {
    const media_id = await addDraft()
    await api('freepublish/submit', { media_id })
    await api('freepublish/submit', { media_id })
    clock.at += 3_000
    await api('freepublish/batchget', { offset: 0, count: 1 })
    expect(town.timeline()).toHaveLength(2)
  })

  test('status may be asked 100 times a day, then 45009 until Beijing midnight; clear_quota opens it, 10 a month', async () => {
    const { publish_id } = await publish()
    for (let n = 0; n < 100; n++) expect(codeOf(await api('freepublish/get', { publish_id }))).toBe(0)
    expect(codeOf(await api('freepublish/get', { publish_id }))).toBe(45009)
    expect(codeOf(await api('freepublish/batchget', { offset: 0, count: 1 }))).toBe(0)
    for (let n = 0; n < 10; n++) expect(codeOf(await api('clear_quota', { appid: base.appId }))).toBe(0)
    expect(codeOf(await api('freepublish/get', { publish_id }))).toBe(0)
    expect(codeOf(await api('clear_quota', { appid: base.appId }))).toBe(48006)
    expect(codeOf(await api('clear_quota', { appid: 'wx0' }))).toBe(40013)
  })

  test('a day of quota ends at Beijing midnight', async () => {
    await open({ quotas: { 'freepublish/submit': 1 } })
    await publish()
    const media_id = await addDraft()
    expect(codeOf(await api('freepublish/submit', { media_id }))).toBe(45009)
    clock.at = Date.UTC(2017, 5, 3, 16, 0, 0)
    token = (await stable()).json.access_token
    expect(codeOf(await api('freepublish/submit', { media_id }))).toBe(0)
  })
})

test('the timeline follows the clock without a further call', async () => {
  await api('freepublish/submit', { media_id: await addDraft() })
  expect(town.timeline()).toEqual([])
  clock.at += 3_000
  expect(town.timeline()).toHaveLength(1)
})

test('two runs of the same calls give the same ids and tokens', async () => {
  const run = async (): Promise<string[]> => {
    await open()
    const media_id = await addDraft()
    const { text } = await api('freepublish/submit', { media_id })
    return [token, media_id, text]
  }
  expect(await run()).toEqual(await run())
})
