// In: a backup file, a database that nobody has used yet. Out: the rows as they were, or an untouched database.
// Must not restore over existing rows, nor a file that fails its own checksum.
import { createHash } from 'node:crypto'
import type { ClientBase, ClientConfig } from 'pg'
import { copyIn, copyOut } from './backup-copy.ts'
import { BrokenBackup, readBackup } from './backup-format.ts'
import type { Header, Manifest, Reader } from './backup-format.ts'
import { assertReferences } from './backup-references.ts'
import { FIXED_FORMATS, copyFromSql, copyToSql, listTables, quoteName } from './backup-tables.ts'
import type { TableShape } from './backup-tables.ts'
import { checkHistory, listApplied, migrate } from './migrate.ts'
import type { Migration } from './migrate.ts'
import { withClient } from './postgres/start.ts'

export interface Restored {
  createdAt: string
  tables: number
  rows: number
  /** The schema is now at the backup's version; run migrate() to go on from there. */
  version: number
}

/** Reads the whole file without using it. */
async function inspect(file: string): Promise<{ header: Header; manifest: Manifest }> {
  let header: Header | null = null
  const manifest = await readBackup(file, {
    async header(read) {
      header = read
    },
    async table(_name, _columns, rows) {
      for await (const _ of rows);
    },
  })
  if (header === null) throw new BrokenBackup('the backup has no first line')
  return { header, manifest }
}

/**
 * Restores a backup into a new database: checks the file, migrates to the backup's version, loads every table in one
 * transaction with triggers asleep (append-only rules and their history are restored, not replayed), reads all rows back
 * and compares checksums before it commits.
 * @param connection as the owner role, with the right to set session_replication_role (embedded: granted at start; else
 *   GRANT SET ON PARAMETER session_replication_role TO quakedesk_owner, once, by an administrator)
 * @param migrations of this program
 * @param finish what else belongs into the same transaction, once every row has proved to be as it was saved
 * @throws BrokenBackup for a damaged file; otherwise a sentence on why this database cannot take it
 */
export async function restore(
  file: string,
  connection: ClientConfig,
  migrations: Migration[],
  finish: (client: ClientBase, createdAt: string) => Promise<unknown> = async () => undefined,
): Promise<Restored> {
  const { header, manifest } = await inspect(file)
  checkHistory(header.migrations, migrations)
  const version = header.migrations.at(-1)?.version ?? 0
  await withClient(connection, async (client) => {
    await refuseUsed(client, version)
    await assertMaySleepTriggers(client)
    await migrate(client, migrations, version)
    await client.query(`BEGIN; ${FIXED_FORMATS}; SET LOCAL session_replication_role = replica`)
    try {
      await load(client, file, manifest)
      await assertReferences(client)
      await finish(client, header.createdAt)
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined)
      throw error
    }
    // Everything is there. Without statistics the first questions are planned as for empty tables.
    await client.query('ANALYZE')
  })
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
  return { createdAt: header.createdAt, tables: manifest.tables.length, rows, version }
}

/** Rows that a migration itself put there bear its transaction's number, as its line in the history does. */
async function refuseUsed(client: ClientBase, version: number): Promise<void> {
  const applied = await listApplied(client)
  const last = applied.at(-1)
  if (last !== undefined && last.version > version) {
    throw new Error(`this database is at ${last.name}, past the backup; restore into a new database`)
  }
  for (const { name } of await listTables(client)) {
    const known = applied.length > 0 ? 'WHERE xmin::text NOT IN (SELECT xmin::text FROM schema_migration)' : ''
    const { rowCount } = await client.query(`SELECT 1 FROM public.${quoteName(name)} ${known} LIMIT 1`)
    if ((rowCount ?? 0) > 0) throw new Error(`this database is in use (table ${name} has rows); restore into a new one`)
  }
}

async function assertMaySleepTriggers(client: ClientBase): Promise<void> {
  try {
    await client.query('BEGIN; SET LOCAL session_replication_role = replica; ROLLBACK')
  } catch (cause) {
    await client.query('ROLLBACK')
    throw new Error(
      'this user may not restore; as an administrator run: GRANT SET ON PARAMETER session_replication_role TO quakedesk_owner',
      { cause },
    )
  }
}

async function load(client: ClientBase, file: string, manifest: Manifest): Promise<void> {
  const tables = new Map((await listTables(client)).map((table) => [table.name, table]))
  // The backup brings the rows of migrations too, as they were when it was taken.
  const all = [...tables.keys()].map((name) => `public.${quoteName(name)}`).join(', ')
  if (all !== '') await client.query(`TRUNCATE ${all}`)
  const reader: Reader = {
    async header() {},
    async table(name, columns, rows) {
      const table = tables.get(name)
      if (table === undefined || table.columns.join('\0') !== columns.join('\0')) {
        throw new BrokenBackup(`the backup's table ${name} is not as its migrations make it`)
      }
      await copyIn(client, copyFromSql(table), rows)
    },
  }
  const again = await readBackup(file, reader)
  if (again.sha256 !== manifest.sha256) throw new BrokenBackup('the backup changed while it was being read')
  for (const { name, sha256 } of manifest.tables) {
    const table = tables.get(name)
    if (table !== undefined && (await hashTable(client, table)) === sha256) continue
    throw new Error(`table ${name} did not come back as it was saved; nothing was restored`)
  }
  for (const { name, last } of manifest.sequences) {
    if (last !== null) await client.query(`SELECT setval($1::regclass, $2)`, [`public.${quoteName(name)}`, last])
  }
}

/** Rows of a table just loaded lie in the order in which they came (one scan at a time, synchronize_seqscans off). */
async function hashTable(client: ClientBase, table: TableShape): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of copyOut(client, copyToSql(table))) hash.update(chunk)
  return hash.digest('hex')
}
