// In: what a browser or a program sends to subscribe, to change, to read, to leave. Out: what is kept of it, or why it is refused.
// Keeps an address, a choice and the consent, nothing else: no name, no network address (PIPL 6, 19).
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { formatUtc, type Instant } from '../../../core/instant.ts'
import { judgeEndpoint } from '../../../core/push/endpoint.ts'
import { completePreferences, preferencesSchema, type GivenPreferences } from '../../../core/push/preferences.ts'
import type { Resolver } from '../../../push/resolve.ts'
import { readSubscriberKeys } from '../../../push/seal.ts'
import type { Vault } from '../../../push/vault.ts'
import type { Queryable } from '../../../store/pool.ts'
import {
  changePreferences,
  findSubscription,
  removeSubscription,
  saveSubscription,
  type Subscription,
} from '../../../store/push-subscriptions.ts'

/** A push outlet that is on. */
export interface SubscribableOutlet {
  id: string
  class: 'actual' | 'drill'
  reach: 'any' | 'loopback'
  allowHosts: readonly string[]
  /** Hosts, with a port that is not 443, that are reached through a proxy, whose own resolver answers. */
  proxied: readonly string[]
}

export interface SubscribingContext {
  db: Queryable
  /** Empty while the bureau has not turned push on. */
  outlets: readonly SubscribableOutlet[]
  vault: Vault
  resolver: Resolver
  now: () => Instant
  /** Names the text that is agreed to: the one the page shows now. */
  consentVersion: string
  /** Codes of the bureau's places. */
  districts: readonly string[]
}

export interface Answer {
  status: number
  body: object | null
}

const refuse = (status: number, rule: string, error: string): Answer => ({ status, body: { error, rule } })

const consentSchema = z.union([
  z.literal(true),
  z.strictObject({ version: z.string().max(64), language: z.enum(['zh', 'en']).default('zh') }),
])

/** PushSubscription.toJSON() and the choice beside it. */
export const subscriptionSchema = preferencesSchema.extend({
  endpoint: z.string(),
  expirationTime: z.number().nullish(),
  keys: z.object({ p256dh: z.string(), auth: z.string() }),
  consent: consentSchema,
  /** A device of the bureau's own that takes part in drills; its address must be on this machine. */
  drill: z.boolean().default(false),
})

export interface Subscribing {
  subscribe(body: unknown): Promise<Answer>
  read(id: string, token: string): Promise<Answer>
  change(id: string, token: string, body: unknown): Promise<Answer>
  remove(id: string, token: string): Promise<Answer>
}

export function openSubscribing(context: SubscribingContext): Subscribing {
  const { db, vault } = context
  const notThere = refuse(404, 'no-subscription', '没有这一订阅，或退订口令不对')
  const find = async (id: string, token: string): Promise<Subscription | null> =>
    /^[\w-]{1,40}$/.test(id) && vault.isToken(id, token) ? findSubscription(db, id) : null
  const checkDistricts = (given: GivenPreferences): Answer | null => {
    const unknown = given.districts?.find((code) => !context.districts.includes(code))
    return unknown === undefined ? null : refuse(422, 'district', `${unknown} 不是本局公告所列区县的代码`)
  }
  return {
    subscribe: async (body) => {
      if (context.outlets.length === 0)
        return refuse(403, 'push-off', '本局尚未启用网页推送；可关注本局微信、微博，或打开本站首页')
      const parsed = subscriptionSchema.safeParse(unwrap(body))
      if (!parsed.success) return refuse(422, ruleOf(parsed.error), describe(parsed.error))
      const { endpoint: address, expirationTime: _expires, keys, consent, drill, ...choice } = parsed.data
      const outlet = context.outlets.find((each) => each.class === (drill ? 'drill' : 'actual'))
      if (!outlet) return refuse(403, 'push-off', '本局尚未启用这一推送')
      const version = consent === true ? context.consentVersion : consent.version
      if (version !== context.consentVersion)
        return refuse(409, 'consent-version', '告知内容已有更新，请重新打开订阅页并再次同意')
      const wrong = checkDistricts(choice)
      if (wrong) return wrong
      const found = judgeEndpoint(address, outlet.allowHosts, outlet.reach)
      if (!found.ok) return refuse(422, found.rule, found.reason)
      const read = readSubscriberKeys(keys.p256dh, keys.auth)
      if (!read.ok) return refuse(422, read.rule, 'the keys are not those of a browser')
      const { endpoint } = found
      if (!outlet.proxied.includes(new URL(endpoint.origin).host)) {
        const pinned = await context.resolver.pin(endpoint, context.now())
        if (!pinned.ok) return refuse(422, pinned.rule, pinned.reason)
      }
      const now = context.now()
      const id = await saveSubscription(
        db,
        {
          id: randomBytes(15).toString('base64url'),
          outlet: outlet.id,
          class: outlet.class,
          endpointHash: vault.hash(endpoint.href),
          sealedEndpoint: vault.seal(endpoint.href),
          origin: endpoint.origin,
          ...read.keys,
          preferences: completePreferences(choice),
          consent: { version, language: consent === true ? 'zh' : consent.language, at: formatUtc(now) },
        },
        now,
      )
      return { status: 201, body: { id, unsubscribe: vault.tokenFor(id) } }
    },
    read: async (id, token) => {
      const found = await find(id, token)
      return found ? { status: 200, body: writeExport(found, vault) } : notThere
    },
    change: async (id, token, body) => {
      const found = await find(id, token)
      if (!found) return notThere
      const parsed = preferencesSchema.safeParse(body)
      if (!parsed.success) return refuse(422, 'preferences', describe(parsed.error))
      const wrong = checkDistricts(parsed.data)
      if (wrong) return wrong
      const preferences = completePreferences(parsed.data, found.preferences)
      return (await changePreferences(db, id, preferences)) ? { status: 200, body: { id, preferences } } : notThere
    },
    remove: async (id, token) => {
      const found = await find(id, token)
      return found && (await removeSubscription(db, id)) ? { status: 204, body: null } : notThere
    },
  }
}

/** Programs may also send the browser's object as one part: {subscription: {...}, districts, …}. */
function unwrap(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('subscription' in body)) return body
  const { subscription, ...rest } = body
  return typeof subscription === 'object' && subscription !== null ? { ...subscription, ...rest } : body
}

function ruleOf(error: z.ZodError): string {
  const keys = error.issues.map(({ path }) => String(path[0] ?? ''))
  return keys.includes('consent')
    ? 'consent'
    : keys.includes('endpoint')
      ? 'endpoint-form'
      : keys.includes('keys')
        ? 'keys'
        : 'preferences'
}

/** Names keys and what is wrong, never what was sent: an endpoint in an answer would end up in somebody's log. */
function describe(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
    .join('; ')
    .slice(0, 400)
}

/** All that is kept of one subscriber (PIPL 45). */
function writeExport(found: Subscription, vault: Vault): object {
  return {
    id: found.id,
    endpoint: vault.open(found.sealedEndpoint),
    pushService: found.origin,
    keys: { p256dh: found.p256dh.toString('base64url'), auth: found.auth.toString('base64url') },
    preferences: found.preferences,
    consent: found.consent,
    createdAt: formatUtc(found.createdAt),
    renewedAt: formatUtc(found.renewedAt),
    lastReachedAt: found.lastOkAt === null ? null : formatUtc(found.lastOkAt),
  }
}
