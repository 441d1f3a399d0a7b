// In: how a delivery stands, and why, as the desk reads it. Out: what the public reads of it.
// Must not let through what others wrote: a platform's message and an error of the network or the database name hosts,
// addresses and paths of this house.
import type { DeliveryState } from './quake.ts'

/** What the record says of a delivery that a person has settled; who it was stands in the journal. */
export const BY_HAND = {
  posted: '人工核实已发出',
  absent: '人工核实未发出',
  again: '人工要求重发',
  /** Somebody has the text in hand and has not said yet what came of it. */
  taken: '由人工发布，待确认',
} as const

const SAFE: ReadonlySet<string> = new Set(Object.values(BY_HAND))

/** By state; null where the house alone gives the reason (replaced, withdrawn, switched off, rehearsed). */
const WORDS: Readonly<Record<DeliveryState, string | null>> = {
  queued: '尚未发出，稍后再发',
  sending: '正在发送',
  pending: '平台处理中',
  unknown: '是否发出待查',
  accepted: '',
  failed: '未能发出',
  expired: '未能及时发出，已过时效',
  superseded: null,
  cancelled: null,
  refused: null,
  rehearsal: null,
}

/** The reason as the public reads it; '' where there is none, or none that concerns it (a note on a word that stands). */
export function sayPublicly(state: DeliveryState, reason: string): string {
  return reason === '' || SAFE.has(reason) ? reason : (WORDS[state] ?? reason)
}
