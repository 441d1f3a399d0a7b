// In: the address of whoever asks. Out: whether it may ask now.
// Must not hold an address longer than it takes to count: it is personal data.
import { isPublicAddress } from '../../../core/push/endpoint.ts'
import { MINUTE, SECOND, type Instant } from '../../../core/instant.ts'

export interface RateTerms {
  /** All together: what each costs. */
  burst: number
  perSecond: number
  /** A minute of one household or school; behind a proxy of our own there is only its address, which is not counted apart. */
  one: number
}

/** A name is resolved and a row written for each. */
const SUBSCRIBING: RateTerms = { burst: 200, perSecond: 20, one: 30 }
const MOST_ADDRESSES = 50_000

export interface RateLimit {
  /** Milliseconds to wait, or 0. */
  ask(address: string, now: Instant): number
}

export function openRateLimit(terms: RateTerms = SUBSCRIBING): RateLimit {
  let left: number = terms.burst
  let filledAt = 0
  let window = 0
  const counts = new Map<string, number>()
  return {
    ask: (address, now) => {
      left = Math.min(terms.burst, left + (Math.max(0, now - filledAt) / SECOND) * terms.perSecond)
      filledAt = now
      if (Math.floor(now / MINUTE) !== window || counts.size > MOST_ADDRESSES) {
        window = Math.floor(now / MINUTE)
        counts.clear()
      }
      if (left < 1) return SECOND
      if (isPublicAddress(address)) {
        const count = (counts.get(address) ?? 0) + 1
        if (count > terms.one) return (window + 1) * MINUTE - now
        counts.set(address, count)
      }
      left -= 1
      return 0
    },
  }
}
