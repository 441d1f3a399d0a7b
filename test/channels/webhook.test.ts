// In: a partner's system that checks signatures. Out: proof that it can believe what it gets, once.
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { reactions, readRetryAfter, reactionTo, webhookId } from '../../channels/webhook/client.ts'
import { config } from '../../channels/webhook/config.ts'
import { webhook } from '../../channels/webhook/index.ts'
import { readSecret, signWebhook } from '../../channels/webhook/sign.ts'
import type { HttpReply, Job } from '../../src/core/channel.ts'
import { z } from 'zod'
import { OUT_OF_REACH } from '../../src/core/channel.ts'
import { HOUR, MINUTE, SECOND } from '../../src/core/instant.ts'
import { noticeSchema } from '../../src/web/public/api-schemas.ts'
import {
  fakeReach,
  HANG,
  jobOf,
  NAMES,
  sampleFacts,
  sampleRendered,
  START,
  UNREACHABLE,
  URL_OF_NOTICE,
} from './fakes.ts'

const secretOf = (byte: string, length = 32) => `whsec_${Buffer.from(byte.repeat(length)).toString('base64')}`
const given = { url: 'https://partner.example.cn/in?room=1', secret: secretOf('k') }
const settings = config.parse(given)
const status = (code: number, headers: Record<string, string> = {}): HttpReply => ({
  got: 'reply',
  status: code,
  headers,
  body: '',
})

const jobFor = (change: Partial<Job> = {}, facts = sampleFacts()): Job =>
  jobOf(webhook, settings, 'message', change, facts)

async function send(reply: HttpReply, job = jobFor(), used = settings) {
  const reach = fakeReach(() => reply)
  const outcome = await webhook.open(used, reach).deliver(job)
  return { outcome, call: reach.calls[0], reach }
}

/** What a receiver does (standard-webhooks/spec): HMAC over "id.timestamp.body" with the shared key. */
function verify(secret: string, headers: Record<string, string>, body: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  return (headers['webhook-signature'] ?? '').split(' ').includes(expected)
}

