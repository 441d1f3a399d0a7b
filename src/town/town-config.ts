// In: the JSON given to src/town/main.ts. Out: typed options of the stand-ins to start; an unknown key is named.
// Must not hold defaults: those stand with the stand-ins.
import { z } from 'zod'

const span = z.number().int().min(0)
const stand = { port: span.max(65_535).exactOptional(), stateFile: z.string().min(1).exactOptional() }
const ips = z.array(z.string()).exactOptional()
const text = z.string().min(1)

const weibo = z.strictObject({
  ...stand,
  accounts: z
    .array(
      z.strictObject({
        uid: z.string().regex(/^\d{1,19}$/),
        screenName: text,
        accessToken: text,
        tokenExpiresAt: z.number().exactOptional(),
        biz: z.boolean().exactOptional(),
        longText: z.boolean().exactOptional(),
      }),
    )
    .min(1),
  safeDomains: z.array(text).min(1),
  appKey: text.exactOptional(),
  appName: text.exactOptional(),
  allowIps: ips,
  visibleAfterMs: span.exactOptional(),
  timelineRows: span.exactOptional(),
  quotas: z
    .strictObject({ day: span.exactOptional(), postsPerHour: span.exactOptional(), ipPerHour: span.exactOptional() })
    .exactOptional(),
  burst: z.strictObject({ posts: span, ms: span }).exactOptional(),
})

const wechat = z.strictObject({
  ...stand,
  appId: text,
  secret: text,
  kind: z.enum(['service', 'subscription']),
  originalId: text.exactOptional(),
  allowIps: ips,
  callback: z
    .strictObject({
      url: z.url(),
      token: text,
      mode: z.enum(['plain', 'compat', 'aes']),
      encodingAesKey: z.string().exactOptional(),
    })
    .exactOptional(),
  users: z
    .array(
      z.strictObject({
        openid: text,
        follows: z.boolean().exactOptional(),
        name: text.exactOptional(),
        grants: z
          .array(z.strictObject({ templateId: text, left: z.union([span, z.literal('long-term')]) }))
          .exactOptional(),
      }),
    )
    .exactOptional(),
  templates: z
    .array(z.strictObject({ id: text, kind: z.enum(['subscribe', 'template']), fields: z.array(text).min(1) }))
    .exactOptional(),
  materials: z.array(z.strictObject({ mediaId: text, type: z.enum(['image', 'thumb']) })).exactOptional(),
  massProtection: z.boolean().exactOptional(),
  mergedConsole: z.boolean().exactOptional(),
  publishMs: span.exactOptional(),
  massMs: span.exactOptional(),
  quotas: z.record(z.string(), span).exactOptional(),
  push: z.strictObject({ timeoutMs: span.exactOptional(), gapMs: span.exactOptional() }).exactOptional(),
})

const webhook = z.strictObject({ ...stand, secrets: z.array(text).min(1), toleranceMs: span.exactOptional() })

const robots = z.strictObject({
  ...stand,
  robots: z.array(
    z.strictObject({
      kind: z.enum(['dingtalk', 'feishu', 'wecom']),
      key: text,
      secret: text.exactOptional(),
      keywords: z.array(text).exactOptional(),
      allowIps: ips,
    }),
  ),
})

const smsAccount = {
  keyId: text,
  keySecret: text,
  signNames: z.array(text).min(1),
  templates: z.array(z.strictObject({ code: text, text })),
  maxParameter: span.exactOptional(),
  perSecond: span.exactOptional(),
}

const sms = z.strictObject({
  ...stand,
  aliyun: z
    .strictObject({
      ...smsAccount,
      limits: z
        .strictObject({ minute: span.exactOptional(), hour: span.exactOptional(), day: span.exactOptional() })
        .exactOptional(),
    })
    .exactOptional(),
  tencent: z
    .strictObject({
      ...smsAccount,
      sdkAppId: text,
      limits: z
        .strictObject({
          sameIn30s: span.exactOptional(),
          sameInDay: span.exactOptional(),
          hour: span.exactOptional(),
          day: span.exactOptional(),
        })
        .exactOptional(),
    })
    .exactOptional(),
  oddNumbers: z.array(z.strictObject({ phone: text, code: text })).exactOptional(),
  listedAfterMs: span.exactOptional(),
  receiptAfterMs: span.exactOptional(),
})

const push = z.strictObject({
  ...stand,
  securePort: span.max(65_535).exactOptional(),
  host: text.exactOptional(),
  caFile: text.exactOptional(),
  opening: z.enum(['at-once', 'on-request']).exactOptional(),
})

const configSchema = z.strictObject({
  /** Where the common clock starts: epoch milliseconds or an ISO 8601 instant with its zone. */
  now: z.union([z.number(), z.string()]).exactOptional(),
  weibo: weibo.exactOptional(),
  wechat: wechat.exactOptional(),
  webhook: webhook.exactOptional(),
  robots: robots.exactOptional(),
  sms: sms.exactOptional(),
  push: push.exactOptional(),
})

export type TownConfig = z.infer<typeof configSchema>

/**
 * Reads the configuration of a set of stand-ins.
 * @throws with every wrong key and value when it is not one
 */
export function readTownConfig(json: string): TownConfig {
  const given = configSchema.safeParse(JSON.parse(json))
  if (given.success) return given.data
  throw new Error(given.error.issues.map((issue) => `${issue.path.join('.') || 'config'}: ${issue.message}`).join('; '))
}
