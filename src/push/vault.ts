// In: a secret of 32 bytes that is not in the database. Out: endpoints sealed for rest, their keyed hash, unsubscribe tokens.
// An endpoint is a capability: whoever has it and the keys can push to that person. A copied database alone opens none.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SECRET_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

export interface Vault {
  seal(text: string): Buffer
  /** Null when it was sealed under another secret, or harmed. */
  open(sealed: Uint8Array): string | null
  hash(text: string): Buffer
  /** Belongs to one subscription for ever; nothing of it is stored. */
  tokenFor(id: string): string
  isToken(id: string, token: string): boolean
}

/** @param secret 32 bytes */
export function openVault(secret: Uint8Array): Vault {
  if (secret.length !== SECRET_BYTES) throw new Error(`a vault's secret has ${SECRET_BYTES} bytes`)
  const part = (use: string): KeyObject =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', use, SECRET_BYTES)))
  const [sealing, hashing, tokens] = [part('endpoint seal'), part('endpoint hash'), part('unsubscribe token')]
  const tokenFor = (id: string): string => createHmac('sha256', tokens).update(id).digest('base64url')
  return {
    seal: (text) => {
      // Random for every row: 2^32 of them under one key are far beyond what a bureau has.
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', sealing, iv)
      const body = [cipher.update(text, 'utf8'), cipher.final()]
      return Buffer.concat([iv, cipher.getAuthTag(), ...body])
    },
    open: (sealed) => {
      try {
        const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
        const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, IV_BYTES), {
          authTagLength: TAG_BYTES,
        })
        decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
        return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      } catch {
        return null
      }
    },
    hash: (text) => createHmac('sha256', hashing).update(text).digest(),
    tokenFor,
    isToken: (id, token) => {
      const [given, right] = [Buffer.from(token), Buffer.from(tokenFor(id))]
      return given.length === right.length && timingSafeEqual(given, right)
    },
  }
}

/**
 * The secret of an installation: the one of the configuration (several machines over one database need the same), else
 * the data folder's, made when it is first asked for. Publisher and public process may ask at the same time.
 */
export function readVaultSecret(dataFolder: string, configured: string | null): Buffer {
  if (configured !== null) return Buffer.from(configured, 'base64url')
  const file = join(dataFolder, 'push.key')
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
