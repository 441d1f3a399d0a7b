// In: a push subscription and what to say. Out: an application server's calls, sealed and signed with web-push's own code,
// over HTTP/2 by hand. Must not use the house's sender: two readings of the RFCs meet here.
import { connect } from 'node:http2'
import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2'
import { sign, createPrivateKey } from 'node:crypto'
import webpush from 'web-push'
import type { PushTown } from '../../src/town/push.ts'
import type { PushSubscriptionJson } from '../../src/town/push/state.ts'

export const VAPID = webpush.generateVAPIDKeys()
export const CONTACT = 'mailto:it@dzj.example.cn'

export interface PushReply {
  status: number
  headers: Record<string, string>
  text: string
}

/** One call over a connection of its own, or over the one that is handed in. */
export async function send(
  town: { origin: string; ca: string },
  headers: OutgoingHttpHeaders,
  body: Uint8Array,
  through?: ClientHttp2Session,
): Promise<PushReply> {
  const session = through ?? connect(town.origin, { ca: town.ca })
  try {
    return await new Promise<PushReply>((resolve, reject) => {
      session.once('error', reject)
      const stream = session.request({ ':method': 'POST', ...headers })
      const said: PushReply = { status: 0, headers: {}, text: '' }
      stream.setEncoding('utf8')
      stream.on('response', (given) => {
        said.status = Number(given[':status'])
        said.headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]))
      })
      stream.on('data', (part: string) => (said.text += part))
      stream.on('error', reject)
      stream.on('close', () => (said.status === 0 ? reject(new Error('closed without a reply')) : resolve(said)))
      // GET and DELETE end with their headers.
      if (!stream.writableEnded) stream.end(body)
    })
  } finally {
    if (!through) session.destroy()
  }
}

const coded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The key pair as node:crypto takes it. */
export function signingKey(keys = VAPID) {
  const point = Buffer.from(keys.publicKey, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  const key = { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '', d: keys.privateKey }
  return createPrivateKey({ key, format: 'jwk' })
}

/** An Authorization header of one's own making, right or wrong. */
export function authorize(
  claims: Record<string, unknown>,
  {
    keys = VAPID,
    head = { typ: 'JWT', alg: 'ES256' },
    der = false,
  }: { keys?: typeof VAPID; head?: object; der?: boolean } = {},
): string {
  const signed = `${coded(head)}.${coded(claims)}`
  const options = { key: signingKey(keys), dsaEncoding: der ? ('der' as const) : ('ieee-p1363' as const) }
  return `vapid t=${signed}.${sign('sha256', Buffer.from(signed), options).toString('base64url')}, k=${keys.publicKey}`
}

/** Body as web-push seals it. */
export function seal(subscription: PushSubscriptionJson, text: string): Buffer {
  return webpush.encrypt(subscription.keys.p256dh, subscription.keys.auth, text, 'aes128gcm').cipherText
}

/** Headers of a call that every rule allows at that instant. */
export function rightHeaders(town: PushTown, subscription: PushSubscriptionJson, at: number): Record<string, string> {
  return {
    ':path': new URL(subscription.endpoint).pathname,
    ttl: '900',
    urgency: 'high',
    'content-encoding': 'aes128gcm',
    authorization: authorize({ aud: town.origin, exp: Math.floor(at / 1_000) + 3_600, sub: CONTACT }),
  }
}
