// In: a connection of the test server. Out: the same for another database on it; and the template's name.
import type { Connection } from '../../src/store/postgres/start.ts'

/** Migrated once per run; every test's database is a copy of it. */
export const TEMPLATE = 'quakedesk_template'

/** The same role and server, another database. */
export function replacing(connection: Connection, database: string): Connection {
  return { ...connection, database }
}
