// In: the wechat part of an outlet in the YAML. Out: a checked WechatConfig.
// Must not read the environment: secrets are put in by the loader.
import { z } from 'zod'
import { isWritten, NOTICE_KINDS, WRITTEN_KINDS, type NoticeKind } from '../../src/core/notice.ts'
import { apiBase } from '../wire/address.ts'

const LEGS = ['freepublish', 'mass', 'subscribe'] as const
export type WechatLeg = (typeof LEGS)[number]

const opaqueId = (what: string) => z.string().regex(/^[\x21-\x7e]{1,256}$/, `must be ${what}`)
const covers = z.partialRecord(
  z.enum([...NOTICE_KINDS, ...WRITTEN_KINDS, 'default']),
  opaqueId('a permanent media_id, as the cover upload prints it'),
)

/** Written instead of a media_id: the one that the set-up command has put into the account (covers.ts). */
export const UPLOADED = 'uploaded'

const schema = z
  .strictObject({
    baseUrl: apiBase.default('https://api.weixin.qq.com'),
    appId: z.string().regex(/^wx[\w-]{2,62}$/, 'must be the AppID, which begins with wx'),
    secret: z.string().min(1, 'is missing: paste the AppSecret').max(128),
    /** The Token of 服务器配置. */
    callbackToken: z
      .string()
      .regex(/^[\da-zA-Z]{3,32}$/, 'must be 3 to 32 letters and digits')
      .optional(),
    /** Set it for 安全模式 and 兼容模式; plain callbacks are then refused. */
    encodingAesKey: z
      .string()
      .regex(/^[\da-zA-Z]{43}$/, 'must be 43 letters and digits')
      .optional(),
    kind: z.enum(['service', 'subscription']).default('subscription'),
    legs: z
      .array(z.enum(LEGS))
      .min(1, 'must name at least one of freepublish, mass, subscribe')
      .default(['freepublish']),
    covers: covers.default({}),
    /** Mass sends are few (one a day or four a month): which kinds may use one. When absent, all that tell of a quake. */
    massKinds: z.array(z.enum([...NOTICE_KINDS, ...WRITTEN_KINDS])).optional(),
    subscribe: z
      .strictObject({
        templateId: opaqueId('a template id'),
        /** Openids for trials; else the outlet's own list of subscribers is used. */
        users: z
          .array(z.string().regex(/^[\w-]{1,64}$/, 'must be an openid'))
          .max(10_000)
          .optional(),
        /**
         * After a lost reply: true sends to that user once more (a duplicate may come), false leaves it.
         * When absent, true for actual notices and false for drills (channels.md §2.10 e).
         */
        repeatUnknown: z.boolean().optional(),
      })
      .optional(),
  })
  .superRefine((given, ctx) => {
    const needsCover = listArticleLegs(given)
    const bare = NOTICE_KINDS.filter((kind) => coverFor(given, kind) === null)
    if (needsCover.length > 0 && bare.length > 0)
      ctx.addIssue({
        code: 'custom',
        path: ['covers'],
        message: `${needsCover.join(' and ')} need a cover, but ${bare.join(', ')} have none; set covers.default to a media_id, or to ${UPLOADED} for what npm run desk -- setup-wechat has uploaded`,
      })
    if (given.legs.includes('subscribe') && given.subscribe === undefined)
      ctx.addIssue({
        code: 'custom',
        path: ['subscribe'],
        message: 'is missing: the leg subscribe needs its templateId',
      })
    if (given.legs.includes('subscribe') && given.kind !== 'service')
      ctx.addIssue({ code: 'custom', path: ['legs'], message: 'subscribe works on a service account (服务号) only' })
    if (new Set(given.legs).size !== given.legs.length)
      ctx.addIssue({ code: 'custom', path: ['legs'], message: 'names a leg twice' })
    if (given.encodingAesKey !== undefined && given.callbackToken === undefined)
      ctx.addIssue({ code: 'custom', path: ['callbackToken'], message: 'is missing beside encodingAesKey' })
  })

export type WechatConfig = z.infer<typeof schema>
export const config: z.ZodType<WechatConfig> = schema
export const secrets = ['secret', 'callbackToken', 'encodingAesKey'] as const

/** Legs whose articles need a cover. */
export function listArticleLegs(given: Pick<WechatConfig, 'legs'>): WechatLeg[] {
  return given.legs.filter((leg) => leg !== 'subscribe')
}

/** The permanent media_id for a kind, or covers.default, or null. */
export function coverFor(given: { covers: Partial<Record<string, string>> }, kind: NoticeKind): string | null {
  return given.covers[kind] ?? given.covers['default'] ?? null
}

/** The legs a notice of this kind takes. What a person writes takes none of the few mass sends, unless it is named. */
export function legsFor(given: WechatConfig, kind: NoticeKind): WechatLeg[] {
  const isMass = given.massKinds === undefined ? !isWritten(kind) : given.massKinds.includes(kind)
  return given.legs.filter((leg) => (leg === 'mass' ? isMass : leg !== 'subscribe' || !isWritten(kind)))
}
