// In: robot calls signed by the test in each vendor's own order. Out: proof that the orders, codes and paces are kept apart.
import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startRobots } from '../../src/town/robots.ts'
import type { Stand } from '../../src/town/stand.ts'
import { call, postJson, START, stoppedClock } from './town-tools.ts'
import type { Answer, Clock } from './town-tools.ts'

const MINUTE = 60_000
const SECRET = 'SECtown'
let clock: Clock
let town: Stand

beforeEach(async () => {
  clock = stoppedClock()
  town = await startRobots({
    now: clock.now,
    robots: [
      { kind: 'dingtalk', key: 'ding', secret: SECRET },
      { kind: 'dingtalk', key: 'word', keywords: ['地震'] },
      { kind: 'dingtalk', key: 'far', allowIps: ['10.0.0.1'] },
      { kind: 'feishu', key: 'fei', secret: SECRET, keywords: ['地震'] },
      { kind: 'wecom', key: 'we' },
    ],
  })
})
afterEach(() => town.close())

const hmac = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('base64')
const text = (content: string): unknown => ({ msgtype: 'text', text: { content } })

function ding(content: string, more: { key?: string; stamp?: number; sign?: string } = {}): Promise<Answer> {
  const { key = 'ding', stamp = clock.at } = more
  const sign = more.sign ?? hmac(SECRET, `${stamp}\n${SECRET}`)
  const query = new URLSearchParams({ access_token: key, timestamp: String(stamp), sign })
  return postJson(`${town.url}/robot/send?${query.toString()}`, text(content))
}
function fei(content: string, more: { stamp?: number; sign?: string } = {}): Promise<Answer> {
  const { stamp = Math.floor(clock.at / 1_000) } = more
  const sign = more.sign ?? hmac(`${stamp}\n${SECRET}`, '')
  const body = { timestamp: String(stamp), sign, msg_type: 'text', content: { text: content } }
  return postJson(`${town.url}/open-apis/bot/v2/hook/fei`, body)
}
const we = (content: string, key = 'we'): Promise<Answer> =>
  postJson(`${town.url}/cgi-bin/webhook/send?key=${key}`, text(content))

test('each vendor takes its own order of signing and answers in its own words', async () => {
  expect((await ding('地震一')).json).toEqual({ errcode: 0, errmsg: 'ok' })
  expect((await fei('地震二')).json).toMatchObject({ code: 0, msg: 'success' })
  expect((await we('地震三')).json).toEqual({ errcode: 0, errmsg: 'ok' })
  expect(town.ledger().map((entry) => [entry.account, entry.text])).toEqual([
    ['dingtalk:ding', '地震一'],
    ['feishu:fei', '地震二'],
    ['wecom:we', '地震三'],
  ])
})

test("one vendor's order is refused by the other", async () => {
  const seconds = Math.floor(START / 1_000)
  expect((await fei('地震', { sign: hmac(SECRET, `${seconds}\n${SECRET}`) })).json.code).toBe(19_021)
  expect((await ding('地震', { sign: hmac(`${START}\n${SECRET}`, '') })).json.errcode).toBe(310_000)
  expect(town.ledger()).toEqual([])
})

test('a timestamp more than an hour off, in seconds for DingTalk, or missing is refused', async () => {
  expect((await ding('x', { stamp: START - 60 * MINUTE - 1 })).json.errcode).toBe(310_000)
  expect((await ding('x', { stamp: Math.floor(START / 1_000) })).json.errcode).toBe(310_000)
  expect((await fei('地震', { stamp: Math.floor(START / 1_000) - 3_601 })).json.code).toBe(19_021)
  const bare = { msg_type: 'text', content: { text: '地震' } }
  expect((await postJson(`${town.url}/open-apis/bot/v2/hook/fei`, bare)).json.code).toBe(19_021)
})

test('keywords and address lists hold', async () => {
  expect((await ding('演习', { key: 'word' })).json.errcode).toBe(310_000)
  expect((await ding('地震', { key: 'word' })).json.errcode).toBe(0)
  expect((await ding('地震', { key: 'far' })).json.errcode).toBe(310_000)
  expect((await fei('演习')).json.code).toBe(19_024)
})

test('unknown robots are told in each vendor’s code', async () => {
  expect((await ding('x', { key: 'none' })).json.errcode).toBe(300_005)
  expect((await postJson(`${town.url}/open-apis/bot/v2/hook/none`, {})).json.code).toBe(19_001)
  expect((await we('x', 'none')).json.errcode).toBe(93_000)
  expect((await postJson(`${town.url}/other`, {})).status).toBe(404)
})

test('a wrong shape, type or method is refused', async () => {
  const url = `${town.url}/cgi-bin/webhook/send?key=we`
  expect((await postJson(url, { msgtype: 'text', text: {} })).json.errcode).toBe(40_058)
  expect((await call(url, { method: 'POST', body: 'msgtype=text' })).json.errcode).toBe(40_058)
  expect((await call(url)).status).toBe(405)
  expect((await postJson(`${town.url}/robot/send?access_token=word`, { msgtype: 'video' })).json.errcode).toBe(40_035)
})

test('WeCom counts bytes, 2,048 for text; Feishu refuses more than 20 KB', async () => {
  expect((await we('震'.repeat(682))).json.errcode).toBe(0)
  expect((await we('震'.repeat(683))).json.errcode).toBe(40_058)
  expect((await fei(`地震${'x'.repeat(20 * 1_024)}`)).json.code).toBe(9_499)
})

test('markdown, link and card reach the group', async () => {
  const url = `${town.url}/robot/send?access_token=word`
  const markdown = { msgtype: 'markdown', markdown: { title: '地震', text: '**4.8级**' } }
  const link = { msgtype: 'link', link: { title: '地震', text: '详情', messageUrl: 'https://dzj.example.cn/n/1' } }
  expect((await postJson(url, markdown)).json.errcode).toBe(0)
  expect((await postJson(url, link)).json.errcode).toBe(0)
  expect(town.timeline()).toHaveLength(2)
})

describe('pace', () => {
  test('DingTalk: the 21st within a minute shuts the robot for ten minutes', async () => {
    for (let n = 0; n < 20; n++) expect((await ding(`地震${n}`)).json.errcode).toBe(0)
    expect((await ding('x')).json.errcode).toBe(130_101)
    clock.at += 9 * MINUTE
    expect((await ding('x')).json.errcode).toBe(130_101)
    expect((await ding('地震', { key: 'word' })).json.errcode).toBe(0)
    clock.at += MINUTE
    expect((await ding('x')).json.errcode).toBe(0)
  })

  test('WeCom: the 21st waits for the next minute only', async () => {
    for (let n = 0; n < 20; n++) await we(`地震${n}`)
    expect((await we('x')).json.errcode).toBe(45_009)
    clock.at += MINUTE
    expect((await we('x')).json.errcode).toBe(0)
  })

  test('Feishu: five a second and a hundred a minute', async () => {
    for (let n = 0; n < 5; n++) expect((await fei('地震')).json.code).toBe(0)
    expect((await fei('地震')).json.code).toBe(11_232)
    for (let n = 1; n < 20; n++) {
      clock.at += 1_000
      for (let m = 0; m < 5; m++) expect((await fei('地震')).json.code).toBe(0)
    }
    clock.at += 1_000
    expect((await fei('地震')).json.code).toBe(11_232)
  })
})
