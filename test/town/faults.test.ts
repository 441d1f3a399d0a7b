// In: scripted faults. Out: proof that each does to the wire, and to the effect, what it says (reference channels.md §7).
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWeibo } from '../../src/town/weibo.ts'
import type { WeiboTown } from '../../src/town/weibo.ts'
import type { Fault } from '../../src/town/faults.ts'
import { call, postForm, postJson, START, stoppedClock, until } from './town-tools.ts'
import type { Answer, Clock } from './town-tools.ts'

let clock: Clock
let town: WeiboTown

beforeEach(async () => {
  clock = stoppedClock()
  town = await startWeibo({
    now: clock.now,
    accounts: [{ uid: '1', screenName: '局', accessToken: 't' }],
    safeDomains: ['dzj.example.cn'],
  })
})
afterEach(() => town.close())

let count = 0
const fields = (): Record<string, string> => ({
  access_token: 't',
  rip: '1.1.1.1',
  status: `第${++count}号 https://dzj.example.cn/n/1`,
})
const share = (): Promise<Answer> => postForm(`${town.url}/2/statuses/share.json`, fields())
const script = (fault: Omit<Fault, 'api'>): void => town.faults.add({ api: 'statuses/share', ...fault })
const effects = (): number => town.ledger().length

describe('the connection dies', () => {
  test('close-before: no reply and no effect', async () => {
    script({ kind: 'close-before', call: 1 })
    await expect(share()).rejects.toThrow()
    expect(effects()).toBe(0)
    expect(town.calls()).toEqual([])
  })

  test('close-after: no reply, and the post is there', async () => {
    script({ kind: 'close-after', call: 1 })
    await expect(share()).rejects.toThrow()
    expect(town.ledger()).toMatchObject([{ act: 'post', visible: true }])
    expect(town.calls()).toMatchObject([{ api: 'statuses/share', code: 'ok' }])
  })

  test('hang: nothing ever comes, the post is there; applied:false leaves it out', async () => {
    script({ kind: 'hang', call: 1 })
    script({ kind: 'hang', call: 2, applied: false })
    for (const expected of [1, 1]) {
      const stop = new AbortController()
      const body = new URLSearchParams(fields())
      const reply = fetch(`${town.url}/2/statuses/share.json`, { method: 'POST', body, signal: stop.signal })
      await until(() => effects() === expected)
      stop.abort()
      await expect(reply).rejects.toThrow()
    }
  })

  test('close() ends even a hanging connection', async () => {
    script({ kind: 'hang' })
    const reply = share()
    await until(() => effects() === 1)
    await town.close()
    await expect(reply).rejects.toThrow()
  })
})

describe('the reply is damaged', () => {
  test('http-5xx: a gateway spoke, nothing was done', async () => {
    script({ kind: 'http-5xx', status: 503, call: 1 })
    const answer = await share()
    expect([answer.status, answer.json]).toEqual([503, undefined])
    expect(effects()).toBe(0)
  })

  test('http-5xx with applied: the gateway gave up after the effect', async () => {
    script({ kind: 'http-5xx', applied: true })
    expect((await share()).status).toBe(502)
    expect(effects()).toBe(1)
  })

  test('html: a page with status 200', async () => {
    script({ kind: 'html' })
    const answer = await share()
    expect(answer).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' })
    expect(answer.text).toContain('<html>')
    expect(effects()).toBe(0)
  })

  test('wrong-type: the right body under another type, the post is there', async () => {
    script({ kind: 'wrong-type' })
    const answer = await share()
    expect(answer.type).toBe('application/octet-stream')
    expect(answer.json.idstr).toBe(town.ledger()[0]?.ids.id)
  })

  test('truncated: half of the JSON, the post is there', async () => {
    script({ kind: 'truncated' })
    const answer = await share()
    expect(answer.status).toBe(200)
    expect(answer.json).toBeUndefined()
    expect(answer.text.startsWith('{"created_at"')).toBe(true)
    expect(effects()).toBe(1)
  })

  test('drip: the body comes byte by byte; the effect is there before it ends', async () => {
    script({ kind: 'drip', ms: 1 })
    const reply = await fetch(`${town.url}/2/statuses/share.json`, {
      method: 'POST',
      body: new URLSearchParams(fields()),
    })
    expect(effects()).toBe(1)
    let chunks = 0
    for await (const chunk of reply.body ?? []) chunks += chunk.length > 0 ? 1 : 0
    expect(chunks).toBeGreaterThan(10)
  })

  test('date-skew: the Date header is off, and follows the clock otherwise', async () => {
    script({ kind: 'date-skew', ms: 90_000, call: 2 })
    const dateOf = async (): Promise<number> => {
      const body = new URLSearchParams(fields())
      const reply = await fetch(`${town.url}/2/statuses/share.json`, { method: 'POST', body })
      await reply.text()
      return Date.parse(reply.headers.get('date') ?? '')
    }
    expect([await dateOf(), await dateOf()]).toEqual([START, START + 90_000])
  })
})

