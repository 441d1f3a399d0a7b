// In: chance. Out: tokens that open a door, and the hashes that are kept of them.
import { createHash, randomBytes } from 'node:crypto'

const TOKEN_BYTES = 32

/** 256 bits; nothing about it can be guessed, so a plain hash of it is enough. */
export const makeToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()

/** Of what a browser keeps after a sign-in; a session's token is no such, nor the other way round. */
export const hashDevice = (token: string): Buffer => hashToken(`device ${token}`)

/** 32 signs that nobody mistakes for one another on paper. */
const SIGNS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** Recovery codes: 50 bits each, in two groups that can be read over a telephone. */
export function makeRecoveryCodes(count = 10): string[] {
  return Array.from({ length: count }, () => {
    const text = Array.from(randomBytes(10), (byte) => SIGNS[byte & 31]).join('')
    return `${text.slice(0, 5)}-${text.slice(5)}`
  })
}

/** As somebody types it: case, blanks and the hyphen do not count. */
export const hashRecovery = (code: string): Buffer =>
  hashToken(`recovery ${code.toUpperCase().replace(/[^A-Z0-9]/g, '')}`)
