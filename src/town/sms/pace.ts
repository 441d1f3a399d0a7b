// In: when a key was sent to, an instant. Out: how often, in a span before it or on its Beijing day.
// Must not forgive at the edge of a minute: spans roll, so that 12:00:59 and 12:01:00 are one second apart.
import { DAY } from '../../core/instant.ts'
import type { Instant } from '../../core/instant.ts'
import { windowOf } from '../quota.ts'

/** Instants of a day by key; older ones are dropped when the key is sent to again. */
export type Sends = Record<string, Instant[]>

/** Sends in the `span` ms before an instant. */
export function countWithin(sends: Sends, key: string, at: Instant, span: number): number {
  return (sends[key] ?? []).filter((one) => one <= at && at - one < span).length
}

/** Sends on the Beijing day of an instant. */
export function countOnDay(sends: Sends, key: string, at: Instant): number {
  const day = windowOf(at, 'day')
  return (sends[key] ?? []).filter((one) => windowOf(one, 'day') === day).length
}

/** Books one more. */
export function bookSend(sends: Sends, key: string, at: Instant): void {
  sends[key] = [...(sends[key] ?? []).filter((one) => one <= at && at - one < DAY), at]
}
