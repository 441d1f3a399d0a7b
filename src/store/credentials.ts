// In: sealed credentials of outlets. Out: the same, kept and found. What they are stands in no query.
// Must not see one in the clear: app/credentials.ts seals and opens.
import type { Instant } from '../core/instant.ts'
import { toTimestamp, type Queryable } from './pool.ts'

/** What may be shown of a credential. */
export interface CredentialNote {
  outlet: string
  name: string
  endsAt: Instant | null
  setBy: string
  setAt: Instant
}

export interface SealedCredential extends CredentialNote {
  sealed: Buffer
}

const COLUMNS = `outlet_id as outlet, name, ends_at as "endsAt", set_by as "setBy", set_at as "setAt"`

export async function listSealed(db: Queryable): Promise<SealedCredential[]> {
  const { rows } = await db.query<SealedCredential>(
    `select ${COLUMNS}, sealed from outlet_credential order by outlet_id, name`,
  )
  return rows
}

export async function listCredentials(db: Queryable): Promise<CredentialNote[]> {
  const { rows } = await db.query<CredentialNote>(`select ${COLUMNS} from outlet_credential order by outlet_id, name`)
  return rows
}

/** Differs whenever any node has entered or removed one. */
export async function readCredentialMark(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ mark: string | null }>(
    `select md5(string_agg(outlet_id || ' ' || name || ' ' || md5(sealed), ',' order by outlet_id, name)) as mark
     from outlet_credential`,
  )
  return rows[0]?.mark ?? ''
}

export async function saveCredential(db: Queryable, given: SealedCredential): Promise<void> {
  await db.query(
    `insert into outlet_credential (outlet_id, name, sealed, ends_at, set_by, set_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (outlet_id, name) do update set sealed = excluded.sealed, ends_at = excluded.ends_at,
       set_by = excluded.set_by, set_at = excluded.set_at`,
    [
      given.outlet,
      given.name,
      given.sealed,
      given.endsAt === null ? null : toTimestamp(given.endsAt),
      given.setBy,
      toTimestamp(given.setAt),
    ],
  )
}

/** False when there was none. */
export async function removeCredential(db: Queryable, outlet: string, name: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from outlet_credential where outlet_id = $1 and name = $2', [
    outlet,
    name,
  ])
  return rowCount === 1
}
