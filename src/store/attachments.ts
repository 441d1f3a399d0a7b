// In: files beside drafts, cleaned. Out: the same bytes, to the desk by their draft, to citizens by a notice that stands.
// Must not change or delete one: what was shown is on record, as the words are (DESIGN L5).
import { createHash } from 'node:crypto'
import type { AttachmentType } from '../core/attachments/attachment.ts'
import type { Instant } from '../core/instant.ts'
import { readDamaged, readEach } from './damage.ts'
import { toTimestamp, type Queryable } from './pool.ts'

interface FileRecord {
  sha256: string
  type: AttachmentType
  bytes: Uint8Array
}

/** Keeps the bytes once, however many drafts name them. */
export async function addFile(db: Queryable, { sha256, type, bytes }: FileRecord, now: Instant): Promise<void> {
  await db.query(
    'insert into attachment (sha256, type, bytes, added_at) values ($1, $2, $3, $4) on conflict do nothing',
    [sha256, type, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), toTimestamp(now)],
  )
}

/** Not what was put on record under its hash: named by whoever wants it and in the night, and handed out to nobody. */
export type Altered = 'altered'

/** A file that some version of this draft named; null when none did. */
export async function findDraftFile(
  db: Queryable,
  draftId: string,
  sha256: string,
): Promise<{ type: AttachmentType; bytes: Buffer } | Altered | null> {
  const asked = db.query<{ type: AttachmentType; bytes: Buffer }>(
    `select type, bytes from attachment where sha256 = $2 and exists (select from draft_version
       where draft_id = $1 and attachments @> jsonb_build_array(jsonb_build_object('sha256', $2::text)))`,
    [draftId, sha256],
  )
  const read = await readDamaged(asked)
  if (read === null) return 'altered'
  const [file] = read.value.rows
  if (!file) return null
  return isWhole(file.bytes, sha256) ? file : 'altered'
}

const isWhole = (bytes: Uint8Array, sha256: string): boolean =>
  createHash('sha256').update(bytes).digest('hex') === sha256

export interface ShownFile {
  type: AttachmentType
  /** Of the notice that shows it, or showed it last. */
  code: string
  /** False once no notice that shows it stands: withdrawn, or replaced by another. */
  stands: boolean
}

/** How a file stands for the public: by notices whose page the website carries; null when none ever showed it. */
export async function findShownFile(db: Queryable, sha256: string): Promise<ShownFile | null> {
  const { rows } = await db.query<ShownFile>(
    `select a.type, n.code, not exists (select from notice w where w.lineage_id = n.lineage_id and w.kind = 'withdrawal')
         and not exists (select from notice s where s.supersedes = n.id) as stands
     from notice_attachment x join attachment a on a.sha256 = x.sha256 join notice n on n.id = x.notice_id
     where x.sha256 = $1 and n.class = 'actual' and exists (select from page where path = '/n/' || n.code)
     order by stands desc, n.issued_at desc limit 1`,
    [sha256],
  )
  return rows[0] ?? null
}

/** The bytes of a file that is shown; whether it is, findShownFile says. */
export async function readFileBytes(db: Queryable, sha256: string): Promise<Buffer | Altered | null> {
  const read = await readDamaged(
    db.query<{ bytes: Buffer }>('select bytes from attachment where sha256 = $1', [sha256]),
  )
  if (read === null) return 'altered'
  const [file] = read.value.rows
  if (!file) return null
  return isWhole(file.bytes, sha256) ? file.bytes : 'altered'
}

/** Those of these that are not there, or not what they were. @param db within a transaction */
export async function listAlteredFiles(db: Queryable, files: readonly string[]): Promise<string[]> {
  const { rows } = await readEach(db, files, async (some) => {
    const read = await db.query<{ sha256: string; is: string }>(
      `select sha256, encode(sha256(bytes), 'hex') as is from attachment where sha256 = any($1)`,
      [some],
    )
    return read.rows
  })
  const whole = new Set(rows.filter((row) => row.sha256 === row.is).map(({ sha256 }) => sha256))
  return files.filter((file) => !whole.has(file))
}

/** Files that are kept, or that a draft or a notice names, in the order of their hashes, after one. */
export async function listFiles(db: Queryable, after: string, most: number): Promise<string[]> {
  const { rows } = await db.query<{ sha256: string }>(
    `select sha256 from (select sha256 from attachment union select sha256 from notice_attachment
       union select each ->> 'sha256' from draft_version, jsonb_array_elements(attachments) each) known (sha256)
     where sha256 > $1 order by sha256 limit $2`,
    [after, most],
  )
  return rows.map(({ sha256 }) => sha256)
}
