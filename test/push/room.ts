// In: a fresh database and a push service. Out: subscribers, notices about invented quakes, and a sender, ready to be asked.
import type { ClientConfig, Pool } from 'pg'
import webPush from 'web-push'
import type { NoticeKind } from '../../src/core/notice.ts'
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import { DAY, MINUTE } from '../../src/core/instant.ts'
import { judgeEndpoint } from '../../src/core/push/endpoint.ts'
import type { PushHanding } from '../../src/core/push/handing.ts'
import { completePreferences, type GivenPreferences } from '../../src/core/push/preferences.ts'
import type { PushOutlet } from '../../src/push/outlet.ts'
import { openResolver } from '../../src/push/resolve.ts'
import { readSubscriberKeys } from '../../src/push/seal.ts'
import { openSender, type Sender, type SenderContext } from '../../src/push/sender.ts'
import { openVault } from '../../src/push/vault.ts'
import { withClient } from '../../src/store/postgres/start.ts'
import { saveOutlets } from '../../src/store/outlets.ts'
import { openPool } from '../../src/store/pool.ts'
import { handWord, readStanding } from '../../src/store/push-broadcasts.ts'
import { saveSubscription } from '../../src/store/push-subscriptions.ts'
import { factsOf, originOf } from '../core/rendering/facts.ts'
import { freshDatabase } from '../support/database.ts'
import type { PushService } from './service.ts'

export const HOME = { name: '示例市', code: '990100', latitude: 38, longitude: 104, siteTerm: 0 }
export const FAR = { name: '远县', code: '990200', latitude: 41, longitude: 108, siteTerm: 0 }

export interface NoticeChange {
  quake?: string
  kind?: NoticeKind
  report?: number
  magnitude?: number
  title?: string
  body?: string
  /** Minutes after the first. */
  minute?: number
  class?: 'actual' | 'drill'
}

export interface Room {
  pool: Pool
  database: ClientConfig
  vault: ReturnType<typeof openVault>
  outlet: PushOutlet
  alarms: string[]
  subscribe(
    choice?: GivenPreferences,
    change?: { endpoint?: string; class?: 'actual' | 'drill' },
  ): Promise<{ id: string; path: string }>
  /** Commits a notice and hands it to the sender. @returns the delivery's id */
  say(change?: NoticeChange, through?: Pick<PushHanding, 'hand'>): Promise<string>
  standing(delivery: string): ReturnType<typeof readStanding>
  /** Runs a sender of its own until nothing is under way, and ends it. */
  send(change?: Partial<SenderContext>): Promise<void>
  open(change?: Partial<SenderContext>): Sender
  /** Lets every word that was handed over be so many minutes old. */
  age(minutes: number): Promise<void>
  /** Empties it for the next test. */
  clear(): Promise<void>
  close(): Promise<void>
}

