// In: every channel and leg with a scripted platform. Out: proof that all keep the same promises (src/core/channel.ts).
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { channels, type AnyChannel } from '../../channels/index.ts'
import type { HttpCall, HttpReply, Job, Outcome } from '../../src/core/channel.ts'
import { DAY } from '../../src/core/instant.ts'
import { fakeReach, HANG, html, jobOf, json, sampleJob, START, UNREACHABLE } from './fakes.ts'
import type { FakeReach } from './fakes.ts'

const SECRET = 'very-secret-value-0123456789'
const TOKEN = 'TOKEN-of-the-platform-0123456789abcdef'
const KEY = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`

interface Case {
  name: string
  channel: string
  config: Record<string, unknown>
  leg: string
  /** Progress that makes the next call the one with a visible effect. */
  progress?: Job['progress']
  secrets: string[]
  isEffect: (call: HttpCall) => boolean
  success: HttpReply
  limited: HttpReply
  refused: HttpReply
  expired: HttpReply
  /** Where this leg rightly differs from the common expectation. */
  expect?: Partial<Record<'success' | 'hang' | 'html' | 'truncated' | 'broken' | 'refused', Outcome['state']>>
  prepare?: (reach: FakeReach) => void
}

const wechatConfig = {
  appId: 'wx0123456789abcdef',
  secret: SECRET,
  kind: 'service',
  legs: ['freepublish', 'mass', 'subscribe'],
  covers: { default: 'cover-1' },
  subscribe: { templateId: 'tpl-1', users: ['o-1', 'o-2'] },
}
const error = (code: number, text: string) => json({ errcode: code, errmsg: `${text} ${SECRET} ${TOKEN} rid: 1-2-3` })
const weiboError = (code: number) =>
  json({ request: '/2/statuses/share.json', error_code: code, error: `no ${SECRET}` }, 400)
const wechatCase = (leg: string, path: string): Omit<Case, 'success'> => ({
  name: `wechat ${leg}`,
  channel: 'wechat',
  config: wechatConfig,
  leg,
  progress: { mediaId: 'draft-1' },
  secrets: [SECRET, TOKEN],
  isEffect: (call) => call.url.includes(path),
  limited: error(45009, 'reach max api daily quota limit'),
  refused: error(48001, 'api unauthorized'),
  expired: error(40001, 'invalid credential'),
})

const cases: Case[] = [
  {
    name: 'weibo',
    channel: 'weibo',
    config: { accessToken: SECRET, uid: '1234567890', safeDomain: 'zq.example.cn', rip: '203.0.113.7' },
    leg: 'post',
    secrets: [SECRET],
    isEffect: (call) => call.method === 'POST',
    success: json({ idstr: '5005005005005005', id: 5005005005005005, text: 'x' }),
    limited: weiboError(10022),
    refused: weiboError(20021),
    expired: weiboError(21327),
  },
  {
    ...wechatCase('freepublish', '/freepublish/submit'),
    success: json('{"errcode":0,"errmsg":"ok","publish_id":100000001,"msg_data_id":3428411849815982087}'),
    expect: { success: 'pending' },
  },
  {
    ...wechatCase('mass', '/message/mass/sendall'),
    success: json('{"errcode":0,"errmsg":"send job submission success","msg_id":3147483651,"msg_data_id":2247483650}'),
    expect: { success: 'pending' },
  },
  {
    ...wechatCase('subscribe', '/message/subscribe/bizsend'),
    progress: { total: 2, next: 0 },
    prepare: (reach) =>
      void reach.kept.set(`subscribers:${sampleJob().deliveryId}`, { value: '["o-1","o-2"]', expiresAt: START + DAY }),
    success: json({ errcode: 0, errmsg: 'ok' }),
    // One lost reply must not hold up the others: it is counted, and by the setting repeated at the end.
    expect: { success: 'progress', hang: 'progress', html: 'progress', truncated: 'progress', broken: 'progress' },
  },
  {
    name: 'webhook',
    channel: 'webhook',
    config: { url: 'https://partner.example.cn/hook', secret: KEY },
    leg: 'message',
    secrets: [KEY, KEY.slice(6)],
    isEffect: () => true,
    success: { got: 'reply', status: 204, headers: {}, body: '' },
    limited: { got: 'reply', status: 429, headers: { 'retry-after': '7' }, body: '' },
    refused: { got: 'reply', status: 422, headers: {}, body: KEY },
    expired: { got: 'reply', status: 401, headers: {}, body: '' },
    // Standard Webhooks: any 2xx is taken, whatever its body.
    expect: { html: 'accepted', truncated: 'accepted' },
  },
  ...(['dingtalk', 'feishu', 'wecom'] as const).map((kind): Case => {
    const codes = { dingtalk: [130101, 310000, 300001], feishu: [11232, 19024, 19021], wecom: [45009, 40058, 93000] }
    const [limited, refused, expired] = codes[kind]
    const address = {
      dingtalk: `https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`,
      feishu: `https://open.feishu.cn/open-apis/bot/v2/hook/${TOKEN}`,
      wecom: `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${TOKEN}`,
    }[kind]
    const reply = (code: number | undefined, text: string) =>
      json(kind === 'feishu' ? { code, msg: `${text} ${SECRET}` } : { errcode: code, errmsg: `${text} ${SECRET}` })
    return {
      name: `robot ${kind}`,
      channel: 'robot',
      config: { kind, url: address, ...(kind !== 'wecom' && { secret: SECRET }) },
      leg: 'message',
      secrets: kind === 'wecom' ? [address, TOKEN] : [address, SECRET, TOKEN],
      isEffect: () => true,
      success: reply(0, 'ok'),
      limited: reply(limited, 'too many'),
      refused: reply(refused, 'no'),
      expired: reply(expired, 'no'),
    }
  }),
]

