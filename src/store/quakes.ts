// In: how many quakes of which something is published, and before which. Out: each with its published notices.
// Reads only. A quake without a notice on the website is not there.
import { listNoticesById, type NoticeView } from './notices.ts'
import type { Queryable } from './pool.ts'

export interface ToldQuake {
  id: string
  /** Oldest first. */
  notices: NoticeView[]
}

/**
 * Newest first word first: the order does not change when a quake gets a further notice, so pages do not shift.
 * @param before id of the last quake of the page before
 */
export async function listToldQuakes(db: Queryable, limit: number, before: string | null): Promise<ToldQuake[]> {
  const { rows } = await db.query<{ id: string; notices: string[] }>(
    `with told as (
       select n.quake_id as id, min(n.issued_at) as first, array_agg(n.id order by n.issued_at, n.report_no) as notices
       from notice n where n.class = 'actual' and n.quake_id is not null
         and exists (select from page where path = '/n/' || n.code)
         and not exists (select from draft f where f.lineage_id = n.lineage_id and f.kind <> 'no-quake')
       group by n.quake_id
     )
     select id, notices from told
     where $2::text is null or (first, id) < (select first, id from told where id = $2)
     order by first desc, id desc limit $1`,
    [limit, before],
  )
  const ids = rows.flatMap((row) => row.notices)
  const notices = new Map((await listNoticesById(db, ids)).map((notice) => [notice.id, notice]))
  return rows.map((row) => ({ id: row.id, notices: row.notices.flatMap((id) => notices.get(id) ?? []) }))
}

/** True for a quake of which something is published. */
export async function isTold(db: Queryable, id: string): Promise<boolean> {
  const { rows } = await db.query(
    `select from notice n where n.quake_id = $1 and n.class = 'actual' and exists (select from page where path = '/n/' || n.code) limit 1`,
    [id],
  )
  return rows.length > 0
}
