// In: calls over the wire. Out: proof that the Weibo stand-in refuses and tells what reference channels.md §1 says.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWeibo } from '../../src/town/weibo.ts'
import type { WeiboOptions, WeiboTown } from '../../src/town/weibo.ts'
import { call, GIF, JPEG, padded, PNG, postFile, postForm, START, stoppedClock } from './town-tools.ts'
import type { Answer, Clock } from './town-tools.ts'

const TOKEN = '2.00townTokenA'
const HOUR = 3_600_000
let clock: Clock
let town: WeiboTown

const base: Omit<WeiboOptions, 'now'> = {
  accounts: [
    { uid: '2286908003', screenName: '某市地震局', accessToken: TOKEN },
    { uid: '3000000001', screenName: '另一个局', accessToken: '2.00townTokenB', biz: true, longText: true },
  ],
  safeDomains: ['dzj.example.cn'],
  appName: '震讯台',
}

async function open(more: Partial<WeiboOptions> = {}): Promise<void> {
  await town?.close()
  town = await startWeibo({ ...base, now: clock.now, ...more })
}

beforeEach(async () => {
  clock = stoppedClock()
  await open()
})
afterEach(() => town.close())

/** The n-th quake's official sentence: other numbers, same words. */
function sentence(n: number): string {
  return `【地震速报】据中国地震台网自动测定：06月03日18时${10 + (n % 50)}分某地附近（北纬3${n % 10}.9${n % 7}度，东经103.5${n % 9}度）发生${4 + (n % 3)}.${n % 10}级左右地震，最终结果以正式速报为准。某震信〔2017〕${n}号 第1报 https://dzj.example.cn/n/c${n}`
}

const share = (status: string, more: Record<string, string> = {}): Promise<Answer> =>
  postForm(`${town.url}/2/statuses/share.json`, { access_token: TOKEN, status, rip: '211.156.0.1', ...more })
const get = (path: string, query: Record<string, string> = {}): Promise<Answer> =>
  call(`${town.url}/2/${path}.json?${new URLSearchParams({ access_token: TOKEN, ...query }).toString()}`)
const timeline = (query: Record<string, string> = {}): Promise<Answer> => get('statuses/user_timeline', query)
const codeOf = (answer: Answer): number => Number(answer.json.error_code)
const posts = (): number => town.ledger().filter((entry) => entry.act === 'post').length

describe('a post through statuses/share', () => {
  test('is answered as the platform answers: wide ids, t.cn links, Beijing date', async () => {
    const { status, json, text } = await share(sentence(1))
    expect(status).toBe(200)
    expect(json.created_at).toBe('Sat Jun 03 18:12:00 +0800 2017')
    expect(json.idstr).toBe(json.mid)
    expect(json.id).toBe(json.idstr)
    expect(text).toContain(`"id":${json.idstr},`)
    expect(String(Number(json.idstr))).not.toBe(json.idstr)
    expect(json.text).not.toContain('dzj.example.cn')
    expect(json.text).toMatch(/ http:\/\/t\.cn\/[A-Za-z0-9]{7}$/)
    expect(json.user).toMatchObject({ idstr: '2286908003', screen_name: '某市地震局' })
    expect(json.source).toContain('震讯台')
  })

  test('stands in the ledger with its own text and link', async () => {
    const { json } = await share(sentence(1))
    expect(town.ledger()).toMatchObject([{ act: 'post', text: sentence(1), ids: { id: json.idstr }, visible: true }])
    expect(town.timeline()).toHaveLength(1)
  })

  test('takes one JPEG, PNG or GIF as multipart with the raw text', async () => {
    const fields = { access_token: TOKEN, rip: '211.156.0.1' }
    const url = `${town.url}/2/statuses/share.json`
    for (const [n, bytes] of [JPEG, PNG, GIF].entries()) {
      const { status, json } = await postFile(url, 'pic', bytes, { ...fields, status: sentence(n + 1) })
      expect(status).toBe(200)
      expect(json.original_pic).toContain('sinaimg')
    }
    expect(posts()).toBe(3)
  })

  test('takes the token as an OAuth2 header as well', async () => {
    const { status } = await call(`${town.url}/2/statuses/share.json`, {
      method: 'POST',
      headers: { authorization: `OAuth2 ${TOKEN}` },
      body: new URLSearchParams({ status: sentence(1), rip: '211.156.0.1' }),
    })
    expect(status).toBe(200)
  })
})