/** Both vendors; the number is as secret as the key. */
const PHONE = '13800138000'
const smsCase = (
  kind: 'aliyun' | 'tencent',
  config: Record<string, unknown>,
  replies: Pick<Case, 'success' | 'limited' | 'refused' | 'expired'>,
): Case => ({
  name: `sms ${kind}`,
  channel: 'sms',
  config: { kind, sign: '示例市地震局', longest: 100, phones: PHONE, notices: true, ...config },
  leg: 'message',
  secrets: [SECRET, TOKEN, PHONE],
  isEffect: (call) => call.headers?.['x-acs-action'] === 'SendSms' || call.headers?.['x-tc-action'] === 'SendSms',
  ...replies,
})
const aliyunError = (code: string, status = 200) =>
  json({ Code: code, Message: `no ${SECRET} for ${PHONE}`, RequestId: 'r-1' }, status)
const tencentStatus = (code: string) =>
  json({
    Response: {
      SendStatusSet: [{ SerialNo: '5000:1', PhoneNumber: `+86${PHONE}`, Code: code, Message: `${PHONE} ${SECRET}` }],
      RequestId: 'r-1',
    },
  })
cases.push(
  smsCase(
    'aliyun',
    { accessKeyId: TOKEN, accessKeySecret: SECRET, template: 'SMS_000000001', parameters: { line: 'text' } },
    {
      success: json({ Code: 'OK', Message: 'OK', BizId: '1342^4351', RequestId: 'r-1' }),
      limited: aliyunError('isv.BUSINESS_LIMIT_CONTROL'),
      refused: aliyunError('isv.SMS_TEMPLATE_ILLEGAL'),
      expired: aliyunError('InvalidAccessKeyId.NotFound', 404),
    },
  ),
  smsCase(
    'tencent',
    { secretId: TOKEN, secretKey: SECRET, sdkAppId: '1400006666', template: '1110', parameters: { line: 1 } },
    {
      success: tencentStatus('Ok'),
      limited: tencentStatus('LimitExceeded.PhoneNumberThirtySecondLimit'),
      refused: tencentStatus('FailedOperation.TemplateIncorrectOrUnapproved'),
      expired: json({ Response: { Error: { Code: 'AuthFailure.SignatureFailure', Message: SECRET }, RequestId: 'r' } }),
    },
  ),
)

function channelOf(scenario: Case): AnyChannel {
  const found = channels.find((channel) => channel.name === scenario.channel)
  if (found === undefined) throw new Error(`no channel ${scenario.channel}`)
  return found
}

function setUp(scenario: Case, reply: HttpReply) {
  const channel = channelOf(scenario)
  const config = channel.config.parse(scenario.config)
  const reach = fakeReach((call) => {
    if (call.url.includes('/cgi-bin/stable_token')) return json({ access_token: TOKEN, expires_in: 7200 })
    return reply
  })
  scenario.prepare?.(reach)
  const job = jobOf(channel, config, scenario.leg, { progress: { ...scenario.progress } })
  return { channel, reach, job, client: channel.open(config, reach) }
}

const effects = (scenario: Case, reach: FakeReach): number => reach.calls.filter(scenario.isEffect).length

test('every channel has a case in this contract, and every declared leg too', () => {
  for (const channel of channels) {
    const own = cases.filter((scenario) => scenario.channel === channel.name)
    // The first three call nobody; by-hand.test.ts has the fourth's own promises.
    if (['website', 'cap', 'webpush', 'by-hand'].includes(channel.name)) continue
    expect(own.length, channel.name).toBeGreaterThan(0)
    for (const scenario of own)
      for (const leg of channel.legs(channel.config.parse(scenario.config), 'quick-report'))
        expect(own.map((each) => each.leg)).toContain(leg)
  }
})

