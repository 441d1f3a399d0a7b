// In: pages as they are to be served. Out: the same bytes for the public process, and which of them changed.
// Must not render; what is stored is what is served.
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Instant } from '../core/instant.ts'
import { toTimestamp, type Queryable } from './pool.ts'
import type { ShownNotice } from './shown.ts'

export interface Page {
  path: string
  contentType: string
  status: number
  body: string
}

/** Stored beside the pages, asked for one by one: the copies of a public process do not hold them. */
export interface Picture extends Omit<Page, 'body'> {
  contentType: `image/${string}`
  body: Uint8Array
}

export interface StoredPage {
  path: string
  contentType: string
  status: number
  etag: string
  body: Buffer
  gzip: Buffer | null
  changedAt: Instant
}

/** Pages of drills: stored, shown at the desk, never loaded by the public process. */
export const DRILL_PATH = '/drill'

/** Where the answer to an unknown address is stored; not an address itself. */
export const MISSING_PATH = '404'

/** Below this a gzip header costs more than it saves. */
const WORTH_PACKING = 512

/**
 * Writes pages in one statement and wakes the public process; unchanged ones keep their time.
 * @param shown notices whose pages these are: the first time, and only then, the journal says so in the same statement
 */
export async function savePages(
  db: Queryable,
  pages: readonly (Page | Picture)[],
  now: Instant,
  shown: readonly ShownNotice[] = [],
): Promise<void> {
  // Always in the same order: of two writers that meet one waits; in two orders each would wait for the other, a deadlock.
  const ordered = pages.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const rows = ordered.map((page) => {
    const body = typeof page.body === 'string' ? Buffer.from(page.body, 'utf8') : Buffer.from(page.body)
    const etag = `"${createHash('sha256').update(page.contentType).update(body).digest('base64url').slice(0, 20)}"`
    const gzip = body.length >= WORTH_PACKING && typeof page.body === 'string' ? gzipSync(body, { level: 6 }) : null
    return { ...page, etag, body, gzip }
  })
  await db.query(
    `with stored as (
       insert into page (path, content_type, status, etag, body, gzip, changed_at)
       select * from unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::bytea[], $6::bytea[],
         array_fill($7::timestamptz, array[cardinality($1::text[])]))
       on conflict (path) do update set content_type = excluded.content_type, status = excluded.status, etag = excluded.etag,
         body = excluded.body, gzip = excluded.gzip, changed_at = excluded.changed_at
       where page.etag <> excluded.etag or page.status <> excluded.status
     ), told as (
       insert into journal (at, actor, act, subject, detail)
       select $7, 'system', 'site.shown', n ->> 'id', n - 'id' from jsonb_array_elements($8::jsonb) n
       where not exists (select from journal j where j.act = 'site.shown' and j.subject = n ->> 'id')
       on conflict (subject) where act = 'site.shown' do nothing
     )
     select pg_notify('quakedesk_page', '')`,
    [
      rows.map((r) => r.path),
      rows.map((r) => r.contentType),
      rows.map((r) => r.status),
      rows.map((r) => r.etag),
      rows.map((r) => r.body),
      rows.map((r) => r.gzip),
      toTimestamp(now),
      JSON.stringify(shown),
    ],
  )
}

interface Row {
  path: string
  content_type: string
  status: number
  etag: string
  body: Buffer
  gzip: Buffer | null
  changed_at: Instant
}

const SELECT = 'select path, content_type, status, etag, body, gzip, changed_at from page where path not like $1'
const DRILLS = `${DRILL_PATH}/%`
const NO_PICTURE = `content_type not like 'image/%'`

function readRow(row: Row): StoredPage {
  return {
    path: row.path,
    contentType: row.content_type,
    status: row.status,
    etag: row.etag,
    body: row.body,
    gzip: row.gzip,
    changedAt: row.changed_at,
  }
}

/** All public pages, or those of these paths; no pictures. */
export async function listPublicPages(db: Queryable, paths?: readonly string[]): Promise<StoredPage[]> {
  const sql = `${SELECT} and ($2::text[] is null or path = any($2)) and ${NO_PICTURE}`
  const { rows } = await db.query<Row>(sql, [DRILLS, paths ?? null])
  return rows.map(readRow)
}

/** A public picture; undefined where there is none. */
export async function findPicture(db: Queryable, path: string): Promise<StoredPage | undefined> {
  const sql = `${SELECT} and path = $2 and not ${NO_PICTURE}`
  const { rows } = await db.query<Row>(sql, [DRILLS, path])
  return rows[0] && readRow(rows[0])
}

/** When what is stored under these paths, of either lane, last changed. */
export async function listChangedAt(db: Queryable, paths: readonly string[]): Promise<Map<string, Instant>> {
  const sql = 'select path, changed_at from page where path = any($1)'
  const { rows } = await db.query<Pick<Row, 'path' | 'changed_at'>>(sql, [paths])
  return new Map(rows.map((row) => [row.path, row.changed_at]))
}

/** Those of these paths, of either lane, under which a page is stored. */
export async function findStored(db: Queryable, paths: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ path: string }>('select path from page where path = any($1)', [paths])
  return new Set(rows.map((row) => row.path))
}

/** Public paths with their etags, without pictures: what a process compares with its own copies. */
export async function listEtags(db: Queryable): Promise<Map<string, string>> {
  const { rows } = await db.query<{ path: string; etag: string }>(
    `select path, etag from page where path not like $1 and ${NO_PICTURE}`,
    [DRILLS],
  )
  return new Map(rows.map((row) => [row.path, row.etag]))
}
