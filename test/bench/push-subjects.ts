// In: subscriptions of the stand-in. Out: the ways of sending one text to all of them that the bench compares: the peer, the
// house's own, the limit of the transport.
import { Agent } from 'node:https'
import { connect } from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'
import webpush from 'web-push'
import type { PushSubscriptionJson } from '../../src/town/push/state.ts'
import { openOurs } from './push-ours.ts'
import { CONTACT, TOPIC, TTL, URGENCY, type OpenSending, type Sending } from './push-sending.ts'
import type { PushSetup } from './push-orders.ts'

const POOL = 50

/** Runs an act for every item, so many at a time. */
async function pooled<T>(items: readonly T[], width: number, act: (item: T) => Promise<boolean>): Promise<number> {
  let next = 0
  let good = 0
  const run = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) if (await act(item)) good += 1
  }
  await Promise.all(Array.from({ length: width }, run))
  return good
}

/** The peer: what web-push's page tells a capable person to write, with what that person learns later: a pool, keep-alive. */
function openLoop({ ca, vapid, subscriptions }: PushSetup): Sending {
  const agent = new Agent({ ca, keepAlive: true, maxSockets: POOL })
  const vapidDetails = { subject: CONTACT, ...vapid }
  const options = { vapidDetails, TTL, urgency: URGENCY, topic: TOPIC, agent } as const
  return {
    prepare: async () => undefined,
    send: (text) =>
      pooled(
        subscriptions,
        POOL,
        async (one) => (await webpush.sendNotification(one, text, options)).statusCode === 201,
      ),
  }
}

function post(session: ClientHttp2Session, headers: Record<string, string>, body: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ...headers })
    stream.on('response', (given) => resolve(given[':status'] === 201))
    stream.on('error', reject)
    stream.resume()
    stream.end(body)
  })
}

/** The limit: sealed before the event as if the text had been known, one HTTP/2 connection, nothing but sending counted. */
function openLimit({ ca, origin, vapid, subscriptions }: PushSetup): Sending {
  const session = connect(origin, { ca })
  const { Authorization } = webpush.getVapidHeaders(origin, CONTACT, vapid.publicKey, vapid.privateKey, 'aes128gcm')
  const common = {
    authorization: Authorization,
    'content-encoding': 'aes128gcm',
    ttl: String(TTL),
    urgency: URGENCY,
    topic: TOPIC,
  }
  const seal = ({ endpoint, keys }: PushSubscriptionJson, text: string) => ({
    path: new URL(endpoint).pathname,
    body: webpush.encrypt(keys.p256dh, keys.auth, text, 'aes128gcm').cipherText,
  })
  let sealed: { path: string; body: Buffer }[] = []
  return {
    prepare: async (text) => {
      sealed = subscriptions.map((one) => seal(one, text))
    },
    send: () => pooled(sealed, 100, ({ path, body }) => post(session, { ':path': path, ...common }, body)),
  }
}

/** By name. */
export const SUBJECTS: Readonly<Record<string, OpenSending>> = {
  'web-push loop': openLoop,
  'fresh keys': (setup) => openOurs(setup, false),
  'prepared keys': (setup) => openOurs(setup, true),
  'sealed before': openLimit,
}
