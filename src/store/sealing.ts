// In: a secret of 32 bytes that is not in the database. Out: texts and files sealed for rest, and opened again.
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
  /** The same for what is no text. */
  sealBytes(bytes: Uint8Array): Buffer
  openBytes(sealed: Uint8Array): Buffer | null
}

/** One key for one use, from an installation's secret (HKDF-SHA-256). */
export function deriveKey(secret: Uint8Array, use: string): KeyObject {
  if (secret.length !== SECRET_BYTES) throw new Error(`a vault's secret has ${SECRET_BYTES} bytes`)
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', use, SECRET_BYTES)))
}

/** AES-256-GCM. @param name authenticated with it: under another nothing opens; '' for none */
export function sealUnder(key: KeyObject, bytes: Uint8Array, name = ''): Buffer {
  // Random for every row: 2^32 of them under one key are far beyond what a bureau has.
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(name))
  const body = [cipher.update(bytes), cipher.final()]
  return Buffer.concat([iv, cipher.getAuthTag(), ...body])
}

/** Null when it was sealed under another key or another name, or harmed. */
export function openUnder(key: KeyObject, sealed: Uint8Array, name = ''): Buffer | null {
  try {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(name))
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    return null
  }
}

/** Under a key of its own. @param use what is sealed; another use cannot open it */
export function openSealing(secret: Uint8Array, use: string): Sealing {
  const key = deriveKey(secret, use)
  return {
    sealBytes: (bytes) => sealUnder(key, bytes),
    openBytes: (sealed) => openUnder(key, sealed),
    seal: (text) => sealUnder(key, Buffer.from(text, 'utf8')),
    open: (sealed) => openUnder(key, sealed)?.toString('utf8') ?? null,
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
