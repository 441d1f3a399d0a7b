// In: signed POSTs. Out: a Standard Webhooks receiver with a ledger by webhook-id, written from the specification's rules.
// Must not share code with the sender: two readings of one contract meet here (reference channels.md §5).
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { SECOND } from '../core/instant.ts'
import type { Instant } from '../core/instant.ts'
import { faultOf } from './faults.ts'
import { recordEffect } from './ledger.ts'
import type { Effect } from './ledger.ts'
import { openStand } from './stand.ts'
import type { Stand, StandOptions } from './stand.ts'
import { mediaType } from './wire.ts'
import type { Reply, TownRequest } from './wire.ts'

export interface WebhookOptions extends StandOptions {
  /** whsec_… ; several while a secret is being rotated. */
  secrets: string[]
  /** How far webhook-timestamp may be from the clock (5 min). */
  toleranceMs?: number
}

interface Received {
  id: string
  bodyHash: string
  firstAt: Instant
  deliveries: number
  effect: number
}

interface WebhookState {
  effects: Effect[]
  received: Received[]
}

export interface WebhookTown extends Stand {
  /** How often each webhook-id arrived with a good signature. */
  deliveries(): { id: string; deliveries: number }[]
}

/**
 * Key behind whsec_….
 * @throws when the secret is not 24 to 64 bytes of base64
 */
function readSecret(secret: string): Buffer {
  const coded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1]
  const key = Buffer.from(coded ?? '', 'base64')
  if (coded === undefined || key.length < 24 || key.length > 64) {
    throw new Error('a webhook secret is whsec_ and the base64 of 24 to 64 bytes')
  }
  return key
}

function isSigned(signed: Buffer, header: string, keys: readonly Buffer[]): boolean {
  const given = header
    .split(' ', 16)
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice('v1,'.length), 'base64'))
  return keys.some((key) => {
    const wanted = createHmac('sha256', key).update(signed).digest()
    return given.some((one) => one.length === wanted.length && timingSafeEqual(one, wanted))
  })
}

function reply(status: number, code: string): Reply {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify({ result: code }), code }
}

function judge(request: TownRequest, keys: readonly Buffer[], toleranceMs: number): Reply | null {
  const { headers, body, at } = request
  if (request.method !== 'POST') return reply(405, 'method')
  if (mediaType(headers) !== 'application/json') return reply(415, 'content-type')
  const id = headers['webhook-id'] ?? ''
  const stamp = headers['webhook-timestamp'] ?? ''
  if (!/^[^.\s]{1,256}$/.test(id)) return reply(400, 'webhook-id')
  if (!/^\d{1,12}$/.test(stamp)) return reply(400, 'webhook-timestamp')
  if (Math.abs(at - Number(stamp) * SECOND) > toleranceMs) return reply(401, 'stale')
  const signed = Buffer.concat([Buffer.from(`${id}.${stamp}.`), body])
  return isSigned(signed, headers['webhook-signature'] ?? '', keys) ? null : reply(401, 'signature')
}

function readType(body: Buffer): string | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    const type = typeof value === 'object' && value !== null ? (value as { type?: unknown }).type : undefined
    return typeof type === 'string' && type !== '' ? type : null
  } catch {
    return null
  }
}

function receive(request: TownRequest, state: WebhookState): Reply {
  const id = request.headers['webhook-id'] ?? ''
  const bodyHash = createHash('sha256').update(request.body).digest('hex')
  const known = state.received.find((one) => one.id === id)
  if (known) {
    known.deliveries++
    // The same key with another message would silently lose one of the two.
    return known.bodyHash === bodyHash ? reply(200, 'repeated') : reply(409, 'id-with-another-body')
  }
  const type = readType(request.body)
  if (type === null) return reply(422, 'no-type')
  const text = request.body.toString('utf8')
  const effect = recordEffect(state.effects, {
    at: request.at,
    act: 'message',
    api: request.api,
    account: 'webhook',
    title: type,
    text,
    ids: { webhookId: id },
    visibleFrom: request.at,
  })
  state.received.push({ id, bodyHash, firstAt: request.at, deliveries: 1, effect: effect.seq })
  return reply(200, 'ok')
}

/** Starts the receiver; every path takes messages. An error fault answers its code as HTTP status (410, 429 …). */
export async function startWebhook(options: WebhookOptions): Promise<WebhookTown> {
  const keys = options.secrets.map(readSecret)
  const stand = await openStand<WebhookState>(
    {
      title: '联动单位接收端（替身）',
      fresh: () => ({ effects: [], received: [] }),
      effects: (state) => state.effects,
      answer(request, state) {
        const refused = judge(request, keys, options.toleranceMs ?? 300 * SECOND)
        if (refused) return refused
        const failure = faultOf(request.faults, 'error')
        if (failure && !failure.applied) return reply(failure.code ?? 500, 'scripted')
        const received = receive(request, state)
        return failure ? reply(failure.code ?? 500, 'scripted') : received
      },
    },
    options,
  )
  return { ...stand, deliveries: () => stand.state().received.map(({ id, deliveries }) => ({ id, deliveries })) }
}
