// In: accounts as people/ decided them. Out: the same, kept and found. Secrets come hashed or sealed.
// Must not journal: whoever acts does, with the account's id and never with a name.
import type { Instant } from '../../core/instant.ts'
import type { OrganisationKind, Role } from '../../core/people/roles.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export type AccountState = 'invited' | 'active' | 'disabled'

export interface Account {
  id: string
  login: string
  name: string
  organisation: string
  organisationName: string
  organisationKind: OrganisationKind
  roles: Role[]
  state: AccountState
  /** True once a second factor is enrolled. */
  second: boolean
  lockedUntil: Instant | null
  createdAt: Instant
  signedInAt: Instant | null
  version: number
}

/** What a sign-in is checked against. */
export interface Credentials {
  id: string
  login: string
  state: AccountState
  password: string | null
  totp: Buffer | null
  totpStep: number
  recovery: Buffer[]
  failures: number
  lockedUntil: Instant | null
}

export interface Organisation {
  id: string
  name: string
  kind: OrganisationKind
}

const COLUMNS = `a.id, a.login, a.name, a.organisation_id as organisation, o.name as "organisationName", o.kind as "organisationKind",
  a.roles, a.state, a.totp is not null as second, a.locked_until as "lockedUntil", a.created_at as "createdAt",
  a.signed_in_at as "signedInAt", a.version`
const FROM = 'from account a join organisation o on o.id = a.organisation_id'

export async function saveOrganisation(db: Queryable, given: Organisation): Promise<void> {
  await db.query(
    `insert into organisation (id, name, kind) values ($1, $2, $3)
     on conflict (id) do update set name = excluded.name, kind = excluded.kind`,
    [given.id, given.name, given.kind],
  )
}

export async function listOrganisations(db: Queryable): Promise<Organisation[]> {
  return (await db.query<Organisation>('select id, name, kind from organisation order by kind, id')).rows
}

/** False when the login is taken. */
export async function addAccount(
  db: Queryable,
  given: { id: string; login: string; name: string; organisation: string; roles: readonly Role[]; by: string },
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into account (id, login, name, organisation_id, roles, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (login) do nothing`,
    [given.id, given.login, given.name, given.organisation, given.roles, toTimestamp(at), given.by],
  )
  return rowCount === 1
}

/** Everybody, the disabled last. */
export async function listAccounts(db: Queryable): Promise<Account[]> {
  return (await db.query<Account>(`select ${COLUMNS} ${FROM} order by a.state = 'disabled', o.kind, a.name limit 1000`))
    .rows
}

export async function findAccount(db: Queryable, id: string): Promise<Account | null> {
  return (await db.query<Account>(`select ${COLUMNS} ${FROM} where a.id = $1`, [id])).rows[0] ?? null
}

export async function hasAccounts(db: Queryable): Promise<boolean> {
  return (await db.query<{ some: boolean }>('select exists (select from account) as some')).rows[0]?.some ?? false
}

/** Names of accounts, for what the journal knows by id. */
export async function nameAccounts(db: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; name: string }>('select id, name from account where id = any($1)', [
    ids,
  ])
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** The password record of a login; null when there is none. */
export async function findPassword(db: Queryable, login: string): Promise<string | null> {
  const { rows } = await db.query<{ password: string | null }>('select password from account where login = $1', [login])
  return rows[0]?.password ?? null
}

/** By login or by id, locked for the length of the transaction: two guesses at once count as two. */
export async function lockCredentials(
  db: Queryable,
  by: { login: string } | { id: string },
): Promise<Credentials | null> {
  const [column, value] = 'login' in by ? ['login', by.login] : ['id', by.id]
  const { rows } = await db.query<Credentials>(
    `select id, login, state, password, totp, totp_step as "totpStep", recovery, failures, locked_until as "lockedUntil"
     from account where ${column} = $1 for update`,
    [value],
  )
  return rows[0] ?? null
}

/** A failed try; `until` locks the account. */
export async function countFailure(db: Queryable, id: string, failures: number, until: Instant | null): Promise<void> {
  await db.query('update account set failures = $2, locked_until = $3 where id = $1', [
    id,
    failures,
    until === null ? null : toTimestamp(until),
  ])
}

export async function recordSignIn(db: Queryable, id: string, at: Instant): Promise<void> {
  await db.query('update account set failures = 0, locked_until = null, signed_in_at = $2 where id = $1', [
    id,
    toTimestamp(at),
  ])
}

export async function savePassword(db: Queryable, id: string, record: string): Promise<void> {
  await db.query(
    `update account set password = $2, state = case when state = 'invited' then 'active' else state end, failures = 0,
       locked_until = null, version = version + 1 where id = $1`,
    [id, record],
  )
}

export async function saveSecondFactor(
  db: Queryable,
  id: string,
  given: { totp: Uint8Array | null; step: number; recovery: readonly Uint8Array[] },
): Promise<void> {
  await db.query('update account set totp = $2, totp_step = $3, recovery = $4, version = version + 1 where id = $1', [
    id,
    given.totp,
    given.step,
    given.recovery,
  ])
}

/** A step or a recovery code is used up. */
export async function spendFactor(
  db: Queryable,
  id: string,
  used: { step: number } | { recovery: Uint8Array },
): Promise<void> {
  if ('step' in used) await db.query('update account set totp_step = $2 where id = $1', [id, used.step])
  else await db.query('update account set recovery = array_remove(recovery, $2) where id = $1', [id, used.recovery])
}

/** False when somebody else changed the account since `version`. */
export async function changeAccount(
  db: Queryable,
  id: string,
  version: number,
  given: { name: string; organisation: string; roles: readonly Role[]; state: AccountState },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update account set name = $3, organisation_id = $4, roles = $5, state = $6, version = version + 1
     where id = $1 and version = $2`,
    [id, version, given.name, given.organisation, given.roles, given.state],
  )
  return rowCount === 1
}

const ACCOUNTS_LOCK = 0x70656f70
/** Nobody else is let in, changed or shut out until the transaction ends; sign-ins go on. */
export async function lockAccounts(db: Queryable): Promise<void> {
  await db.query('select pg_advisory_xact_lock($1)', [ACCOUNTS_LOCK])
}

/** Active accounts with a role, besides one. */
export async function countOthers(db: Queryable, id: string, role: Role): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from account where id <> $1 and state = 'active' and $2 = any(roles)`,
    [id, role],
  )
  return rows[0]?.n ?? 0
}

export async function dropPassword(db: Queryable, id: string): Promise<void> {
  await db.query('update account set password = null, version = version + 1 where id = $1', [id])
}

/** For seats that need no password: the demonstration's visitors. */
export async function activateAccount(db: Queryable, id: string): Promise<void> {
  await db.query(`update account set state = 'active' where id = $1`, [id])
}
