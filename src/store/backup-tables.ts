// In: a connection as the owner. Out: what a backup holds: tables with their columns, sequences, and how values are written.
// Must not know one table by name, except the history of migrations, which a restore makes anew.
import type { ClientBase } from 'pg'

export interface TableShape {
  name: string
  /** Stored columns in order; generated ones are computed again. */
  columns: string[]
}

export interface SequenceState {
  name: string
  /** Text, because int8 is wider than a number; null when it was never used. */
  last: string | null
}

/** Values are written alike on every server, whatever its own defaults. row_security off: an error, never fewer rows. */
export const FIXED_FORMATS = `
  SET LOCAL client_encoding = 'UTF8'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';
  SET LOCAL TimeZone = 'UTC'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1;
  SET LOCAL row_security = off; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL synchronize_seqscans = off`

/** Tables of schema public in name order. Partitions come with their parent; unlogged tables are lossy by choice. */
export async function listTables(client: ClientBase): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape>(`
    SELECT c.relname AS name,
           coalesce(json_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attname IS NOT NULL), '[]') AS columns
      FROM pg_class c
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
       AND NOT c.relispartition AND c.relname <> 'schema_migration'
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
     GROUP BY c.relname ORDER BY c.relname COLLATE "C"`)
  return rows
}

export async function listSequences(client: ClientBase): Promise<SequenceState[]> {
  const { rows } = await client.query<SequenceState>(
    `SELECT sequencename AS name, last_value::text AS last FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1`,
  )
  return rows
}

/** An SQL identifier, whatever its characters. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

const columnList = (table: TableShape): string => table.columns.map(quoteName).join(', ')

/** COPY that writes every row of the table, partitions included, in text format. */
export function copyToSql(table: TableShape): string {
  return `COPY (SELECT ${columnList(table)} FROM public.${quoteName(table.name)}) TO STDOUT`
}

export function copyFromSql(table: TableShape): string {
  return `COPY public.${quoteName(table.name)} (${columnList(table)}) FROM STDIN`
}