describe('what share refuses, and with which code', () => {
  const url = (): string => `${town.url}/2/statuses/share.json`
  const good = { access_token: TOKEN, status: sentence(1), rip: '211.156.0.1' }
  const cases: [string, number, () => Promise<Answer>][] = [
    ['a GET', 10021, () => call(`${url()}?${new URLSearchParams(good).toString()}`)],
    [
      'JSON',
      10008,
      () =>
        call(url(), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(good) }),
    ],
    ['parameters in the address', 10008, () => postForm(`${url()}?rip=1.2.3.4`, good)],
    ['an unknown parameter', 10008, () => postForm(url(), { ...good, visible: '0' })],
    ['no token', 10006, () => postForm(url(), { status: sentence(1), rip: '211.156.0.1' })],
    ['a wrong token', 21332, () => postForm(url(), { ...good, access_token: '2.00nobody' })],
    ['no rip', 10016, () => postForm(url(), { access_token: TOKEN, status: sentence(1) })],
    ['a rip that is no address', 10017, () => postForm(url(), { ...good, rip: 'example.cn' })],
    ['no status', 10016, () => postForm(url(), { access_token: TOKEN, rip: '211.156.0.1' })],
    ['an empty status', 20008, () => share(' ')],
    ['a hashtag', 10017, () => share(`#某地地震# ${sentence(1)}`)],
    ['no link to the safe domain', 10017, () => share('某地发生地震 https://evil.example/n/dzj.example.cn')],
    ['a host that only ends like it', 10017, () => share('某地发生地震 https://xdzj.example.cn/n/1')],
    ['a text of 141', 20012, () => share(`${'震'.repeat(127)}https://dzj.example.cn/n/abc`)],
    ['a picture in a form', 20007, () => postForm(url(), { access_token: TOKEN, rip: '1.1.1.1', pic: 'x' })],
    [
      'text that is percent-encoded inside multipart',
      10008,
      () => postFile(url(), 'pic', PNG, { ...good, status: encodeURIComponent(sentence(1)) }),
    ],
    ['a BMP', 20005, () => postFile(url(), 'pic', padded(Buffer.from('BM'), 64), good)],
    ['a picture named otherwise', 10008, () => postFile(url(), 'picture', PNG, good)],
    ['a picture of 5 MB', 20006, () => postFile(url(), 'pic', padded(JPEG, 5 * 1024 * 1024), good)],
    ['an address without /2/', 10020, () => postForm(`${town.url}/statuses/share.json`, good)],
    ['an address without .json', 10020, () => postForm(`${town.url}/2/statuses/share`, good)],
    ['an unknown API', 10020, () => postForm(`${town.url}/2/statuses/update.json`, good)],
  ]
  for (const [what, code, send] of cases) {
    test(`${what} is ${code} and posts nothing`, async () => {
      const answer = await send()
      expect(codeOf(answer)).toBe(code)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(posts()).toBe(0)
    })
  }

  test('multipart without a picture is 20007', async () => {
    const form = new FormData()
    for (const [key, value] of Object.entries(good)) form.append(key, value)
    expect(codeOf(await call(url(), { method: 'POST', body: form }))).toBe(20007)
  })

  test('two pictures are refused', async () => {
    const form = new FormData()
    for (const [key, value] of Object.entries(good)) form.append(key, value)
    form.append('pic', new Blob([PNG]), 'a.png')
    form.append('pic2', new Blob([PNG]), 'b.png')
    expect(codeOf(await call(url(), { method: 'POST', body: form }))).toBe(10008)
  })

  test('a form in GBK is refused', async () => {
    const body = 'access_token=x&rip=1.1.1.1&status=%B5%D8%D5%F0'
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(codeOf(await call(url(), { method: 'POST', headers, body }))).toBe(10008)
  })

  test('exactly 140 passes: a link costs half of its letters', async () => {
    // 28 letters of the link and one blank: 14.5; 125 characters before them: 139.5, rounded up to 140.
    expect((await share(`${'震'.repeat(125)} https://dzj.example.cn/n/abc`)).status).toBe(200)
  })

  test('the missing safe domain is named as the platform names it', async () => {
    const { status, json } = await share('某地发生地震')
    expect({ status, ...json }).toMatchObject({
      status: 400,
      error: 'appkey not bind domain!',
      request: '/2/statuses/share.json',
    })
  })

  test('the code is sometimes a number, sometimes a string', async () => {
    const kinds = new Set([typeof (await share('a')).json.error_code, typeof (await share('b')).json.error_code])
    expect(kinds).toEqual(new Set(['number', 'string']))
  })
})

