// In: subscriptions on record. Out: how many there are at each push service, for /metrics.
// Must not name a host that is not listed, nor ask the database at every scrape.
import { MINUTE } from '../core/instant.ts'
import { nameService } from '../core/push/endpoint.ts'
import type { Queryable } from '../store/pool.ts'
import { countSubscriptions } from '../store/push-subscriptions.ts'

const FRESH_MS = MINUTE

/**
 * Opens the figures: `push_subscribers{outlet,service}`, at most a minute old at the scrape after the one that found them
 * old. A service is called by its entry in the lists (`*.notify.windows.com`), what no entry lets in any more `unlisted`.
 */
export function openSubscriberGauges(
  db: Queryable,
  outlets: readonly { id: string; allowHosts: readonly string[] }[],
): () => Record<string, number> {
  let figures: Record<string, number> = {}
  let askedAt = -Infinity
  const ask = async (): Promise<void> => {
    const counted: Record<string, number> = {}
    for (const { outlet, origin, count } of await countSubscriptions(db)) {
      const listed = outlets.find(({ id }) => id === outlet)
      if (!listed) continue
      const name = `push_subscribers{outlet="${outlet}",service="${nameService(origin, listed.allowHosts) ?? 'unlisted'}"}`
      counted[name] = (counted[name] ?? 0) + count
    }
    figures = counted
  }
  const refresh = (): void => {
    if (performance.now() - askedAt < FRESH_MS) return
    askedAt = performance.now()
    // Without a database the last figures stand; its absence is told elsewhere.
    ask().catch(() => undefined)
  }
  refresh()
  return () => {
    refresh()
    return figures
  }
}
