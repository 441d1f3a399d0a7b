// In: a VAPID pair. Out: proof that the header says what RFC 8292 asks, verified by other code, and is signed once per service.
import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import webPush from 'web-push'
import { DAY, HOUR } from '../../src/core/instant.ts'
import { isVapidPair, openVapid } from '../../src/push/vapid.ts'

const NOW = Date.UTC(2024, 2, 5, 6, 0)
const identity = { ...webPush.generateVAPIDKeys(), subject: 'mailto:duty@bureau.example' }

function read(header: string) {
  const [, token = '', key = ''] = /^vapid t=([^,]+), k=(.+)$/.exec(header) ?? []
  const [head = '', claims = '', signature = ''] = token.split('.')
  const parse = (part: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as never
  return { head: parse(head), claims: parse(claims), text: `${head}.${claims}`, signature, key }
}

describe('the VAPID header', () => {
  it('names the service, lasts less than a day, and verifies under the public key', () => {
    const { head, claims, text, signature, key } = read(openVapid(identity).headerFor('https://push.example:8443', NOW))
    expect(head).toEqual({ typ: 'JWT', alg: 'ES256' })
    expect(claims).toMatchObject({ aud: 'https://push.example:8443', sub: identity.subject })
    expect(Number(claims['exp']) * 1_000).toBeGreaterThan(NOW)
    expect(Number(claims['exp']) * 1_000).toBeLessThan(NOW + DAY)
    expect(key).toBe(identity.publicKey)
    const point = Buffer.from(key, 'base64url')
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    }
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
    const good = verify(
      'sha256',
      Buffer.from(text),
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    )
    expect(good).toBe(true)
  })

  it('is signed once for a service until it grows old, and apart for another', () => {
    const vapid = openVapid(identity)
    const first = vapid.headerFor('https://a.example', NOW)
    expect(vapid.headerFor('https://a.example', NOW + 9 * HOUR)).toBe(first)
    expect(vapid.headerFor('https://b.example', NOW)).not.toBe(first)
    const later = read(vapid.headerFor('https://a.example', NOW + 11 * HOUR))
    expect(Number(later.claims['exp']) * 1_000).toBeGreaterThan(NOW + 22 * HOUR)
  })

  it('is not made with keys that are no pair', () => {
    const other = webPush.generateVAPIDKeys()
    expect(isVapidPair(identity.publicKey, identity.privateKey)).toBe(true)
    expect(isVapidPair(other.publicKey, identity.privateKey)).toBe(false)
    expect(isVapidPair(identity.publicKey, 'AAAA')).toBe(false)
    expect(() => openVapid({ ...identity, publicKey: other.publicKey })).toThrow(/no pair/)
  })
})
