// In: the webpush channel with a scripted sender. Out: what it hands over, what it makes of the sender's answers, and which
// settings it refuses.
import { describe, expect, test } from 'vitest'
import webPush from 'web-push'
import { webpush } from '../../channels/webpush/index.ts'
import type { HandedWord, PushStanding } from '../../src/core/push/handing.ts'
import { factsOf } from '../core/rendering/facts.ts'
import { fakeReach, sampleJob, UNREACHABLE } from './fakes.ts'

const keys = webPush.generateVAPIDKeys()
const given = {
  enabled: true,
  vapidPublicKey: keys.publicKey,
  vapidPrivateKey: keys.privateKey,
  subject: 'mailto:duty@bureau.example',
}
const config = webpush.config.parse(given)

function setUp(standing: PushStanding | null = null) {
  const reach = fakeReach(() => UNREACHABLE)
  const handed: HandedWord[] = []
  reach.push = { hand: async (word) => void handed.push(word), standing: async () => standing }
  const variants = { brief: '示例县附近发生3.6级左右地震。' }
  const composed = webpush.compose({ title: '地震速报', text: 'x', variants }, factsOf(), config, 'subscribers')
  if (!composed.ok) throw new Error(composed.reason)
  const job = sampleJob({ leg: 'subscribers', content: composed.content })
  return { reach, handed, job, client: webpush.open(config, reach) }
}

const standingOf = (change: Partial<PushStanding>): PushStanding => ({
  state: 'done',
  sent: 10,
  gone: 0,
  failed: 0,
  open: 0,
  ...change,
})

describe('a word for subscribers', () => {
  test('is handed over with its title, its short text and its own address, and waits for the sender', async () => {
    const { client, job, handed } = setUp()
    expect(await client.deliver(job)).toMatchObject({ state: 'pending', job: job.deliveryId })
    expect(handed).toHaveLength(1)
    expect(handed[0]).toMatchObject({ deliveryId: job.deliveryId, outlet: 'outlet-1', ttlMs: 1_800_000 })
    expect(Object.keys(handed[0]?.content ?? {}).sort()).toEqual(['body', 'title', 'url'])
  })

  test('that could not be put on record is tried again', async () => {
    const { client, job, reach } = setUp()
    reach.push.hand = async () => Promise.reject(new Error('away'))
    expect(await client.deliver(job)).toMatchObject({ state: 'retry', code: 'store' })
  })

  test.each([
    ['is still sent', standingOf({ state: 'sending', open: 5 }), 'pending'],
    ['is still planned', standingOf({ state: 'planning', sent: 0 }), 'pending'],
    ['is sent', standingOf({}), 'accepted'],
    ['was overtaken by a newer one', standingOf({ state: 'replaced', sent: 3 }), 'accepted'],
    ['was stopped on its way', standingOf({ state: 'stopped', sent: 3, open: 7 }), 'accepted'],
    ['was stopped before anyone was told', standingOf({ state: 'refused', sent: 0 }), 'rejected'],
    ['was never handed over', null, 'absent'],
  ])('that %s is said to be so', async (_name, standing, state) => {
    const { client, job } = setUp(standing)
    expect((await client.check?.(job))?.state).toBe(state)
    expect((await client.probe(job)).state).toBe(state)
  })

  test('that failed for most is accepted with a warning for a person', async () => {
    const { client, job } = setUp(standingOf({ sent: 1, failed: 9 }))
    expect(await client.probe(job)).toMatchObject({
      state: 'accepted',
      warning: expect.stringContaining('9 人未成功') as string,
    })
  })

  test('that a person stopped says how many were told, and that the others will not be', async () => {
    const { client, job } = setUp(standingOf({ state: 'stopped', sent: 3, open: 7 }))
    const said = '渠道已由人工停用：已推送 3 人，其余未推送，解除停用后不再补推'
    expect(await client.probe(job)).toMatchObject({ state: 'accepted', warning: said })
  })

  test('is not sent when its withdrawal would not say so by its title', () => {
    const facts = factsOf({ kind: 'withdrawal' })
    const variants = { brief: '系误报，现予撤回。' }
    expect(webpush.compose({ title: '已撤回', text: 'x', variants }, facts, config, 'subscribers').ok).toBe(false)
    expect(webpush.compose({ title: '【撤回】示例', text: 'x', variants }, facts, config, 'subscribers').ok).toBe(true)
    const long = { brief: '长'.repeat(700) }
    expect(webpush.compose({ title: '【撤回】示例', text: 'x', variants: long }, facts, config, 'subscribers').ok).toBe(
      false,
    )
  })

  test('goes nowhere until the bureau has turned push on', () => {
    const off = webpush.config.parse({ ...given, enabled: undefined })
    expect(webpush.legs(off, 'quick-report')).toEqual([])
    expect(webpush.legs(config, 'quick-report')).toEqual(['subscribers'])
  })
})

describe('the settings', () => {
  test.each([
    ['keys that are no pair', { vapidPublicKey: webPush.generateVAPIDKeys().publicKey }, 'vapidPublicKey'],
    ['a private key of another length', { vapidPrivateKey: 'AAAA' }, 'vapidPrivateKey'],
    ['a subject nobody can be reached at', { subject: 'duty desk' }, 'subject'],
    ['a subject in brackets, which Apple refuses', { subject: 'mailto:<duty@bureau.example>' }, 'subject'],
    ['an address of this network', { allowHosts: ['10.0.0.1'] }, 'allowHosts'],
    ['a whole address as host', { allowHosts: ['https://push.example/'] }, 'allowHosts'],
    ['a transport that there is not', { transport: 'http3' }, 'transport'],
    ['a certificate that is none', { ca: 'ca.pem' }, 'ca'],
    ['a word that is worth a week', { ttl: 604_800 }, 'ttl'],
    ['a proxy with a path', { proxies: { 'fcm.googleapis.com': 'http://proxy/x' } }, 'proxies'],
    ['a key nobody knows', { enabeld: true }, ''],
  ])('with %s are refused by name', (_name, change, key) => {
    const read = webpush.config.safeParse({ ...given, ...change })
    expect(read.success).toBe(false)
    expect(read.error?.issues.some(({ path }) => String(path[0] ?? '') === key)).toBe(true)
  })
})