export async function openRoom(service: PushService): Promise<Room> {
  const database = await freshDatabase()
  const pool = openPool(database.appConfig, 6, () => undefined)
  await saveOutlets(pool, [
    { id: 'push', class: 'actual', channel: 'webpush', mode: 'live' },
    { id: 'drill-push', class: 'drill', channel: 'webpush', mode: 'live' },
  ])
  const vault = openVault(Buffer.alloc(32, 7))
  const outlet: PushOutlet = {
    id: 'push',
    class: 'actual',
    reach: 'any',
    vapid: { ...webPush.generateVAPIDKeys(), subject: 'mailto:duty@bureau.example' },
    allowHosts: [service.allow],
    ca: service.ca,
    proxies: {},
    transport: 'auto',
    digestMinutes: 30,
    publicUrl: 'https://bureau.example',
  }
  const alarms: string[] = []
  let count = 0
  let turn = 0
  const start = Date.UTC(2024, 2, 5, 6, 0)
  const room: Room = {
    pool,
    database: database.appConfig,
    vault,
    outlet,
    alarms,
    subscribe: async (choice = {}, change = {}) => {
      const given = service.subscribe()
      const endpoint = change.endpoint ?? given.endpoint
      const found = judgeEndpoint(endpoint, outlet.allowHosts)
      const keys = readSubscriberKeys(given.keys.p256dh, given.keys.auth)
      if (!keys.ok) throw new Error(keys.rule)
      count += 1
      const lane = change.class ?? 'actual'
      const id = await saveSubscription(
        pool,
        {
          id: `s-${count}`,
          outlet: lane === 'drill' ? 'drill-push' : 'push',
          class: lane,
          endpointHash: vault.hash(endpoint),
          sealedEndpoint: vault.seal(endpoint),
          origin: found.ok ? found.endpoint.origin : service.origin,
          p256dh: keys.keys.p256dh,
          auth: keys.keys.auth,
          preferences: completePreferences(choice),
          consent: { version: 'test', language: 'zh', at: new Date(start).toISOString() },
        },
        start,
      )
      return { id, path: new URL(endpoint).pathname }
    },
    say: async (change = {}, through) => {
      count += 1
      const lane = change.class ?? 'actual'
      const kind = change.kind ?? 'quick-report'
      const quake = `${turn}-${change.quake ?? 'q-1'}`
      const issued = start + (change.minute ?? 0) * MINUTE
      const facts = factsOf({
        kind,
        class: lane,
        issuedAt: issued,
        origin: ['withdrawal', 'no-quake'].includes(kind)
          ? null
          : originOf({ latitude: 38.2, longitude: 104, magnitude: change.magnitude ?? 5, originTime: issued - MINUTE }),
      })
      await pool.query(`insert into quake (id, class, created_at) values ($1, $2, $3) on conflict do nothing`, [
        quake,
        lane,
        new Date(start).toISOString(),
      ])
      await pool.query(
        `insert into lineage (id, class, quake_id, year, number, serial) values ($1, $2, $3, 2024, $4, $1) on conflict (id) do nothing`,
        [`l-${quake}`, lane, quake, count],
      )
      await pool.query(
        `insert into notice (id, code, class, lineage_id, report_no, kind, quake_id, title, text, variants, facts, evaluation,
           received_at, decided_at, issued_at, actor)
         values ($1, $1, $2, $3, $4, $5, $6, $7, 't', '{}', $8, 'automatic', $9, $9, $9, 'system')`,
        [
          `n-${count}`,
          lane,
          `l-${quake}`,
          change.report ?? 1,
          kind,
          quake,
          change.title ?? '示例地震',
          facts,
          new Date(issued).toISOString(),
        ],
      )
      const outletId = lane === 'drill' ? 'drill-push' : 'push'
      await pool.query(
        `insert into delivery (id, notice_id, class, outlet_id, leg, priority, state, content, due_at, changed_at)
         values ($1, $2, $3, $4, 'subscribers', 2, 'pending', '{}', $5, $5)`,
        [`d-${count}`, `n-${count}`, lane, outletId, new Date(issued).toISOString()],
      )
      const content = {
        title: change.title ?? '示例地震',
        body: change.body ?? '正文',
        url: `https://bureau.example/n/n-${count}`,
      }
      const priority = kind === 'withdrawal' ? 0 : 2
      const word = { deliveryId: `d-${count}`, outlet: outletId, content, priority, ttlMs: DAY }
      if (through) await through.hand(word)
      else await handWord(pool, word)
      return `d-${count}`
    },
    standing: (delivery) => readStanding(pool, delivery),
    open: (change = {}) =>
      openSender({
        db: pool,
        node: 'house-1-a',
        outlets: [outlet],
        region: {
          places: [HOME, FAR],
          attenuation: ATTENUATION_MODELS.west,
          gates: { aftershockMs: 7 * DAY, aftershockKm: 100 },
        },
        vault,
        resolver: openResolver(async () => []),
        now: Date.now,
        mostKeys: 0,
        alarm: (subject, raised, reason) => alarms.push(`${raised ? 'raised' : 'cleared'} ${subject}: ${reason}`),
        log: () => undefined,
        ...change,
      }),
    send: async (change) => {
      const sender = room.open(change)
      await sender.settle()
      await sender.stop()
    },
    age: (minutes) =>
      withClient(database.ownerConfig, async (client) => {
        await client.query('update push_broadcast set handed_at = handed_at - make_interval(mins => $1)', [minutes])
      }),
    clear: async () => {
      alarms.length = 0
      // Notices stay for ever: each test has quakes of its own.
      turn += 1
      outlet.allowHosts = [service.allow]
      await withClient(database.ownerConfig, async (client) => {
        await client.query('truncate push_subscription, push_broadcast, push_batch, push_gathered')
      })
    },
    close: async () => {
      await pool.end()
      await database.drop()
    },
  }
  return room
}
