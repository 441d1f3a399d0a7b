// In: the strict stand-ins behind real sockets, the real HTTP client, every fault that can be scripted, at every call of
// every leg. Out: proof that each delivery ends as one visible post or at a person's alarm, and never as two.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { robot } from '../../channels/robot/index.ts'
import { sms } from '../../channels/sms/index.ts'
import { webhook } from '../../channels/webhook/index.ts'
import { wechat } from '../../channels/wechat/index.ts'
import { weibo } from '../../channels/weibo/index.ts'
import type { AnyChannel } from '../../channels/index.ts'
import type { DeliveryChange } from '../../src/core/delivery.ts'
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../src/core/instant.ts'
import { openOutbound } from '../../src/publish/http.ts'
import type { Fault } from '../../src/town/faults.ts'
import type { LedgerEntry } from '../../src/town/ledger.ts'
import { startRobots } from '../../src/town/robots.ts'
import { startSms } from '../../src/town/sms.ts'
import type { Stand } from '../../src/town/stand.ts'
import { TOWN, TOWN_SMS_TEMPLATES } from '../../src/town/town.ts'
import { startWebhook } from '../../src/town/webhook.ts'
import { startWechat } from '../../src/town/wechat.ts'
import { startWeibo } from '../../src/town/weibo.ts'
import { actFor, carryOut, recordChange, type Act } from './dispatcher.ts'
import { fakeReach, jobOf, START } from './fakes.ts'

/** A hanging call costs this much real time; the deadlines themselves have their own test. */
const PATIENCE_MS = 50
const USERS = ['oReader001', 'oReader002', 'oReader003']
const clock: { at: Instant } = { at: START }
const now = (): Instant => clock.at
const SMS_ACCOUNT = { keyId: TOWN.smsKeyId, keySecret: TOWN.smsKeySecret, signNames: ['示例局'] }
const outbound = openOutbound({ loopbackOnly: true })

let stands: Record<'weibo' | 'wechat' | 'webhook' | 'robots' | 'sms', Stand>

/** The bureau's WeChat account, with habits of its own. */
const startAccount = (habits: Partial<Parameters<typeof startWechat>[0]>): Promise<Stand> =>
  startWechat({
    now,
    appId: TOWN.wechatAppId,
    secret: TOWN.wechatSecret,
    kind: 'service',
    materials: [{ mediaId: TOWN.cover, type: 'image' }],
    ...habits,
  })

beforeAll(async () => {
  stands = {
    weibo: await startWeibo({
      now,
      accounts: [{ uid: TOWN.weiboUid, screenName: '示例局', accessToken: TOWN.weiboToken }],
      safeDomains: ['zq.example.cn'],
      visibleAfterMs: 5 * SECOND,
    }),
    wechat: await startAccount({
      users: USERS.map((openid) => ({ openid, grants: [{ templateId: 'tpl', left: 'long-term' as const }] })),
      templates: [{ id: 'tpl', kind: 'subscribe', fields: ['thing1', 'time2', 'number3'] }],
    }),
    webhook: await startWebhook({ now, secrets: [TOWN.webhookSecret] }),
    robots: await startRobots({
      now,
      robots: [{ kind: 'dingtalk', key: TOWN.robotToken, secret: TOWN.robotSecret }],
    }),
    sms: await startSms({
      now,
      aliyun: { ...SMS_ACCOUNT, templates: [{ code: 'SMS_1', text: TOWN_SMS_TEMPLATES.notice.aliyun }] },
      tencent: {
        ...SMS_ACCOUNT,
        sdkAppId: TOWN.smsAppId,
        templates: [{ code: '1', text: TOWN_SMS_TEMPLATES.notice.tencent }],
      },
    }),
  }
})
afterAll(async () => {
  await outbound.close()
  await Promise.all(Object.values(stands).map((stand) => stand.close()))
})

interface Leg {
  name: string
  channel: AnyChannel
  leg: string
  stand: keyof typeof stands
  settings: () => unknown
  /** Calls that a delivery may make; the first is the one with the effect. */
  apis: string[]
  isPost: (entry: LedgerEntry) => boolean
  /** How many posts one delivery makes. */
  posts: number
  /** True where a lost reply may double the message, as the channel declares (DESIGN §3 "exactly once"). */
  atLeastOnce?: boolean
}

const wechatLeg = (leg: string, apis: string[], act: LedgerEntry['act'], more: Partial<Leg> = {}): Leg => ({
  name: `wechat ${leg}`,
  channel: wechat,
  leg,
  stand: 'wechat',
  settings: () => ({
    baseUrl: stands.wechat.url,
    appId: TOWN.wechatAppId,
    secret: TOWN.wechatSecret,
    kind: 'service',
    legs: ['freepublish', 'mass', 'subscribe'],
    covers: { default: TOWN.cover },
    subscribe: { templateId: 'tpl', users: USERS, repeatUnknown: false },
  }),
  apis,
  isPost: (entry) => entry.act === act,
  posts: 1,
  ...more,
})

