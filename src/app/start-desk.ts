// In: the running publisher. Out: its desk: the officer's commands, the pages for people, the doors for programs, listening.
// Composition only. People at the desk have connections of their own: a rush of sign-ins never keeps a word waiting.
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from 'pg'
import type { Config } from '../config.ts'
import { foretell } from '../publish/foretell.ts'
import { openActs } from '../publish/acts.ts'
import { foreseeHolds, type Foreseen } from '../core/judgement/foresight.ts'
import { maySpeak } from '../core/judgement/prefer.ts'
import { listListeners } from '../publish/escalate.ts'
import type { Ledger, LedgerContext } from '../publish/ledger.ts'
import { canRemove } from '../publish/remove.ts'
import type { ReleaseContext } from '../publish/writing/release.ts'
import type { AgencyContext } from '../rumour/agencies/context.ts'
import { answerAgency } from '../rumour/agencies/door.ts'
import type { MatchContext } from '../rumour/matching.ts'
import { listen } from '../store/listen.ts'
import { readVersion } from '../store/picture.ts'
import { listHandOutlets } from '../web/desk/cards-routes.ts'
import { openHints } from '../web/desk/hints.ts'
import { buildDeskServer, type CommandAnswer, type DeskContext } from '../web/desk/server.ts'
import type { InstallationClock } from './clock.ts'
import { openCommands, type CommandContext } from './commands.ts'
import type { Database } from './database.ts'
import { openDeskChannels } from './desk-channels.ts'
import { openDeskPages } from './desk.ts'
import { openDrillDesk, type DrillDesk } from './drill-desk.ts'
import { readHeads } from './journal-heads.ts'
import { knowRumours } from './known-rumours.ts'
import type { OpenedOutlets } from './outlets.ts'
import type { Partners } from './partners.ts'
import type { RedisLine } from './redis-line.ts'
import { openRumourNews } from './rumour-news.ts'
import { setUpOutlet } from './set-up.ts'
import type { Sources } from './sources.ts'
import { openTells } from './tells.ts'
import { writeToken } from './token.ts'
import { namesOf, type Words } from './words.ts'

export interface DeskParts extends Pick<DeskContext, 'callback' | 'agency' | 'ready' | 'metrics'> {
  ledger: Ledger
  sources: Sources
  clock: InstallationClock
  degraded: () => string[]
  config: Config
  pool: Pool
  /** The desk's own; ended with it. */
  connections: Pool
  database: Database
  /** What carries hints to other nodes beside the database; ended with the desk. */
  redis: RedisLine
  ledgerContext: LedgerContext
  opened: OpenedOutlets
  random: () => string
  /** A post for the public is gone: what shows its address is made anew. */
  removed: (noticeId: string) => void
  /** What words are made with, as it stands. */
  words: Words
  silentOfficial: () => string[]
  /** What people write and let out. */
  writing: ReleaseContext
  rumours: MatchContext
  partners: Partners
  /** Starts a scenario as a drill; null where there are no drill outlets. */
  drill: ((scenario: string, by: string) => Promise<CommandAnswer>) | null
  /** Stops what is under way to single people, as the switches now stand. */
  obeySwitches: CommandContext['obeySwitches']
  log: FastifyBaseLogger
}

export interface RunningDesk {
  url: string
  /** Something on the board may have changed. */
  changed: () => void
  stop(): Promise<void>
}

