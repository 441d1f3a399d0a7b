// In: feeds and doors of the YAML. Out: their bytes parsed and handed to the ledger, and how healthy each is.
// Must not let one source wait for another, nor remember a body before it is durable.
import { join } from 'node:path'
import type { Config, FeedConfig } from '../config.ts'
import type { Authority, TrafficClass } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import type { Instant } from '../core/instant.ts'
import { decodeText } from '../feeds/charset.ts'
import type { Clock, Received } from '../feeds/fetch-clock.ts'
import { createFeedDispatcher } from '../feeds/fetch-guard.ts'
import { fetchFeed, type FetchState } from '../feeds/fetch.ts'
import { watchFolder } from '../feeds/folder.ts'
import { startPolling, type PollEvent } from '../feeds/poll.ts'
import { createSocketOpener } from '../feeds/websocket-socket.ts'
import { findVendorList, WEBSOCKET_PROTOCOLS } from '../feeds/websocket-protocols.ts'
import { startWebsocket } from '../feeds/websocket.ts'
import { createPursuit } from './pursuits.ts'
import type { Ledger, Payload, Receipt } from '../publish/ledger.ts'
import type { Pool } from 'pg'
import { saveFetchState, type SourceState } from '../store/sources.ts'
import type { DoorAnswer } from '../web/desk/server.ts'
import { answerDoor } from './door.ts'
import type { InstallationClock } from './clock.ts'
import { openParsing } from './parsing.ts'
import type { HandCrank } from './hand-crank.ts'

export interface SourcesContext {
  config: Config
  pool: Pool
  ledger: Ledger
  clock: InstallationClock
  states: readonly SourceState[]
  /** Replays poll by hand; null polls by the clock. */
  crank: HandCrank | null
  alarm: (kind: string, subject: string, message: string) => Promise<void>
  /** Every answer's Date header beside our clock: the clock gate takes the median. */
  heardDate: (source: string, offMs: number) => void
  heard: (event: { source: string; at: Instant; changed: boolean }) => void
  log: {
    info: (fields: object, message: string) => void
    warn: (fields: object, message: string) => void
    error: (fields: object, message: string) => void
  }
}

export interface Sources {
  /** Answers one message at an inbound door. */
  receiveAtDoor(door: string, headers: Record<string, string | string[] | undefined>, body: Buffer): Promise<DoorAnswer>
  /** Takes bytes as a source's, in a lane; for drills and scenarios. */
  take(
    source: { id: string; format: FeedConfig['format']; authority: Authority },
    bytes: Uint8Array,
    contentType: string,
    lane: Exclude<TrafficClass, 'test'>,
    list: boolean,
  ): Promise<Receipt>
  stop(): Promise<void>
}

interface SourceOf {
  id: string
  format: FeedConfig['format']
  authority: Authority
}

const SOCKETS: Readonly<Record<string, keyof typeof WEBSOCKET_PROTOCOLS>> = {
  'emsc-ws': 'emsc-ws',
  fan: 'fan',
  wolfx: 'wolfx',
  p2pquake: 'p2pquake',
}

