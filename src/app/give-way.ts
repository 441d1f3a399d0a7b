// In: what tells when no notice is on its way. Out: what others wait for before each small piece of their work.
// Must not let anything stand still: a channel may take a quarter of a minute to answer, and is then waited for once, not each time.
import { setTimeout as sleep } from 'node:timers/promises'

/** From a determination to its channels takes some tens of milliseconds. */
const WAY_MS = 100

/** @param idle each resolves when what it has under way now is over; they are asked one after the other */
export function openWay(idle: readonly (() => Promise<unknown>)[], mostMs = WAY_MS): () => Promise<void> {
  let isLong = false
  const settle = async (): Promise<boolean> => {
    for (const one of idle) await one()
    return true
  }
  return async () => {
    if (isLong) return
    const settled = settle()
    const ended = new AbortController()
    const enough = sleep(mostMs, false, { signal: ended.signal }).catch(() => false)
    isLong = !(await Promise.race([settled, enough]))
    ended.abort()
    if (isLong) void settled.then(() => (isLong = false))
  }
}
