// In: ledger, dispatch, alarms. Out: the loops that keep them going: due waits and vetoes, retries and probes, read-backs.
// Timers are hints; what is due stands in rows (DESIGN L1). Must not hold state that a restart would need.
import type { Pool } from 'pg'
import type { Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { listUnseen, markSeen } from '../store/deliveries.ts'
import { sealJournal } from '../store/journal.ts'
import { ringAlarms, type AlarmContext } from './alarm.ts'
import { decideAgain } from './decide.ts'
import type { Dispatch } from './dispatch.ts'
import { escalateAlarms } from './escalate.ts'
import type { Ledger, LedgerContext } from './ledger.ts'
import { refreshLineages } from './recall.ts'
import { removePosts, type RemoveContext } from './remove.ts'

/** How often each loop looks. Short, because a look at an empty index costs 0.2 ms and a minute costs a rumour. */
const LOOK_MS = 250
const SEAL_MS = 500
const SEEN_MS = 250
const ALARM_MS = 500
const CATCH_UP_MS = 2_000
const REMOVE_MS = 500
/** Read-backs are tried this long; then the clock stays open and the page says so. */
const SEEN_FOR_MS = 60 * 60 * 1000

export interface PublisherContext {
  pool: Pool
  ledger: Ledger
  ledgerContext: LedgerContext
  dispatch: Dispatch
  alarms: AlarmContext
  removals: Pick<RemoveContext, 'random' | 'removed'>
  clock: (trafficClass: TrafficClass) => Instant
  /** Outlets whose posts are read back through the public port. */
  websiteOutlets: string[]
  /** Fetches a page of the public process; null when it did not answer. */
  readPublic: (path: string) => Promise<string | null>
  /** A notice's page was read back; its short code. */
  seen: (code: string) => void
  log: { error: (fields: object, message: string) => void }
}

export interface Publisher {
  stop(): Promise<void>
  /** Judges again whatever fell due; for scenario clocks that jump. */
  lookAgain(): Promise<void>
}

/** Starts the loops. */
export function startPublisher(context: PublisherContext): Publisher {
  const stops: (() => Promise<void>)[] = []
  const loop = (name: string, every: number, act: () => Promise<unknown>): void => {
    let stopped = false
    let timer: NodeJS.Timeout | undefined
    let running: Promise<void> = Promise.resolve()
    const turn = async (): Promise<void> => {
      try {
        await act()
      } catch (error) {
        context.log.error({ err: error, loop: name }, 'a loop failed; it goes on')
      }
      if (!stopped) timer = setTimeout(start, every)
    }
    const start = (): void => {
      running = turn()
    }
    start()
    stops.push(async () => {
      stopped = true
      clearTimeout(timer)
      await running
    })
  }

  loop('due', LOOK_MS, () => judgeDue(context))
  let takenOver = false
  loop('dispatch', LOOK_MS, async () => {
    if (!takenOver) await context.dispatch.takeOver()
    takenOver = true
    await context.dispatch.look()
  })
  loop('catch-up', CATCH_UP_MS, () => context.ledger.catchUp())
  loop('seal', SEAL_MS, () => sealJournal(context.pool, context.clock('actual')))
  loop('seen', SEEN_MS, () => readBack(context))
  const { watch, realNow } = context.alarms
  const { outlets, bureau } = context.ledgerContext
  const removals = { ...context, ...context.removals, outlets, publicUrl: bureau.publicUrl, realNow }
  loop('remove', REMOVE_MS, () => removePosts(removals))
  loop('alarm', ALARM_MS, () => (watch ? escalateAlarms(context.alarms, watch) : ringAlarms(context.alarms)))

  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()))
      await context.dispatch.idle()
    },
    lookAgain: async () => {
      await judgeDue(context)
      await context.dispatch.look()
    },
  }
}

/** Judges quakes whose veto or wait fell due; the judgement of that moment counts (DESIGN §6.9). */
async function judgeDue(context: PublisherContext): Promise<void> {
  const { ledger } = context
  for (const trafficClass of ['actual', 'drill'] as const) {
    const now = context.clock(trafficClass)
    const due = (): string[] =>
      [...ledger.picture().holds.values()]
        .filter((hold) => hold.class === trafficClass && hold.dueAt !== null && hold.dueAt <= now)
        .map((hold) => hold.quakeId)
    if (due().length === 0) continue
    await ledger.commit(async (picture) => {
      // A withdrawal must reach what was still queued when it was prepared and has gone out since.
      await refreshLineages(
        due().flatMap((id) => picture.quakes.get(id) ?? []),
        context.pool,
      )
      return decideAgain(picture, due(), ledger.circumstances(trafficClass), context.ledgerContext)
    })
  }
}

/** The website counts as seen when its page was read back through the public port (DESIGN L7). */
async function readBack(context: PublisherContext): Promise<void> {
  const now = context.clock('actual')
  const unseen = await listUnseen(context.pool, context.websiteOutlets, now - SEEN_FOR_MS)
  await Promise.all(
    unseen.map(async (delivery) => {
      const page = await context.readPublic(`/n/${delivery.code}`)
      if (!page?.includes(delivery.serial)) return
      await markSeen(context.pool, delivery.id, context.clock('actual'))
      context.seen(delivery.code)
    }),
  )
}
