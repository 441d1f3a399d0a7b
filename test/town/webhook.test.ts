// In: signed POSTs made by the test. Out: proof that the receiver takes what Standard Webhooks allows and nothing else.
import { createHmac, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWebhook } from '../../src/town/webhook.ts'
import type { WebhookTown } from '../../src/town/webhook.ts'
import { call, START, stoppedClock } from './town-tools.ts'
import type { Answer, Clock } from './town-tools.ts'

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
const OLD = `whsec_${Buffer.from('fedcba9876543210fedcba9876543210').toString('base64')}`
let clock: Clock
let town: WebhookTown

beforeEach(async () => {
  clock = stoppedClock()
  town = await startWebhook({ now: clock.now, secrets: [SECRET] })
})
afterEach(() => town.close())

const sign = (id: string, stamp: number, body: string, secret = SECRET): string =>
  `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(`${id}.${stamp}.${body}`)
    .digest('base64')}`
const BODY = JSON.stringify({ type: 'notice.published', notice: { id: 'n-1' } })

function send(
  more: { id?: string; stamp?: number; body?: string; signature?: string; type?: string } = {},
): Promise<Answer> {
  const { id = 'msg_1', stamp = Math.floor(clock.at / 1_000), body = BODY, type = 'application/json' } = more
  const headers = {
    'content-type': type,
    'webhook-id': id,
    'webhook-timestamp': String(stamp),
    'webhook-signature': more.signature ?? sign(id, stamp, body),
  }
  return call(`${town.url}/inbox`, { method: 'POST', headers, body })
}

test('a signed message is taken and stands in the ledger under its id', async () => {
  expect((await send()).status).toBe(200)
  expect(town.ledger()).toMatchObject([
    { act: 'message', title: 'notice.published', text: BODY, ids: { webhookId: 'msg_1' } },
  ])
})

test('the same id again is answered 200 and counted, not taken twice', async () => {
  await send()
  clock.at += 60_000
  expect((await send()).json.result).toBe('repeated')
  expect(town.ledger()).toHaveLength(1)
  expect(town.deliveries()).toEqual([{ id: 'msg_1', deliveries: 2 }])
})

test('the same id with another message is 409', async () => {
  await send()
  expect((await send({ body: JSON.stringify({ type: 'alarm' }) })).status).toBe(409)
})

describe('refused', () => {
  test('a wrong signature, another secret, no signature', async () => {
    const stamp = Math.floor(START / 1_000)
    expect((await send({ signature: 'v1,AAAA' })).status).toBe(401)
    expect((await send({ signature: sign('msg_1', stamp, BODY, OLD) })).status).toBe(401)
    expect((await send({ signature: '' })).status).toBe(401)
    expect((await send({ signature: sign('msg_1', stamp, BODY).replace('v1,', 'v1a,') })).status).toBe(401)
  })

  test('a body, id or timestamp that was changed after signing', async () => {
    const stamp = Math.floor(START / 1_000)
    const signature = sign('msg_1', stamp, BODY)
    expect((await send({ signature, body: `${BODY} ` })).status).toBe(401)
    expect((await send({ signature, id: 'msg_2' })).status).toBe(401)
    expect((await send({ signature, stamp: stamp + 1 })).status).toBe(401)
  })

  test('a timestamp more than five minutes off, either way', async () => {
    const stamp = Math.floor(START / 1_000)
    expect((await send({ stamp: stamp - 301 })).json.result).toBe('stale')
    expect((await send({ stamp: stamp + 301 })).json.result).toBe('stale')
    expect((await send({ stamp: stamp - 300 })).status).toBe(200)
  })

  test('an id with a dot, a form, a GET, a body without type', async () => {
    expect((await send({ id: 'a.b' })).status).toBe(400)
    expect((await send({ type: 'text/plain' })).status).toBe(415)
    expect((await call(`${town.url}/inbox`)).status).toBe(405)
    expect((await send({ body: '{"notice":{}}' })).status).toBe(422)
    expect((await send({ body: '[' })).status).toBe(422)
    expect(town.ledger()).toEqual([])
  })

  test('a secret that is too short is refused at start', async () => {
    await expect(startWebhook({ now: clock.now, secrets: ['whsec_c2hvcnQ='] })).rejects.toThrow('24 to 64')
  })
})

test('during a rotation either of two signatures is enough', async () => {
  const stamp = Math.floor(START / 1_000)
  const both = `${sign('msg_1', stamp, BODY, OLD)} ${sign('msg_1', stamp, BODY)}`
  expect((await send({ signature: both })).status).toBe(200)
})

test('a scripted 410 or 503 is answered as such', async () => {
  town.faults.add({ api: 'inbox', kind: 'error', code: 410, call: 1 })
  town.faults.add({ api: 'inbox', kind: 'error', code: 503, call: 2, applied: true })
  expect((await send()).status).toBe(410)
  expect(town.ledger()).toEqual([])
  expect((await send({ id: randomUUID() })).status).toBe(503)
  expect(town.ledger()).toHaveLength(1)
})
