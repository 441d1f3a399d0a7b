// In: a claim that somebody moved while another had its page open, and that other. Out: the refusal, with who did what.
// Must not name a person to another organisation: they are told as whom it was done.
import { mayDo } from '../core/people/roles.ts'
import { ACTOR_NAMES } from '../core/rumour/claim-actor.ts'
import { nameEvent } from '../core/rumour/claim-states.ts'
import { nameAccounts } from '../store/people/accounts.ts'
import type { Queryable } from '../store/pool.ts'
import { findLastStep } from '../store/rumours/claims.ts'
import { isGuest, refuse, type Person, type Refused } from './context.ts'

/** What the loser of a race is told (rumours.md §6). Within a transaction that holds the claim, or after it. */
export async function tellChanged(db: Queryable, claimId: string, person: Person): Promise<Refused> {
  const last = await findLastStep(db, claimId)
  if (last === null) return refuse('changed', '这件传言刚刚被他人处理，请核对现在的情况')
  const { account, actor, event } = last
  const name = isGuest(person) ? undefined : (await nameAccounts(db, [account])).get(account)
  const who = account === person.account ? '您自己' : (name ?? ACTOR_NAMES[actor])
  // What went to the police is not told to a unit.
  const what = event === 'refer' && !mayDo(person.roles, 'see-handover') ? '' : `（${nameEvent(event)}）`
  return refuse('changed', `这件传言刚刚被${who}处理${what}，请核对现在的情况`)
}
