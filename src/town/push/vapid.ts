// In: an Authorization header, the push resource's origin, an instant. Out: whose message it is, or the rule it breaks.
// Must not verify a signature twice: a sender may reuse one token until it expires (RFC 8292 §2), and the good ones do.
import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { HOUR, SECOND } from '../../core/instant.ts'
import type { Instant } from '../../core/instant.ts'
import { readBase64url } from './base64url.ts'

/** Asks RFC 8292 §4.2's questions; `key` is the application server's public key as base64url. */
export type VapidCheck = (
  header: string | undefined,
  want: { origin: string; at: Instant; reachableContact: boolean },
) => { key: string } | { rule: string }

interface Token {
  key: string
  claims: Record<string, unknown>
}

const LONGEST_LIFE = 24 * HOUR
/** Tokens remembered; a sender has one per origin. */
const REMEMBERED = 1_000

function readKey(text: string): KeyObject | null {
  const point = readBase64url(text)
  if (point?.length !== 65 || point[0] !== 0x04) return null
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, format: 'jwk' })
  } catch {
    return null
  }
}

function readJson(part: string): Record<string, unknown> | null {
  const bytes = readBase64url(part)
  try {
    const value: unknown = bytes === null ? null : JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

/** `vapid t=<JWT>, k=<key>`: each exactly once, in any order; unknown parameters are left alone (RFC 8292 §3). */
function readParameters(header: string): { t: string; k: string } | null {
  const rest = /^vapid +(.+)$/i.exec(header)?.[1]
  if (rest === undefined || header.length > 4_096) return null
  const found = new Map<string, string>()
  for (const pair of rest.split(',')) {
    const match = /^\s*([A-Za-z]+)\s*=\s*"?([\w.~+/-]+)"?\s*$/.exec(pair)
    const name = match?.[1]?.toLowerCase() ?? ''
    if (!match || found.has(name)) return null
    found.set(name, match[2] ?? '')
  }
  const [t, k] = [found.get('t'), found.get('k')]
  return t === undefined || k === undefined ? null : { t, k }
}

/** What does not change while a token lives: its form, its signature. */
function readToken(header: string): Token | { rule: string } {
  const given = readParameters(header)
  if (!given) return { rule: 'authorization-form' }
  const key = readKey(given.k)
  if (!key) return { rule: 'vapid-key' }
  const [head = '', body = '', signed = '', ...more] = given.t.split('.')
  const protectedHeader = readJson(head)
  const claims = readJson(body)
  const signature = readBase64url(signed)
  if (more.length > 0 || !protectedHeader || !claims || !signature) return { rule: 'jwt-form' }
  if (protectedHeader['alg'] !== 'ES256' || 'crit' in protectedHeader) return { rule: 'jwt-algorithm' }
  // RFC 7518 §3.4: R and S, 32 bytes each; an ASN.1 signature is another length.
  const options = { key, dsaEncoding: 'ieee-p1363' } as const
  const good = signature.length === 64 && verify('sha256', Buffer.from(`${head}.${body}`), options, signature)
  return good ? { key: given.k, claims } : { rule: 'jwt-signature' }
}

/** mailto: with one address, or https:, without what Apple refuses (channels.md §3.1). */
function isContact(sub: unknown, reachable: boolean): boolean {
  if (typeof sub !== 'string' || /[\s<>]/.test(sub)) return false
  const mail = /^mailto:[^@]+@([^@]+)$/.exec(sub)?.[1]
  const host = mail ?? (sub.startsWith('https://') && URL.canParse(sub) ? new URL(sub).hostname : undefined)
  return host !== undefined && (!reachable || (host.includes('.') && !host.endsWith('.localhost')))
}

function judgeClaims(claims: Token['claims'], origin: string, at: Instant, reachable: boolean): string | null {
  const { aud, exp, sub } = claims
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud]
  if (!audiences.includes(origin)) return 'jwt-audience'
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return 'jwt-expiry-missing'
  if (exp * SECOND < at) return 'jwt-expired'
  if (exp * SECOND > at + LONGEST_LIFE) return 'jwt-expiry-too-far'
  return isContact(sub, reachable) ? null : 'jwt-subject'
}

/** A check with its own memory of verified tokens. */
export function createVapidCheck(): VapidCheck {
  const known = new Map<string, Token | { rule: string }>()
  return (header, { origin, at, reachableContact }) => {
    if (header === undefined) return { rule: 'authorization-missing' }
    const token = known.get(header) ?? readToken(header)
    if (known.size >= REMEMBERED) known.clear()
    known.set(header, token)
    if ('rule' in token) return token
    const rule = judgeClaims(token.claims, origin, at, reachableContact)
    return rule === null ? { key: token.key } : { rule }
  }
}
