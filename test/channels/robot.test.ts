// In: the three robots' documented answers. Out: proof of what the duty group gets.
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { config } from '../../channels/robot/config.ts'
import { robot } from '../../channels/robot/index.ts'
import { kinds } from '../../channels/robot/kinds.ts'
import type { Job } from '../../src/core/channel.ts'
import { MINUTE, SECOND } from '../../src/core/instant.ts'
import {
  fakeReach,
  HANG,
  jobOf,
  json,
  payloadOf,
  sampleFacts,
  sampleRendered,
  SERIAL,
  START,
  URL_OF_NOTICE,
} from './fakes.ts'

const SECRET = 'SECdemo0123456789'
const given = {
  dingtalk: {
    kind: 'dingtalk',
    url: 'https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef',
    secret: SECRET,
  },
  feishu: { kind: 'feishu', url: 'https://open.feishu.cn/open-apis/bot/v2/hook/0123456789abcdef', secret: SECRET },
  wecom: { kind: 'wecom', url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789abcdef' },
} as const
const names = ['dingtalk', 'feishu', 'wecom'] as const
type Name = (typeof names)[number]

function open(name: Name, body: unknown = name === 'feishu' ? { code: 0 } : { errcode: 0 }) {
  const settings = config.parse(given[name])
  const reach = fakeReach(() => json(body))
  const job = (change: Partial<Job> = {}) => jobOf(robot, settings, 'message', change)
  return { reach, job, client: robot.open(settings, reach), text: job().content['text'] ?? '' }
}

test.each(names)('%s: the text holds serial and address, so that a repeat is seen to be one', (name) => {
  const { text } = open(name)
  expect(text).toContain(SERIAL)
  expect(text).toContain(URL_OF_NOTICE)
})

test('DingTalk signs "time\\nsecret" with the secret, in milliseconds, in the query', async () => {
  const { client, job, reach, text } = open('dingtalk')
  expect(await client.deliver(job())).toMatchObject({ state: 'accepted' })
  const url = new URL(reach.calls[0]?.url ?? '')
  expect(url.searchParams.get('access_token')).toBe('0123456789abcdef')
  expect(url.searchParams.get('timestamp')).toBe(String(START))
  expect(url.searchParams.get('sign')).toBe(createHmac('sha256', SECRET).update(`${START}\n${SECRET}`).digest('base64'))
  expect(payloadOf(reach.calls[0])).toEqual({ msgtype: 'text', text: { content: text } })
})

test('Feishu signs an empty message with "time\\nsecret" as the key, in seconds, in the body', async () => {
  const { client, job, reach, text } = open('feishu')
  expect(await client.deliver(job())).toMatchObject({ state: 'accepted' })
  const seconds = String(START / SECOND)
  expect(payloadOf(reach.calls[0])).toEqual({
    timestamp: seconds,
    sign: createHmac('sha256', `${seconds}\n${SECRET}`).update('').digest('base64'),
    msg_type: 'text',
    content: { text },
  })
})

test('WeCom takes the text without a signature', async () => {
  const { client, job, reach, text } = open('wecom')
  expect(await client.deliver(job())).toMatchObject({ state: 'accepted' })
  expect(payloadOf(reach.calls[0])).toEqual({ msgtype: 'text', text: { content: text } })
  expect(reach.calls[0]?.url).toBe(given.wecom.url)
})

test('the older answer of Feishu is understood', async () => {
  expect(
    await open('feishu', { StatusCode: 0, StatusMessage: 'success' }).client.deliver(open('feishu').job()),
  ).toMatchObject({
    state: 'accepted',
  })
})

const EXPECTED: Record<Name, Record<string, string>> = {
  dingtalk: {
    '-1': 'unknown',
    130101: 'retry',
    310000: 'rejected',
    300001: 'auth-expired',
    40035: 'rejected',
    400013: 'rejected',
    400101: 'auth-expired',
    400102: 'rejected',
  },
  feishu: {
    9499: 'rejected',
    11232: 'retry',
    19001: 'auth-expired',
    19021: 'auth-expired',
    19022: 'rejected',
    19024: 'rejected',
  },
  wecom: { '-1': 'unknown', 45009: 'retry', 93000: 'auth-expired', 40058: 'rejected', 93008: 'rejected' },
}

describe.each(names)('%s', (name) => {
  test('the table has the documented codes and no other', () => {
    expect(Object.keys(kinds[name].reactions).toSorted()).toEqual(Object.keys(EXPECTED[name]).toSorted())
  })

  test.each(Object.entries(EXPECTED[name]))('%s is %s', async (code, state) => {
    const body = name === 'feishu' ? { code: Number(code), msg: 'no' } : { errcode: Number(code), errmsg: 'no' }
    const { client, job } = open(name, body)
    expect((await client.deliver(job())).state).toBe(state)
  })

  test('an unlisted code is for a person', async () => {
    const { client, job } = open(name, name === 'feishu' ? { code: 77777 } : { errcode: 77777 })
    expect(await client.deliver(job())).toMatchObject({ state: 'rejected', fix: 'operator' })
  })

  test('what is older than ten minutes is dropped', async () => {
    const { client, job, reach } = open(name)
    reach.clock.now += 11 * MINUTE
    expect(await client.deliver(job())).toMatchObject({ state: 'rejected', code: 'stale', fix: 'giveup' })
    expect(reach.calls).toHaveLength(0)
  })

  test('after a lost answer the same text may come again', async () => {
    const settings = config.parse(given[name])
    const reach = fakeReach(() => HANG)
    expect(await robot.open(settings, reach).probe(open(name).job())).toEqual({ state: 'absent' })
    expect(robot.certainty('message')).toMatchObject({ absentReads: 1, keyedRepeat: false })
  })
})

test('DingTalk over its limit rests for the ten minutes of the block', async () => {
  const { client, job } = open('dingtalk', { errcode: 130101, errmsg: 'send too fast' })
  expect(await client.deliver(job())).toMatchObject({ state: 'retry', afterMs: 10 * MINUTE })
})

test('a text that WeCom would cut is refused instead', () => {
  const rendered = { ...sampleRendered(), text: '震'.repeat(683) }
  expect(robot.compose(rendered, sampleFacts(), config.parse(given.wecom), 'message')).toMatchObject({ ok: false })
  expect(robot.compose(rendered, sampleFacts(), config.parse(given.feishu), 'message')).toMatchObject({ ok: true })
})

test('a drill text without 【演练】 is refused', () => {
  const settings = config.parse(given.wecom)
  expect(robot.compose(sampleRendered(), sampleFacts({ class: 'drill' }), settings, 'message').ok).toBe(false)
})

test.each([
  [{ ...given.wecom, secret: SECRET }],
  [{ ...given.wecom, url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send' }],
  [{ ...given.dingtalk, url: 'https://oapi.dingtalk.com/robot/send' }],
  [{ ...given.feishu, url: 'http://open.feishu.cn/x' }],
  [{ ...given.feishu, kind: 'slack' }],
])('the settings %j are refused', (settings) => {
  expect(config.safeParse(settings).success).toBe(false)
})
