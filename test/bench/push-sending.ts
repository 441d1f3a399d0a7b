// In: nothing. Out: what every subject of the push bench shares: the same headers, the same question asked of it.
import type { PushSetup } from './push-orders.ts'

/** One way of sending. */
export interface Sending {
  /** What may be done while nothing happens; not counted. The text is for the limit alone: nobody else knows it before. */
  prepare(text: string): Promise<void>
  /** The event. @returns how many were answered 201 */
  send(text: string): Promise<number>
}

export type OpenSending = (setup: PushSetup) => Sending

export const TTL = 900
export const URGENCY = 'high'
export const TOPIC = 'eq-bench'
export const CONTACT = 'mailto:it@dzj.example.cn'
