// In: accepted messages, devices that come and go, an instant. Out: what waits, what a device showed, what ran out.
// Must not know what a message says: replacing is by Topic alone (RFC 8030 §5.4), and only while a message waits.
import { randomBytes } from 'node:crypto'
import { SECOND } from '../../core/instant.ts'
import type { Instant } from '../../core/instant.ts'
import { recordEffect } from '../ledger.ts'
import type { Effect } from '../ledger.ts'
import { openEnvelope, readEnvelope } from './envelope.ts'
import type { Message, PushState, Subscription } from './state.ts'

export interface Accepted {
  topic: string | null
  urgency: string
  ttl: number
  body: Buffer
  at: Instant
  api: string
}

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')

function effectOf(state: PushState, message: Message): Effect {
  const effect = state.effects[message.effect - 1]
  if (!effect) throw new Error(`message ${message.id} is not in the ledger`)
  return effect
}

/** A JSON message usually has a title; the readable page shows it above the text. */
function titleOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    const title = typeof value === 'object' && value !== null ? (value as { title?: unknown }).title : undefined
    return typeof title === 'string' ? title : ''
  } catch {
    return ''
  }
}

/** What the browser does with a delivered message: opens it and shows it, or drops it in silence. */
function open(state: PushState, message: Message, { keys }: Subscription): void {
  const body = Buffer.from(message.body, 'base64')
  const effect = effectOf(state, message)
  message.body = ''
  if (body.length > 0) {
    const envelope = readEnvelope(body)
    const device = { publicKey: bytes(keys.p256dh), privateKey: bytes(keys.privateKey), auth: bytes(keys.auth) }
    const opened = 'rule' in envelope ? envelope : openEnvelope(envelope, device)
    if ('rule' in opened) {
      message.state = 'unreadable'
      message.problem = opened.rule
      effect.visibleFrom = null
      effect.note = `unreadable: ${opened.rule}`
      return
    }
    effect.text = opened.plaintext.toString('utf8')
    effect.title = titleOf(effect.text)
  }
  message.state = 'shown'
}

function hand(state: PushState, message: Message, subscription: Subscription, at: Instant, opening: boolean): void {
  effectOf(state, message).visibleFrom = at
  if (opening) open(state, message, subscription)
  else message.state = 'unopened'
}

function stopWaiting(state: PushState, message: Message, as: 'replaced' | 'expired' | 'cancelled'): void {
  const subscription = state.subscriptions[message.token]
  if (subscription) subscription.waiting = subscription.waiting.filter((id) => id !== message.id)
  state.waiting = state.waiting.filter((id) => id !== message.id)
  message.state = as
  message.body = ''
  effectOf(state, message).note = as
}

/** Takes a message that passed every check: to the device at once, or to wait for it. */
export function accept(state: PushState, subscription: Subscription, given: Accepted, opening: boolean): Message {
  const { topic, urgency, ttl, body, at, api } = given
  const outstanding = subscription.waiting.map((id) => state.messages[id])
  for (const old of outstanding) if (old && topic !== null && old.topic === topic) stopWaiting(state, old, 'replaced')
  const id = `${state.effects.length + 1}-${randomBytes(9).toString('base64url')}`
  const { seq } = recordEffect(state.effects, {
    at,
    act: 'push',
    api,
    account: subscription.kind,
    text: '',
    ids: { message: id, ...(topic === null ? {} : { topic }) },
  })
  const message: Message = {
    id,
    token: subscription.token,
    topic,
    urgency,
    ttl,
    at,
    expiresAt: at + ttl * SECOND,
    state: 'waiting',
    body: body.toString('base64'),
    problem: null,
    effect: seq,
  }
  state.messages[id] = message
  if (subscription.online) hand(state, message, subscription, at, opening)
  else if (ttl === 0) stopWaiting(state, message, 'expired')
  else {
    subscription.waiting.push(id)
    state.waiting.push(id)
  }
  return message
}

/** Withdraws a message that still waits (RFC 8030 §6.2). @returns whether there was one */
export function cancel(state: PushState, id: string): boolean {
  const message = Object.hasOwn(state.messages, id) ? state.messages[id] : undefined
  if (message?.state !== 'waiting') return false
  stopWaiting(state, message, 'cancelled')
  return true
}

/** Ends what waited longer than its TTL. @returns whether anything did */
export function expire(state: PushState, at: Instant): boolean {
  const due = state.waiting.map((id) => state.messages[id]).filter((one) => one !== undefined && one.expiresAt <= at)
  for (const message of due) if (message) stopWaiting(state, message, 'expired')
  return due.length > 0
}

/** The device comes or goes; coming, it gets what waited, in order. */
export function setOnline(state: PushState, one: Subscription, online: boolean, at: Instant, opening: boolean): void {
  expire(state, at)
  one.online = online
  if (!online) return
  const taken = one.waiting.map((id) => state.messages[id])
  state.waiting = state.waiting.filter((id) => !one.waiting.includes(id))
  one.waiting = []
  for (const message of taken) if (message) hand(state, message, one, at, opening)
}

/** Opens what was delivered and not yet opened. @returns how many there were */
export function openDelivered(state: PushState): number {
  let count = 0
  for (const message of Object.values(state.messages)) {
    const subscription = state.subscriptions[message.token]
    if (message.state !== 'unopened' || !subscription) continue
    open(state, message, subscription)
    count += 1
  }
  return count
}
