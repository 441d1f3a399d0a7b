// In: a connection as the owner role, a folder of numbered .sql files. Out: a database at the program's version.
// Must not run one file twice, never goes back, and never touches a database that a newer program has migrated.
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientBase, DatabaseError } from 'pg'
import { APP_ROLE, OWNER_ROLE } from './postgres/roles.ts'

/** One numbered file; `checksum` is SHA-256 in hex of its text with line ends as \n. */
export interface Migration {
  version: number
  name: string
  sql: string
  checksum: string
}

export interface Applied {
  version: number
  name: string
  checksum: string
}

export interface Migrated {
  from: number
  to: number
  applied: string[]
}

/** "quak" and "mig" in ASCII: a key that no other program on a shared server is likely to use. */
const LOCK = [0x7175616b, 0x6d6967] as const
const LOCK_WAIT_MS = 120_000

/**
 * Reads 000001-name.sql, 000002-… in order. A folder that does not exist is an empty list.
 * @throws when a number is missing or given twice, or a file is named otherwise
 */
export async function listMigrations(folder: string): Promise<Migration[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const found: Migration[] = []
  for (const name of names.filter((n) => n.endsWith('.sql')).sort()) {
    const number = /^(\d{6})-[a-z0-9]+(?:-[a-z0-9]+)*\.sql$/.exec(name)?.[1]
    if (number === undefined) throw new Error(`${join(folder, name)} is not named like 000001-what-it-does.sql`)
    if (Number(number) !== found.length + 1) {
      throw new Error(`${join(folder, name)} should have the number ${String(found.length + 1).padStart(6, '0')}`)
    }
    const sql = await readFile(join(folder, name), 'utf8')
    const checksum = createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')
    found.push({ version: Number(number), name, sql, checksum })
  }
  return found
}

/** Migrations that a database has had, oldest first; empty for a new database. */
export async function listApplied(client: ClientBase): Promise<Applied[]> {
  const there = await client.query<{ it: string | null }>(`SELECT to_regclass('public.schema_migration')::text AS it`)
  if (there.rows[0]?.it == null) return []
  return (await client.query<Applied>('SELECT version, name, checksum FROM schema_migration ORDER BY version')).rows
}

/**
 * Brings the database to the last (or the given) version, each file in a transaction of its own. Programs that start
 * together wait for each other.
 * @param upTo stop after this version (a restore needs the backup's own); default all
 * @throws naming the file: altered after it was applied, newer than this program, or failed (with its line)
 */
export async function migrate(client: ClientBase, migrations: Migration[], upTo = Infinity): Promise<Migrated> {
  const who = await client.query<{ me: string }>('SELECT current_user AS me')
  if (who.rows[0]?.me !== OWNER_ROLE) {
    throw new Error(`migrations run as ${OWNER_ROLE}, not as ${who.rows[0]?.me ?? 'nobody'}`)
  }
  await takeLock(client)
  try {
    const before = await listApplied(client)
    checkHistory(before, migrations)
    if (before.length === 0) await createHistory(client)
    const from = before.at(-1)?.version ?? 0
    const due = migrations.filter((m) => m.version > from && m.version <= upTo)
    for (const migration of due) await applyOne(client, migration)
    return { from, to: due.at(-1)?.version ?? from, applied: due.map((m) => m.name) }
  } finally {
    // A broken connection has released it already.
    await client.query('SELECT pg_advisory_unlock($1, $2)', [...LOCK]).catch(() => undefined)
  }
}

async function takeLock(client: ClientBase): Promise<void> {
  for (const end = performance.now() + LOCK_WAIT_MS; ;) {
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS got', [...LOCK])
    if (rows[0]?.got === true) return
    if (performance.now() > end) throw new Error('another program has been migrating this database for two minutes')
    await sleep(50)
  }
}

/** @throws when what was applied is not what this program brings */
export function checkHistory(applied: Applied[], migrations: Migration[]): void {
  for (const past of applied) {
    const known = migrations[past.version - 1]
    if (known === undefined) {
      const newest = migrations.at(-1)?.name ?? 'none'
      throw new Error(
        `the database was migrated by a newer program (${past.name}; this one knows up to ${newest}): start that program, or restore the backup from before its first start`,
      )
    }
    if (known.name !== past.name || known.checksum !== past.checksum) {
      throw new Error(
        `${known.name} differs from what this database was migrated with (${past.name}): an applied migration is never edited; put the file back and add a new one`,
      )
    }
  }
}

async function createHistory(client: ClientBase): Promise<void> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS schema_migration (
      version integer PRIMARY KEY CHECK (version > 0),
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    );
    GRANT SELECT ON schema_migration TO ${APP_ROLE}`)
}

async function applyOne(client: ClientBase, { version, name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    // The row goes first: a second runner that got past the lock stops here, before it touches a table.
    await client.query('INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)', [
      version,
      name,
      checksum,
    ])
    const begun = await readTransaction(client)
    await client.query(sql)
    if ((await readTransaction(client)) !== begun) {
      throw new Error('it ends its own transaction; leave BEGIN, COMMIT and ROLLBACK out')
    }
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined)
    const at = Number((cause as DatabaseError).position ?? 0)
    const line = at > 0 ? ` line ${sql.slice(0, at).split('\n').length}` : ''
    throw new Error(`migration ${name}${line} failed: ${(cause as Error).message}`, { cause })
  }
}

async function readTransaction(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id')
  return rows[0]?.id ?? ''
}
