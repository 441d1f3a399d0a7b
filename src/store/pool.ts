// In: how to connect. Out: a pool of the program's own role with the type readings the rest relies on.
// Must not be handed to a room above publish; web reads through store's own files.
import { Pool, types, type ClientBase, type CustomTypesConfig, type PoolClient, type PoolConfig } from 'pg'
import type { Instant } from '../core/instant.ts'

const INT8 = 20
const NUMERIC = 1700
const TIMESTAMPTZ = 1184

/** Instants as epoch milliseconds; our bigints are row numbers far below 2^53. */
const READINGS: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    readingOf(oid) ?? otherwise(oid, format)) as CustomTypesConfig['getTypeParser'],
}
const otherwise: (oid: number, format?: 'text' | 'binary') => unknown = types.getTypeParser

function readingOf(oid: number): ((text: string) => unknown) | null {
  if (oid === INT8 || oid === NUMERIC) return Number
  return oid === TIMESTAMPTZ ? readInstant : null
}

/** PostgreSQL's ISO text of a timestamptz ("2017-06-03 10:11:00.25+00") as an instant. */
function readInstant(text: string): Instant {
  const zoned = text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00')
  return Date.parse(zoned)
}

/**
 * A server that vanished without a farewell (a failover, a cut line) keeps a question open for a quarter of an hour by
 * TCP's own rules; nothing here waits that long, the longest is another's lock on a token.
 */
const PATIENCE = { query_timeout: 90_000, keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const
/** A commit that was not answered within this is asked for by other means (publish/lost-answer.ts). */
const COMMIT_MS = 10_000

/**
 * Opens a pool.
 * @param most connections at once; the public and the publisher each have their own pool (DESIGN L7)
 */
export function openPool(config: PoolConfig, most: number, onError: (error: Error) => void): Pool {
  const pool = new Pool({ ...PATIENCE, ...config, max: most, types: READINGS, application_name: 'quakedesk' })
  pool.on('error', onError)
  // A connection that breaks while it is lent out tells its own listeners only; without one it ends the process.
  pool.on('connect', (client) => client.on('error', onError))
  return pool
}

/**
 * Opens the one connection over which plans are committed: a word never waits for a free connection, and its plans stay
 * prepared (else PostgreSQL plans each of commit_plan's statements anew for a session's first five calls).
 */
export function openWriter(config: PoolConfig, onError: (error: Error) => void): Pool {
  // Awaited by the pool, though its types do not say so: the first commit must not share the line with this statement.
  const prepare: (client: ClientBase) => unknown = (client) => client.query('set plan_cache_mode = force_generic_plan')
  return openPool({ ...config, query_timeout: COMMIT_MS, onConnect: prepare }, 1, onError)
}

/**
 * Runs one piece of work on one connection. A connection on which it failed is closed, and its transaction with it, never
 * lent out again: a question that was given up may still be running there, and the next one would wait behind it.
 */
export async function withConnection<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let failed = true
  try {
    const result = await work(client)
    failed = false
    return result
  } finally {
    client.release(failed)
  }
}

/** Runs one piece of work as one transaction; what fails in it leaves nothing behind. */
export function withTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return withConnection(pool, async (client) => {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  })
}

/** An instant as the text a timestamptz parameter takes. */
export function toTimestamp(at: Instant): string {
  return new Date(at).toISOString()
}

/** Anything that answers queries: a pool or one client of it. */
export interface Queryable {
  query<R extends object = Record<string, unknown>>(
    text: string,
    values?: unknown[],
  ): Promise<{ rows: R[]; rowCount: number | null }>
}

/** The database's own clock, which all nodes share. */
export async function readClock(db: Queryable): Promise<Instant> {
  const { rows } = await db.query<{ at: Instant }>('select clock_timestamp() as at')
  return rows[0]?.at ?? NaN
}