describe('the message', () => {
  test('a receiver can verify it, and finds the notice in it', async () => {
    const { call, outcome } = await send(status(200))
    const body = String(call?.body)
    expect(verify(given.secret, call?.headers ?? {}, body)).toBe(true)
    expect(call?.url).toBe(given.url)
    expect(call?.headers?.['webhook-timestamp']).toBe(String(START / SECOND))
    expect(JSON.parse(body)).toEqual({
      type: 'notice.published',
      notice: {
        id: 'n-1',
        code: 'k7f3q2',
        serial: '例震信〔2024〕3号',
        report: 1,
        kind: 'quick-report',
        class: 'actual',
        lineage: 'l-1',
        supersedes: null,
        quake: 'q-1',
        clocks: {
          originToReceivedMs: 598_000,
          receivedToDecidedMs: 2_000,
          decidedToAcceptedMs: {},
          acceptedToSeenMs: {},
        },
        deliveries: [],
        origin: {
          originTime: '2024-03-05T06:20:00.000Z',
          latitude: 30.1,
          longitude: 100.2,
          depthKm: 10,
          magnitude: 3.6,
          kind: 'earthquake',
          place: '示例县',
          sourceCode: 'AU',
        },
        title: '示例县附近发生3.6级左右地震',
        text: '3月5日14时20分在示例县附近发生3.6级左右地震，最终结果以正式速报为准。',
        url: URL_OF_NOTICE,
        issuedAt: '2024-03-05T06:30:00.000Z',
        state: 'current',
        withdrawal: null,
      },
    })
    expect(outcome).toMatchObject({ state: 'accepted', ref: call?.headers?.['webhook-id'] })
  })

  test('holds the notice as the API has it, whatever its kind, and its parameters and reason beside that', () => {
    const more = { origin: z.record(z.string(), z.unknown()).nullable(), withdrawal: z.string().nullable() }
    const schema = z.strictObject({ ...noticeSchema.shape, ...more })
    const withdrawal = sampleFacts({ kind: 'withdrawal', origin: null, withdrawal: 'no-quake', report: 2 })
    for (const facts of [sampleFacts(), withdrawal]) {
      const names = facts.kind === 'withdrawal' ? { ...NAMES, supersedes: 'n-0', originAt: null } : NAMES
      const composed = webhook.compose(sampleRendered(), facts, settings, 'message', names)
      const notice: unknown = JSON.parse((composed.ok && composed.content['notice']) || '{}')
      expect(schema.parse(notice)).toMatchObject({ supersedes: names.supersedes, quake: 'q-1', lineage: 'l-1' })
    }
  })

  test('agrees with a vector computed from the specification', () => {
    const headers = signWebhook([given.secret], 'msg_1', START, '{}')
    expect(headers['webhook-id']).toBe('msg_1')
    expect(verify(given.secret, headers, '{}')).toBe(true)
    expect(verify(given.secret, headers, '{ }')).toBe(false)
    expect(verify(secretOf('x'), headers, '{}')).toBe(false)
  })

  test('a withdrawal says so, and restates no parameters', () => {
    const facts = sampleFacts({ kind: 'withdrawal', origin: null, withdrawal: 'no-quake', report: 2 })
    const { content } = jobFor({}, facts)
    expect(content['type']).toBe('notice.withdrawn')
    expect(JSON.parse(content['notice'] ?? '')).toMatchObject({ origin: null, withdrawal: 'no-quake' })
  })

  test('every try of a delivery has one id without a full stop, every delivery its own', async () => {
    const first = await send(HANG)
    const second = await send(status(200), jobFor({ attempt: 2 }))
    expect(first.call?.headers?.['webhook-id']).toBe(second.call?.headers?.['webhook-id'])
    expect(first.call?.headers?.['webhook-id']).not.toContain('.')
    expect(webhookId(jobFor())).not.toBe(webhookId(jobFor({ deliveryId: 'other' })))
    expect(() => signWebhook([given.secret], 'a.b', START, '')).toThrow('full stop')
  })

  test('both secrets sign while the receiver changes over', async () => {
    const rotating = config.parse({ ...given, secret: secretOf('n'), previousSecret: given.secret })
    const { call } = await send(status(200), jobFor(), rotating)
    const body = String(call?.body)
    expect(verify(given.secret, call?.headers ?? {}, body)).toBe(true)
    expect(verify(secretOf('n'), call?.headers ?? {}, body)).toBe(true)
  })

  test('an alarm goes out under its own type', async () => {
    const body = JSON.stringify({ type: 'hold.raised', hold: { gate: 'size', reason: 'M ≥ 6.5' } })
    const { call } = await send(status(200), jobFor({ content: { body } }))
    expect(call?.body).toBe(body)
  })

  test('content that is none is refused before it is sent', async () => {
    for (const content of [{}, { type: 'x' }, { type: 'x', notice: 'no json' }, { type: 'x', notice: '[]' }]) {
      const { outcome, reach } = await send(status(200), jobFor({ content }))
      expect(outcome).toMatchObject({ state: 'rejected', code: 'content' })
      expect(reach.calls).toHaveLength(0)
    }
    const none = { title: '', text: ' ', variants: {} }
    expect(webhook.compose(none, sampleFacts(), settings, 'message', NAMES).ok).toBe(false)
    // Only the fit was asked for: what came of it names no notice.
    const unnamed = webhook.compose(sampleRendered(), sampleFacts(), settings, 'message')
    const { outcome } = await send(status(200), jobFor({ content: unnamed.ok ? unnamed.content : {} }))
    expect(outcome).toMatchObject({ state: 'rejected', code: 'content' })
  })
})