describe.each(cases)('$name', (scenario) => {
  test('a post that the platform took is accepted, or pending under its job', async () => {
    const { client, job, reach } = setUp(scenario, scenario.success)
    expect((await client.deliver(job)).state).toBe(scenario.expect?.success ?? 'accepted')
    expect(effects(scenario, reach)).toBe(1)
  })

  test.each([
    ['hang', HANG],
    ['html', html(200)],
    ['truncated', json('{"errcode":0,"publish')],
    ['broken', html(500)],
  ] as const)('%s after the bytes left is unknown, never a failure', async (name, reply) => {
    const { client, job, reach } = setUp(scenario, reply)
    const outcome = await client.deliver(job)
    expect(outcome.state).toBe(scenario.expect?.[name] ?? 'unknown')
    if (outcome.state === 'unknown') expect(outcome.probeAfterMs).toBeGreaterThan(0)
    expect(effects(scenario, reach)).toBe(1)
  })

  test('a refused connection is tried again, because nothing has left', async () => {
    const { client, job, reach } = setUp(scenario, UNREACHABLE)
    const outcome = await client.deliver(job)
    expect(outcome).toMatchObject({ state: 'retry', code: 'unreachable' })
    expect(effects(scenario, reach)).toBe(1)
  })

  test('a used-up quota of the platform waits', async () => {
    const { client, job } = setUp(scenario, scenario.limited)
    const outcome = await client.deliver(job)
    expect(outcome.state).toBe('retry')
    if (outcome.state === 'retry') expect(outcome.afterMs).toBeGreaterThan(0)
  })

  test('refused content goes to a person and says why', async () => {
    const { client, job } = setUp(scenario, scenario.refused)
    const outcome = await client.deliver(job)
    expect(outcome.state).toBe('rejected')
    if (outcome.state === 'rejected') expect(outcome.reason).not.toBe('')
  })

  test('an expired credential asks for a new one', async () => {
    const { client, job } = setUp(scenario, scenario.expired)
    expect((await client.deliver(job)).state).toBe('auth-expired')
  })

  test('nothing is sent when the booking is refused', async () => {
    const { client, job, reach } = setUp(scenario, scenario.success)
    reach.spend = async () => ({ ok: false, until: reach.clock.now + 60_000 })
    expect(await client.deliver(job)).toMatchObject({ state: 'retry', code: 'budget', afterMs: 60_000 })
    expect(reach.calls).toHaveLength(0)
  })

  test('every call is booked before it is made', async () => {
    const { client, job, reach } = setUp(scenario, scenario.success)
    const http = reach.http
    reach.http = async (call) => {
      expect(reach.booked.length).toBe(reach.calls.length + 1)
      return http(call)
    }
    await client.deliver(job)
    expect(reach.calls.length).toBeGreaterThan(0)
  })

  test('a drill never leaves through an actual outlet', async () => {
    const { client, job, reach } = setUp(scenario, scenario.success)
    expect(await client.deliver({ ...job, class: 'drill' })).toMatchObject({ state: 'rejected', code: 'class' })
    expect(reach.calls).toHaveLength(0)
  })

  test('no secret appears in any outcome, even when the platform or the network layer repeats it', async () => {
    const echo = scenario.secrets.map((secret) => `${secret} ${encodeURIComponent(secret)}`).join(' ')
    const replies: HttpReply[] = [
      scenario.success,
      scenario.limited,
      scenario.refused,
      scenario.expired,
      { ...HANG, reason: `timeout for https://x/?access_token=${echo}` },
      { ...UNREACHABLE, reason: `connect failed: ${echo}` },
      html(502, echo),
      json({ errcode: 40164, errmsg: `invalid ip ${echo}`, error_code: 20021, error: echo, code: 9499, msg: echo }),
    ]
    for (const reply of replies) {
      const { client, job } = setUp(scenario, reply)
      const ref = '12345'
      const outcomes = [
        await client.deliver(job),
        await client.probe(job),
        await client.check?.(job),
        await client.remove?.(job, ref),
        await client.inspect?.(),
      ]
      const said = JSON.stringify(outcomes)
      for (const secret of scenario.secrets) expect(said).not.toContain(secret)
    }
  })

  test('no reply, however hostile, makes it throw, speak at length, or believe in success without an envelope', async () => {
    const bodies = fc.oneof(fc.string(), fc.json(), fc.constant('{"__proto__":{"errcode":0}}'), fc.constant('null'))
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom(200, 400, 403, 500), async (body, status) => {
        const { client, job } = setUp(scenario, { got: 'reply', status, headers: {}, body })
        const outcome = await client.deliver(job)
        expect(['accepted', 'pending', 'progress', 'retry', 'auth-expired', 'rejected', 'unknown']).toContain(
          outcome.state,
        )
        if ('reason' in outcome) expect(outcome.reason.length).toBeLessThanOrEqual(400)
        if (scenario.channel !== 'webhook') expect(outcome.state).not.toBe('accepted')
        const probed = await client.probe(job)
        if (scenario.channel !== 'webhook') expect(probed.state).not.toBe('accepted')
      }),
      { numRuns: 60 },
    )
  })

  test('its limits, certainty and secrets are stated', () => {
    const channel = channelOf(scenario)
    const certainty = channel.certainty(scenario.leg)
    expect(certainty.absentReads).toBeGreaterThan(0)
    for (const limit of channel.limits) expect(limit.reserve).toBeLessThan(limit.max)
    for (const key of channel.secrets)
      if (Object.hasOwn(scenario.config, key)) expect(scenario.secrets).toContain(scenario.config[key])
  })
})
