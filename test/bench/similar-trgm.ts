// In: texts. Out: PostgreSQL with pg_trgm over them, asked in the ways that its manual names: % under a GIN index, <-> under GiST.
// Must not be handicapped: indexes are built after loading, tables vacuumed, and one way gets the texts as our matcher spells them.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { bareText, spellPlainly } from '../../src/core/rumour/normalise.ts'
import { openPool } from '../../src/store/pool.ts'
import { silentLog } from '../../src/store/postgres/log.ts'
import { startPostgres } from '../../src/store/postgres/start.ts'

export const MOST_FOUND = 10
const BATCH = 5_000

export interface TrigramWay {
  name: string
  /** Places of the nearest texts in the list. */
  find(text: string): Promise<number[]>
}

export const spell = (text: string): string => bareText(spellPlainly(text))

async function fill(pool: Pool, texts: readonly string[]): Promise<void> {
  await pool.query('create extension if not exists pg_trgm')
  await pool.query('create table known_text (id integer primary key, said text not null, bare text not null)')
  for (let from = 0; from < texts.length; from += BATCH) {
    const part = texts.slice(from, from + BATCH)
    await pool.query('insert into known_text select * from unnest($1::integer[], $2::text[], $3::text[])', [
      part.map((_, at) => from + at),
      part,
      part.map(spell),
    ])
  }
  // Apart, so that the planner has one index to choose.
  await pool.query('create table near_text as select id, bare from known_text')
  await pool.query('create index on known_text using gin (said gin_trgm_ops)')
  await pool.query('create index on known_text using gin (bare gin_trgm_ops)')
  await pool.query('create index on near_text using gist (bare gist_trgm_ops (siglen = 64))')
  await pool.query('vacuum analyze known_text')
  await pool.query('vacuum analyze near_text')
}

/** Starts a server of its own in this folder. */
export async function openTrigrams(
  folder: string,
  texts: readonly string[],
): Promise<{ ways: TrigramWay[]; close(): Promise<void> }> {
  // As root, the server runs as another account and must get in.
  chmodSync(folder, 0o711)
  const postgres = await startPostgres({
    dataFolder: join(folder, 'data'),
    stateRoot: join(folder, 'state'),
    log: silentLog,
    fsync: false,
  })
  const pool = openPool({ ...postgres.adminConfig, query_timeout: 3_600_000 }, 1, () => undefined)
  await fill(pool, texts)
  const ask = async (name: string, sql: string, text: string): Promise<number[]> =>
    (await pool.query<{ id: number }>({ name, text: sql, values: [text, MOST_FOUND] })).rows.map(({ id }) => id)
  const near = (column: string): string =>
    `select id from known_text where ${column} % $1 order by similarity(${column}, $1) desc limit $2`
  return {
    ways: [
      { name: 'pg_trgm %, as sent', find: (text) => ask('said', near('said'), text) },
      { name: 'pg_trgm %, as we spell', find: (text) => ask('bare', near('bare'), spell(text)) },
      {
        name: 'pg_trgm <->, as we spell',
        find: (text) => ask('knn', 'select id from near_text order by bare <-> $1 limit $2', spell(text)),
      },
    ],
    close: async () => {
      await pool.end()
      await postgres.stop('fast')
    },
  }
}
