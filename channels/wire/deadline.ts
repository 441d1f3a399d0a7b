// In: one act of an outlet's client. Out: how much time it has left, wherever in it somebody asks.
// Must not cut an act off: a call that was made is read to its own end; the next one is not begun.
import { AsyncLocalStorage } from 'node:async_hooks'
import { LONGEST_ACT_MS } from '../../src/core/channel.ts'
import { SECOND } from '../../src/core/instant.ts'

/** Real time: a scenario's clock jumps, a lease does not. */
const ends = new AsyncLocalStorage<number>()
/** Less than this is no time for a call: it would only become unknown. */
const LEAST = 2 * SECOND

/** Runs an act that must be over, all its calls and waits together, within LONGEST_ACT_MS. */
export function limitTime<T>(act: () => Promise<T>): Promise<T> {
  return ends.run(performance.now() + LONGEST_ACT_MS, act)
}

/** Milliseconds the next call may take: what it asks for or what is left; null when there is no time for a call. */
export function allowTime(wanted: number): number | null {
  const end = ends.getStore()
  if (end === undefined) return wanted
  const left = Math.floor(end - performance.now())
  return left < LEAST ? null : Math.min(wanted, left)
}

/** Waits for something that may hang (a lock), no longer than a call would; null when it did not come in time. */
export async function waitAtMost<T>(longest: number, act: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), longest)
  })
  try {
    return await Promise.race([act, late])
  } finally {
    clearTimeout(timer)
    // Nobody listens any more to what comes after all.
    act.catch(() => undefined)
  }
}
