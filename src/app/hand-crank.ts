// In: "poll this feed now". Out: one turn of that feed's own polling loop, over HTTP like any other.
// Must not replace a part of the path: only the pause between two polls is ended by hand instead of by a timer.
import type { Clock } from '../feeds/fetch-clock.ts'
import type { Instant } from '../core/instant.ts'

export interface HandCrank {
  /** The clock of one feed's loop: its pause ends when somebody turns the crank. */
  clockFor(source: string, now: () => Instant): Clock
  /** To be told the end of every poll. */
  polled(source: string): void
  /** Lets a feed poll once (the poll under way counts at the start); resolves when it is on record. */
  pollNow(source: string): Promise<void>
}

/** Opens a crank for one run of an installation. */
export function openHandCrank(): HandCrank {
  const resting = new Map<string, () => void>()
  const waiting = new Map<string, (() => void)[]>()
  return {
    clockFor: (source, now) => ({
      now,
      after: (_ms, run) => {
        resting.set(source, run)
        return () => {
          if (resting.get(source) === run) resting.delete(source)
        }
      },
      // Half: no jitter, in the middle of what it would be.
      random: () => 0.5,
    }),
    polled: (source) => {
      const done = waiting.get(source) ?? []
      waiting.delete(source)
      for (const resolve of done) resolve()
    },
    pollNow: (source) =>
      new Promise((resolve) => {
        waiting.set(source, [...(waiting.get(source) ?? []), resolve])
        resting.get(source)?.()
      }),
  }
}
