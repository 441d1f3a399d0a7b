import { createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signWebhook } from '../../../channels/webhook/sign.ts'
import { readSecret, verifySignature } from '../../../src/feeds/signature.ts'
import type { SignatureHeaders, SignatureRule } from '../../../src/feeds/signature.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const newSecret = `whsec_${Buffer.alloc(24, 9).toString('base64')}`
const now = Date.UTC(2026, 0, 1, 12)
const body = Buffer.from('{"M":"4.8"}')
const headers = signWebhook([secret], 'msg_1', now, body)

function expectRule(rule: SignatureRule, given: SignatureHeaders, at = now, bytes: Uint8Array = body): void {
  expect(verifySignature(given, bytes, [secret], at)).toMatchObject({ ok: false, rule })
}

describe('a report pushed through the door', () => {
  test('that the partner signed is let in with its id', () => {
    expect(verifySignature(headers, body, [secret], now)).toEqual({ ok: true, id: 'msg_1', sentAt: now })
  })

  test('is signed the way the specification says', () => {
    const seconds = Math.floor(now / 1000)
    const expected = createHmac('sha256', Buffer.alloc(32, 7)).update(`msg_1.${seconds}.{"M":"4.8"}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${expected}`)
  })

  // Known vector, published with the reference libraries of the specification and quoted by many implementations.
  test('is judged like the reference libraries judge it', () => {
    const known = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    }
    const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const at = 1_614_265_330_000
    expect(verifySignature(known, Buffer.from('{"test": 2432232314}'), [key], at)).toMatchObject({ ok: true })
  })

  test('may carry both signatures while the secret is being changed', () => {
    const both = signWebhook([newSecret, secret], 'msg_1', now, body)
    expect(verifySignature(both, body, [secret], now).ok).toBe(true)
    expect(verifySignature(both, body, [newSecret], now).ok).toBe(true)
    expect(verifySignature(headers, body, [newSecret, secret], now).ok).toBe(true)
  })

  test('may carry signatures of versions that we do not know', () => {
    const signature = `v1a,AAAA v2,x ${headers['webhook-signature']}`
    expect(verifySignature({ ...headers, 'webhook-signature': signature }, body, [secret], now).ok).toBe(true)
    expectRule('signature-malformed', { ...headers, 'webhook-signature': 'v1a,AAAA' })
  })

  test('is stale after five minutes, and not before its time', () => {
    expect(verifySignature(headers, body, [secret], now + 300_000).ok).toBe(true)
    expect(verifySignature(headers, body, [secret], now - 300_000).ok).toBe(true)
    expectRule('timestamp-too-old', headers, now + 300_001)
    expectRule('timestamp-in-future', headers, now - 300_001)
  })

  test('is refused with the rule that it broke', () => {
    expectRule('id-missing', { ...headers, 'webhook-id': undefined })
    expectRule('id-malformed', { ...headers, 'webhook-id': 'a.b' })
    expectRule('id-malformed', { ...headers, 'webhook-id': ['a', 'b'] })
    expectRule('id-malformed', { ...headers, 'webhook-id': 'x'.repeat(257) })
    expectRule('timestamp-missing', { ...headers, 'webhook-timestamp': undefined })
    expectRule('timestamp-malformed', { ...headers, 'webhook-timestamp': '1e9' })
    expectRule('timestamp-malformed', { ...headers, 'webhook-timestamp': ' 1' })
    expectRule('signature-missing', { ...headers, 'webhook-signature': undefined })
    expectRule('signature-malformed', { ...headers, 'webhook-signature': 'v1,short' })
    expectRule('signature-malformed', { ...headers, 'webhook-signature': 'v1,AAAA '.repeat(17) })
    expectRule('signature-wrong', headers, now, Buffer.from('{"M":"8.4"}'))
    expectRule('signature-wrong', { ...headers, 'webhook-id': 'msg_2' })
  })

  test('cannot be moved along the dots of another message', () => {
    const stamp = headers['webhook-timestamp'] ?? ''
    const shifted = { ...headers, 'webhook-id': `msg_1.${stamp}`, 'webhook-timestamp': stamp }
    expectRule('id-malformed', shifted)
    expect(() => signWebhook([secret], 'a.b', now, body)).toThrow('full stop')
  })
})

describe('secrets', () => {
  test('that are too short, unmarked or no base64 are named without being shown', () => {
    for (const wrong of ['whsec_c2hvcnQ=', Buffer.alloc(32).toString('base64'), 'whsec_%%%', 'whsec_', '']) {
      const read = readSecret(wrong)
      expect(read.ok).toBe(false)
      if (!read.ok && wrong.length > 6) expect(read.reason).not.toContain(wrong.slice(6))
    }
    expect(() => verifySignature(headers, body, [], now)).toThrow(TypeError)
  })

  test('may lack their padding', () => {
    expect(readSecret(secret.replace(/=+$/, '')).ok).toBe(true)
  })
})

test('one changed bit anywhere in body, id or signature shuts the door', () => {
  const message = fc.record({
    id: fc.stringMatching(/^[\w-]{1,40}$/),
    body: fc.uint8Array({ minLength: 1, maxLength: 200 }),
    bit: fc.nat(),
  })
  fc.assert(
    fc.property(message, ({ id, body, bit }) => {
      const signed = signWebhook([secret], id, now, body)
      const bent = Uint8Array.from(body)
      const at = (bit >> 3) % bent.length
      bent[at] = (bent[at] ?? 0) ^ (1 << (bit & 7))
      const signature = Buffer.from((signed['webhook-signature'] ?? '').slice(3), 'base64')
      signature[bit % 32] = (signature[bit % 32] ?? 0) ^ 1
      const forged = { ...signed, 'webhook-signature': `v1,${signature.toString('base64')}` }
      return (
        verifySignature(signed, body, [secret], now).ok &&
        !verifySignature(signed, bent, [secret], now).ok &&
        !verifySignature(forged, body, [secret], now).ok &&
        !verifySignature({ ...signed, 'webhook-id': `${id}x` }, body, [secret], now).ok
      )
    }),
  )
})

test('no header, however odd, makes the door throw', () => {
  const value = fc.oneof(fc.string(), fc.constant(undefined), fc.array(fc.string()))
  const odd = fc.record({ 'webhook-id': value, 'webhook-timestamp': value, 'webhook-signature': value })
  fc.assert(fc.property(odd, (given) => !verifySignature(given, body, [secret], now).ok))
})
