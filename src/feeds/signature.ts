// In: the headers and raw body of a signed message, the door's secrets, the time. Out: its id, or the rule it broke.
// Must not say how near a wrong signature was (constant time), nor read a body that was parsed and printed again.
// Source: Standard Webhooks specification, github.com/standard-webhooks/standard-webhooks.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../core/instant.ts'
import { MINUTE, SECOND } from '../core/instant.ts'

export type SignatureRule =
  | 'id-missing'
  | 'id-malformed'
  | 'timestamp-missing'
  | 'timestamp-malformed'
  | 'timestamp-too-old'
  | 'timestamp-in-future'
  | 'signature-missing'
  | 'signature-malformed'
  | 'signature-wrong'

export type Verified = { ok: true; id: string; sentAt: Instant } | { ok: false; rule: SignatureRule; reason: string }

/** Header values by lower-case name, as node:http gives them. */
export type SignatureHeaders = Readonly<Record<string, string | string[] | undefined>>

const TOLERANCE = 5 * MINUTE
/** More entries than any rotation needs; each costs one comparison per secret. */
const MAX_ENTRIES = 16

/**
 * Reads a secret: "whsec_" and the base64 of 24 to 64 random bytes.
 * @returns the key, or the reason why it is not one; the reason never holds the secret
 */
export function readSecret(secret: string): { ok: true; key: Buffer } | { ok: false; reason: string } {
  if (!secret.startsWith('whsec_')) return { ok: false, reason: 'a webhook secret begins with whsec_' }
  const key = decodeBase64(secret.slice('whsec_'.length))
  if (key === null) return { ok: false, reason: 'what follows whsec_ is not base64' }
  if (key.length >= 24 && key.length <= 64) return { ok: true, key }
  return { ok: false, reason: `the key has ${key.length} bytes; 24 to 64 are expected` }
}

/**
 * Checks one message against the door's secrets (two while they are being changed).
 * Signatures of other versions than v1 are passed over, as the specification asks.
 * @throws when no secret is given or one cannot be read: a fault of the configuration, which config checks at start
 */
export function verifySignature(
  headers: SignatureHeaders,
  body: Uint8Array,
  secrets: readonly string[],
  now: Instant,
): Verified {
  const keys = secrets.map(mustReadSecret)
  if (keys.length === 0) throw new TypeError('a door without a secret cannot verify anything')
  const [id, stamp, list] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name])
  if (id === undefined || id === '') return refuse('id-missing', 'header webhook-id is missing')
  // The dot joins the signed parts: with one in the id, two different messages would sign alike.
  if (typeof id !== 'string' || !/^[\x21-\x2d\x2f-\x7e]{1,256}$/.test(id))
    return refuse('id-malformed', 'webhook-id must be 1 to 256 visible ASCII characters without a full stop')
  if (stamp === undefined || stamp === '') return refuse('timestamp-missing', 'header webhook-timestamp is missing')
  if (typeof stamp !== 'string' || !/^\d{1,12}$/.test(stamp))
    return refuse('timestamp-malformed', 'webhook-timestamp must be whole seconds since 1970')
  const sentAt = Number(stamp) * SECOND
  if (sentAt < now - TOLERANCE)
    return refuse(
      'timestamp-too-old',
      `the message was signed ${Math.round((now - sentAt) / SECOND)} s ago; 300 s allowed`,
    )
  if (sentAt > now + TOLERANCE)
    return refuse(
      'timestamp-in-future',
      `the message is dated ${Math.round((sentAt - now) / SECOND)} s ahead; 300 s allowed`,
    )
  if (list === undefined || list === '') return refuse('signature-missing', 'header webhook-signature is missing')
  const given = typeof list === 'string' ? readSignatures(list) : null
  if (given === null)
    return refuse('signature-malformed', `webhook-signature must be up to ${MAX_ENTRIES} entries "v1,<base64>"`)
  let matches = 0
  for (const key of keys) {
    const expected = computeSignature(key, id, stamp, body)
    for (const signature of given) matches += timingSafeEqual(expected, signature) ? 1 : 0
  }
  if (matches > 0) return { ok: true, id, sentAt }
  return refuse('signature-wrong', 'no signature fits the body, the id, the timestamp and a secret of this door')
}

function computeSignature(key: Buffer, id: string, stamp: string, body: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`${id}.${stamp}.`).update(body).digest()
}

/** The v1 entries that are 32 bytes long; null when there is none or the header is out of shape. */
function readSignatures(list: string): Buffer[] | null {
  if (list.length > 4_096) return null
  const entries = list.split(' ').filter((entry) => entry !== '')
  if (entries.length > MAX_ENTRIES) return null
  const found = entries
    .filter((entry) => entry.startsWith('v1,'))
    .map((entry) => decodeBase64(entry.slice(3)))
    .filter((signature) => signature !== null && signature.length === 32)
  return found.length === 0 ? null : (found as Buffer[])
}

/** Strict but for padding: Buffer.from alone skips what it does not know, and two texts would then be one key. */
function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  const bare = (each: string): string => each.replace(/={1,2}$/, '')
  return bare(bytes.toString('base64')) === bare(text) ? bytes : null
}

function mustReadSecret(secret: string): Buffer {
  const read = readSecret(secret)
  if (!read.ok) throw new TypeError(read.reason)
  return read.key
}

function refuse(rule: SignatureRule, reason: string): Verified {
  return { ok: false, rule, reason }
}
