// In: the feeds and when each last answered. Out: which are silent now.
// Must not alarm; app/acts.ts does.
import type { Config } from '../config.ts'
import type { Instant } from '../core/instant.ts'
import { isSilent } from './ready.ts'

export interface Silence {
  /** Feeds that do not answer now. */
  sources: () => Config['feeds']
  /** Ids of the official ones among them: while one is silent nobody can say that nothing happened. */
  official: () => string[]
}

/** @param lastHeard of a feed, in real time; null when it has never answered */
export function openSilence(
  feeds: Config['feeds'],
  lastHeard: (feed: string) => Instant | null,
  startedAt: Instant,
  realNow: () => Instant,
): Silence {
  const sources = (): Config['feeds'] =>
    feeds.filter((feed) => isSilent(feed.everyMs, lastHeard(feed.id), startedAt, realNow()))
  return {
    sources,
    official: () =>
      sources()
        .filter(({ authority }) => authority === 'official-national' || authority === 'official-provincial')
        .map(({ id }) => id),
  }
}
