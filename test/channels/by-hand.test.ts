// In: notices for a platform without an interface. Out: proof of what waits on the desk, for how long, and that nothing is sent.
import { expect, test } from 'vitest'
import { channels } from '../../channels/index.ts'
import { byHand } from '../../channels/by-hand/index.ts'
import { afterDeliver } from '../../src/core/delivery.ts'
import { MINUTE } from '../../src/core/instant.ts'
import type { NoticeFacts } from '../../src/core/notice.ts'
import { fakeReach, sampleJob, UNREACHABLE } from './fakes.ts'

const config = byHand.config.parse({ platform: '抖音', hosts: ['Douyin.com'], longest: 60 })
const facts = { serial: '银震信〔2017〕12号', report: 2, url: 'https://zq.example.cn/n/abcd2345' } as NoticeFacts

test('the text ends with serial and address; one that is too long gives way to the brief one, and is never cut', () => {
  const rendered = { title: '某地发生5.0级地震', text: '正文'.repeat(30), variants: { brief: '简短正文' } }
  expect(byHand.compose(rendered, facts, config, 'post')).toEqual({
    ok: true,
    content: { title: rendered.title, text: `简短正文\n银震信〔2017〕12号 第2报\n${facts.url}` },
  })
  const long = { ...rendered, variants: { brief: '简'.repeat(60) } }
  expect(byHand.compose(long, facts, config, 'post')).toMatchObject({ ok: false })
  expect(byHand.compose({ ...rendered, text: ' ', variants: {} }, facts, config, 'post')).toMatchObject({ ok: false })
})

test('a word waits as one that has not left, a person is told at once, and a quick report waits out its half hour', async () => {
  const reach = fakeReach(() => UNREACHABLE)
  const client = byHand.open(config, reach)
  const start = reach.now()
  const expiresAt = start + 30 * MINUTE
  let now = start
  let attempt = 1
  for (;;) {
    const job = sampleJob({ attempt, firstAttemptAt: start })
    const outcome = await byHand.open(config, { ...reach, now: () => now }).deliver(job)
    const standing = { attempts: attempt, absentProbes: 0, absentSince: null, expiresAt, firstAttemptAt: start }
    const change = afterDeliver(standing, outcome, now)
    expect(change.alarm).toBeDefined()
    if (change.state === 'expired') break
    expect(change.state).toBe('queued')
    now = change.dueAt ?? Number.NaN
    attempt += 1
  }
  expect(now - start).toBeGreaterThanOrEqual(29 * MINUTE)
  expect(attempt).toBeLessThan(40)
  expect(await client.probe(sampleJob())).toMatchObject({ state: 'unknown' })
  expect(reach.calls).toEqual([])
})

test('what may be entered at the desk is a secret of its channel, and what stands in for it has the right form', () => {
  const text = { sign: '示例局', phones: '13800138000', longest: 100 }
  /** One of each vendor, where a channel has several. */
  const samples: Record<string, Record<string, unknown>[]> = {
    weibo: [{ accessToken: 'x', uid: '1', safeDomain: 'a.cn', rip: '203.0.113.7' }],
    wechat: [{ appId: 'wx0123456789abcdef', secret: 'x', covers: { default: 'c' } }],
    webhook: [{ url: 'https://a.cn/hook', secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` }],
    sms: [
      {
        ...text,
        kind: 'aliyun',
        accessKeyId: 'LTAI0000',
        accessKeySecret: 'secret00',
        template: 'SMS_1',
        parameters: { line: 'a' },
      },
      {
        ...text,
        kind: 'tencent',
        secretId: 'AKID0000',
        secretKey: 'secret00',
        sdkAppId: '1400006666',
        template: '1',
        parameters: { line: 1 },
      },
    ],
  }
  for (const channel of channels) {
    for (const [name, holder] of Object.entries(channel.enterable ?? {})) {
      expect(channel.secrets).toContain(name)
      if (holder !== null)
        expect(
          (samples[channel.name] ?? [{}]).some((one) => channel.config.safeParse({ ...one, [name]: holder }).success),
          `${channel.name} ${name}`,
        ).toBe(true)
    }
  }
  expect(
    Object.keys(samples).every((name) => channels.some((channel) => channel.name === name && channel.enterable)),
  ).toBe(true)
})
