// In: what several reports that are placed in one transaction ask of the record and put on it. Out: asked at once beforehand, written at
// once at the end, so that a flood does not go to the database and back for each of them; between them each knows of the others.
// Must not link to what has come to rest since it was asked.
import type { Instant } from '../core/instant.ts'
import type { Queryable } from '../store/pool.ts'
import { hasRested } from '../store/rumours/claims.ts'
import { listStandings, type Standing } from '../store/rumours/heads.ts'
import { savePlacings, type Placing } from '../store/rumours/placing.ts'
import type { Sighting } from '../store/rumours/sightings.ts'

export interface Together {
  /** Asks for those that are not known yet. @returns how the claims of these sightings stand */
  stand(sightingIds: readonly string[]): Promise<Standing[]>
  /** To be written; opened: the claim that begins with it. */
  put(sighting: Sighting, placing: Placing, at: Instant): void
  /** Writes what was put. @throws when a claim has come to rest meanwhile: whoever asks again sees it */
  write(): Promise<void>
}

export function openTogether(db: Queryable): Together {
  const known = new Map<string, Standing[]>()
  let waiting: Parameters<typeof savePlacings>[1][number][] = []
  return {
    stand: async (sightingIds) => {
      const unknown = [...new Set(sightingIds)].filter((id) => !known.has(id))
      for (const id of unknown) known.set(id, [])
      for (const standing of await listStandings(db, unknown)) known.get(standing.sightingId)?.push(standing)
      return sightingIds.flatMap((id) => known.get(id) ?? [])
    },
    put: (sighting, placing, at) => {
      waiting.push({ sighting, placing, at })
      const { claim, link } = placing
      if (!link) return
      const first = claim ?? [...known.values()].flat().find(({ id }) => id === link.claimId)
      if (!first) return
      const { id, state, familyId } = first
      known.set(sighting.id, [{ sightingId: sighting.id, claimId: id, id, state, familyId }])
    },
    write: async () => {
      const some = waiting
      waiting = []
      if (some.length === 0) return
      const joined = some.flatMap(({ placing: { claim, link } }) => (link && !claim ? [link.claimId] : []))
      if (joined.length > 0 && (await hasRested(db, joined))) throw new Error('a claim came to rest meanwhile')
      await savePlacings(db, some)
    },
  }
}
