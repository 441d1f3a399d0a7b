// In: a polled feed that points at more than its own rows. Out: how those documents are fetched and handed on.
// Must not ask another host than the feed's, and must not hold up the list: see feeds/errands.ts.
import type { FeedConfig } from '../config.ts'
import type { Instant } from '../core/instant.ts'
import type { Quake } from '../core/quake.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { createErrands, type Errand, type Pursue } from '../feeds/errands.ts'
import type { FeedTarget, FetchOutcome } from '../feeds/fetch.ts'
import { findLinks, INDEXED_FORMATS } from '../feeds/index-links.ts'
import { createGoneWatch, describeDeletion, type GoneEvent, type ListedEvent } from '../feeds/usgs-gone.ts'

/** Bytes of a document that a list pointed at. */
export interface Fetched {
  bytes: Uint8Array
  text: string
  contentType: string
  receivedAt: Instant
}

export interface PursuitContext {
  target: FeedTarget
  fetch: (target: FeedTarget, signal: AbortSignal) => Promise<FetchOutcome>
  /** Resolves once durable; rejects with UnreadableFeed once the bytes are kept but say nothing. */
  take: (fetched: Fetched, seeding: boolean) => Promise<void>
  /** True while the source has never been read. */
  seeding: () => boolean
  quakes: () => Iterable<Quake>
  now: () => Instant
  /** A document that could not be had. */
  lost: (url: string, detail: string) => void
}

/** What a feed's list is followed up with; null for formats whose rows are all there is. */
export function createPursuit(feed: Pick<FeedConfig, 'id' | 'format' | 'url'>, context: PursuitContext): Pursue | null {
  if (INDEXED_FORMATS.has(feed.format)) return pursueIndex(feed, context)
  return feed.format === 'usgs' ? pursueGone(feed, context) : null
}

/** JMA's index of telegrams, an Atom feed of CAP messages: each message once, by itself, with its own raw bytes. */
function pursueIndex(feed: { format: string; url: string }, context: PursuitContext): Pursue {
  // What the first index of a source lists has happened before we listened.
  const firstListed = new Set<string>()
  let seeding = context.seeding()
  return createErrands<Errand>({
    read: (text) => {
      const links = findLinks(feed.format, text, feed.url, context.target)
      if (seeding) for (const { key } of links) firstListed.add(key)
      seeding = false
      return links
    },
    fetch: ({ url }, signal) => context.fetch({ ...context.target, url }, signal),
    carry: async (errand, outcome) => {
      if (outcome.state !== 'changed') return false
      await takeOnce(context, outcome, firstListed.has(errand.key))
      return true
    },
    givenUp: ({ url }, detail) => context.lost(url, detail),
  })
}

/** Events that vanished from a USGS list: their detail says whether they were deleted, or are listed no more for less. */
function pursueGone(feed: { id: string; url: string }, context: PursuitContext): Pursue {
  const list = { url: feed.url, rules: context.target }
  const read = createGoneWatch(list, () => recordedEvents(feed.id, context.quakes()), context.now)
  return createErrands<GoneEvent>({
    read,
    fetch: ({ url }, signal) => context.fetch({ ...context.target, url }, signal),
    carry: async (errand, outcome) => {
      if (outcome.state === 'changed') {
        await takeOnce(context, outcome, false)
        return true
      }
      if (outcome.state !== 'failed') return true
      if (outcome.status === 409) {
        const text = describeDeletion(errand, context.now())
        await takeOnce(context, { bytes: Buffer.from(text), text, contentType: 'application/geo+json' }, false)
        return true
      }
      // 404 and 410: never heard of it, or no more. Neither is a deletion.
      return outcome.status === 404 || outcome.status === 410
    },
    givenUp: ({ url }, detail) => context.lost(url, detail),
  })
}

async function takeOnce(context: PursuitContext, body: Omit<Fetched, 'receivedAt'>, seeding: boolean): Promise<void> {
  const { bytes, text, contentType } = body
  try {
    await context.take({ bytes, text, contentType, receivedAt: context.now() }, seeding)
  } catch (error) {
    // Kept and said so; the same bytes would be no more readable the next time.
    if (!(error instanceof UnreadableFeed)) throw error
  }
}

/** What the record holds of a source: an event deleted while we were down must be missed as well. */
function recordedEvents(source: string, quakes: Iterable<Quake>): ListedEvent[] {
  const latest = new Map<string, ListedEvent>()
  const gone = new Set<string>()
  for (const quake of quakes) {
    for (const report of quake.reports) {
      if (report.source !== source || report.sourceEventId === '') continue
      const { sourceEventId: id, aliases, agency, originTime: at } = report
      if (report.lifecycle === 'report') gone.delete(id)
      else gone.add(id)
      latest.set(id, { id, ids: [id, ...aliases], net: agency.toLowerCase(), at, detail: '' })
    }
  }
  return [...latest.values()].filter(({ id }) => !gone.has(id))
}