describe('the answer', () => {
  test.each([
    [200, 'accepted'],
    [202, 'accepted'],
    [204, 'accepted'],
    [301, 'rejected'],
    [307, 'rejected'],
    [400, 'rejected'],
    [401, 'auth-expired'],
    [403, 'auth-expired'],
    [404, 'rejected'],
    [408, 'unknown'],
    [410, 'rejected'],
    [413, 'rejected'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'unknown'],
    [502, 'unknown'],
    [503, 'retry'],
    [504, 'unknown'],
    [199, 'unknown'],
  ])('HTTP %i is %s', async (code, state) => {
    expect((await send(status(code))).outcome.state).toBe(state)
  })

  test('the table of statuses is what this test speaks of', () => {
    expect(Object.keys(reactions)).toEqual(['401', '403', '404', '408', '410', '413', '425', '429', '503'])
    expect(reactionTo(418)).toMatchObject({ act: 'rejected' })
  })

  test('a receiver that is gone for good is given up', async () => {
    expect((await send(status(410))).outcome).toMatchObject({ fix: 'giveup', code: 'http-410' })
  })

  test('Retry-After is kept to, as seconds or as a date, between a second and an hour', async () => {
    expect((await send(status(429, { 'retry-after': '7' }))).outcome).toMatchObject({ afterMs: 7 * SECOND })
    expect((await send(status(503, { 'retry-after': 'Tue, 05 Mar 2024 06:32:00 GMT' }))).outcome).toMatchObject({
      afterMs: 2 * MINUTE,
    })
    expect((await send(status(429))).outcome).toMatchObject({ afterMs: MINUTE })
    expect(readRetryAfter('0', START)).toBe(SECOND)
    expect(readRetryAfter('999999', START)).toBe(HOUR)
    expect(readRetryAfter('Tue, 05 Xxx 2024 06:32:00 GMT', START)).toBeNull()
    expect(readRetryAfter('-5', START)).toBeNull()
  })

  test('a name that leads into a private network is for a person; nothing was sent', async () => {
    const refused: HttpReply = { got: 'nothing', sent: false, reason: OUT_OF_REACH }
    const { outcome, call } = await send(refused)
    expect(call?.within).toBe('public')
    expect(outcome).toMatchObject({ state: 'rejected', code: OUT_OF_REACH, fix: 'operator' })
    const within = await send(status(200), jobFor(), config.parse({ ...given, intranet: true }))
    expect(within.call?.within).toBe('intranet')
  })

  test('a day without success is for a person, and nothing is sent any more', async () => {
    const { outcome, reach } = await send(status(200), jobFor({ firstAttemptAt: START - 25 * HOUR }))
    expect(outcome).toMatchObject({ state: 'rejected', code: 'stale', fix: 'operator' })
    expect(reach.calls).toHaveLength(0)
  })

  test('waits grow from try to try', async () => {
    const wait = async (attempt: number) => {
      const { outcome } = await send(UNREACHABLE, jobFor({ attempt }))
      return outcome.state === 'retry' ? outcome.afterMs : 0
    }
    expect([await wait(1), await wait(2), await wait(3), await wait(50)]).toEqual([5000, 10_000, 20_000, 5 * MINUTE])
  })

  test('an unknown is ended by repeating under the same id', async () => {
    expect(webhook.certainty('message')).toMatchObject({ keyedRepeat: true })
    expect(
      await webhook
        .open(
          settings,
          fakeReach(() => HANG),
        )
        .probe(jobFor()),
    ).toEqual({ state: 'absent' })
  })
})

describe('the settings', () => {
  test('a secret has 24 to 64 bytes', () => {
    expect(readSecret(secretOf('a', 24))).toHaveLength(24)
    expect(readSecret(secretOf('a', 23))).toBeNull()
    expect(readSecret(secretOf('a', 65))).toBeNull()
    expect(readSecret('whsec_***')).toBeNull()
  })

  test.each([
    [{ url: 'http://partner.example.cn/in' }],
    [{ url: 'ftp://partner.example.cn/in' }],
    [{ url: 'https://u:p@partner.example.cn/in' }],
    [{ url: 'https://partner.example.cn/in#x' }],
    [{ secret: 'short' }],
    [{ unknown: true }],
  ])('%j is refused', (change) => {
    expect(config.safeParse({ ...given, ...change }).success).toBe(false)
  })

  test.each([
    ['10.1.2.3', true],
    ['192.168.0.7', true],
    ['172.31.255.1', true],
    ['[fd12::1]', true],
    ['169.254.169.254', false],
    ['100.100.100.200', false],
    ['0.0.0.0', false],
    ['[fe80::1]', false],
    ['[::ffff:10.1.2.3]', false],
    ['2852039166', false],
  ])('an address that is not public is refused: %s; a private one may be allowed: %j', (host, may) => {
    const url = `https://${host}/in`
    expect(config.safeParse({ ...given, url }).success).toBe(false)
    expect(config.safeParse({ ...given, url, intranet: true }).success).toBe(may)
  })

  test('plain http is for loopback', () => {
    for (const url of ['http://127.0.0.1:8080/x', 'http://localhost/x', 'http://[::1]:9/x'])
      expect(config.safeParse({ ...given, url }).success).toBe(true)
    expect(config.safeParse({ ...given, url: 'http://127.0.0.1.evil.example/x' }).success).toBe(false)
  })
})
