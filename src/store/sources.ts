// In: feeds and doors of the YAML, and how their polls went. Out: what must survive a restart about each.
// Must not hold bodies; raw_payload does.
import type { Instant } from '../core/instant.ts'
import type { Queryable } from './pool.ts'

export interface SourceState {
  id: string
  seeded_at: Instant | null
  last_ok_at: Instant | null
  last_changed_at: Instant | null
  etag: string
  last_modified: string
  body_sha256: string
}

/** Registers the sources of the YAML; those that left it keep their rows. */
export async function saveSources(
  db: Queryable,
  sources: readonly { id: string; format: string; authority: string }[],
): Promise<void> {
  await db.query(
    `insert into source (id, format, authority) select s.id, s.format, s.authority
     from jsonb_to_recordset($1::jsonb) as s(id text, format text, authority text)
     on conflict (id) do update set format = excluded.format, authority = excluded.authority`,
    [JSON.stringify(sources)],
  )
}

export async function listSources(db: Queryable): Promise<SourceState[]> {
  const { rows } = await db.query<SourceState>(
    'select id, seeded_at, last_ok_at, last_changed_at, etag, last_modified, body_sha256 from source',
  )
  return rows
}

/** Keeps what makes the next fetch conditional; called only after the body is durable. */
export async function saveFetchState(
  db: Queryable,
  id: string,
  state: { etag?: string; lastModified?: string; sha256?: string },
): Promise<void> {
  await db.query('update source set etag = $2, last_modified = $3, body_sha256 = $4 where id = $1', [
    id,
    state.etag ?? '',
    state.lastModified ?? '',
    state.sha256 ?? '',
  ])
}
