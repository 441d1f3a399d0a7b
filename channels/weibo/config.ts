// In: the weibo part of an outlet in the YAML. Out: a checked WeiboConfig and the addresses that follow from it.
// Must not read the environment: secrets are put in by the loader.
import { z } from 'zod'
import { apiBase, digitsText } from '../wire/address.ts'

const schema = z.strictObject({
  /** share: the free call. biz: the commercial contract, whose posts carry an exact mark (channels.md §1.2). */
  driver: z.enum(['share', 'biz']).default('share'),
  /** Weibo's own host of the driver when absent. */
  baseUrl: apiBase.optional(),
  /** Where readers find a post; follows from baseUrl when absent. */
  pageUrl: apiBase.optional(),
  accessToken: z.string().min(1, 'is missing: paste the OAuth2 access token of the bureau account').max(512),
  uid: digitsText(1, 20, 'must be the numeric uid of the bureau account'),
  safeDomain: z
    .string()
    .regex(
      /^(?=.{1,253}$)[a-z\d-]+(\.[a-z\d-]+)*(:\d{1,5})?$/i,
      'must be the host registered as 安全域名 of the app, without https:// and path',
    ),
  rip: z.union([z.ipv4(), z.ipv6()], 'must be the IP address this bureau calls Weibo from'),
})

export type WeiboConfig = z.infer<typeof schema>
export const config: z.ZodType<WeiboConfig> = schema
export const secrets = ['accessToken'] as const

const HOSTS = { share: 'https://api.weibo.com', biz: 'https://c.api.weibo.com' } as const

/** Base of the API: as configured, else the driver's host at Weibo. */
export function apiBaseOf(given: WeiboConfig): string {
  return given.baseUrl ?? HOSTS[given.driver]
}

/** Base of permalinks: as configured; weibo.com for Weibo's hosts; a stand-in shows its posts itself. */
export function pageBaseOf(given: WeiboConfig): string {
  if (given.pageUrl !== undefined) return given.pageUrl
  const { hostname, origin } = new URL(apiBaseOf(given))
  return hostname === 'weibo.com' || hostname.endsWith('.weibo.com') ? 'https://weibo.com' : origin
}