describe('repeated texts', () => {
  test('the same text as the last post is 20019', async () => {
    await share(sentence(1))
    expect(codeOf(await share(sentence(1)))).toBe(20019)
    expect(posts()).toBe(1)
  })

  test('the same text after another post is 20017', async () => {
    await share(sentence(1))
    await share(sentence(2))
    expect(codeOf(await share(sentence(1)))).toBe(20017)
  })

  test('a near-duplicate (other link, other ending, same numbers) is 20017', async () => {
    await share(sentence(1))
    await share(sentence(2))
    const again = sentence(1).replace('/n/c1', '/n/zz').replace('为准。', '为准！请勿信谣')
    expect(codeOf(await share(again))).toBe(20017)
  })

  test('official sentences of different quakes, and the next report of one, all pass', async () => {
    for (const text of [sentence(1), sentence(2), sentence(3), sentence(1).replace('第1报', '第2报')]) {
      expect((await share(text)).status).toBe(200)
      clock.at += 60_000
    }
  })

  test('an hour later likeness no longer counts', async () => {
    await share(sentence(1))
    await share(sentence(2))
    clock.at += HOUR
    expect((await share(sentence(1))).status).toBe(200)
  })

  test('two accounts may say the same', async () => {
    await share(sentence(1))
    expect((await share(sentence(1), { access_token: '2.00townTokenB' })).status).toBe(200)
  })
})

describe('quotas on the Beijing clock', () => {
  test('the sixth post within ten seconds is 20016', async () => {
    for (let n = 1; n <= 5; n++) await share(sentence(n))
    expect(codeOf(await share(sentence(6)))).toBe(20016)
    clock.at += 10_000
    expect((await share(sentence(6))).status).toBe(200)
  })

  test('30 posts an hour, then 10024 until the hour is over', async () => {
    for (let n = 1; n <= 30; n++) {
      clock.at += 11_000
      expect((await share(sentence(n))).status).toBe(200)
    }
    expect(codeOf(await share(sentence(31)))).toBe(10024)
    clock.at = Math.ceil(clock.at / HOUR) * HOUR
    expect((await share(sentence(31))).status).toBe(200)
  })

  test('100 calls a day, reads included, then 10023 until Beijing midnight', async () => {
    for (let n = 0; n < 100; n++) expect((await timeline()).status).toBe(200)
    expect(codeOf(await share(sentence(1)))).toBe(10023)
    clock.at = Date.UTC(2017, 5, 3, 15, 59, 59)
    expect(codeOf(await timeline())).toBe(10023)
    clock.at = Date.UTC(2017, 5, 3, 16, 0, 0)
    expect((await share(sentence(1))).status).toBe(200)
  })

  test('refused posts count as calls too', async () => {
    await share('a')
    const { json } = await get('account/rate_limit_status')
    expect(json.remaining_user_hits).toBe(98)
  })

  test('one address has its own hourly limit, 10022', async () => {
    await open({ quotas: { ipPerHour: 2 } })
    await timeline()
    await timeline()
    expect(codeOf(await timeline())).toBe(10022)
  })

  test('an address that is not bound is 10004', async () => {
    await open({ allowIps: ['10.0.0.1'] })
    expect(codeOf(await share(sentence(1)))).toBe(10004)
  })
})

describe('tokens', () => {
  test('a token past its end is 21327, a renewed one works', async () => {
    await open({ accounts: [{ uid: '1', screenName: '局', accessToken: TOKEN, tokenExpiresAt: START + HOUR }] })
    expect((await share(sentence(1))).status).toBe(200)
    clock.at += HOUR
    const expired = await share(sentence(2))
    expect([expired.status, codeOf(expired)]).toEqual([403, 21327])
    town.renewToken('1', '2.00new')
    expect((await share(sentence(2), { access_token: '2.00new' })).status).toBe(200)
    expect(codeOf(await share(sentence(3)))).toBe(21332)
  })

  test('get_token_info tells the uid and the seconds that are left, as expire_in', async () => {
    await open({ accounts: [{ uid: '77', screenName: '局', accessToken: TOKEN, tokenExpiresAt: START + HOUR }] })
    const { json } = await postForm(`${town.url}/oauth2/get_token_info`, { access_token: TOKEN })
    expect(json).toMatchObject({ uid: 77, expire_in: 3_600 })
  })

  test('a scripted expiry hits the call it is scripted for', async () => {
    town.faults.add({ api: 'statuses/share', kind: 'token-expiry', call: 2 })
    expect((await share(sentence(1))).status).toBe(200)
    expect(codeOf(await share(sentence(2)))).toBe(21327)
    expect((await share(sentence(2))).status).toBe(200)
  })
})

