// In: a test that needs PostgreSQL. Out: a database of its own, migrated, real, and gone afterwards.
// Must not be shared between tests that count rows: a copy costs some ten milliseconds.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import { withClient } from '../../src/store/postgres/start.ts'
import type { Connection, Connections } from '../../src/store/postgres/start.ts'
import { TEMPLATE, replacing } from './connection.ts'

export interface FreshDatabase {
  /** Superuser on this database, for what neither role may do. */
  adminConfig: Connection
  ownerConfig: Connection
  appConfig: Connection
  /** Ends every connection that is still open and removes the database. */
  drop(): Promise<void>
}

let known: Promise<Connections> | null = null

async function ask(): Promise<Connections> {
  const answer = JSON.parse(await text(connect(inject('databaseDoor')))) as Connections & { error?: string }
  if (answer.error !== undefined) throw new Error(`no test database: ${answer.error}`)
  return answer
}

/** The run's server; started by the first call in any test file. */
export async function testServer(): Promise<Connections> {
  return (known ??= ask())
}

/**
 * A new database with all migrations of src/store/migrations and both roles.
 * @param template 'migrated', or 'empty' for tests that bring their own migrations (roles and pg_trgm are there)
 */
export async function freshDatabase(template: 'migrated' | 'empty' = 'migrated'): Promise<FreshDatabase> {
  const server = await testServer()
  const name = `test_${randomBytes(8).toString('hex')}`
  const source = template === 'migrated' ? TEMPLATE : `${TEMPLATE}_empty`
  await withClient(server.adminConfig, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${source}`))
  return {
    adminConfig: replacing(server.adminConfig, name),
    ownerConfig: replacing(server.ownerConfig, name),
    appConfig: replacing(server.appConfig, name),
    async drop() {
      await withClient(server.adminConfig, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
    },
  }
}
