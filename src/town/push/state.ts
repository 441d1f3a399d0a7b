// In: subscriptions as browsers make them. Out: what a push service and the devices behind it remember; survives JSON.
// Must not hand out a private key: only the device side of this stand-in opens messages.
import { createECDH, randomBytes } from 'node:crypto'
import type { Instant } from '../../core/instant.ts'
import type { Effect } from '../ledger.ts'
import type { TlsIdentity } from './certificate.ts'
import type { PushKind } from './refusals.ts'

/** base64url of the P-256 key pair and the auth secret of a device. */
interface Keys {
  p256dh: string
  privateKey: string
  auth: string
}

export interface Subscription {
  kind: PushKind
  token: string
  keys: Keys
  /** base64url; null: not restricted to one application server (RFC 8292 §4). */
  applicationServerKey: string | null
  /** Whether the device is there to take messages at once. */
  online: boolean
  /** 4,096 unless the road to this device is narrower (channels.md §3.1: 2,744 on bridged Android). */
  maxBody: number
  /** gone: 410. */
  gone: boolean
  /** 429 to everybody who comes earlier. */
  closedUntil: Instant
  /** Ids of messages that wait for the device, oldest first. */
  waiting: string[]
}

/** shown: the device opened it. unopened: delivered, to be opened on request. unreadable: the device dropped it. */
type MessageState = 'waiting' | 'unopened' | 'shown' | 'unreadable' | 'replaced' | 'expired' | 'cancelled'

export interface Message {
  id: string
  token: string
  topic: string | null
  urgency: string
  /** Seconds, as granted. */
  ttl: number
  at: Instant
  expiresAt: Instant
  state: MessageState
  /** base64 while it is not opened; '' afterwards. */
  body: string
  /** Why a device could not read it. */
  problem: string | null
  /** Place in the ledger, counted from 1. */
  effect: number
}

export interface PushState {
  identity: TlsIdentity
  effects: Effect[]
  subscriptions: Record<string, Subscription>
  messages: Record<string, Message>
  /** Ids of all messages that wait for any device. */
  waiting: string[]
  refused: Record<string, number>
  /** 429 to everybody who comes earlier. */
  closedUntil: Instant
}

/** What a page's script gets from pushManager.subscribe(), as PushSubscription.toJSON() gives it. */
export interface PushSubscriptionJson {
  endpoint: string
  expirationTime: null
  keys: { p256dh: string; auth: string }
}

/** Nothing sent yet; browsers stay subscribed, they know nothing of a service that begins anew. */
export function freshPushState(identity: TlsIdentity, subscriptions: PushState['subscriptions'] = {}): PushState {
  for (const one of Object.values(subscriptions)) Object.assign(one, { waiting: [], closedUntil: 0 })
  return { identity, effects: [], subscriptions, messages: {}, waiting: [], refused: {}, closedUntil: 0 }
}

/** A key pair and auth secret as a browser makes them for one subscription. */
export function makeDeviceKeys(): Keys {
  const ecdh = createECDH('prime256v1')
  const p256dh = ecdh.generateKeys('base64url')
  // Left-padded: a private key with a leading zero byte is still 32 bytes.
  const privateKey = Buffer.from(ecdh.getPrivateKey('hex').padStart(64, '0'), 'hex').toString('base64url')
  return { p256dh, privateKey, auth: randomBytes(16).toString('base64url') }
}

export interface SubscribeOptions {
  kind?: PushKind
  /** base64url of the application server's public key; null: anybody may send. */
  applicationServerKey: string | null
  online?: boolean
  maxBody?: number
}

/** Adds one subscription and hands it back. */
export function subscribe(state: PushState, options: SubscribeOptions, keys = makeDeviceKeys()): Subscription {
  const subscription: Subscription = {
    kind: options.kind ?? 'fcm',
    token: randomBytes(24).toString('base64url'),
    keys,
    applicationServerKey: options.applicationServerKey,
    online: options.online ?? true,
    maxBody: options.maxBody ?? 4_096,
    gone: false,
    closedUntil: 0,
    waiting: [],
  }
  state.subscriptions[subscription.token] = subscription
  return subscription
}

export function toSubscriptionJson({ kind, token, keys }: Subscription, origin: string): PushSubscriptionJson {
  const { p256dh, auth } = keys
  return { endpoint: `${origin}/${kind}/${token}`, expirationTime: null, keys: { p256dh, auth } }
}

/** Subscription behind an endpoint. @throws when there is none: a control call that names a wrong one is a mistake */
export function findByEndpoint(state: PushState, endpoint: string): Subscription {
  const token = endpoint.slice(endpoint.lastIndexOf('/') + 1)
  const found = Object.hasOwn(state.subscriptions, token) ? state.subscriptions[token] : undefined
  if (!found) throw new Error(`no subscription at ${endpoint}`)
  return found
}
