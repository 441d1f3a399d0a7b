// In: the same configuration as the publisher's, and a database that may come and go. Out: the public process, serving.
// Its own process and pool (DESIGN L7); lives on its copies when everything behind it is away.
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import { formatUtc, type Instant } from '../core/instant.ts'
import { listen } from '../store/listen.ts'
import { openPool, type Queryable } from '../store/pool.ts'
import { LIVE_LIMITS, openLive, type Live } from '../web/live/stream.ts'
import type { Staleness } from '../web/public/hot.ts'
import { buildPublicServer } from '../web/public/server.ts'
import { openShelf } from '../web/public/shelf.ts'
import { describeStale } from '../web/public/stale.ts'
import { openWordings } from '../web/public/wording.ts'
import { openHealth } from './health.ts'
import { openDoor } from './push.ts'
import { openReports } from './rumours.ts'
import { reachDatabase } from './database.ts'
import { loadTemplates } from './templates.ts'
import { openPages } from './website.ts'

const POOL = 4
const SUBSCRIPTIONS_POOL = 2
/** One statement each, some milliseconds: hundreds a second. */
const REPORTS_POOL = 4
/** A question of the public that takes longer is given up: the publisher works on the same server (DESIGN L7). */
const MODEST = { statement_timeout: 30_000, connectionTimeoutMillis: 3_000 } as const
/** NOTIFY is a hint; this look finds what a lost one would have told. */
const LOOK_MS = 500
const STALE_MS = 5_000
/** A first start migrates before there is a page to be read. */
const START_MS = 30_000

export interface PublicProcess {
  url: string
  stop(): Promise<void>
}

/** Starts the public server at PORT. @throws when the port is taken */
export async function startPublic(config: Config, log: FastifyBaseLogger): Promise<PublicProcess> {
  const lines = openLines(config, log, POOL)
  // Its own: readers who search must not keep a subscriber waiting, nor the other way round.
  const subscriptions = openLines(config, log, SUBSCRIPTIONS_POOL)
  const reports = openLines(config, log, REPORTS_POOL)
  const health = openHealth()
  const startedAt = Date.now()
  const { streams, streamsPerAddress } = config.live
  const live = openLive(config.demonstration, { ...LIVE_LIMITS, most: streams, mostPerAddress: streamsPerAddress })
  const shelf = await openShelf({
    db: lines.db,
    folder: join(config.dataFolder, 'pages'),
    realNow: Date.now,
    tell: (ring, sure) => live.tell(ring, sure),
    onError: (error) => {
      // The publisher brings the database up while we start: nothing is wrong yet.
      const early = shelf.lastRefreshAt() === null && Date.now() - startedAt < START_MS
      log[early ? 'debug' : 'warn']({ err: error }, 'serving from copies')
    },
  })
  const wordings = openWordings(await loadTemplates('pages'))
  const watch = watchAge(() => shelf.readAt(), wordings, live)
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const look = async (): Promise<void> => {
    await shelf.refresh()
    if (!stopped) timer = setTimeout(() => void look(), LOOK_MS)
  }
  const first = shelf.refresh()
  const unlisten = listen(
    () => reachDatabase(config),
    'quakedesk_page',
    () => void shelf.refresh(),
    log,
  )
  const { maker } = await openPages(config)
  const app = await buildPublicServer({
    db: lines.db,
    pages: shelf,
    staleness: watch.staleness,
    live,
    list: maker.asked,
    push: openDoor(config, subscriptions.db, wordings),
    reports: openReports(config, reports.db, wordings, maker),
    publicUrl: config.bureau.publicUrl,
    demonstration: config.demonstration,
    ready: async () => {
      const fresh = Date.now() - (shelf.lastRefreshAt() ?? 0) < STALE_MS
      const since = shelf.readAt()
      const when = since === null ? '' : ` since ${formatUtc(since)}`
      return {
        ok: fresh || shelf.get('/') !== undefined,
        degraded: fresh ? [] : [`the database is away${when}: pages are served from copies`],
      }
    },
    metrics: () =>
      health.writeMetrics({
        pages_age_ms: Date.now() - (shelf.lastRefreshAt() ?? Date.now()),
        live_readers: live.count(),
      }),
    logger: log,
  })
  const url = await app.listen({ port: config.port, host: config.host })
  await first
  timer = setTimeout(() => void look(), LOOK_MS)
  return {
    url,
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      watch.stop()
      await app.close()
      await unlisten()
      await Promise.all([lines.close(), subscriptions.close(), reports.close()])
    },
  }
}

/** Looks every second how old the copies are; while they are old, pages and streams say since when. */
function watchAge(
  readAt: () => Instant | null,
  wordings: ReturnType<typeof openWordings>,
  live: Live,
): { staleness: () => Staleness | null; stop(): void } {
  const startedAt = Date.now()
  let stale: { since: Instant; said: Staleness } | null = null
  const look = (): void => {
    const since = readAt()
    // Nothing was ever read: there is nothing to be behind of. A process that has just come back may still read.
    if (since === null || Date.now() - Math.max(since, startedAt) < STALE_MS) stale = null
    else if (stale?.since !== since) stale = { since, said: describeStale(since, wordings) }
    live.tellStale(stale?.since ?? null)
  }
  look()
  const timer = setInterval(look, 1_000)
  return { staleness: () => stale?.said ?? null, stop: () => clearInterval(timer) }
}

/** A pool that is opened when the database can be found, and found again after it moved. */
function openLines(config: Config, log: FastifyBaseLogger, most: number): { db: Queryable; close(): Promise<void> } {
  let pool: ReturnType<typeof openPool> | null = null
  const db: Queryable = {
    query: async (text, values) => {
      const place = pool ? null : reachDatabase(config)
      if (place) {
        pool = openPool({ ...place, ...MODEST }, most, (error) => log.warn({ err: error }, 'database connection lost'))
      }
      if (!pool) throw new Error('the database is not up')
      return pool.query(text, values) as never
    },
  }
  return { db, close: async () => pool?.end() }
}
