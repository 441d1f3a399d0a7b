// In: nothing. Out: what the two vendors have in common: one request to send, its answer, one read-back.
// Must not hold behaviour.
import type { HttpCall, ProbeOutcome, Reach } from '../../src/core/channel.ts'
import type { Instant } from '../../src/core/instant.ts'
import type { Part, SmsConfig } from './config.ts'

/** A signed request, but for its deadline. */
export type Request = Required<Pick<HttpCall, 'method' | 'url' | 'headers'>> & Pick<HttpCall, 'body'>

export interface Refusal {
  phone: string
  code: string
  message: string
}

/** taken: for some of the numbers at least. refused: for all of them. */
export type Answer =
  | { got: 'taken'; ref: string; refused: Refusal[] }
  | { got: 'refused'; refused: Refusal[] }
  | { got: 'error'; code: string; message: string }

/** What a read-back of one number told: found, none of ours among all of its rows, or nothing certain. */
export type Reading =
  | { got: 'found'; ref: string; failed: string | null }
  | { got: 'none' }
  | { got: 'nothing'; reason: string }
  /** The vendor has no read-back for this account. */
  | { got: 'closed'; reason: string }

export interface Vendor {
  /** API name of the sending call, as limits spell it. */
  sendApi: string
  /** @param key returned by the read-back: the delivery's id */
  send(config: SmsConfig, values: Record<Part, string>, key: string, at: Pick<Reach, 'now' | 'random'>): Request
  /** null: no envelope of the vendor's. */
  readAnswer(body: Record<string, unknown>, config: SmsConfig): Answer | null
  /** Asks for one number. @param since when bytes may first have left */
  read(
    config: SmsConfig,
    asked: { phone: string; key: string; since: Instant; priority: 0 | 1 | 2 | 3 },
    reach: Reach,
  ): Promise<Reading>
  /** What follows where the vendor has no read-back. */
  closed(reason: string): ProbeOutcome
}