describe('delay', () => {
  test('the effect comes first, then the pause, then the reply', async () => {
    script({ kind: 'delay', ms: 300 })
    const reply = share()
    let answered = false
    void reply.then(() => (answered = true))
    await until(() => effects() === 1)
    expect(answered).toBe(false)
    expect((await reply).status).toBe(200)
  })

  test('with applied:false the effect comes after the caller has left', async () => {
    script({ kind: 'delay', ms: 800, applied: false })
    const stop = new AbortController()
    const body = new URLSearchParams(fields())
    const reply = fetch(`${town.url}/2/statuses/share.json`, { method: 'POST', body, signal: stop.signal })
    const left = expect(reply).rejects.toThrow()
    setTimeout(() => stop.abort(), 10)
    await left
    expect(effects()).toBe(0)
    await until(() => effects() === 1)
  })
})

describe('which call is hit', () => {
  test('the n-th of its API only, counted from the moment it was scripted', async () => {
    await share()
    script({ kind: 'http-5xx', call: 2 })
    await call(`${town.url}/2/statuses/user_timeline.json?access_token=t`)
    expect((await share()).status).toBe(200)
    expect((await share()).status).toBe(502)
    expect((await share()).status).toBe(200)
  })

  test('every call without a number; only so many with times', async () => {
    script({ kind: 'http-5xx', times: 2 })
    expect([(await share()).status, (await share()).status, (await share()).status]).toEqual([502, 502, 200])
  })

  test('any API under *', async () => {
    town.faults.add({ api: '*', kind: 'http-5xx' })
    expect((await call(`${town.url}/2/account/rate_limit_status.json?access_token=t`)).status).toBe(502)
  })

  test('by a text in the decoded body, or by any condition in the same process', async () => {
    script({ kind: 'http-5xx', bodyIncludes: '第1001号' })
    count = 999
    expect([(await share()).status, (await share()).status]).toEqual([200, 502])
    town.faults.clear()
    town.faults.add({ api: '*', kind: 'http-5xx' }, (one) => one.bodyText.includes('access_token=t'))
    expect((await share()).status).toBe(502)
  })

  test('a wire fault and a platform fault work on the same call', async () => {
    script({ kind: 'pending', call: 1 })
    script({ kind: 'close-after', call: 1 })
    await expect(share()).rejects.toThrow()
    expect(town.ledger()).toMatchObject([{ visible: false }])
  })
})

