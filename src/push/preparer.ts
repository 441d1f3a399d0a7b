// In: idle time. Out: sealing keys made ahead for all subscribers, in rounds.
// Must not take more than a part of its thread's time: the publisher has the machine's cores; and ends when there is work.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '../store/pool.ts'
import { listForPreparing } from '../store/push-subscriptions.ts'
import type { Preparable, PreparedKeys } from './prepared.ts'

/** Some 5 ms of work, then a pause three times as long. */
const SLICE = 16
const PAUSE_MS = 15
const PAGE = 500
/** After a round that found nothing to do. */
const REST_MS = 60_000

export interface Preparer {
  /** Makes keys for at most so long, or until there is something to send. */
  prepareFor(ms: number, ended: () => boolean): Promise<void>
}

/** Opens the preparer of some outlets' subscribers. */
export function openPreparer(db: Queryable, outlets: readonly string[], keys: PreparedKeys): Preparer {
  let page: Preparable[] = []
  let above = 0
  let madeInRound = 0
  let restUntil = 0
  return {
    prepareFor: async (ms, ended) => {
      const until = performance.now() + ms
      while (!ended() && performance.now() < until && performance.now() >= restUntil) {
        if (page.length === 0) page = await listForPreparing(db, outlets, above, PAGE).catch(() => [])
        if (page.length === 0) {
          if (madeInRound === 0) restUntil = performance.now() + REST_MS
          above = 0
          madeInRound = 0
          return
        }
        const slice = page.splice(0, SLICE)
        above = slice.at(-1)?.number ?? 0
        const made = slice.reduce((sum, each) => sum + prepareSafely(keys, each), 0)
        madeInRound += made
        if (made > 0) await sleep(PAUSE_MS)
      }
    },
  }
}

/** A key that was on the curve when it was stored fails only when its row was harmed: the round goes on. */
function prepareSafely(keys: PreparedKeys, each: Preparable): number {
  try {
    return keys.prepare(each)
  } catch {
    return 0
  }
}
