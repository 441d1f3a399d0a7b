// In: a connection that may create roles. Out: the owner of the tables, the role of the program, and what a server must be.
// Must not grant the program anything on tables: each migration says what the program may do (DESIGN L5).
import type { ClientBase, ClientConfig, PoolConfig } from 'pg'

/** Owns and migrates the tables. */
export const OWNER_ROLE = 'quakedesk_owner'
/** Runs the program; has what the migrations grant it and no more. */
export const APP_ROLE = 'quakedesk_app'

/**
 * Creates both roles where they are missing, and gives the owner what migrations need. May be repeated.
 * @param login true: the roles connect themselves (embedded server). false: the connecting user takes them on (SET ROLE)
 * @throws with the statements for an administrator when this user may not create roles
 */
export async function ensureRoles(client: ClientBase, { login }: { login: boolean }): Promise<void> {
  const told = await client.query<{ n: number }>(`SELECT current_setting('server_version_num')::int AS n`)
  // From PostgreSQL 16 on one may be a member without the right to SET ROLE; before, the two were one.
  const privilege = (told.rows[0]?.n ?? 0) >= 160_000 ? 'SET' : 'MEMBER'
  for (const role of [OWNER_ROLE, APP_ROLE]) {
    const { rows } = await client.query<{ can_login: boolean; member: boolean }>(
      `SELECT rolcanlogin AS can_login, pg_has_role(session_user, oid, $2) AS member FROM pg_roles WHERE rolname = $1`,
      [role, privilege],
    )
    const found = rows[0]
    if (found === undefined) await createRole(client, role, login)
    else if (login && !found.can_login) await client.query(`ALTER ROLE ${role} LOGIN`)
    if (!login && found?.member !== true) await grantMembership(client, role)
  }
  const { rows } = await client.query<{ name: string }>('SELECT quote_ident(current_database()) AS name')
  const database = rows[0]?.name ?? 'postgres'
  await client.query(`
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC;
    GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${database} TO ${OWNER_ROLE};
    GRANT USAGE, CREATE ON SCHEMA public TO ${OWNER_ROLE};
    GRANT CONNECT ON DATABASE ${database} TO ${APP_ROLE};
    GRANT USAGE ON SCHEMA public TO ${APP_ROLE}`)
}

async function createRole(client: ClientBase, role: string, login: boolean): Promise<void> {
  const { rows } = await client.query<{ may: boolean; me: string }>(
    'SELECT rolsuper OR rolcreaterole AS may, quote_ident(rolname) AS me FROM pg_roles WHERE rolname = current_user',
  )
  if (rows[0]?.may !== true) {
    const me = rows[0]?.me ?? 'the connecting user'
    throw new Error(
      `role ${role} is missing and ${me} may not create it; as an administrator run: CREATE ROLE ${role} NOLOGIN; GRANT ${role} TO ${me};`,
    )
  }
  await client.query(`CREATE ROLE ${role} ${login ? 'LOGIN' : 'NOLOGIN'} NOSUPERUSER NOCREATEDB NOCREATEROLE`)
}

/** From PostgreSQL 16 on a creator is no member by itself, but may make itself one. */
async function grantMembership(client: ClientBase, role: string): Promise<void> {
  const { rows } = await client.query<{ super: boolean }>(
    'SELECT rolsuper AS super FROM pg_roles WHERE rolname = session_user',
  )
  if (rows[0]?.super === true) return
  try {
    await client.query(`GRANT ${role} TO SESSION_USER`)
  } catch (cause) {
    throw new Error(`this user may not take on role ${role}; as an administrator run: GRANT ${role} TO <this user>;`, {
      cause,
    })
  }
}

/**
 * Connections to a server of the bureau's own (DATABASE_URL): one user, who takes on the owner or the program's role at
 * connection time by the startup option `-c role=…`.
 * @param ownerUrl DATABASE_OWNER_URL, where owner and program are different users; then each connects as it is
 */
export function externalConnections(
  databaseUrl: string,
  ownerUrl: string | null = null,
): { adminConfig: ClientConfig; ownerConfig: ClientConfig; appConfig: PoolConfig } {
  return {
    adminConfig: { connectionString: ownerUrl ?? databaseUrl },
    ownerConfig: { connectionString: withRole(ownerUrl ?? databaseUrl, OWNER_ROLE) },
    appConfig: { connectionString: withRole(databaseUrl, APP_ROLE) },
  }
}

/** Edits the query part alone: libpq's forms without a host (postgresql://user@/db?host=/run) are no URLs to the platform. */
function withRole(databaseUrl: string, role: string): string {
  const at = databaseUrl.indexOf('?')
  const query = new URLSearchParams(at < 0 ? '' : databaseUrl.slice(at + 1))
  const before = query.get('options')
  query.set('options', `${before ? `${before} ` : ''}-c role=${role}`)
  // libpq itself reads %20, but takes a plus sign for what it is.
  return `${at < 0 ? databaseUrl : databaseUrl.slice(0, at)}?${query.toString().replaceAll('+', '%20')}`
}

/**
 * Proves that the database can do what the program counts on; run after the roles, as the owner.
 * @throws with a sentence for the administrator: version below 15, not UTF-8, or a ctype under which pg_trgm sees no Chinese
 */
export async function assertLocale(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string; ctype: string }>(
    `SELECT current_setting('server_version_num') AS version, pg_encoding_to_char(encoding) AS encoding, datctype AS ctype
       FROM pg_database WHERE datname = current_database()`,
  )
  const { version = '0', encoding = '', ctype = '' } = rows[0] ?? {}
  if (Number(version) < 150_000) throw new Error(`PostgreSQL 15 or newer is needed; this server says ${version}`)
  if (encoding !== 'UTF8') throw new Error(`the database must be encoded in UTF8; this one is ${encoding}`)
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_trgm')
  } catch (cause) {
    throw new Error('the extension pg_trgm is missing and could not be created; install postgresql-contrib', { cause })
  }
  const probe = await client.query<{ n: number }>(`SELECT cardinality(show_trgm('地震谣言')) AS n`)
  if ((probe.rows[0]?.n ?? 0) > 0) return
  throw new Error(
    `the database's LC_CTYPE is ${ctype}, under which Chinese text cannot be searched; create it with: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`,
  )
}
