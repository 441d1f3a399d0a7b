// In: a request and a key pair. Out: the headers that prove it, by the two vendors' signature version 3.
// Must not send anything, nor keep a key.
import { createHash, createHmac } from 'node:crypto'
import type { Instant } from '../../src/core/instant.ts'

export interface KeyPair {
  id: string
  secret: string
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** RFC 3986: what encodeURIComponent leaves as it is, but they do not. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Names in the order of their bytes, both sides encoded. */
export function writeQuery(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => [encodeStrictly(name), encodeStrictly(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** Method, path, query, headers with a line break after each, their names, hash of the body. */
function canonise(path: string, query: string, headers: Readonly<Record<string, string>>, bodyHash: string): string {
  const names = Object.keys(headers).toSorted()
  const lines = names.map((name) => `${name}:${headers[name]?.trim() ?? ''}\n`).join('')
  return ['POST', path, query, lines, names.join(';'), bodyHash].join('\n')
}

export interface AcsCall {
  host: string
  path: string
  /** As writeQuery makes it. */
  query: string
  action: string
  version: string
  now: Instant
  /** Never used before. */
  nonce: string
}

/**
 * ACS3-HMAC-SHA256 of a POST without a body
 * (help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature).
 */
export function signAcs3(call: AcsCall, keys: KeyPair): Record<string, string> {
  const bodyHash = hash('')
  const headers: Record<string, string> = {
    host: call.host,
    'x-acs-action': call.action,
    'x-acs-content-sha256': bodyHash,
    'x-acs-date': `${new Date(call.now).toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': call.nonce,
    'x-acs-version': call.version,
  }
  const names = Object.keys(headers).toSorted().join(';')
  const request = canonise(call.path, call.query, headers, bodyHash)
  const signature = mac(keys.secret, `ACS3-HMAC-SHA256\n${hash(request)}`).toString('hex')
  return {
    ...headers,
    authorization: `ACS3-HMAC-SHA256 Credential=${keys.id},SignedHeaders=${names},Signature=${signature}`,
  }
}

export interface TcCall {
  host: string
  path: string
  service: string
  now: Instant
  body: string
  /** Headers that are signed besides the host; values as the vendor wants them in the request to sign. */
  signed: Readonly<Record<string, string>>
}

/** TC3-HMAC-SHA256 of a POST: the Authorization header (cloud.tencent.com/document/api/382/52072, 签名方法 v3). */
export function signTc3(call: TcCall, keys: KeyPair): string {
  const seconds = String(Math.floor(call.now / 1000))
  const day = new Date(call.now).toISOString().slice(0, 10)
  const scope = `${day}/${call.service}/tc3_request`
  const headers: Record<string, string> = { ...call.signed, host: call.host }
  const names = Object.keys(headers).toSorted().join(';')
  const request = canonise(call.path, '', headers, hash(call.body))
  const key = mac(mac(mac(`TC3${keys.secret}`, day), call.service), 'tc3_request')
  const signature = mac(key, ['TC3-HMAC-SHA256', seconds, scope, hash(request)].join('\n')).toString('hex')
  return `TC3-HMAC-SHA256 Credential=${keys.id}/${scope}, SignedHeaders=${names}, Signature=${signature}`
}
