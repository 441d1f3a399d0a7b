// In: counters kept in a stand-in's state and an instant. Out: whether one more call fits its window.
// Must not read a clock; windows are those of a Beijing wall clock, as the platforms' midnight is.
import { beijingParts } from '../core/instant.ts'
import type { Instant } from '../core/instant.ts'

export type Window = 'second' | 'minute' | 'hour' | 'day' | 'month'

/** Counts by key; only the current window of a key is kept. */
export type Counters = Record<string, { window: string; count: number }>

/** Name of the Beijing-time window an instant falls in, e.g. "2017-6-3 18". */
export function windowOf(at: Instant, window: Window): string {
  const p = beijingParts(at)
  const parts = [p.year, p.month, p.day, p.hour, p.minute, p.second]
  const depth = { month: 2, day: 3, hour: 4, minute: 5, second: 6 }[window]
  return parts.slice(0, depth).join('-')
}

/** How often a key was taken in the window that holds `at`. */
export function countOf(counters: Counters, key: string, window: Window, at: Instant): number {
  const kept = counters[`${window}:${key}`]
  return kept?.window === windowOf(at, window) ? kept.count : 0
}

/** Books one more, whatever the limit. */
export function book(counters: Counters, key: string, window: Window, at: Instant): void {
  const count = countOf(counters, key, window, at) + 1
  counters[`${window}:${key}`] = { window: windowOf(at, window), count }
}