describe('read-backs tell what the free tier tells', () => {
  async function shareMany(count: number): Promise<string[]> {
    const ids: string[] = []
    for (let n = 1; n <= count; n++) {
      clock.at += 11_000
      ids.push((await share(sentence(n))).json.idstr)
    }
    return ids
  }

  test('newest first, few rows, links rewritten, total number beside them', async () => {
    const ids = await shareMany(7)
    const { json } = await timeline({ count: '20' })
    expect(json.statuses.map((row: { idstr: string }) => row.idstr)).toEqual(ids.slice(2).toReversed())
    expect(json.total_number).toBe(7)
    expect(JSON.stringify(json)).not.toContain('dzj.example.cn')
  })

  test('count and page walk through the rows', async () => {
    const ids = await shareMany(5)
    const { json } = await timeline({ count: '2', page: '2' })
    expect(json.statuses.map((row: { idstr: string }) => row.idstr)).toEqual([ids[2], ids[1]])
  })

  test('since_id is exclusive, max_id inclusive', async () => {
    const ids = await shareMany(4)
    const { json } = await timeline({ since_id: ids[0] ?? '', max_id: ids[2] ?? '' })
    expect(json.statuses.map((row: { idstr: string }) => row.idstr)).toEqual([ids[2], ids[1]])
  })

  test('trim_user leaves the author out', async () => {
    await shareMany(1)
    const { json } = await timeline({ trim_user: '1' })
    expect(json.statuses[0].user).toBeUndefined()
    expect(json.statuses[0].uid).toBe(2_286_908_003)
  })

  test('base_app leaves out what was posted by hand', async () => {
    const [own] = await shareMany(1)
    town.postByHand('2286908003', '#某地地震# 手工发布')
    expect((await timeline()).json.total_number).toBe(2)
    const { json } = await timeline({ base_app: '1' })
    expect(json.statuses.map((row: { idstr: string }) => row.idstr)).toEqual([own])
  })

  test('ids alone are cheaper to read', async () => {
    const ids = await shareMany(2)
    expect((await get('statuses/user_timeline/ids')).json.statuses).toEqual(ids.toReversed())
  })

  test("another account's timeline is refused", async () => {
    expect(codeOf(await timeline({ uid: '3000000001' }))).toBe(10014)
    expect((await timeline({ uid: '2286908003' })).status).toBe(200)
  })

  test.each([{ count: '0' }, { count: '101' }, { since_id: 'abc' }, { base_app: '2' }])(
    '%o is 10017',
    async (query) => {
      expect(codeOf(await timeline(query))).toBe(10017)
    },
  )

  test('an unknown parameter and a wrong method are refused', async () => {
    expect(codeOf(await timeline({ keyword: '地震' }))).toBe(10008)
    expect(codeOf(await postForm(`${town.url}/2/statuses/user_timeline.json`, { access_token: TOKEN }))).toBe(10021)
  })

  test('show and count know a post by its id', async () => {
    const [id = ''] = await shareMany(1)
    expect((await get('statuses/show', { id })).json.idstr).toBe(id)
    expect(codeOf(await get('statuses/show', { id: '1' }))).toBe(20101)
    expect(codeOf(await get('statuses/show'))).toBe(20109)
    expect((await get('statuses/count', { ids: `${id},1` })).json).toMatchObject([{ idstr: id, reposts: 0 }])
  })

  test('a post can lag behind in read-backs', async () => {
    await open({ visibleAfterMs: 30_000 })
    const [id = ''] = await shareMany(1)
    expect((await timeline()).json.statuses).toEqual([])
    expect(codeOf(await get('statuses/show', { id }))).toBe(20101)
    clock.at += 30_000
    expect((await timeline()).json.statuses).toHaveLength(1)
  })
})

