// In: platforms and a lock that hang. Out: proof that no act of a client outlasts the lease of its delivery: a call made
// after another node has taken the delivery over could be a second post.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { webhook } from '../../channels/webhook/index.ts'
import { wechat } from '../../channels/wechat/index.ts'
import { weibo } from '../../channels/weibo/index.ts'
import { allowTime, limitTime } from '../../channels/wire/deadline.ts'
import { guardClient } from '../../channels/wire/guard.ts'
import { LONGEST_ACT_MS, type HttpCall, type HttpReply, type Job, type OutletClient } from '../../src/core/channel.ts'
import { LEASE_MS } from '../../src/store/deliveries.ts'
import { fakeReach, json, memoryBox, pathOf, sampleJob, WEIBO_TEXT } from './fakes.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const TOKEN = 'token-0123456789abcdef'
const wechatConfig = wechat.config.parse({
  appId: 'wx0123456789abcdef',
  secret: 'secret-0123456789',
  kind: 'service',
  legs: ['freepublish', 'mass', 'subscribe'],
  covers: { default: 'cover-1' },
  subscribe: { templateId: 'tpl-1', users: ['o-1'] },
})
const weiboConfig = weibo.config.parse({
  accessToken: 'token-0123456789',
  uid: '1234567890',
  safeDomain: 'example.cn',
  rip: '203.0.113.7',
})

/** Every call takes all the time it is given, and then answers. */
function slowReach(answer: (call: HttpCall) => HttpReply, options: Parameters<typeof fakeReach>[1] = {}) {
  return fakeReach(async (call) => {
    vi.advanceTimersByTime(call.deadlineMs)
    return answer(call)
  }, options)
}

async function measure(act: () => Promise<unknown> | undefined): Promise<number> {
  const before = performance.now()
  await act()
  return performance.now() - before
}

const expired = json({ errcode: 42001, errmsg: 'access_token expired' })
const wechatAnswer = (call: HttpCall): HttpReply => {
  const path = pathOf(call)
  if (path.endsWith('stable_token')) return json({ access_token: `${TOKEN}${performance.now()}`, expires_in: 7200 })
  return path.endsWith('draft/get') ? json({ errcode: 40007, errmsg: 'invalid media_id' }) : expired
}

test('the longest act is well under the lease, so that its outcome can still be recorded', () => {
  expect(LONGEST_ACT_MS).toBeLessThanOrEqual(LEASE_MS - 5_000)
})

describe('however slow the platform is, an act ends before its lease', () => {
  const job = (change: Partial<Job>): Job => sampleJob({ content: { text: WEIBO_TEXT }, ...change })

  test('Weibo: "the same content", then three pages of the timeline', async () => {
    const rows = (page: string) => Array.from({ length: 20 }, (_, i) => ({ idstr: `9${page}${10 + i}`, text: 'x' }))
    const reach = slowReach((call) =>
      call.method === 'POST'
        ? json({ error_code: 20019, error: 'repeat content' }, 400)
        : json({ statuses: rows(new URL(call.url).searchParams.get('page') ?? ''), total_number: 900 }),
    )
    const client = weibo.open(weiboConfig, reach)
    expect(await measure(() => client.deliver(job({ attempt: 2 })))).toBeLessThanOrEqual(LONGEST_ACT_MS)
    expect(await measure(() => client.probe(job({ attempt: 2 })))).toBeLessThanOrEqual(LONGEST_ACT_MS)
  })

  test.each(['freepublish', 'mass'])('WeChat %s: a token that expires in the middle', async (leg) => {
    const progress = { mediaId: 'draft-1' }
    for (const act of ['deliver', 'probe', 'check'] as const) {
      const client = wechat.open(wechatConfig, slowReach(wechatAnswer))
      expect(await measure(() => client[act]?.(job({ leg, progress, attempt: 2 })))).toBeLessThanOrEqual(LONGEST_ACT_MS)
    }
  })

  test('a webhook', async () => {
    const secret = `whsec_${'A'.repeat(43)}=`
    const config = webhook.config.parse({ url: 'https://partner.example.cn/', secret })
    const reach = slowReach(() => ({ got: 'nothing', sent: true, reason: 'hangs' }))
    const client = webhook.open(config, reach)
    expect(await measure(() => client.deliver(job({ content: { body: '{}' } })))).toBeLessThanOrEqual(LONGEST_ACT_MS)
  })
})

test('a booking that comes too late sends nothing', async () => {
  const reach = fakeReach(() => json({ idstr: '1' }))
  const spend = reach.spend
  reach.spend = async (...given) => {
    vi.advanceTimersByTime(LONGEST_ACT_MS - 1_000)
    return spend(...given)
  }
  const outcome = await weibo.open(weiboConfig, reach).deliver(sampleJob({ content: { text: WEIBO_TEXT } }))
  expect(outcome).toMatchObject({ state: 'retry', code: 'unreachable' })
  expect(reach.calls).toHaveLength(0)
})

test('a token that another node never lets go of is waited for no longer than a call', async () => {
  const box = { ...memoryBox(), withLock: () => new Promise<never>(() => undefined) }
  const reach = fakeReach(() => json({ errcode: 0, publish_id: '1' }), { box })
  const outcome = wechat
    .open(wechatConfig, reach)
    .deliver(sampleJob({ leg: 'freepublish', progress: { mediaId: 'draft-1' } }))
  await vi.advanceTimersByTimeAsync(LONGEST_ACT_MS)
  expect(await outcome).toMatchObject({ state: 'retry', code: 'unreachable' })
  expect(reach.calls).toHaveLength(0)
})

test('legs that need a token at the same moment ask a dead platform once, not one after the other', async () => {
  const reach = fakeReach(() => ({ got: 'nothing', sent: true, reason: 'hangs' }))
  const client = wechat.open(wechatConfig, reach)
  const jobs = ['freepublish', 'mass'].map((leg) => sampleJob({ leg, progress: { mediaId: 'draft-1' } }))
  const outcomes = await Promise.all([...jobs, ...jobs, ...jobs].map((one) => client.deliver(one)))
  expect(outcomes.map(({ state }) => state)).toEqual(Array(6).fill('retry'))
  expect(reach.calls).toHaveLength(1)
})

test('outside of an act a call has the time it asks for', async () => {
  expect(allowTime(5_000)).toBe(5_000)
  expect(await limitTime(async () => allowTime(99_000))).toBe(LONGEST_ACT_MS)
})

test('an adapter that breaks says no secret, in its message, its cause or its stack', async () => {
  const secret = 'very-secret-value-0123456789'
  const breaks = (error: unknown) => {
    const client: OutletClient = {
      deliver: async () => {
        throw error
      },
      probe: async () => ({ state: 'absent' }),
    }
    return guardClient(
      client,
      fakeReach(() => json({})),
      () => [secret],
    )
  }
  for (const error of [
    new TypeError(`Invalid URL: https://x/?access_token=${secret}`),
    new Error('failed', { cause: new Error(`https://x/?t=${encodeURIComponent(secret)}`) }),
    secret,
  ]) {
    const thrown: unknown = await breaks(error)
      .deliver(sampleJob())
      .catch((caught: unknown) => caught)
    expect(thrown).toBeInstanceOf(Error)
    if (!(thrown instanceof Error)) return
    expect(`${thrown.message} ${thrown.stack} ${String(thrown.cause)}`).not.toContain(secret)
  }
  const plain = new Error('a bug without secrets')
  await expect(breaks(plain).deliver(sampleJob())).rejects.toBe(plain)
})
