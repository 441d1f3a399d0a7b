// In: the record of rumours, a word whenever something changed. Out: what claims are known by, read while everything else goes on
// and kept up with what other nodes link. Composition only.
import type { FastifyBaseLogger } from 'fastify'
import type { MatchContext } from '../rumour/matching.ts'
import { recallSince } from '../rumour/recurrence.ts'

export interface KnownRumours {
  /** Somebody changed something. */
  heard(): void
}

export function knowRumours(rumours: MatchContext, log: FastifyBaseLogger): KnownRumours {
  void read(rumours, log)
  return { heard: () => void rumours.heads.follow(rumours.pool) }
}

/** What came while the archive was being read is compared with it afterwards. */
async function read(rumours: MatchContext, log: FastifyBaseLogger): Promise<void> {
  const { heads, pool, now } = rumours
  const since = now()
  try {
    for (let isOpen = false; !isOpen;) isOpen = await heads.open(pool, since)
    if (await heads.settle()) {
      await recallSince(rumours, since)
      log.info(heads.measure(), 'rumours are known')
    } else log.warn('the archive of rumours was not read; it is read with the next report')
  } catch (error) {
    if (!pool.ending) log.warn({ err: error }, 'rumours were not read; they are read with the next report')
  }
}
