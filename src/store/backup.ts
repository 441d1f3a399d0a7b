// In: a connection as the owner. Out: one file with all rows as of one instant, and its checksums.
// Must not need pg_dump (the embedded server has none), stop the program, or leave a half file under the given name.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { ClientBase, ClientConfig } from 'pg'
import { formatUtc } from '../core/instant.ts'
import type { Instant } from '../core/instant.ts'
import { copyOut } from './backup-copy.ts'
import { END_OF_TABLE, FORMAT } from './backup-format.ts'
import type { Header, Manifest } from './backup-format.ts'
import { FIXED_FORMATS, copyToSql, listSequences, listTables } from './backup-tables.ts'
import { listApplied } from './migrate.ts'
import { withClient } from './postgres/start.ts'

export interface BackupSummary {
  file: string
  /** Size of the file. */
  bytes: number
  tables: number
  rows: number
  /** Version of the last migration. */
  version: number
}

/**
 * Writes a backup while the program goes on: one REPEATABLE READ snapshot of every table of schema public.
 * @param connection as the owner role, which sees every row
 * @param file must not exist yet; readable by its owner only, because it holds personal data
 * @param now the time to write into it
 */
export async function backup(connection: ClientConfig, file: string, now: Instant): Promise<BackupSummary> {
  if (existsSync(file)) throw new Error(`${file} exists already: a backup never overwrites another`)
  const part = `${file}.part`
  try {
    const summary = await withClient(connection, async (client) => {
      await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${FIXED_FORMATS}`)
      const written = await writeFile(client, part, now)
      await client.query('COMMIT')
      return written
    })
    await rename(part, file)
    const folder = await open(dirname(file))
    await folder.sync()
    await folder.close()
    return { file, bytes: (await stat(file)).size, ...summary }
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

async function writeFile(
  client: ClientBase,
  part: string,
  now: Instant,
): Promise<{ tables: number; rows: number; version: number }> {
  const packed = createGzip()
  const target = createWriteStream(part, { mode: 0o600, flush: true })
  // A full disk shows here, while somebody waits for the gzip side to drain.
  const done = pipeline(packed, target)
  done.catch(() => undefined)
  const whole = createHash('sha256')
  const put = async (bytes: Buffer | string, counted = true): Promise<void> => {
    if (packed.destroyed) await done
    if (counted) whole.update(bytes)
    if (!packed.write(bytes)) await Promise.race([once(packed, 'drain'), done])
  }
  const migrations = await listApplied(client)
  const server = await client.query<{ server_version: string }>('SHOW server_version')
  const header: Header = {
    format: FORMAT,
    createdAt: formatUtc(now),
    server: server.rows[0]?.server_version ?? '',
    migrations,
  }
  await put(`${JSON.stringify(header)}\n`)
  const tables: Manifest['tables'] = []
  for (const table of await listTables(client)) {
    await put(`${JSON.stringify({ table: table.name, columns: table.columns })}\n`)
    const hash = createHash('sha256')
    let rows = 0
    for await (const chunk of copyOut(client, copyToSql(table))) {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows += 1
      hash.update(chunk)
      await put(chunk)
    }
    await put(END_OF_TABLE)
    tables.push({ name: table.name, rows, sha256: hash.digest('hex') })
  }
  const manifest: Manifest = { tables, sequences: await listSequences(client), sha256: whole.digest('hex') }
  await put(`${JSON.stringify({ manifest })}\n`, false)
  packed.end()
  await done
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  return { tables: tables.length, rows, version: migrations.at(-1)?.version ?? 0 }
}
