// In: somebody, a claim. Out: how much of it they see: all, the case, a summary, or nothing.
// Must not say of a claim that it exists to whoever does not see it: not there and not yours are one answer.
import type { Queryable } from '../store/pool.ts'
import { findGrant, listKnownTo, type Check } from '../store/rumours/beside.ts'
import type { SeenBy } from '../store/rumours/claims.ts'
import { isGuest, type Person, type RumourContext } from './context.ts'

/** whole: the bureau's own; case: what was shared, with its sightings and steps; summary: title, kind, risk and state. */
export type Sight = 'whole' | 'case' | 'summary'

/** Whose claims somebody finds in the queue. */
export const seenBy = ({ now }: Pick<RumourContext, 'now'>, person: Person): SeenBy => ({
  organisation: isGuest(person) ? person.organisation : null,
  onlySummaries: isGuest(person) && looksOn(person),
  now: now(),
})

/**
 * What another organisation may read of what was found: nothing that rests on a claim which it may not know of. That no such claim
 * was found is then not said either, or it would be said by its absence (rumours.md §0.6).
 */
export async function seeChecks(
  db: Queryable,
  { now }: Pick<RumourContext, 'now'>,
  organisation: string,
  checks: readonly Check[],
): Promise<Check[]> {
  const claimsOf = ({ used }: Check): string[] => used.flatMap(({ table, id }) => (table === 'claim' ? [id] : []))
  const known = new Set(await listKnownTo(db, checks.flatMap(claimsOf), organisation, now()))
  return checks.filter(
    (check) => (check.rule !== 'recurrence' || check.used.length > 0) && claimsOf(check).every((id) => known.has(id)),
  )
}

/** An observer looks on, whatever was shared with the organisation. */
const looksOn = ({ roles }: Person): boolean => roles.every((role) => role === 'observer')

/** How much of one claim somebody sees; null: nothing. */
export async function findSight(
  db: Queryable,
  context: Pick<RumourContext, 'now'>,
  person: Person,
  claimId: string,
): Promise<Sight | null> {
  if (!isGuest(person)) return 'whole'
  const level = await findGrant(db, claimId, person.organisation, context.now())
  if (level === null) return null
  return looksOn(person) ? 'summary' : level
}
