// In: what a reader asks for. Out: notices with their state, clocks and deliveries, as the API and the pages show them.
// Reads only. Must not show a drill unless asked for drills.
import type { Instant } from '../core/instant.ts'
import type { NoticeFacts } from '../core/notice.ts'
import { sayPublicly } from '../core/public-word.ts'
import type { DeliveryState, NoticeState } from '../core/quake.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface NoticeView {
  id: string
  code: string
  serial: string
  report: number
  kind: string
  class: TrafficClass
  lineage: string
  supersedes: string | null
  supersededBy: string | null
  /** Kind of that notice: what a correction replaced was wrong, what a revision replaced was not. */
  supersededKind: string | null
  quake: string | null
  title: string
  text: string
  variants: Record<string, string>
  facts: NoticeFacts
  state: NoticeState
  originAt: Instant | null
  receivedAt: Instant
  decidedAt: Instant
  issuedAt: Instant
  actor: string
  /** Within the year of its issue; null until the website has carried it. */
  indexNumber: number | null
  /** Code of the page of the claim that it answers; left out where it answers none. */
  rumour?: string
  deliveries: DeliveryView[]
}

export interface DeliveryView {
  id: string
  outlet: string
  channel: string
  leg: string
  state: DeliveryState
  url: string | null
  /** As the public reads it. */
  reason: string
  /** The whole reason, for the desk alone. */
  cause: string
  acceptedAt: Instant | null
  seenAt: Instant | null
  /** When the post was taken down: its address leads nowhere any more and is not told. */
  removedAt: Instant | null
}

interface Row {
  id: string
  code: string
  serial: string
  report_no: number
  kind: string
  class: TrafficClass
  lineage_id: string
  supersedes: string | null
  successor_code: string | null
  successor_kind: string | null
  withdrawn: boolean
  quake_id: string | null
  title: string
  text: string
  variants: Record<string, string>
  facts: NoticeFacts
  origin_at: Instant | null
  received_at: Instant
  decided_at: Instant
  issued_at: Instant
  actor: string
  index_number: number | null
  rumour: string | null
}

/**
 * What was written about a quake is shown with it, and what was written about none belongs to none; in the ledger each stands
 * apart, where no determination touches it.
 */
const SELECT = `select n.id, n.code, l.serial, n.report_no, n.kind, n.class, n.lineage_id, n.supersedes, s.code as successor_code,
    s.kind as successor_kind, exists (select from notice w where w.lineage_id = n.lineage_id and w.kind = 'withdrawal') as withdrawn,
    case when f.kind <> 'no-quake' then f.quake_id else n.quake_id end as quake_id, n.title, n.text, n.variants, n.facts,
    n.origin_at, n.received_at, n.decided_at, n.issued_at, n.actor, i.number as index_number, r.code as rumour
  from notice n join lineage l on l.id = n.lineage_id left join notice s on s.supersedes = n.id
    left join index_number i on i.notice_id = n.id left join draft f on f.lineage_id = n.lineage_id
    left join claim_public r on r.claim_id = f.claim_id`

export interface NoticeQuery {
  class: TrafficClass
  limit: number
  /** Id of the last notice of the page before. */
  before?: string | undefined
  /** Only what the website carries, and these, whose pages are stored together with the list. Left out: all. */
  onSite?: readonly string[]
  /** Left out: every kind. */
  kinds?: readonly string[]
  /** Issued at or after; left out: ever. Whoever asks for a rare kind says how far to look: all years are walked else. */
  since?: Instant
  /** Each must stand in title, text, serial or place; width and case count for nothing. */
  words?: readonly string[]
}

/** Newest first. */
export async function listNotices(db: Queryable, query: NoticeQuery): Promise<NoticeView[]> {
  const words = query.words ?? []
  const { rows } = await db.query<Row>(
    `${SELECT} where n.class = $1 and ($2::text is null or (n.issued_at, n.id) < (select issued_at, id from notice where id = $2))
     and ($4::text[] is null or n.id = any($4) or exists (select from page where path = '/n/' || n.code))
     and ($5::text[] is null or n.kind = any($5)) and n.issued_at >= $6
     ${words.map((_, index) => `and n.id in (select notice_id from notice_words where words like search_pattern($${index + 7}))`).join(' ')}
     order by n.issued_at desc, n.id desc limit $3`,
    [
      query.class,
      query.before ?? null,
      query.limit,
      query.onSite ?? null,
      query.kinds ?? null,
      query.since === undefined ? '-infinity' : toTimestamp(query.since),
      ...words,
    ],
  )
  return withDeliveries(db, rows)
}

