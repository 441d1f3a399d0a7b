// In: a database just filled with triggers asleep. Out: the certainty that every reference in it holds.
// Must not trust the file: its checksums have no key, and a row that points across lanes would be loaded like any other (DESIGN L4).
import type { ClientBase } from 'pg'
import { BrokenBackup } from './backup-format.ts'

/** One query per foreign key; MATCH SIMPLE, so that a row with a null in its key refers to nothing. */
const LIST = `
  SELECT k.conname AS name,
    format('SELECT 1 FROM %s a WHERE %s AND NOT EXISTS (SELECT 1 FROM %s b WHERE %s) LIMIT 1', k.conrelid::regclass,
      string_agg(format('a.%I IS NOT NULL', a.attname), ' AND '), k.confrelid::regclass,
      string_agg(format('b.%I = a.%I', b.attname, a.attname), ' AND ')) AS query
    FROM pg_constraint k
    CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS c(mine, theirs)
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.mine
    JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = c.theirs
   WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND k.conparentid = 0
   GROUP BY k.oid, k.conname, k.conrelid, k.confrelid ORDER BY k.conname`

/** @throws BrokenBackup naming the first foreign key that a row breaks */
export async function assertReferences(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string; query: string }>(LIST)
  for (const { name, query } of rows) {
    const { rowCount } = await client.query(query)
    if ((rowCount ?? 0) > 0) throw new BrokenBackup(`the backup holds a row that breaks ${name}; nothing was restored`)
  }
}
