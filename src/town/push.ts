// In: a clock, host names. Out: a push service on loopback with the browsers behind it (RFC 8030, 8188, 8291, 8292).
// Must not be kinder than the real ones, and must not read a message in transit: a device of its own opens it.
import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { ControlAction } from './control.ts'
import { makeTlsIdentity } from './push/certificate.ts'
import { expire, openDelivered, setOnline } from './push/delivery.ts'
import { openSecureListener } from './push/listener.ts'
import { PUSH_KINDS } from './push/refusals.ts'
import { answerPush } from './push/service.ts'
import type { ServiceRules } from './push/service.ts'
import { findByEndpoint, freshPushState, makeDeviceKeys, subscribe, toSubscriptionJson } from './push/state.ts'
import type { Message, PushState, PushSubscriptionJson, SubscribeOptions } from './push/state.ts'
import { createVapidCheck } from './push/vapid.ts'
import { openStand } from './stand.ts'
import type { Stand, StandOptions } from './stand.ts'
import { loadState } from './state-file.ts'

export interface PushOptions extends StandOptions {
  /** Name in the endpoints and first name of the certificate (localhost). */
  host?: string
  /** Port of the service itself; `port` is the control's. 0 or left out: any free one. */
  securePort?: number
  /** Where the certificate is written, for whoever takes it as `ca`. */
  caFile?: string
  /** at-once: a device opens what it gets. on-request: when POST /_town/open says so, so that opening costs no call time. */
  opening?: 'at-once' | 'on-request'
}

/** A message with what its device read; null: nothing, or not yet. */
interface SeenMessage extends Omit<Message, 'body' | 'effect'> {
  text: string | null
}

interface Tally {
  messages: Partial<Record<Message['state'], number>>
  refused: Record<string, number>
}

export interface PushTown extends Stand {
  /** Origin of every endpoint. */
  origin: string
  /** PEM of the certificate, for `ca`. */
  ca: string
  subscribe(options: SubscribeOptions): PushSubscriptionJson
  /** Messages to an endpoint, oldest first; all messages without one. */
  messages(endpoint?: string): SeenMessage[]
  /** How many messages came to what, and how many calls were refused by which rule. */
  tally(): Tally
  setOnline(endpoint: string, online: boolean): void
  /** gone: 410 from now on. forgotten: 404. */
  end(endpoint: string, as: 'gone' | 'forgotten'): void
  /** GOAWAY on every connection. */
  goAway(): void
  /** Lets devices open what they got while opening was on request. @returns how many messages */
  open(): number
}

const subscribeSchema = z.strictObject({
  kind: z.enum(PUSH_KINDS).exactOptional(),
  applicationServerKey: z
    .string()
    .regex(/^B[A-Za-z0-9_-]{86}$/)
    .nullable(),
  online: z.boolean().exactOptional(),
  maxBody: z.number().int().min(0).exactOptional(),
  n: z.number().int().min(1).max(200_000).exactOptional(),
  sharedKeys: z.boolean().exactOptional(),
})
const deviceSchema = z.strictObject({ endpoint: z.string(), online: z.boolean() })
const endSchema = z.strictObject({ endpoint: z.string(), as: z.enum(['gone', 'forgotten']) })
const messagesSchema = z.strictObject({ endpoint: z.string().exactOptional() })

function listMessages(state: PushState, endpoint?: string): SeenMessage[] {
  const token = endpoint === undefined ? null : findByEndpoint(state, endpoint).token
  return Object.values(state.messages)
    .filter((one) => token === null || one.token === token)
    .map(({ body: _body, effect, ...seen }) => ({
      ...seen,
      text: seen.state === 'shown' ? (state.effects[effect - 1]?.text ?? null) : null,
    }))
}

function countMessages(state: PushState): Tally {
  const messages: Tally['messages'] = {}
  for (const { state: one } of Object.values(state.messages)) messages[one] = (messages[one] ?? 0) + 1
  return { messages, refused: state.refused }
}

function endSubscription(state: PushState, endpoint: string, as: 'gone' | 'forgotten'): void {
  const subscription = findByEndpoint(state, endpoint)
  if (as === 'gone') subscription.gone = true
  else delete state.subscriptions[subscription.token]
}

/** Starts the service; POST /_town/{subscriptions,device,end,messages,tally,go-away,open} do what the methods do. */
export async function startPush(options: PushOptions): Promise<PushTown> {
  const { host = 'localhost', opening = 'at-once' } = options
  // Kept with the state: a client that was given the certificate still knows the service after a restart.
  const kept = loadState(options.stateFile) as PushState | null
  const identity = kept?.identity ?? makeTlsIdentity([...new Set([host, 'localhost', '127.0.0.1'])])
  const rules: ServiceRules = {
    origin: '',
    vapid: createVapidCheck(),
    opening: opening === 'at-once',
    senderKeys: new Map(),
  }
  const subscribeMany = (state: PushState, { n, sharedKeys = false, ...given }: z.infer<typeof subscribeSchema>) => {
    const shared = sharedKeys ? makeDeviceKeys() : undefined
    const subscriptions = Array.from({ length: n ?? 1 }, () =>
      toSubscriptionJson(subscribe(state, given, shared), rules.origin),
    )
    return n === undefined ? subscriptions[0] : { sharedKeys, subscriptions }
  }
  let live: PushState | null = null
  const stand = await openStand<PushState>(
    {
      title: '浏览器推送（替身）',
      fresh: () => {
        rules.senderKeys.clear()
        live = freshPushState(identity, live?.subscriptions)
        return live
      },
      effects: (state) => state.effects,
      tick: expire,
      answer: (request, state) => answerPush(request, state, rules),
      actions: (state): Record<string, ControlAction> => ({
        subscriptions: (body) => subscribeMany(state, subscribeSchema.parse(body)),
        device(body) {
          const { endpoint, online } = deviceSchema.parse(body)
          setOnline(state, findByEndpoint(state, endpoint), online, stand.now(), rules.opening)
        },
        end(body) {
          const { endpoint, as } = endSchema.parse(body)
          endSubscription(state, endpoint, as)
        },
        messages: (body) => ({ messages: listMessages(state, messagesSchema.parse(body).endpoint) }),
        tally: () => countMessages(state),
        open: () => ({ opened: openDelivered(state) }),
        'go-away': () => listener.goAway(),
      }),
    },
    options,
  )
  live = stand.state()
  const listener = await openSecureListener(identity, stand.handle, options.securePort).catch(
    async (cause: unknown): Promise<never> => {
      await stand.close()
      throw cause
    },
  )
  rules.origin = `https://${host}:${listener.port}`
  if (options.caFile !== undefined) writeFileSync(options.caFile, identity.cert)
  stand.save()
  const changing = <T>(act: (state: PushState) => T): T => {
    const result = act(stand.state())
    stand.save()
    return result
  }
  return {
    ...stand,
    origin: rules.origin,
    ca: identity.cert,
    subscribe: (given) => changing((state) => toSubscriptionJson(subscribe(state, given), rules.origin)),
    messages: (endpoint) => listMessages(stand.state(), endpoint),
    tally: () => countMessages(stand.state()),
    setOnline: (endpoint, online) =>
      changing((state) => setOnline(state, findByEndpoint(state, endpoint), online, stand.now(), rules.opening)),
    end: (endpoint, as) => changing((state) => endSubscription(state, endpoint, as)),
    goAway: listener.goAway,
    open: () => changing(openDelivered),
    close: async () => {
      await listener.close()
      await stand.close()
    },
  }
}