/** Builds and starts the desk's listener. */
export async function startDesk(parts: DeskParts): Promise<RunningDesk> {
  const { ledger, sources, clock, config, pool, connections, ledgerContext, opened, random, drill, log } = parts
  const { outlets } = opened
  const drills: DrillDesk = openDrillDesk({
    app: { ledger, sources, tell: openTells(parts.rumours), clock, database: parts.database },
    config,
    pool,
    command: (name, input) => command(name, input),
    log,
  })
  const command = openCommands({
    pool,
    ledger,
    acts: openActs(ledger, ledgerContext),
    journalHeads: () => readHeads(config.dataFolder),
    clock,
    publicUrl: config.bureau.publicUrl,
    demonstration: config.demonstration,
    home: config.bureau.home,
    silentOfficial: parts.silentOfficial,
    outlets,
    random,
    removed: parts.removed,
    outletIds: outlets.map((o) => o.id),
    repeats: (outlet, leg) => outlets.find((o) => o.id === outlet)?.channel.certainty(leg).keyedRepeat ?? false,
    obeySwitches: parts.obeySwitches,
    setUp: (outlet, folder) => setUpOutlet(opened, outlet, folder),
    drill: async (scenario, by, timed) => {
      if (timed) return drills.timed(scenario, by)
      return drill ? drill(scenario, by) : { ok: false, reason: 'this installation has no drill outlets' }
    },
  })
  const official = [...config.feeds, ...config.inbound]
    .filter(({ authority }) => maySpeak(authority))
    .map(({ id }) => id)
  const foreseen = (): Foreseen[] => foreseeHolds(parts.words.policy(), official, clock.now('actual'))
  const agencies: AgencyContext = { ...parts.partners.agencies, pool: connections }
  const door = await openDeskPages({
    config,
    writing: parts.writing,
    rumours: { ...parts.rumours, pool: connections },
    handover: { ...parts.partners.handover, pool: connections },
    agencies,
    pool: connections,
    realNow: clock.realNow,
    random,
    command,
    drills,
    board: {
      pool: connections,
      picture: () => ledger.picture(),
      freshen: async () => {
        // Asked outside the ledger's turn: while nothing has moved no board waits behind a plan that is being committed.
        if ((await readVersion(connections)) !== ledger.picture().version) await ledger.catchUp()
      },
      gates: config.gates,
      policy: parts.words.policy,
      deadlines: config.deadlines,
      clock: clock.now,
      realNow: clock.realNow,
      publicUrl: config.bureau.publicUrl,
      outlets: outlets.map((o) => ({ id: o.id, channel: o.channel.name, class: o.class })),
      removes: (outlet, leg) => outlets.some((o) => o.id === outlet && canRemove(o, leg)),
      degraded: parts.degraded,
      byHand: listHandOutlets(outlets),
      foreseen,
      foretell: (hold) => foretell(ledger, ledgerContext, hold),
      watch: config.watch,
      listeners: (alarm, step) =>
        listListeners(config.watch, alarm, step, outlets).map((o) => ({ id: o.id, channel: o.channel.name })),
    },
    templates: {
      ...parts.words,
      foreseen,
      pool: connections,
      bureau: namesOf(config),
      outlets,
      sources: official,
      now: () => clock.now('actual'),
      random,
      takeUp: () => ledger.catchUp(),
      filed: config.authorisations.map(({ id }) => id),
    },
    channels: openDeskChannels({ config, pool: connections, opened, clock, ledger, renderer: parts.words.renderer }),
    cards: { now: () => clock.now('actual'), publicUrl: config.bureau.publicUrl },
    log,
  })
  const desk = await buildDeskServer({
    door,
    receive: (id, headers, body) => sources.receiveAtDoor(id, headers, body),
    callback: parts.callback,
    ...(parts.agency ? { agency: parts.agency } : {}),
    partner: (request) => answerAgency(agencies, request),
    command,
    commandToken: await writeToken(config.dataFolder),
    ready: parts.ready,
    metrics: parts.metrics,
    logger: log,
  })
  const { redis } = parts
  const hints = openHints(desk.server, { isSeated: door.isSeated, carrier: redis.carrier })
  redis.whenBack(() => hints.heard())
  const news = openRumourNews({ ...parts.rumours, pool: connections }, log)
  const known = knowRumours({ ...parts.rumours, pool: connections }, log)
  const unlisten = listen(
    () => parts.database.app,
    'quakedesk',
    () => {
      hints.heard()
      news.hear()
      known.heard()
    },
    log,
  )
  return {
    url: await desk.listen({ port: config.deskPort, host: config.host }),
    changed: () => hints.changed(),
    stop: async () => {
      await drills.stop()
      await unlisten()
      await news.stop()
      await hints.close()
      redis.close()
      await desk.close()
      await connections.end()
    },
  }
}
