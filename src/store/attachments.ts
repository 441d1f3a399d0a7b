// In: files beside drafts, cleaned. Out: the same bytes, to the desk by their draft, to citizens by a notice that stands.
// Must not change or delete one: what was shown is on record, as the words are (DESIGN L5).
import type { AttachmentType } from '../core/attachments/attachment.ts'
import type { Instant } from '../core/instant.ts'
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

/** A file that some version of this draft named; null when none did. */
export async function findDraftFile(
  db: Queryable,
  draftId: string,
  sha256: string,
): Promise<{ type: AttachmentType; bytes: Buffer } | null> {
  const { rows } = await db.query<{ type: AttachmentType; bytes: Buffer }>(
    `select type, bytes from attachment where sha256 = $2 and exists (select from draft_version
       where draft_id = $1 and attachments @> jsonb_build_array(jsonb_build_object('sha256', $2::text)))`,
    [draftId, sha256],
  )
  return rows[0] ?? null
}

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
export async function readFileBytes(db: Queryable, sha256: string): Promise<Buffer | null> {
  const { rows } = await db.query<{ bytes: Buffer }>('select bytes from attachment where sha256 = $1', [sha256])
  return rows[0]?.bytes ?? null
}
