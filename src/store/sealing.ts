// In: a secret of 32 bytes that is not in the database. Out: texts sealed for rest, and opened again.
// Must not hold a key longer than it is asked to: whoever opens one decides what it is for.
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SECRET_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

export interface Sealing {
  seal(text: string): Buffer
  /** Null when it was sealed under another secret, or harmed. */
  open(sealed: Uint8Array): string | null
}

/** One key for one use, from an installation's secret (HKDF-SHA-256). */
export function deriveKey(secret: Uint8Array, use: string): KeyObject {
  if (secret.length !== SECRET_BYTES) throw new Error(`a vault's secret has ${SECRET_BYTES} bytes`)
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', use, SECRET_BYTES)))
}

/** AES-256-GCM under a key of its own. @param use what is sealed; another use cannot open it */
export function openSealing(secret: Uint8Array, use: string): Sealing {
  const key = deriveKey(secret, use)
  return {
    seal: (text) => {
      // Random for every row: 2^32 of them under one key are far beyond what a bureau has.
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const body = [cipher.update(text, 'utf8'), cipher.final()]
      return Buffer.concat([iv, cipher.getAuthTag(), ...body])
    },
    open: (sealed) => {
      try {
        const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
          authTagLength: TAG_BYTES,
        })
        decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
        return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      } catch {
        return null
      }
    },
  }
}

/**
 * A secret of an installation: the one of the configuration (several machines over one database need the same), else
 * the data folder's, made when it is first asked for. Two processes may ask at the same time.
 * @param name of the file in the data folder
 */
export function readSecret(dataFolder: string, name: string, configured: string | null): Buffer {
  if (configured !== null) return Buffer.from(configured, 'base64url')
  const file = join(dataFolder, name)
  mkdirSync(dataFolder, { recursive: true })
  // Written whole under another name and then linked: whoever finds the file finds all of it, and only one is ever there.
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, randomBytes(SECRET_BYTES), { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  const secret = readFileSync(file)
  if (secret.length !== SECRET_BYTES)
    throw new Error(`${file} must hold ${SECRET_BYTES} bytes; it holds ${secret.length}`)
  return secret
}
