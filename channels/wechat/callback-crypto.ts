// In: what the platform signs and encrypts. Out: verified plaintext, or why it is none; and our own sealed replies.
// Must not say in which of its checks a forged message failed beyond the name of the step.
import { createCipheriv, createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'

/** The platform pads to 32 bytes, not to AES's 16 (§2.9); pads written by libraries that use 16 are read as well. */
const BLOCK = 32
const RANDOM_BYTES = 16

/** sha1 over the sorted parts, hex: `signature` (token, timestamp, nonce) and `msg_signature` (the same and Encrypt). */
export function signCallback(token: string, ...parts: string[]): string {
  // Sorted by code unit, as the platform sorts bytes: a locale's order differs.
  return createHash('sha1')
    .update([token, ...parts].sort().join(''))
    .digest('hex')
}

/** Compares in constant time. */
export function verifySignature(signature: string, token: string, ...parts: string[]): boolean {
  const expected = Buffer.from(signCallback(token, ...parts))
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function readKey(encodingAesKey: string): Buffer {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  if (key.length !== 32) throw new Error('encodingAesKey must be 43 base64 characters (32 bytes)')
  return key
}

/**
 * Opens an Encrypt field: AES-256-CBC, IV = first half of the key, 16 random bytes, length (uint32, big endian),
 * message, AppID. Node's own unpadding would refuse every second message, since pads go to 32.
 * @returns the message, or the step that failed: base64 | cipher | padding | length | appid
 */
export function decryptCallback(
  encodingAesKey: string,
  appId: string,
  encrypted: string,
): { ok: true; message: string } | { ok: false; step: 'base64' | 'cipher' | 'padding' | 'length' | 'appid' } {
  const key = readKey(encodingAesKey)
  if (!/^[A-Za-z\d+/]+={0,2}$/.test(encrypted)) return { ok: false, step: 'base64' }
  const sealed = Buffer.from(encrypted, 'base64')
  if (sealed.length === 0 || sealed.length % 16 !== 0) return { ok: false, step: 'cipher' }
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(sealed), decipher.final()])
  const pad = padded.at(-1) ?? 0
  if (pad < 1 || pad > BLOCK || pad > padded.length || !padded.subarray(-pad).every((byte) => byte === pad))
    return { ok: false, step: 'padding' }
  const plain = padded.subarray(0, -pad)
  const head = RANDOM_BYTES + 4
  if (plain.length < head) return { ok: false, step: 'length' }
  const length = plain.readUInt32BE(RANDOM_BYTES)
  if (length > plain.length - head) return { ok: false, step: 'length' }
  const tail = plain.subarray(head + length)
  const own = Buffer.from(appId)
  if (tail.length !== own.length || !timingSafeEqual(tail, own)) return { ok: false, step: 'appid' }
  return { ok: true, message: plain.subarray(head, head + length).toString('utf8') }
}

/**
 * Seals a message the same way.
 * @param random 32 hex digits (16 bytes), unguessable
 */
export function encryptCallback(encodingAesKey: string, appId: string, message: string, random: string): string {
  const key = readKey(encodingAesKey)
  const salt = Buffer.from(random, 'hex')
  if (salt.length !== RANDOM_BYTES) throw new Error('random must be 32 hex digits')
  const body = Buffer.from(message, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const plain = Buffer.concat([salt, length, body, Buffer.from(appId)])
  const pad = BLOCK - (plain.length % BLOCK)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(pad, pad)), cipher.final()]).toString('base64')
}
