// In: callback token, EncodingAESKey, AppID, messages. Out: signatures and ciphertexts of the message push.
// Must not read a random source: the caller hands in the 16 bytes (reference channels.md §2.9).
import { createCipheriv, createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'

/** PKCS#7 over 32 bytes, not the cipher's 16: the platform's own block. */
const BLOCK = 32

/** sha1 over the sorted concatenation, hex. */
export function signParts(parts: readonly string[]): string {
  return createHash('sha1').update(parts.toSorted().join('')).digest('hex')
}

/**
 * The 32-byte key behind the 43 characters of EncodingAESKey.
 * @throws when the text is no such key
 */
export function decodeAesKey(encodingAesKey: string): Buffer {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  if (!/^[A-Za-z0-9]{43}$/.test(encodingAesKey) || key.length !== 32) {
    throw new Error('EncodingAESKey must be 43 letters and digits')
  }
  return key
}

/**
 * Encrypts one message: 16 bytes of salt, big-endian length, message, AppID, padded to 32.
 * @returns base64
 */
export function encryptMessage(key: Buffer, appId: string, message: string, salt: Buffer): string {
  const text = Buffer.from(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  const plain = Buffer.concat([salt.subarray(0, 16), length, text, Buffer.from(appId)])
  const pad = BLOCK - (plain.length % BLOCK)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(Buffer.concat([plain, Buffer.alloc(pad, pad)])), cipher.final()]).toString(
    'base64',
  )
}

/** Opens one ciphertext; null when padding, lengths or AppID are not right. */
export function decryptMessage(key: Buffer, appId: string, encrypted: string): string | null {
  const bytes = Buffer.from(encrypted, 'base64')
  if (bytes.length === 0 || bytes.length % 16 !== 0) return null
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const plain = Buffer.concat([decipher.update(bytes), decipher.final()])
  const pad = plain.at(-1) ?? 0
  if (pad < 1 || pad > BLOCK || pad > plain.length) return null
  if (!plain.subarray(plain.length - pad).every((byte) => byte === pad)) return null
  const body = plain.subarray(0, plain.length - pad)
  if (body.length < 20) return null
  const end = 20 + body.readUInt32BE(16)
  if (end > body.length) return null
  const owner = body.subarray(end)
  const wanted = Buffer.from(appId)
  if (owner.length !== wanted.length || !timingSafeEqual(owner, wanted)) return null
  return body.subarray(20, end).toString('utf8')
}
