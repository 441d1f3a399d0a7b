// In: a secret of 32 bytes that is not in the database. Out: endpoints sealed for rest, their keyed hash, unsubscribe tokens.
// An endpoint is a capability: whoever has it and the keys can push to that person. A copied database alone opens none.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { deriveKey, openSealing, readSecret, type Sealing } from '../store/sealing.ts'

export interface Vault extends Sealing {
  hash(text: string): Buffer
  /** Belongs to one subscription for ever; nothing of it is stored. */
  tokenFor(id: string): string
  isToken(id: string, token: string): boolean
}

/** @param secret 32 bytes */
export function openVault(secret: Uint8Array): Vault {
  const [hashing, tokens] = [deriveKey(secret, 'endpoint hash'), deriveKey(secret, 'unsubscribe token')]
  const tokenFor = (id: string): string => createHmac('sha256', tokens).update(id).digest('base64url')
  return {
    ...openSealing(secret, 'endpoint seal'),
    hash: (text) => createHmac('sha256', hashing).update(text).digest(),
    tokenFor,
    isToken: (id, token) => {
      const [given, right] = [Buffer.from(token), Buffer.from(tokenFor(id))]
      return given.length === right.length && timingSafeEqual(given, right)
    },
  }
}

/** The secret of an installation: the one of the outlet, else the data folder's. Publisher and public process share it. */
export const readVaultSecret = (dataFolder: string, configured: string | null): Buffer =>
  readSecret(dataFolder, 'push.key', configured)
