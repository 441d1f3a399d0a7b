// In: an optional start instant. Out: the installation's clock per lane, and the real one beside it.
// Must not be read by core: every pure part is handed an instant.
import type { Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'

export interface InstallationClock {
  now: (trafficClass?: TrafficClass) => Instant
  realNow: () => Instant
  /** How far the installation's clock is ahead of the real one. */
  offset: () => number
  /** Moves the clock forward; for scenarios that skip idle stretches. Never back. */
  skip: (ms: number) => void
  /** Sets the lane of a drill; null ends it: without a drill that lane stands at 1970, and nothing in it is ever due. */
  setDrill: (now: (() => Instant) | null) => void
}

/** Where a drill's rows find the clock when no drill runs here: before all they wait for. */
const PARKED: Instant = 0

/** Opens the clock: real time, or real time shifted so that it starts at `start` (QUAKEDESK_CLOCK, scenarios). */
export function openClock(start: Instant | null, realNow: () => Instant = Date.now): InstallationClock {
  let offset = start === null ? 0 : start - realNow()
  let drill: (() => Instant) | null = null
  const actual = (): Instant => realNow() + offset
  return {
    now: (trafficClass) => (trafficClass === 'drill' ? (drill?.() ?? PARKED) : actual()),
    realNow,
    offset: () => offset,
    skip: (ms) => {
      if (ms > 0) offset += ms
    },
    setDrill: (now) => {
      drill = now
    },
  }
}

/** A clock that stands still until it is skipped forward: a replay's only time, for people's reminders as well. */
export function openVirtualClock(start: Instant): InstallationClock {
  let at = start
  return {
    ...openClock(start, () => at),
    skip: (ms) => {
      if (ms > 0) at += ms
    },
  }
}

/** The same clock, telling when a drill begins: its stand-ins are made ready for it. */
export function announceDrills(clock: InstallationClock, begins: () => void): InstallationClock {
  return {
    ...clock,
    setDrill: (now) => {
      if (now) begins()
      clock.setDrill(now)
    },
  }
}
