// In: what a test wants different. Out: a public server at which browsers subscribe, over a real database; and such a browser.
import { createECDH, randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { openResolver } from '../../src/push/resolve.ts'
import { openVault } from '../../src/push/vault.ts'
import { saveOutlets } from '../../src/store/outlets.ts'
import { openPool } from '../../src/store/pool.ts'
import type { SubscribingContext } from '../../src/web/public/push/subscribing.ts'
import { freshDatabase } from '../support/database.ts'
import { buildBarePublic } from './bare-public.ts'

export const SUBSCRIPTIONS = '/api/v1/push/subscriptions'

export interface SubscribeDoor {
  pool: Pool
  /** A server with these terms over the same database; the caller closes it. */
  build(change?: Partial<SubscribingContext>): Promise<FastifyInstance>
  close(): Promise<void>
}

/** What a browser's PushSubscription says of itself (W3C Push API, toJSON). */
export interface BrowserSubscription {
  endpoint: string
  expirationTime: null
  keys: { p256dh: string; auth: string }
}

/** One outlet that is on; every host has a public address. */
export async function openSubscribeDoor(usual: Partial<SubscribingContext> = {}): Promise<SubscribeDoor> {
  const database = await freshDatabase()
  const pool = openPool(database.appConfig, 4, () => undefined)
  const push: SubscribingContext = {
    db: pool,
    outlets: [{ id: 'push', class: 'actual', reach: 'any', allowHosts: [], proxied: [] }],
    vault: openVault(Buffer.alloc(32, 1)),
    resolver: openResolver(async () => ['142.250.72.10']),
    now: Date.now,
    consentVersion: 'v1',
    districts: ['990100'],
    ...usual,
  }
  await saveOutlets(
    pool,
    push.outlets.map(({ id, class: lane }) => ({ id, class: lane, channel: 'webpush', mode: 'live' as const })),
  )
  return {
    pool,
    build: (change = {}) => buildBarePublic({ db: pool, push: { ...push, ...change } }),
    close: async () => {
      await pool.end()
      await database.drop()
    },
  }
}

/** A browser that nobody has seen before, at a push service that every bureau knows. */
export function makeSubscription(): BrowserSubscription {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  return {
    endpoint: `https://fcm.googleapis.com/fcm/send/${randomBytes(8).toString('hex')}`,
    expirationTime: null,
    keys: { p256dh: pair.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') },
  }
}
