// In: the clock and the record of a replay or a drill. Out: the clock moved from one due thing to the next, each settled before the next.
// Must not move the clock while a call is under way: its time-outs belong to real time.
import type { Pool } from 'pg'
import { SECOND, type Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { findNextDue, listBusy } from '../store/due.ts'
import type { Running } from './replay-running.ts'

export interface ReplayTime {
  /** The only lane it looks at and moves. */
  lane: Exclude<TrafficClass, 'test'>
  now: () => Instant
  /** Moves the lane's clock forward, milliseconds. */
  skip: (ms: number) => void
  pool: Pool
  running: Running
  /** Who acts. */
  by: string
}

/** Real time that one settling may take before the replay is called stuck. */
const STUCK_MS = 60_000
const BREATH_MS = 5
/** A scenario in which something falls due more often than this never ends by itself. */
const MOST_TURNS = 5_000

/** Lets everything that is due by now happen, and every call be recorded. @throws when it does not come to rest */
export async function settleAll(time: ReplayTime): Promise<void> {
  const { app } = time.running
  if (!app) return
  const since = performance.now()
  for (let turn = 0; ; turn += 1) {
    await app.settle()
    const busy = await listBusy(time.pool, time.lane, time.now())
    if (busy.length === 0) return
    if (performance.now() - since > STUCK_MS) throw new Error(`deliveries do not settle: ${busy.join(', ')}`)
    if (turn > 1) await new Promise((resolve) => setTimeout(resolve, BREATH_MS))
  }
}

/** Moves the clock to `end`, stopping at every hold and delivery that falls due on the way. */
export async function untilNextDue(time: ReplayTime, end: Instant): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    await settleAll(time)
    const due = time.running.app ? await findNext(time) : null
    const now = time.now()
    if (due === null || due >= end) {
      time.skip(end - now)
      return settleAll(time)
    }
    time.skip(Math.max(due - now, 1))
  }
  throw new Error('the scenario does not come to an end')
}

/** Moves on until a promise is done: a desk command waits for deliveries that wait for the clock. */
export async function untilDone<T>(time: ReplayTime, promise: Promise<T>): Promise<T> {
  let done = false
  const watched = promise.finally(() => {
    done = true
  })
  watched.catch(() => undefined)
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    await settleAll(time)
    await new Promise((resolve) => setTimeout(resolve, BREATH_MS))
    if (done) return watched
    const now = time.now()
    const due = (await findNext(time)) ?? Infinity
    // The command itself gives up by the clock: it must go on where nothing is due.
    time.skip(Math.min(Math.max(due - now, 1), SECOND))
  }
  throw new Error('a command does not come to an end')
}

async function findNext({ lane, pool, running }: ReplayTime): Promise<Instant | null> {
  const holds = [...(running.app?.ledger.picture().holds.values() ?? [])].filter((hold) => hold.class === lane)
  const delivery = await findNextDue(pool, lane)
  const dues = [...holds.flatMap((hold) => hold.dueAt ?? []), ...(delivery === null ? [] : [delivery])]
  return dues.length > 0 ? Math.min(...dues) : null
}
