// In: a configuration. Out: the publisher of an installation, running. The only file that names every part.
// Composition only: nothing here decides, renders or sends.
import { hostname } from 'node:os'
import type { FastifyBaseLogger } from 'fastify'
import { openAlarms } from './app/alarms.ts'
import { watchAuthorisations } from './app/authorisations.ts'
import { openClock, type InstallationClock } from './app/clock.ts'
import { openCallbacks } from './app/callbacks.ts'
import { openDatabase, type Database } from './app/database.ts'
import { openDegraded } from './app/degraded.ts'
import { openHealth } from './app/health.ts'
import { openChannelWatch } from './app/channel-watch.ts'
import { openShelf } from './app/credentials.ts'
import { openOutlets } from './app/outlets.ts'
import { openRandom } from './app/random.ts'
import type { HandCrank } from './app/hand-crank.ts'
import { openIntake } from './app/intake.ts'
import { listActs } from './app/acts.ts'
import { startDesk } from './app/start-desk.ts'
import { rehearseWords } from './app/own-words.ts'
import { openPartners } from './app/partners.ts'
import { openPush } from './app/push.ts'
import { readPublic } from './app/read-back.ts'
import { readReady } from './app/ready.ts'
import { openRedisLine } from './app/redis-line.ts'
import { openSilence } from './app/silence.ts'
import { startSources, type Sources } from './app/sources.ts'
import { loadTemplates } from './app/templates.ts'
import { startCards } from './app/start-cards.ts'
import { openTells, type Tell } from './app/tells.ts'
import type { Painter } from './app/card-painter.ts'
import { openWebsite } from './app/website.ts'
import { openWriting } from './app/writing.ts'
import { lendWords, openWords } from './app/words.ts'
import { isTrial, type Config } from './config.ts'
import { createRenderer } from './core/rendering/renderer.ts'
import { hashText } from './publish/template-trial.ts'
import { openDispatch } from './publish/dispatch.ts'
import { openLedger, type Ledger, type LedgerContext } from './publish/ledger.ts'
import { startPublisher, type Publisher } from './publish/publisher.ts'
import { releaseDue } from './publish/writing/release.ts'
import { startSchedule } from './schedule.ts'
import { runAlone } from './store/alone.ts'
import { countOpen } from './store/deliveries.ts'
import { tellDesks } from './store/listen.ts'
import { openPool, openWriter } from './store/pool.ts'
import { listSources, saveSources } from './store/sources.ts'

export interface AppOptions {
  config: Config
  log: FastifyBaseLogger
  /** Handed in by scenarios; else opened from the configuration. */
  clock?: InstallationClock
  database?: Database
  /** Base of the public process, for read-backs; null leaves "seen" open. */
  publicBase: string | null
  /** Left out: a thread of its own; null: no pictures, in replays. */
  painter?: Painter | null
  /** Handed in by replays: feeds are polled when it is turned. */
  crank?: HandCrank
  drill?: (
    app: App,
    scenario: string,
    by: string,
  ) => Promise<{ ok: true; result: unknown } | { ok: false; reason: string }>
}

export interface App {
  ledger: Ledger
  sources: Sources
  tell: Tell
  publisher: Publisher
  clock: InstallationClock
  database: Database
  deskUrl: string
  degraded: () => string[]
  /** How many deliveries are not settled yet. */
  openDeliveries: () => Promise<number>
  /** When a source last answered, in real time. */
  heardAt: (source: string) => number | null
  /** Looks at what is due by the clock and resolves when every call under way is on record. */
  settle(): Promise<void>
  stop(): Promise<void>
}

const POOL = 12
const DESK_POOL = 6

