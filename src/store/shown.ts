// In: the sealed journal. Out: which notices the website showed, in the order of record.
// Must not read what is not sealed: serial ids commit out of order, seals do not.
import type { Instant } from '../core/instant.ts'
import type { Queryable } from './pool.ts'

/** A notice whose page is stored with this save; said once, the first time. */
export interface ShownNotice {
  id: string
  code: string
  kind: string
  serial: string
  report: number
  quake: string | null
  paths: readonly string[]
}

export interface ShownRow extends Omit<ShownNotice, 'id'> {
  /** The seal's number. */
  seq: number
  at: Instant
}

export interface ShownRows {
  /** Newest seal; 0 while nothing is sealed. */
  head: number
  /** Ascending. */
  events: ShownRow[]
  /** False when there were more than `most`: the older ones are left out. */
  whole: boolean
}

/** What was shown after this seal; one statement, so that head and rows belong together. */
export async function listShown(db: Queryable, after: number, most: number): Promise<ShownRows> {
  const { rows } = await db.query<{
    head: number
    seq: number | null
    at: Instant
    detail: Omit<ShownRow, 'seq' | 'at'>
  }>(
    `with head as (select coalesce(max(seq), 0) as head from journal_seal)
     select head.head, e.seq, e.at, e.detail from head left join lateral (
       select s.seq, j.at, j.detail from journal j join journal_seal s on s.journal_id = j.id
       where j.act = 'site.shown' and s.seq > $1 and s.seq <= head.head order by s.seq desc limit $2) e on true
     order by e.seq`,
    [after, most + 1],
  )
  const all = rows.flatMap(({ seq, at, detail }) => (seq === null ? [] : [{ ...detail, seq, at }]))
  return { head: rows[0]?.head ?? 0, events: all.slice(-most), whole: all.length <= most }
}
