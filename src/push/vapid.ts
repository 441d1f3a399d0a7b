// In: the bureau's VAPID pair. Out: the Authorization header of one push service, signed once and used until it grows old.
// Signing anew for every message was six tenths of the cost (performance.md §1). Must not hand out the private key.
import { createECDH, createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { HOUR, SECOND, type Instant } from '../core/instant.ts'

/** At most a day is allowed (RFC 8292 §2); Apple wants no more than one header an hour. */
const LIFE = 12 * HOUR
const RENEW_BEFORE = 2 * HOUR

export interface VapidIdentity {
  /** base64url: 65 and 32 bytes. */
  publicKey: string
  privateKey: string
  /** mailto: or https: */
  subject: string
}

export interface Vapid {
  /** @param origin https://host, the audience */
  headerFor(origin: string, now: Instant): string
}

/** Makes a pair; once subscribers know its public key it stays for ever (README, Push). */
export function makeVapidPair(): Pick<VapidIdentity, 'publicKey' | 'privateKey'> {
  const pair = createECDH('prime256v1')
  const publicKey = pair.generateKeys('base64url')
  // A key that begins with zeros is handed out shorter.
  return {
    publicKey,
    privateKey: Buffer.from(pair.getPrivateKey('hex').padStart(64, '0'), 'hex').toString('base64url'),
  }
}

/** True when both keys belong together. */
export function isVapidPair(publicKey: string, privateKey: string): boolean {
  try {
    const pair = createECDH('prime256v1')
    pair.setPrivateKey(Buffer.from(privateKey, 'base64url'))
    return pair.getPublicKey().equals(Buffer.from(publicKey, 'base64url'))
  } catch {
    return false
  }
}

/** @throws when the keys are no pair of the curve */
export function openVapid(identity: VapidIdentity): Vapid {
  const key = readKey(identity)
  const known = new Map<string, { header: string; until: Instant }>()
  return {
    headerFor: (origin, now) => {
      const kept = known.get(origin)
      if (kept && now < kept.until) return kept.header
      const header = `vapid t=${writeToken(key, origin, identity.subject, now)}, k=${identity.publicKey}`
      known.set(origin, { header, until: now + LIFE - RENEW_BEFORE })
      return header
    },
  }
}

function readKey({ publicKey, privateKey }: VapidIdentity): KeyObject {
  if (!isVapidPair(publicKey, privateKey)) throw new Error('vapidPublicKey and vapidPrivateKey are no pair')
  const point = Buffer.from(publicKey, 'base64url')
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')]
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x, y, d: privateKey }, format: 'jwk' })
}

function writeToken(key: KeyObject, aud: string, sub: string, now: Instant): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const text = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode({ aud, exp: Math.floor((now + LIFE) / SECOND), sub })}`
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}
