// In: nothing. Out: what the pages of rumours are made with, and who sits before them. Must not read a claim.
import type { Session } from '../../../people/sessions.ts'
import type { Person } from '../../../rumour/context.ts'
import type { MatchContext } from '../../../rumour/matching.ts'
import type { RebuttalContext } from '../../../rumour/rebuttal.ts'
import type { DeskFrame } from '../frame.ts'

export interface RumourPages {
  rumours: MatchContext & RebuttalContext
  frame: DeskFrame
}

/** A row's number in an address; 0, which no row has, for anything else: a database takes no 1e20 and no 1.5. */
export const readNumber = (text: string | undefined): number => (/^\d{1,9}$/.test(text ?? '') ? Number(text) : 0)

export const personOf = ({ accountId, organisation, roles }: Session): Person => ({
  account: accountId,
  organisation,
  roles,
})
