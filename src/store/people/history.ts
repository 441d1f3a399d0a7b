// In: accounts by id, an instant. Out: who each was then: name, organisation, roles.
// Reads only: the rows are written by the database whenever an account or its organisation changes (000020-drills.sql).
import type { Instant } from '../../core/instant.ts'
import type { Role } from '../../core/people/roles.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export interface PersonThen {
  id: string
  name: string
  organisation: string
  roles: Role[]
}

/**
 * Who these accounts were at an instant. Before the first that is known of somebody, the first counts: a demonstration's
 * quakes are older than its people.
 * @returns by account id; names of the command line, which no account has, are left out
 */
export async function describePeople(
  db: Queryable,
  ids: readonly string[],
  at: Instant,
): Promise<Map<string, PersonThen>> {
  if (ids.length === 0) return new Map()
  const { rows } = await db.query<PersonThen>(
    `select distinct on (account_id) account_id as id, name, organisation, roles from account_history
     where account_id = any($1)
     order by account_id, (since <= $2) desc, case when since <= $2 then since end desc, since, id`,
    [ids, toTimestamp(at)],
  )
  return new Map(rows.map((row) => [row.id, row]))
}