describe('deleting a post', () => {
  const destroy = (id: string, token = TOKEN): Promise<Answer> =>
    postForm(`${town.url}/2/statuses/destroy.json`, { access_token: token, id })

  test('takes it off the timeline; a second time it does not exist', async () => {
    const { json } = await share(sentence(1))
    expect((await destroy(json.idstr)).json.idstr).toBe(json.idstr)
    expect(town.timeline()).toEqual([])
    expect(town.ledger().map((entry) => [entry.act, entry.visible])).toEqual([
      ['post', false],
      ['delete', false],
    ])
    expect(codeOf(await destroy(json.idstr))).toBe(20101)
    expect((await timeline()).json.statuses).toEqual([])
  })

  test("another account's post is 20102, no id is 20109", async () => {
    const { json } = await share(sentence(1))
    expect(codeOf(await destroy(json.idstr, '2.00townTokenB'))).toBe(20102)
    expect(codeOf(await destroy(''))).toBe(20109)
  })
})

describe('20032, update success but slow', () => {
  test('the post is there, without id, and shows after its time', async () => {
    town.faults.add({ api: 'statuses/share', kind: 'pending', call: 1 })
    const answer = await share(sentence(1))
    expect(codeOf(answer)).toBe(20032)
    expect(answer.text).not.toContain('idstr')
    expect(town.ledger()).toMatchObject([{ act: 'post', visible: false }])
    expect((await timeline()).json.statuses).toEqual([])
    clock.at += 90_000
    expect((await timeline()).json.statuses).toHaveLength(1)
    expect(town.timeline()).toHaveLength(1)
  })

  test('sending it again meanwhile is 20019, not a second post', async () => {
    town.faults.add({ api: 'statuses/share', kind: 'pending', call: 1, ms: 60_000 })
    await share(sentence(1))
    expect(codeOf(await share(sentence(1)))).toBe(20019)
    expect(posts()).toBe(1)
  })
})

test('a scripted duplicate refusal posts nothing', async () => {
  town.faults.add({ api: 'statuses/share', kind: 'duplicate-content', code: 20019 })
  expect(codeOf(await share(sentence(1)))).toBe(20019)
  expect(posts()).toBe(0)
})

test('a scripted system error may come before or after the effect', async () => {
  town.faults.add({ api: 'statuses/share', kind: 'error', code: 10001, call: 1 })
  town.faults.add({ api: 'statuses/share', kind: 'error', code: 10001, call: 2, applied: true })
  expect(codeOf(await share(sentence(1)))).toBe(10001)
  expect(posts()).toBe(0)
  expect(codeOf(await share(sentence(1)))).toBe(10001)
  expect(posts()).toBe(1)
})

describe('the commercial driver', () => {
  const token = '2.00townTokenB'
  const send = (fields: Record<string, string>): Promise<Answer> =>
    postForm(`${town.url}/2/statuses/upload_url_text/biz.json`, { access_token: token, rip: '211.156.0.1', ...fields })
  const annotations = JSON.stringify([{ delivery: 'd-1' }])

  test('annotations come back with the post', async () => {
    expect((await send({ status: sentence(1), annotations })).json.annotations).toEqual([{ delivery: 'd-1' }])
    const rows = await call(`${town.url}/2/statuses/user_timeline/biz.json?access_token=${token}`)
    expect(rows.json.statuses[0].annotations).toEqual([{ delivery: 'd-1' }])
  })

  test('an account without the contract is refused', async () => {
    expect(codeOf(await send({ status: sentence(1), access_token: TOKEN }))).toBe(10014)
  })

  test('annotations longer than 512, or not JSON, are refused', async () => {
    expect(codeOf(await send({ status: sentence(1), annotations: JSON.stringify(['x'.repeat(520)]) }))).toBe(10017)
    expect(codeOf(await send({ status: sentence(1), annotations: '[{' }))).toBe(10017)
  })

  test('two consecutive posts may not be the same, long text goes up to 2,000', async () => {
    expect((await send({ status: '震'.repeat(141), is_longtext: '1' })).json.isLongText).toBe(true)
    expect(codeOf(await send({ status: '震'.repeat(141), is_longtext: '1' }))).toBe(20019)
    expect(codeOf(await send({ status: '震'.repeat(2_001), is_longtext: '1' }))).toBe(20013)
    expect(codeOf(await send({ status: '讯'.repeat(141) }))).toBe(20012)
  })
})
