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
  /** The beginning of the seal's hash: records that differ anywhere up to here have another one. */
  seal: string
  at: Instant
}

export interface ShownRows {
  /** Newest seal; 0 while nothing is sealed. */
  head: number
  /** The beginning of its hash; null while nothing is sealed. */
  headSeal: string | null
  /** The same of the seal asked after; null where the record has none of this number. */
  afterSeal: string | null
  /** Ascending. */
  events: ShownRow[]
  /** False when there were more than `most`: the older ones are left out. */
  whole: boolean
}

/** 48 bits: nobody gains by a collision but a reader who wants to miss a word. */
const SEAL = 12

/** What was shown after this seal; one statement, so that head and rows belong together. */
export async function listShown(db: Queryable, after: number, most: number): Promise<ShownRows> {
  const { rows } = await db.query<{
    head: number
    head_seal: string | null
    after_seal: string | null
    seq: number | null
    seal: string
    at: Instant
    detail: Omit<ShownRow, 'seq' | 'seal' | 'at'>
  }>(
    `with head as (select coalesce(max(seq), 0) as head from journal_seal)
     select head.head, (select left(hash, $3) from journal_seal where seq = head.head) as head_seal,
       (select left(hash, $3) from journal_seal where seq = $1) as after_seal, e.seq, e.seal, e.at, e.detail
     from head left join lateral (
       select s.seq, left(s.hash, $3) as seal, j.at, j.detail from journal j join journal_seal s on s.journal_id = j.id
       where j.act = 'site.shown' and s.seq > $1 and s.seq <= head.head order by s.seq desc limit $2) e on true
     order by e.seq`,
    [after, most + 1, SEAL],
  )
  const all = rows.flatMap(({ seq, seal, at, detail }) => (seq === null ? [] : [{ ...detail, seq, seal, at }]))
  const { head = 0, head_seal: headSeal = null, after_seal: afterSeal = null } = rows[0] ?? {}
  return { head, headSeal, afterSeal, events: all.slice(-most), whole: all.length <= most }
}
