// In: a clock and the address of the bureau's callback door. Out: all stand-ins of one town and their addresses by name.
// Must not know the bureau: its configuration names the stand-ins by ${weibo}, ${wechat} …, with the credentials below.
import type { Instant } from '../core/instant.ts'
import { startPush } from './push.ts'
import type { PushTown } from './push.ts'
import { startRobots } from './robots.ts'
import { startSms } from './sms.ts'
import type { Stand } from './stand.ts'
import { startWebhook } from './webhook.ts'
import { startWechat } from './wechat.ts'
import { startWeibo } from './weibo.ts'

/** What a scenario's configuration gives as credentials; they open nothing but these stand-ins. */
export const TOWN = {
  weiboToken: '2.00TownAccessToken0001',
  weiboUid: '1700000001',
  wechatAppId: 'wx0000000000000001',
  wechatSecret: 'town-secret-000000000000000000001',
  wechatToken: 'towntoken',
  wechatAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  webhookSecret: `whsec_${Buffer.from('town-webhook-secret-0123456789abcdef').toString('base64')}`,
  robotToken: 'town-robot',
  robotSecret: 'SECtown0000000000000000000000000000',
  smsKeyId: 'LTAItown00000000',
  smsKeySecret: 'town-sms-secret-00000000000001',
  smsAppId: '1400000001',
  /** Codes that both vendors know; TOWN_SMS_TEMPLATES says what stands behind them. */
  smsNotice: '900001',
  smsAlarm: '900002',
  cover: 'town-cover-1',
} as const

/** What the vendors would have approved: Aliyun's variables have names, Tencent's numbers, in this order. */
export const TOWN_SMS_TEMPLATES: Record<'notice' | 'alarm', { aliyun: string; tencent: string }> = {
  notice: {
    aliyun: '震情：${summary}。${serial}，详见本局网站。',
    tencent: '震情：{1}。{2}，详见本局网站。',
  },
  alarm: {
    aliyun: '值班提醒：${summary}。编号 ${serial}，请登录值班台处理。',
    tencent: '值班提醒：{1}。编号 {2}，请登录值班台处理。',
  },
}

function listTemplates(vendor: 'aliyun' | 'tencent'): { code: string; text: string }[] {
  const prefix = vendor === 'aliyun' ? 'SMS_' : ''
  return [
    { code: `${prefix}${TOWN.smsNotice}`, text: TOWN_SMS_TEMPLATES.notice[vendor] },
    { code: `${prefix}${TOWN.smsAlarm}`, text: TOWN_SMS_TEMPLATES.alarm[vendor] },
  ]
}

export interface Town {
  stands: { weibo: Stand; wechat: Stand; webhook: Stand; robots: Stand; sms: Stand; push?: PushTown }
  /** For ${…} in a configuration. */
  places: Record<string, string>
  close(): Promise<void>
}

/** Starts the stand-ins on free ports. */
export async function startTown(options: {
  now: () => Instant
  callbackUrl: string | null
  /** Signs what WeChat's stand-in calls back; left out: TOWN's. Two towns at one door are told apart by it. */
  wechatToken?: string
  safeDomain: string
  bureauName: string
  /** Where the push service's certificate goes; left out: this town has no push service. */
  pushCaFile?: string
}): Promise<Town> {
  const { now, wechatToken = TOWN.wechatToken } = options
  const weibo = await startWeibo({
    now,
    accounts: [{ uid: TOWN.weiboUid, screenName: options.bureauName, accessToken: TOWN.weiboToken }],
    safeDomains: [options.safeDomain],
    appName: options.bureauName,
  })
  const wechat = await startWechat({
    now,
    appId: TOWN.wechatAppId,
    secret: TOWN.wechatSecret,
    kind: 'service',
    materials: [{ mediaId: TOWN.cover, type: 'image' }],
    publishMs: 1_500,
    massMs: 1_500,
    ...(options.callbackUrl === null
      ? {}
      : {
          callback: {
            url: options.callbackUrl,
            token: wechatToken,
            mode: 'aes' as const,
            encodingAesKey: TOWN.wechatAesKey,
          },
        }),
  })
  const webhook = await startWebhook({ now, secrets: [TOWN.webhookSecret] })
  const robots = await startRobots({
    now,
    robots: [{ kind: 'dingtalk', key: TOWN.robotToken, secret: TOWN.robotSecret }],
  })
  const smsAccount = { keyId: TOWN.smsKeyId, keySecret: TOWN.smsKeySecret, signNames: [options.bureauName] }
  const sms = await startSms({
    now,
    aliyun: { ...smsAccount, templates: listTemplates('aliyun') },
    tencent: { ...smsAccount, sdkAppId: TOWN.smsAppId, templates: listTemplates('tencent') },
  })
  const { pushCaFile } = options
  // By real time: what a signature or a TTL is worth is between two machines, whatever day a scenario plays.
  const push = pushCaFile === undefined ? null : await startPush({ now: Date.now, caFile: pushCaFile })
  const stands = { weibo, wechat, webhook, robots, sms, ...(push ? { push } : {}) }
  return {
    stands,
    places: {
      weibo: weibo.url,
      wechat: wechat.url,
      webhook: webhook.url,
      robots: robots.url,
      sms: sms.url,
      'sms-sign': options.bureauName,
      ...(push ? { push: push.origin, 'push-host': new URL(push.origin).host, 'push-ca': pushCaFile ?? '' } : {}),
      ...Object.fromEntries(
        Object.entries({ ...TOWN, wechatToken }).map(([key, value]) => [
          key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`),
          value,
        ]),
      ),
    },
    close: async () => {
      await Promise.all(Object.values(stands).map((stand) => stand.close()))
    },
  }
}
