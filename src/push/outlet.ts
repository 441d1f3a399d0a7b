// In: nothing. Out: one push outlet as the sender needs it; plain data, so that it can be given to another thread.
// Must not hold a function or an opened thing.
import type { VapidIdentity } from './vapid.ts'

export interface PushOutlet {
  id: string
  class: 'actual' | 'drill'
  /** loopback: in drills, in the demonstration, and while the clock is set for a test. */
  reach: 'any' | 'loopback'
  vapid: VapidIdentity
  allowHosts: readonly string[]
  /** PEM of an authority beside the system's; null: none. */
  ca: string | null
  /** Proxy by host of the push service. */
  proxies: Readonly<Record<string, string>>
  /** runtime: never our own framing (trust.ts). */
  transport: 'auto' | 'runtime'
  digestMinutes: number
  /** Where a digest leads. */
  publicUrl: string
}