const smsLeg = (kind: 'aliyun' | 'tencent', own: Record<string, unknown>, more: Partial<Leg>): Leg => ({
  name: `sms of ${kind}`,
  channel: sms,
  leg: 'message',
  stand: 'sms',
  settings: () => ({ kind, baseUrl: stands.sms.url, sign: '示例局', phones: ['13800138000'], notices: true, ...own }),
  apis: [`${kind}/SendSms`],
  isPost: (entry) => entry.act === 'user-message',
  posts: 1,
  ...more,
})

const LEGS: readonly Leg[] = [
  {
    name: 'weibo post',
    channel: weibo,
    leg: 'post',
    stand: 'weibo',
    settings: () => ({
      baseUrl: stands.weibo.url,
      accessToken: TOWN.weiboToken,
      uid: TOWN.weiboUid,
      safeDomain: 'zq.example.cn',
      rip: '127.0.0.1',
    }),
    apis: ['statuses/share', 'statuses/user_timeline'],
    isPost: (entry) => entry.act === 'post',
    posts: 1,
  },
  wechatLeg(
    'freepublish',
    ['freepublish/submit', 'draft/add', 'stable_token', 'freepublish/get', 'draft/get', 'freepublish/batchget'],
    'publish',
  ),
  wechatLeg('mass', ['message/mass/sendall', 'draft/add', 'message/mass/get'], 'mass'),
  wechatLeg('subscribe', ['message/subscribe/bizsend'], 'user-message', { posts: USERS.length }),
  {
    name: 'webhook',
    channel: webhook,
    leg: 'message',
    stand: 'webhook',
    settings: () => ({ url: `${stands.webhook.url}/hook`, secret: TOWN.webhookSecret }),
    apis: ['hook'],
    isPost: (entry) => entry.act === 'message',
    posts: 1,
  },
  {
    name: 'robot',
    channel: robot,
    leg: 'message',
    stand: 'robots',
    settings: () => ({
      kind: 'dingtalk',
      url: `${stands.robots.url}/robot/send?access_token=${TOWN.robotToken}`,
      secret: TOWN.robotSecret,
    }),
    apis: ['robot/send'],
    isPost: (entry) => entry.act === 'message',
    posts: 1,
    atLeastOnce: true,
  },
  smsLeg(
    'aliyun',
    {
      accessKeyId: TOWN.smsKeyId,
      accessKeySecret: TOWN.smsKeySecret,
      template: 'SMS_1',
      parameters: { line: 'summary', serial: 'serial' },
    },
    { apis: ['aliyun/SendSms', 'aliyun/QuerySendDetails'] },
  ),
  smsLeg(
    'tencent',
    {
      secretId: TOWN.smsKeyId,
      secretKey: TOWN.smsKeySecret,
      sdkAppId: TOWN.smsAppId,
      template: '1',
      parameters: { line: 1, serial: 2 },
    },
    { atLeastOnce: true },
  ),
]

const WIRE: readonly Omit<Fault, 'api'>[] = [
  { kind: 'http-5xx', applied: false },
  { kind: 'http-5xx', applied: true },
  { kind: 'html', applied: true },
  { kind: 'html', applied: false },
  { kind: 'wrong-type' },
  { kind: 'truncated' },
  { kind: 'drip', ms: 20 },
  { kind: 'hang' },
  { kind: 'hang', applied: false },
  { kind: 'delay', ms: 100 },
  { kind: 'close-before' },
  { kind: 'close-after' },
  { kind: 'token-expiry' },
]
const OWN: Partial<Record<Leg['stand'], readonly Omit<Fault, 'api'>[]>> = {
  weibo: [
    { kind: 'pending', ms: 60 * SECOND },
    { kind: 'error', code: 10_001 },
    { kind: 'error', code: 10_002 },
    { kind: 'error', code: 20_016 },
    { kind: 'error', code: 10_023 },
    { kind: 'error', code: 10_004 },
  ],
  wechat: [
    { kind: 'error', code: -1 },
    { kind: 'error', code: 45_009 },
    { kind: 'error', code: 45_011 },
    { kind: 'error', code: 40_164 },
  ],
}

interface End {
  change: DeliveryChange
  alarms: string[]
  posts: number
}