describe('the control side', () => {
  const control = (path: string, body: unknown): Promise<Answer> => postJson(`${town.url}/_town/${path}`, body)

  test('scripts and clears faults from another process', async () => {
    const given = await control('faults', { api: 'statuses/share', kind: 'http-5xx', call: 1 })
    expect(given.json.faults).toHaveLength(1)
    expect((await share()).status).toBe(502)
    await control('faults', { faults: [] })
    expect((await call(`${town.url}/_town/faults`)).json.faults).toEqual([])
  })

  test('an unknown kind or key is refused by name', async () => {
    expect((await control('faults', { api: 'x', kind: 'explode' })).status).toBe(400)
    const { status, json } = await control('faults', { api: 'x', kind: 'hang', calls: 1 })
    expect([status, json.error]).toEqual([400, expect.stringContaining('calls')])
    expect((await control('nothing', {})).status).toBe(400)
    expect((await call(`${town.url}/_town/nothing`)).status).toBe(404)
  })

  test('shows ledger, timeline and calls', async () => {
    const id = (await share()).json.idstr
    expect((await call(`${town.url}/_town/ledger`)).json).toMatchObject({
      now: START,
      ledger: [{ act: 'post', ids: { id }, visible: true }],
    })
    expect((await call(`${town.url}/_town/timeline`)).json.timeline).toHaveLength(1)
    expect((await call(`${town.url}/_town/calls`)).json.calls).toEqual([
      { at: START, api: 'statuses/share', code: 'ok' },
    ])
  })

  test('sets the clock, by number or ISO instant, and refuses a zoneless one', async () => {
    expect((await control('clock', { now: START + 5_000 })).json.now).toBe(START + 5_000)
    expect((await control('clock', { now: '2017-06-04T00:00:00+08:00' })).json.now).toBe(Date.UTC(2017, 5, 3, 16))
    expect((await share()).json.created_at).toBe('Sun Jun 04 00:00:00 +0800 2017')
    expect((await control('clock', { now: '2017-06-04T00:00:00' })).status).toBe(400)
  })

  test('reset forgets posts, quotas, calls and faults', async () => {
    await share()
    script({ kind: 'hang' })
    await control('reset', {})
    expect([town.ledger(), town.calls(), town.faults.list()]).toEqual([[], [], []])
    expect((await share()).status).toBe(200)
  })

  test('renews a token and posts by hand', async () => {
    expect((await control('post-by-hand', { uid: '1', text: '#地震# 人工' })).status).toBe(200)
    expect((await control('post-by-hand', { uid: '9', text: 'x' })).status).toBe(400)
    await control('token', { uid: '1', accessToken: 'new' })
    expect((await share()).json.error_code).toBe(21332)
    expect(town.timeline()).toHaveLength(1)
  })

  test('is closed to web pages: other hosts, other content types, other methods', async () => {
    const post = (headers: Record<string, string>): Promise<Answer> =>
      call(`${town.url}/_town/reset`, { method: 'POST', headers, body: '{}' })
    expect((await post({ 'content-type': 'text/plain' })).status).toBe(415)
    expect((await call(`${town.url}/_town/reset`, { method: 'DELETE' })).status).toBe(405)
    const { hostname, port } = new URL(town.url)
    const { request } = await import('node:http')
    const status = await new Promise((resolve) => {
      const asked = request(
        { host: hostname, port, path: '/_town/ledger', headers: { host: 'evil.example' } },
        (reply) => {
          reply.resume()
          resolve(reply.statusCode)
        },
      )
      asked.end()
    })
    expect(status).toBe(403)
  })

  test('the readable page shows the visible posts, marked as a stand-in, with hostile text escaped', async () => {
    town.postByHand('1', '<script>alert(1)</script> https://dzj.example.cn/n/1"onclick="x')
    const { text, type } = await call(`${town.url}/_town/`)
    expect(type).toBe('text/html; charset=utf-8')
    expect(text).toContain('演示·替身')
    expect(text).toContain('2017-06-03 18:12:00')
    expect(text).not.toContain('<script')
    expect(text).not.toContain('alert(1)<')
    expect(text).not.toContain('"onclick')
  })

  test('an empty timeline says so', async () => {
    expect((await call(`${town.url}/_town/`)).text).toContain('目前没有公开可见的内容')
  })
})

test('a body that is too large is refused without an effect', async () => {
  const body = new Uint8Array(13 * 1024 * 1024)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const reply = await call(`${town.url}/2/statuses/share.json`, { method: 'POST', headers, body })
  expect(reply.status).toBe(413)
  expect(effects()).toBe(0)
})

test('an address that is none is refused and stops nothing', async () => {
  const { request } = await import('node:http')
  const { hostname, port } = new URL(town.url)
  const status = await new Promise((resolve) => {
    const path = '*'.repeat(3) + ':99999999/'
    const asked = request({ host: hostname, port, path }, (reply) => {
      reply.resume()
      resolve(reply.statusCode)
    })
    asked.end()
  })
  expect(status).toBe(400)
  expect((await share()).status).toBe(200)
})