/** Starts polling, sockets and folders, and opens the doors. */
export async function startSources(context: SourcesContext): Promise<Sources> {
  const { config, clock, ledger } = context
  const transportClock: Clock = {
    now: () => clock.now('actual'),
    after: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    random: Math.random,
  }
  const dispatcher = createFeedDispatcher()
  const parse = openParsing()
  const sources = new Map<string, SourceOf>([...config.feeds, ...config.inbound].map((s) => [s.id, s]))

  const receive = async (
    source: SourceOf,
    arrival: Omit<Received, 'source' | 'transport'>,
    more: Pick<Payload, 'transport' | 'list'> & Partial<Payload>,
  ): Promise<Receipt> => {
    const { parsed, taken } = await parse(source, arrival.text)
    const receipt = await ledger.receive({
      source: source.id,
      authority: source.authority,
      class: 'actual',
      bytes: arrival.bytes,
      contentType: arrival.contentType,
      receivedAt: arrival.receivedAt,
      parsed,
      ...more,
    })
    taken()
    return receipt
  }

  /** Unreadable bytes are kept like any others; the source's people are told. */
  const keepUnreadable = async (
    source: SourceOf,
    arrival: Omit<Received, 'source' | 'transport'>,
    error: UnreadableFeed,
    transport: Payload['transport'],
  ): Promise<void> => {
    const refused = [{ row: 0, rule: error.rule, reason: error.message }]
    await ledger.receive({
      source: source.id,
      authority: source.authority,
      transport,
      class: 'actual',
      bytes: arrival.bytes,
      contentType: arrival.contentType,
      receivedAt: arrival.receivedAt,
      parsed: { reports: [], refused, ignored: [] },
      list: false,
    })
    await context.alarm('unreadable', source.id, `来源 ${source.id} 的内容无法读取（${error.rule}）：${error.message}`)
  }

  const takeOver = async (received: Received, list: boolean, seeding?: boolean): Promise<void> => {
    const source = sources.get(received.source)
    if (!source) throw new Error(`no source ${received.source}`)
    const transport = received.transport === 'inbound' ? 'door' : received.transport
    try {
      const seeds = seeding === undefined ? {} : { seeding }
      const receipt = await receive(source, received, { transport, list, ...seeds })
      if (receipt.fresh > 0) context.heard({ source: source.id, at: received.receivedAt, changed: true })
      reportRefused(context, source.id, receipt)
    } catch (error) {
      if (error instanceof UnreadableFeed) await keepUnreadable(source, received, error, transport)
      throw error
    }
  }

  const polled = config.feeds.filter((feed) => !/^wss?:/.test(feed.url))
  const states = new Map(context.states.map((state) => [state.id, state]))
  const pursuitOf = (feed: FeedConfig) =>
    createPursuit(feed, {
      target: targetOf(feed),
      fetch: (target, signal) => fetchFeed(target, {}, { clock: transportClock, dispatcher, signal }),
      take: (fetched, seeding) => takeOver({ source: feed.id, transport: 'poll', ...fetched }, false, seeding),
      seeding: () => !ledger.picture().seeded.has(feed.id),
      quakes: () => ledger.picture().quakes.values(),
      now: () => transportClock.now(),
      lost: (url, detail) =>
        void context.alarm('source', feed.id, `来源 ${feed.id} 列出的 ${url} 多次未能取得，已放弃：${detail}`),
    })
  const startPolls = (feeds: readonly FeedConfig[], pollClock: Clock) =>
    startPolling(
      feeds.map((feed) => {
        const pursue = pursuitOf(feed)
        const state = stateOf(states.get(feed.id))
        const polled = { source: feed.id, target: targetOf(feed), everyMs: feed.everyMs, state }
        return pursue === null ? polled : { ...polled, pursue }
      }),
      {
        clock: pollClock,
        fetch: (target, state, signal) => fetchFeed(target, state, { clock: transportClock, dispatcher, signal }),
        receive: (received) => takeOver(received, true),
        remember: (source, state) => saveFetchState(context.pool, source, state),
        report: (event) => {
          reportPoll(context, event)
          context.crank?.polled(event.source)
        },
        alarm: ({ source, change, detail }) => {
          if (change === 'opened') void context.alarm('source', source, `来源 ${source}：${detail}`)
        },
      },
    )
  const { crank } = context
  const polling = crank
    ? polled.map((feed) =>
        startPolls(
          [feed],
          crank.clockFor(feed.id, () => transportClock.now()),
        ),
      )
    : [startPolls(polled, transportClock)]
  const openSocket = createSocketOpener(transportClock)
  const sockets = config.feeds
    .filter((feed) => /^wss?:/.test(feed.url))
    .map((feed) => {
      const name = SOCKETS[feed.format]
      if (name === undefined) throw new Error(`feeds.${feed.id}: format ${feed.format} has no socket`)
      const snapshotUrl = feed.snapshotUrl ?? findVendorList(WEBSOCKET_PROTOCOLS[name], feed.url)
      return startWebsocket(
        {
          source: feed.id,
          url: feed.url,
          allowPlain: true,
          ...(feed.credentials ? { credentials: feed.credentials } : {}),
          ...(snapshotUrl === null ? {} : { snapshot: { url: snapshotUrl, allowPlain: true } }),
        },
        WEBSOCKET_PROTOCOLS[name],
        {
          clock: transportClock,
          openSocket,
          receive: (received) => takeOver(received, received.isNews !== true),
          fetch: (target, signal, state) => fetchFeed(target, state, { clock: transportClock, dispatcher, signal }),
          report: (event) => {
            if (event.what === 'alive' || event.what === 'connected')
              context.heard({ source: feed.id, at: event.at, changed: false })
            else context.log.warn({ ...event }, 'socket')
          },
          alarm: ({ source, detail }) => void context.alarm('source', source, `来源 ${source}：${detail}`),
        },
      )
    })
  const folders = await Promise.all(
    config.inbound.map((door) =>
      watchFolder(
        { source: door.id, path: join(config.dataFolder, 'inbox', door.id) },
        { clock: transportClock, receive: (received) => takeOver(received, false) },
      ),
    ),
  )

  return {
    receiveAtDoor: (id, headers, body) =>
      answerDoor(
        { id, headers, body },
        {
          ...context,
          keepUnreadable,
          receive: async (door, arrival, more) => {
            const receipt = await receive(door, arrival, more)
            reportRefused(context, id, receipt)
            return receipt
          },
        },
      ),
    take: async (source, bytes, contentType, lane, list) => {
      const decoded = decodeText(bytes, contentType)
      if (!decoded.ok) throw new UnreadableFeed('charset', decoded.reason)
      const arrival = { bytes, text: decoded.text, contentType, receivedAt: clock.now(lane) }
      return receive(source, arrival, { transport: 'drill', list, class: lane })
    },
    stop: async () => {
      await Promise.all([
        ...polling.map((p) => p.stop()),
        ...sockets.map((s) => s.stop()),
        ...folders.map((f) => f.stop()),
      ])
      await dispatcher.destroy()
    },
  }
}

function targetOf(feed: FeedConfig) {
  const weak = feed.authority === 'mirror' || feed.authority === 'context'
  const headers = feed.format === 'geonet' ? { accept: 'application/vnd.geo+json;version=2' } : undefined
  return { url: feed.url, allowPlain: weak, ...(headers ? { headers } : {}) }
}

function stateOf(state: SourceState | undefined): FetchState {
  if (!state) return {}
  return { etag: state.etag, lastModified: state.last_modified, sha256: state.body_sha256 }
}

function reportRefused(context: SourcesContext, source: string, receipt: Receipt): void {
  for (const row of receipt.refused.slice(0, 5)) context.log.warn({ source, ...row }, 'a row was refused')
}

function reportPoll(context: SourcesContext, event: PollEvent): void {
  // Not by endedAt: a slow disk behind the answer is no wrong clock.
  if (event.date !== null) context.heardDate(event.source, event.answeredAt - context.clock.offset() - event.date)
  if (event.result === 'changed' || event.result === 'unchanged') {
    context.heard({ source: event.source, at: event.endedAt, changed: false })
    if (event.detail !== undefined)
      context.log.warn({ source: event.source, detail: event.detail }, 'a poll had a fault')
  } else {
    context.log.warn(
      { source: event.source, result: event.result, reason: event.reason, detail: event.detail },
      'a poll failed',
    )
  }
}