/** One delivery of a formal report as the dispatcher drives it, on a clock that jumps to whatever is due. */
async function runDelivery(leg: Leg, faults: readonly Fault[], until: Instant): Promise<End> {
  const stand = stands[leg.stand]
  clock.at = START
  stand.reset()
  for (const fault of faults) stand.faults.add(fault)
  const reach = fakeReach((call) => outbound.http({ ...call, deadlineMs: Math.min(call.deadlineMs, PATIENCE_MS) }))
  reach.now = now
  const config: unknown = leg.channel.config.parse(leg.settings())
  let job = jobOf(leg.channel, config, leg.leg, { firstAttemptAt: START, priority: 1 })
  const client = leg.channel.open(config, reach)
  const alarms: string[] = []
  let change: DeliveryChange = { state: 'sending' }
  let act: Act = 'deliver'
  let unresolved = false
  for (let turn = 0; turn < 300; turn += 1) {
    const turned = await carryOut(act, job, leg.channel, client, now, unresolved)
    change = turned.change
    if (change.alarm !== undefined) alarms.push(change.alarm)
    job = { ...recordChange(job, change), attempt: job.attempt + 1 }
    if (change.nextAct === 'deliver') {
      if (act !== 'deliver') unresolved = turned.outcome.state === 'absent'
      act = 'deliver'
      continue
    }
    unresolved = false
    if (['accepted', 'failed', 'expired'].includes(change.state)) break
    clock.at = Math.max(clock.at, change.dueAt ?? 0)
    if (clock.at > until) stand.faults.clear()
    if (clock.at > START + 2 * DAY) break
    act = actFor(change.state)
  }
  clock.at += HOUR
  return { change, alarms, posts: stand.ledger().filter((entry) => entry.visible && leg.isPost(entry)).length }
}

function judge(leg: Leg, end: End, what: string): void {
  const { change, posts, alarms } = end
  const said = `${what}: ${change.state} (${change.reason ?? ''}), ${posts} posts`
  if (leg.atLeastOnce) expect(change.state === 'accepted' ? posts : 1, said).toBeGreaterThanOrEqual(1)
  else expect(posts, said).toBeLessThanOrEqual(leg.posts)
  if (change.state !== 'accepted') expect(alarms, said).not.toEqual([])
  else if (alarms.length === 0 && !leg.atLeastOnce && leg.leg !== 'subscribe') expect(posts, said).toBe(leg.posts)
}

const nameOf = (fault: Fault): string => `${fault.api} ${fault.kind}${fault.code ?? ''}${fault.applied ?? ''}`

describe.each(LEGS)('$name', (leg) => {
  const kinds = [...WIRE, ...(OWN[leg.stand] ?? [])].filter(
    // Standard Webhooks: 2xx is the receiver's word, whatever its body; a gateway that lies with 200 cannot be told from it.
    (kind) => !(leg.channel === webhook && kind.kind === 'html' && kind.applied === false),
  )

  test('any fault of any call, once: exactly one post, and known to be there', async () => {
    for (const api of leg.apis) {
      for (const kind of kinds) {
        const fault: Fault = { api, ...kind, times: 1 }
        const end = await runDelivery(leg, [fault], START + 3 * HOUR)
        judge(leg, end, nameOf(fault))
        expect(end.change.state, `${nameOf(fault)}: ${end.change.reason}`).toBe('accepted')
      }
    }
  }, 120_000)

  test('any fault of any call for twenty minutes: one post in the end, or a person was told', async () => {
    for (const api of leg.apis) {
      for (const kind of kinds) {
        // Calls without an effect fare alike in every silence, and silences cost real time.
        if (api !== leg.apis[0] && ['delay', 'drip', 'hang'].includes(kind.kind)) continue
        const fault: Fault = { api, ...kind }
        const end = await runDelivery(leg, [fault], START + 20 * MINUTE)
        judge(leg, end, `twenty minutes of ${nameOf(fault)}`)
      }
    }
  }, 120_000)

  test('the effect applied and the reply lost, then the read-back failing in every way', async () => {
    const [effect = '', ...reads] = leg.apis
    for (const api of reads) {
      for (const kind of kinds) {
        const faults: Fault[] = [
          { api: effect, kind: 'close-after', times: 1 },
          { api, ...kind, times: 3 },
        ]
        judge(leg, await runDelivery(leg, faults, START + 3 * HOUR), faults.map(nameOf).join(' + '))
      }
    }
  }, 120_000)
})

/** One delivery without a fault over a leg of an account with these habits. */
async function deliverAt(name: string, habits: Parameters<typeof startAccount>[0]): Promise<End> {
  const leg = LEGS.find((one) => one.leg === name)
  if (!leg) throw new Error(`no leg ${name}`)
  const usual = stands.wechat
  stands.wechat = await startAccount(habits)
  try {
    return await runDelivery(leg, [], START)
  } finally {
    await stands.wechat.close()
    stands.wechat = usual
  }
}

test('a message that waits for an administrator for half an hour and then fails is told to a person', async () => {
  const end = await deliverAt('mass', { massProtection: true })
  expect(end).toMatchObject({ change: { state: 'failed' }, posts: 0 })
  expect(end.alarms[0]).toContain('手机上确认')
  expect(end.alarms.at(-1)).toContain('群发失败')
})

test('a publish job that runs for an hour is told after minutes and accepted when it ends', async () => {
  const end = await deliverAt('freepublish', { publishMs: 70 * MINUTE })
  expect(end).toMatchObject({ change: { state: 'accepted' }, posts: 1 })
  expect(end.alarms.length).toBeGreaterThan(0)
})
