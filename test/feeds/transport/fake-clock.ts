// In: nothing. Out: a clock that moves only when a test says so.
// Must not touch real timers: a test that waits for the wall clock proves the machine's speed.
import type { Clock } from '../../../src/feeds/fetch-clock.ts'

export interface FakeClock extends Clock {
  /** Moves on, running what falls due in order and letting I/O-free promises settle in between. */
  advance(ms: number): Promise<void>
  /** Timers that are waiting. */
  pending(): number
}

/** @param dice what random() answers; 0.5 makes every jitter zero */
export function createFakeClock(start = Date.UTC(2024, 0, 1), dice = 0.5): FakeClock {
  let now = start
  let order = 0
  const timers = new Map<number, { at: number; run: () => void }>()
  const settle = async (): Promise<void> => {
    for (let n = 0; n < 5; n += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    now: () => now,
    random: () => dice,
    after(ms, run) {
      order += 1
      const key = order
      timers.set(key, { at: now + Math.max(0, ms), run })
      return () => timers.delete(key)
    },
    pending: () => timers.size,
    async advance(ms) {
      const end = now + ms
      await settle()
      for (;;) {
        const [next] = [...timers]
          .filter(([, timer]) => timer.at <= end)
          .sort((a, b) => a[1].at - b[1].at || a[0] - b[0])
        if (next === undefined) break
        timers.delete(next[0])
        now = Math.max(now, next[1].at)
        next[1].run()
        await settle()
      }
      now = end
      await settle()
    },
  }
}

/** Waits until the condition holds; ends with the condition's name after 20 s, which only a fault reaches. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let n = 0; n < 4_000; n += 1) {
    if (holds()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`never came: ${what}`)
}
