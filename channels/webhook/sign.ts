// In: a secret, an id, a time and a body. Out: the headers of Standard Webhooks.
// Must not sign anything but the very bytes that are sent.
import { createHmac } from 'node:crypto'
import { SECOND, type Instant } from '../../src/core/instant.ts'

/**
 * Key bytes of "whsec_<base64>"; the prefix may be absent, as in the reference libraries.
 * @returns null unless it is 24 to 64 bytes (standard-webhooks/spec, "Signature scheme")
 */
export function readSecret(text: string): Buffer | null {
  const base64 = text.replace(/^whsec_/, '')
  if (!/^[A-Za-z\d+/]+={0,2}$/.test(base64)) return null
  const key = Buffer.from(base64, 'base64')
  return key.length >= 24 && key.length <= 64 ? key : null
}

/**
 * webhook-id, webhook-timestamp (seconds) and webhook-signature: one v1 signature per secret, newest first.
 * @param id holds no full stop, else the signed text could be split in two ways
 */
export function signWebhook(
  secrets: readonly string[],
  id: string,
  at: Instant,
  body: string | Uint8Array,
): Record<string, string> {
  if (id.includes('.')) throw new Error('a webhook id must hold no full stop')
  const timestamp = String(Math.floor(at / SECOND))
  const signatures = secrets.map((text) => {
    const key = readSecret(text)
    if (key === null) throw new Error('a webhook secret is not readable')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
