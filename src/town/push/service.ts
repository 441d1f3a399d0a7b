// In: one request to the push service. Out: 201 with the message's own address, or the refusal of the rule it breaks.
// Must not open a message to decide: the real service has no key; only framing, headers and the sender are judged.
import { createHash } from 'node:crypto'
import { SECOND } from '../../core/instant.ts'
import type { Instant } from '../../core/instant.ts'
import { faultOf } from '../faults.ts'
import type { Fault } from '../faults.ts'
import type { Reply, TownRequest } from '../wire.ts'
import { accept, cancel } from './delivery.ts'
import { readEnvelope } from './envelope.ts'
import { answerStatus, PUSH_KINDS, refusePush } from './refusals.ts'
import type { PushKind } from './refusals.ts'
import type { PushState, Subscription } from './state.ts'
import type { VapidCheck } from './vapid.ts'

export interface ServiceRules {
  origin: string
  vapid: VapidCheck
  /** Whether devices open messages as they come. */
  opening: boolean
  /** Hash of the body that came under a sender's key, by that key: one key, one message (RFC 8291 §3.1). */
  senderKeys: Map<string, string>
}

/** RFC 8030 §5.2: any number of digits; kept no longer than this, and the reply says so (autopush: 30 days). */
const LONGEST_TTL = 2_592_000
const URGENCIES: readonly string[] = ['very-low', 'low', 'normal', 'high']

interface Wanted {
  ttl: number
  urgency: string
  topic: string | null
}

function readWanted(headers: Record<string, string>): Wanted | string {
  const { ttl, urgency = 'normal', topic = null } = headers
  if (ttl === undefined) return 'ttl-missing'
  if (!/^\d{1,15}$/.test(ttl)) return 'ttl-form'
  if (!URGENCIES.includes(urgency)) return 'urgency-form'
  if (topic !== null && !/^[A-Za-z0-9_-]{1,32}$/.test(topic)) return 'topic-form'
  return { ttl: Math.min(Number(ttl), LONGEST_TTL), urgency, topic }
}

/** @returns the rule of the encrypted body that is broken; an empty message needs no encryption */
function judgeBody(request: TownRequest, rules: ServiceRules, signer: string | null): string | null {
  const { body, headers } = request
  if (body.length === 0) return null
  if ((headers['content-encoding'] ?? '').toLowerCase() !== 'aes128gcm') return 'content-encoding'
  const envelope = readEnvelope(body)
  if ('rule' in envelope) return envelope.rule
  const key = envelope.senderKey.toString('base64url')
  if (key === signer) return 'keyid-is-vapid-key'
  const hash = createHash('sha256').update(body).digest('base64')
  const before = rules.senderKeys.get(key)
  // Harsher than a real service, which keeps no keys: a second plaintext under one key and nonce breaks AES-GCM.
  if (before !== undefined && before !== hash) return 'sender-key-reused'
  rules.senderKeys.set(key, hash)
  return null
}

/** @returns the application server's key (null: unrestricted and unsigned), or the refusal */
function judgeSender(request: TownRequest, one: Subscription, rules: ServiceRules): string | null | Reply {
  const header = request.headers['authorization']
  if (header === undefined && one.applicationServerKey === null) return null
  const want = { origin: rules.origin, at: request.at, reachableContact: one.kind === 'apple' }
  const sender = rules.vapid(header, want)
  if ('rule' in sender) return refusePush(one.kind, sender.rule, true)
  const other = one.applicationServerKey !== null && sender.key !== one.applicationServerKey
  return other ? refusePush(one.kind, 'vapid-key-of-another') : sender.key
}

/** The fault's code is the status, its `ms` the Retry-After; after a 429 whoever comes earlier gets another. */
function answerScripted(
  fault: Fault,
  request: TownRequest,
  state: PushState,
  one: Subscription | undefined,
  rules: ServiceRules,
): Reply {
  const status = fault.code ?? 500
  const headers: Record<string, string> = {}
  if (status >= 300 && status < 400) headers['location'] = `${rules.origin}/moved${request.path}`
  if (status === 429 || fault.ms !== undefined) {
    const seconds = Math.ceil((fault.ms ?? 60 * SECOND) / SECOND)
    headers['retry-after'] = String(seconds)
    // Scripted for one subscription, or for all of them.
    const closed = fault.api === '*' || !one ? state : one
    if (status === 429) closed.closedUntil = request.at + seconds * SECOND
  }
  return answerStatus(one?.kind ?? 'fcm', status, 'scripted', headers)
}

function answerEarly(kind: PushKind, until: Instant, at: Instant): Reply {
  return answerStatus(kind, 429, 'too-early', { 'retry-after': String(Math.ceil((until - at) / SECOND)) })
}

function take(request: TownRequest, state: PushState, one: Subscription, rules: ServiceRules): Reply {
  const { kind } = one
  if (one.gone) return refusePush(kind, 'gone')
  const until = Math.max(one.closedUntil, state.closedUntil)
  if (request.at < until) return answerEarly(kind, until, request.at)
  if (request.body.length > one.maxBody) return refusePush(kind, 'too-large')
  const sender = judgeSender(request, one, rules)
  if (sender !== null && typeof sender !== 'string') return sender
  const wanted = readWanted(request.headers)
  if (typeof wanted === 'string') return refusePush(kind, wanted)
  const broken = judgeBody(request, rules, sender)
  if (broken !== null) return refusePush(kind, broken)
  const { body, at, api } = request
  const message = accept(state, one, { ...wanted, body, at, api }, rules.opening)
  const headers = { location: `${rules.origin}/m/${message.id}`, ttl: String(wanted.ttl) }
  return { status: 201, type: 'text/plain; charset=utf-8', body: '', code: 'ok', headers }
}

function answerCall(request: TownRequest, state: PushState, rules: ServiceRules): Reply {
  const [, place = '', token = '', ...more] = request.path.split('/')
  const kind = PUSH_KINDS.find((one) => one === place) ?? 'fcm'
  const refuse = (rule: string): Reply => refusePush(kind, rule)
  if (!request.secure) return refuse('plain-http')
  if (`https://${request.headers['host']}` !== rules.origin) return refuse('wrong-host')
  if (place === 'm' && request.method === 'DELETE' && more.length === 0) {
    return cancel(state, token) ? { status: 204, type: '', body: '', code: 'ok' } : refuse('unknown')
  }
  const known = Object.hasOwn(state.subscriptions, token) ? state.subscriptions[token] : undefined
  const one = known?.kind === place && more.length === 0 ? known : undefined
  const decide = (): Reply => {
    if (!one) return refuse('unknown')
    return request.method === 'POST' ? take(request, state, one, rules) : refuse('method')
  }
  const fault = faultOf(request.faults, 'error')
  if (!fault) return decide()
  // As scripted: the message may be taken all the same, and the sender hears of a failure.
  if (fault.applied) decide()
  return answerScripted(fault, request, state, one, rules)
}

/** Answers one call of an application server. */
export function answerPush(request: TownRequest, state: PushState, rules: ServiceRules): Reply {
  const reply = answerCall(request, state, rules)
  if (reply.status >= 300) state.refused[reply.code] = (state.refused[reply.code] ?? 0) + 1
  return reply
}