/** Starts the publisher: database, ledger, outlets, loops, sources, desk server. */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, log } = options
  const files = await loadTemplates('notices')
  const shipped = { sources: files, renderer: createRenderer(files) }
  const random = openRandom()
  const rehearsed = rehearseWords(config, shipped.renderer)
  const clock = options.clock ?? openClock(config.clockStart)
  const database = options.database ?? (await openDatabase(config, log))
  const connectionLost = (error: Error): void => log.error({ err: error }, 'database connection lost')
  const pool = openPool(database.app, POOL, connectionLost)
  const writer = openWriter(database.app, connectionLost)
  const node = `${hashText(`${hostname()} ${config.dataFolder}`).slice(0, 8)}-${process.pid}-${random().slice(0, 8)}`
  const health = openHealth()
  const { raise, alarm, clear, clearOthers } = openAlarms(pool, health, random, clock.realNow, log)
  // Silence is measured in real time: a scenario's clock jumps, its sources answer all the same.
  const startedAt = clock.realNow()
  const website = await openWebsite(config, pool, clock, log)
  const doubts = [...rehearsed, ...website.doubts]

  await saveSources(pool, [...config.feeds, ...config.inbound])
  const push = openPush(config, pool, database.app, node, { alarm, clear, health, log })
  const opened = await openOutlets(
    config.outlets,
    pool,
    clock,
    website,
    push,
    random,
    openShelf(pool, config, clock.realNow),
    log,
    isTrial(config),
  )
  const words = openWords({ config, pool, shipped, alarm, clear, log })
  const redis = openRedisLine(config.redisUrl, { alarm, clear, realNow: clock.realNow, log })
  const cards = await startCards({ ...website, db: pool, now: clock.now, alarm, clear, log }, options.painter)
  let changed = (): void => undefined
  const removed = (noticeId: string): void => website.due.changed(noticeId)
  const dispatch = openDispatch({
    db: pool,
    node,
    outlets: opened.outlets,
    publicUrl: config.bureau.publicUrl,
    clock: clock.now,
    alarm,
    clear,
    settled: (job, change, outlet) => {
      health.count('deliveries_total', { outlet, state: change.state })
      if (change.state === 'accepted' && job.attempt > 1 && change.alarm === undefined)
        void clear('delivery', job.deliveryId).catch(() => undefined)
      changed()
      if (job.class === 'actual') website.due.changed(job.noticeId)
      cards.changed(job.noticeId)
    },
    log,
  })
  const ledgerContext: LedgerContext = lendWords(words, {
    pool,
    writer,
    bureau: config.bureau,
    outlets: opened.outlets,
    node,
    random,
    listeningSince: clock.now('actual'),
    clock: clock.now,
    clockOffMs: () => health.clockOffMs(),
    dispatch: (deliveries, notices) => dispatch.first(deliveries, notices),
    changed: () => changed(),
  })
  const ledger = await openLedger(ledgerContext)
  await website.site.refresh()
  cards.catchUp()
  const publisher = startPublisher({
    pool,
    ledger,
    ledgerContext,
    dispatch,
    clock: clock.now,
    alarms: {
      db: pool,
      outlets: opened.outlets,
      bureauShortName: config.bureau.shortName,
      realNow: clock.realNow,
      demonstration: config.demonstration,
      watch: config.watch,
      deskUrl: config.deskUrl,
      log,
    },
    removals: { random, removed },
    websiteOutlets: opened.outlets.filter((o) => o.channel.name === 'website' && o.class === 'actual').map((o) => o.id),
    readPublic: (path) => readPublic(options.publicBase, path),
    seen: (code) => {
      website.due.changed(code)
      void tellDesks(pool).catch(() => undefined)
    },
    log,
  })
  const sources = await startSources({
    config,
    pool,
    ledger,
    clock,
    crank: options.crank ?? null,
    states: await listSources(pool),
    alarm: (kind, subject, message) => alarm(kind, subject, message),
    heardDate: (source, offMs) => health.heardDate(source, offMs),
    heard: (event) => health.heard({ ...event, at: clock.realNow() }),
    log,
  })
  const silence = openSilence(config.feeds, (feed) => health.lastHeard(feed), startedAt, clock.realNow)
  const through = { ledger, dispatch, shown: (code: string): void => website.due.changed(code) }
  const { rumours, ...intake } = await openIntake({ config, pool, clock, random, alarm, silence, ...through })
  const { home } = config.bureau
  const writing = openWriting({ pool, random, ledger, ledgerContext, clock, home, silence, rumours })
  const partners = await openPartners(config, rumours, writing, clock)
  const channels = openChannelWatch({ pool, opened, clock, picture: () => ledger.picture(), alarm, clear, clearOthers })
  const schedule = startSchedule(
    listActs({
      pool,
      ledger,
      clock,
      dataFolder: config.dataFolder,
      health: () => health.listSources(config.feeds, startedAt),
      alarm,
      clear,
      clearOthers,
      releaseDue: () => releaseDue(writing),
      deadlines: config.deadlines,
      rumours,
      noteClock: intake.noteClock,
      partners,
      channels,
      policy: words.policy,
      refreshLists: () => website.site.refresh([]),
      log,
    }),
    { alone: (name, act) => runAlone(pool, name, act), log },
  )

  // What a former start told of an outlet that carries everything now is no longer true.
  for (const id of ['guide', ...config.outlets.map((o) => o.id)]) await clear('words', id)
  for (const { id, why, class: lane } of doubts) await alarm('words', id, why, lane)
  await channels.look()
  await watchAuthorisations({ policy: words.policy, now: () => clock.now('actual'), alarm, clearOthers })
  const now = (): number => clock.now('actual')
  const worse = { config, policy: words.policy, now, doubts, outlets: opened.outlets, silence }
  const degraded = openDegraded({ ...worse, parts: [channels, redis] })
  const settle = async (): Promise<void> => {
    await publisher.lookAgain()
    await dispatch.idle()
  }
  const app: App = {
    ledger,
    sources,
    tell: openTells(rumours),
    publisher,
    clock,
    database,
    deskUrl: '',
    degraded,
    openDeliveries: () => countOpen(pool),
    heardAt: (source) => health.lastHeard(source),
    settle,
    stop: async () => undefined,
  }
  const { drill } = options
  const desk = await startDesk({
    ledger,
    sources,
    clock,
    degraded,
    config,
    pool,
    connections: openPool(database.app, DESK_POOL, connectionLost),
    database,
    redis,
    ledgerContext,
    opened,
    random,
    removed,
    words,
    silentOfficial: silence.official,
    writing,
    rumours,
    partners,
    drill: drill ? (scenario, by) => drill(app, scenario, by) : null,
    callback: openCallbacks(opened.outlets, pool, clock, log, raise, intake.followers),
    agency: intake.agency,
    obeySwitches: () => push.obey(),
    ready: () => readReady(pool, clock.realNow(), degraded()),
    metrics: () => health.writeMetrics({ holds: ledger.picture().holds.size, degraded: degraded().length }),
    log,
  })
  changed = desk.changed
  app.deskUrl = desk.url
  let stopping: Promise<void> | null = null
  app.stop = () => {
    stopping ??= (async () => {
      // Drain: nothing new comes in, what is under way is recorded, then the rows are left to the next start.
      await schedule.stop()
      await sources.stop()
      await desk.stop()
      await publisher.stop()
      await Promise.all([website.due.stop(), cards.stop()])
      await Promise.all([opened.close(), push.stop(), partners.close()])
      await Promise.all([pool.end(), writer.end()])
      if (!options.database) await database.embedded?.stop()
    })()
    return stopping
  }
  return app
}
