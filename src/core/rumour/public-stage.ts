// In: the state of a claim. Out: what whoever reported it is told of it, in three words and no more.
// Must not tell "nobody has such a receipt" from "it was received" (rumours.md §8).
import type { ClaimState } from './claim-states.ts'

export const PUBLIC_STAGES = ['received', 'checking', 'answered'] as const
export type PublicStage = (typeof PUBLIC_STAGES)[number]

const CHECKING: readonly ClaimState[] = [
  'triage',
  'verifying',
  'awaiting-agency',
  'drafting',
  'signoff',
  'approved',
  'publishing',
  'hold',
  'correction',
  'resurfaced',
]

/** @param isSaid what was published about it stands and can be read; or a question was answered */
export function readStage(state: ClaimState | null, isSaid: boolean): PublicStage {
  if (isSaid) return 'answered'
  return state !== null && CHECKING.includes(state) ? 'checking' : 'received'
}
