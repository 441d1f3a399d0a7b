// In: a secret of 32 bytes that is not in the database. Out: bytes sealed for rest under a name, and marks that nobody can guess at.
// Must not open what was sealed under another name: a row that was put in another's place opens nothing.
import { createHmac } from 'node:crypto'
import { deriveKey, openUnder, sealUnder } from './sealing.ts'

export interface ByteSealing {
  seal(bytes: Uint8Array, name: string): Buffer
  /** Null when it was sealed under another secret or another name, or harmed. */
  open(sealed: Uint8Array, name: string): Buffer | null
}

/** Under a key of its own; the name is authenticated with it. @param use what is sealed */
export function openByteSealing(secret: Uint8Array, use: string): ByteSealing {
  const key = deriveKey(secret, use)
  return {
    seal: (bytes, name) => sealUnder(key, bytes, name),
    open: (sealed, name) => openUnder(key, sealed, name),
  }
}

/** HMAC-SHA-256 of a text, 64 hexadecimal digits: the same text is known again, and no list of names finds it without the key. */
export function openMarking(secret: Uint8Array, use: string): (text: string) => string {
  const key = deriveKey(secret, use)
  return (text) => createHmac('sha256', key).update(text).digest('hex')
}
