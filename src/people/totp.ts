// In: a shared secret, a code of six digits, the time. Out: whether the code fits, and which step it was (RFC 6238, SHA-1, 30 s).
// Must not accept a step twice: whoever looked over a shoulder has 30 seconds otherwise.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../core/instant.ts'

const STEP_MS = 30_000
const SECRET_BYTES = 20
const DIGITS = 6
/** A phone's clock may be a step off either way. */
const SLACK = [0, -1, 1] as const
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export const makeTotpSecret = (): Buffer => randomBytes(SECRET_BYTES)

/** RFC 4226 §5.3. */
export function codeAt(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = (mac[19] ?? 0) & 0xf
  const value = mac.readUInt32BE(offset) & 0x7fffffff
  return String(value % 10 ** DIGITS).padStart(DIGITS, '0')
}

/**
 * The step that a code belongs to.
 * @param lastStep the newest step that was accepted before; that one and earlier ones fit no more
 * @returns null when it fits none
 */
export function findStep(secret: Uint8Array, code: string, now: Instant, lastStep: number): number | null {
  const given = Buffer.from(code.replace(/\s/g, ''))
  if (given.length !== DIGITS) return null
  const present = Math.floor(now / STEP_MS)
  for (const slack of SLACK) {
    const step = present + slack
    if (step > lastStep && timingSafeEqual(given, Buffer.from(codeAt(secret, step)))) return step
  }
  return null
}

/** RFC 4648 without padding, as authenticator programs take it by hand. */
export function writeBase32(bytes: Uint8Array): string {
  let text = ''
  let value = 0
  let bits = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32[(value >> bits) & 31]
    }
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text
}

/** What the QR code holds (Key URI format of the authenticator programs). */
export function writeKeyUri(secret: Uint8Array, login: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(login)}`
  return `otpauth://totp/${label}?secret=${writeBase32(secret)}&issuer=${encodeURIComponent(issuer)}`
}
