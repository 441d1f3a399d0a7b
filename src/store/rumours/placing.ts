// In: what comparing a report with claims came to. Out: on record with the claim that it opened, its link, what else it may be.
// Must not decide any of it; one statement for all, because hundreds may wait (000026-intake.sql).
import type { Instant } from '../../core/instant.ts'
import type { Claim } from '../../core/rumour/claim-step.ts'
import type { ClaimClock } from '../../core/rumour/clocks.ts'
import type { ClaimKind } from '../../core/rumour/kind.ts'
import { toTimestamp, type Queryable } from '../pool.ts'
import type { Link, Suggestion } from './links.ts'
import type { Sighting } from './sightings.ts'

/** A claim that begins with this sighting. */
export interface OpenedClaim extends Pick<Claim, 'id' | 'risk' | 'state' | 'version'> {
  title: string
  kind: ClaimKind
  familyId: string
  clocks: readonly { clock: ClaimClock; dueAt: Instant }[]
}

export interface Placing {
  claim: OpenedClaim | null
  /** detail: what the journal says of it; null where another act says it. */
  link: (Pick<Link, 'claimId' | 'how' | 'match' | 'by'> & { detail: object | null }) | null
  suggestions: readonly Omit<Suggestion, 'sightingId'>[]
}

/** Writes them down, in their order. */
export async function savePlacings(
  db: Queryable,
  placings: readonly { sighting: Pick<Sighting, 'id' | 'class'>; placing: Placing; at: Instant }[],
): Promise<void> {
  const given = placings.map(({ sighting: { id, class: lane }, placing: { claim, link, suggestions }, at }) =>
    JSON.stringify({
      sighting: id,
      class: lane,
      at: toTimestamp(at),
      claim: claim && {
        ...claim,
        clocks: claim.clocks.map(({ clock, dueAt }) => ({ clock, dueAt: toTimestamp(dueAt) })),
        detail: { risk: claim.risk, kind: claim.kind, family: claim.familyId, sighting: id },
      },
      link: link && { ...link, ...link.match },
      suggestions,
    }),
  )
  await db.query('select place_sighting(g) from unnest($1::jsonb[]) g', [given])
}
