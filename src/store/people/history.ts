// In: accounts by id. Out: who each was at any instant: name, organisation, roles.
// Reads only: the rows are written by the database whenever an account or its organisation changes (000022-drills.sql).
import type { Instant } from '../../core/instant.ts'
import type { Role } from '../../core/people/roles.ts'
import type { Queryable } from '../pool.ts'

export interface PersonThen {
  id: string
  name: string
  organisation: string
  roles: Role[]
}

/** Null for what no account is: the program itself, a name of the command line. */
export type PeopleThen = (id: string, at: Instant) => PersonThen | null

/**
 * Reads everything that is known of some accounts. Before the first that is known of somebody, the first counts: a
 * demonstration's quakes are older than its people.
 */
export async function readPeopleThen(db: Queryable, ids: readonly string[]): Promise<PeopleThen> {
  const { rows } = await db.query<PersonThen & { since: Instant }>(
    `select account_id as id, since, name, organisation, roles from account_history
     where account_id = any($1) order by account_id, since, id`,
    [[...new Set(ids)]],
  )
  const known = Map.groupBy(rows, ({ id }) => id)
  return (id, at) => {
    const one = known.get(id)
    return one?.findLast(({ since }) => since <= at) ?? one?.[0] ?? null
  }
}