/** By id or short code; undefined when there is none. */
export async function findNotice(db: Queryable, idOrCode: string): Promise<NoticeView | undefined> {
  const { rows } = await db.query<Row>(`${SELECT} where n.id = $1 or n.code = $1`, [idOrCode])
  return (await withDeliveries(db, rows))[0]
}

/** In no order; those that there are. */
export async function listNoticesById(db: Queryable, ids: readonly string[]): Promise<NoticeView[]> {
  const { rows } = await db.query<Row>(`${SELECT} where n.id = any($1)`, [ids])
  return withDeliveries(db, rows)
}

/** All notices of one serial (银震信〔2017〕12号), oldest first; empty when there is none. */
export async function listLineage(db: Queryable, serial: string): Promise<NoticeView[]> {
  const { rows } = await db.query<Row>(`${SELECT} where l.serial = $1 order by n.report_no`, [serial])
  return withDeliveries(db, rows)
}

/** All notices about one quake, or about several, bulletins written at the desk among them, oldest first. */
export async function listQuakeNotices(db: Queryable, quakes: string | readonly string[]): Promise<NoticeView[]> {
  const ids = typeof quakes === 'string' ? [quakes] : quakes
  const { rows } = await db.query<Row>(
    `${SELECT} where n.id in (
       select id from notice where quake_id = any($1)
       union select w.id from draft d join notice w on w.lineage_id = d.lineage_id where d.quake_id = any($1)
     ) order by n.issued_at, n.report_no`,
    [ids],
  )
  return withDeliveries(db, rows)
}

async function withDeliveries(db: Queryable, rows: Row[]): Promise<NoticeView[]> {
  const deliveries = await db.query<{
    id: string
    notice_id: string
    outlet_id: string
    channel: string
    leg: string
    state: DeliveryState
    url: string | null
    reason: string
    accepted_at: Instant | null
    seen_at: Instant | null
    removed_at: Instant | null
  }>(
    `select d.id, d.notice_id, d.outlet_id, o.channel, d.leg, d.state, d.url, d.reason, d.accepted_at, d.seen_at, d.removed_at
     from delivery d join outlet o on o.id = d.outlet_id and o.class = d.class where d.notice_id = any($1) order by d.outlet_id, d.leg`,
    [rows.map((row) => row.id)],
  )
  return rows.map((row) => ({
    id: row.id,
    code: row.code,
    serial: row.serial,
    report: row.report_no,
    kind: row.kind,
    class: row.class,
    lineage: row.lineage_id,
    supersedes: row.supersedes,
    supersededBy: row.successor_code,
    supersededKind: row.successor_kind,
    quake: row.quake_id,
    title: row.title,
    text: row.text,
    variants: row.variants,
    facts: row.facts,
    state: stateOf(row),
    originAt: row.origin_at,
    receivedAt: row.received_at,
    decidedAt: row.decided_at,
    issuedAt: row.issued_at,
    actor: row.actor,
    indexNumber: row.index_number,
    ...(row.rumour === null ? {} : { rumour: row.rumour }),
    deliveries: deliveries.rows
      .filter((d) => d.notice_id === row.id)
      .map((d) => ({
        id: d.id,
        outlet: d.outlet_id,
        channel: d.channel,
        leg: d.leg,
        state: d.state,
        url: d.removed_at === null ? d.url : null,
        reason: sayPublicly(d.state, d.reason),
        cause: d.reason,
        acceptedAt: d.accepted_at,
        seenAt: d.seen_at,
        removedAt: d.removed_at,
      })),
  }))
}

/** A withdrawn lineage withdraws all its notices; the withdrawal itself is the current word. */
function stateOf(row: Row): NoticeState {
  if (row.kind === 'withdrawal') return 'current'
  if (row.withdrawn) return 'withdrawn'
  return row.successor_code === null ? 'current' : 'superseded'
}
