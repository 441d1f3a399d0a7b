// In: what an auditor looks for. Out: rows of the journal with their seals, newest first, page by page; the same for export.
// Reads only. Must not look through millions of rows for one page: where no index has the answer it goes back window by window.
import { DAY, type Instant } from '../core/instant.ts'
import type { JournalEntry } from './journal.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface JournalQuery {
  /** Whole words of the record, or '' for any: actor, act (or its beginning, hold.), subject. */
  actor: string
  act: string
  subject: string
  from: Instant | null
  to: Instant | null
  /** Where the page before ended; null begins with the newest. */
  before: JournalCursor | null
  limit: number
  /** Milliseconds after which no further window is opened. */
  budgetMs: number
}

/** A place in the order: of record, or of time (`at` not null) where a span of days is asked for. */
export interface JournalCursor {
  at: Instant | null
  id: number
}

export interface JournalRow extends JournalEntry {
  /** Place in the chain; null while it is not sealed yet. */
  seq: number | null
  hash: string | null
}

export interface JournalPage {
  rows: JournalRow[]
  /** Where to go on: after the last row, or after the last window of an answer that takes longer. Null at the end. */
  next: JournalCursor | null
}

const SELECT = `select j.id, j.at, j.actor, j.act, j.subject, j.detail, s.seq, s.hash
  from journal j left join journal_seal s on s.journal_id = j.id`
/** First windows; each further one is twice as wide. */
const FIRST_IDS = 50_000
const FIRST_MS = 7 * DAY

interface Wish {
  conditions: string[]
  values: unknown[]
}

/** Newest first: by time within a span of days (a drill's rows have its scenario's), else in the order of record. */
export async function searchJournal(db: Queryable, query: JournalQuery): Promise<JournalPage> {
  const isTimed = query.from !== null || query.to !== null
  const wish = readWish(query)
  const order = isTimed ? 'j.at desc, j.id desc' : 'j.id desc'
  const ask = async (low: JournalCursor | null, high: JournalCursor | null, limit: number): Promise<JournalRow[]> => {
    const values = [...wish.values]
    const conditions = [...wish.conditions]
    for (const [sign, place] of [
      ['>=', low],
      ['<', high],
    ] as const) {
      if (place === null) continue
      values.push(place.id)
      if (!isTimed) conditions.push(`j.id ${sign} $${values.length}`)
      else {
        values.push(toTimestamp(place.at ?? 0))
        conditions.push(`(j.at, j.id) ${sign} ($${values.length}::timestamptz, $${values.length - 1}::bigint)`)
      }
    }
    values.push(limit)
    const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
    return (await db.query<JournalRow>(`${SELECT} ${where} order by ${order} limit $${values.length}`, values)).rows
  }
  const cursorOf = ({ id, at }: JournalRow): JournalCursor => ({ id, at: isTimed ? at : null })
  const low = query.from === null ? null : { at: query.from, id: 0 }
  const high = query.before ?? (query.to === null ? null : { at: query.to, id: 0 })
  // One whole word at most, and no days beside it: an index has the rows in their order.
  if (wish.indexed && (!isTimed || wish.conditions.length === 0)) {
    const rows = await ask(low, high, query.limit)
    const last = rows.length < query.limit ? undefined : rows.at(-1)
    return { rows, next: last ? cursorOf(last) : null }
  }
  const ends = await readEnds(db, isTimed)
  if (ends === null) return { rows: [], next: null }
  return walk(query, { isTimed, ask, cursorOf, low: low ?? ends.first, high: high ?? ends.beyond })
}

function readWish(query: JournalQuery): Wish & { indexed: boolean } {
  const values: unknown[] = []
  const conditions: string[] = []
  const ask = (condition: string, value: unknown): void => {
    values.push(value)
    conditions.push(condition.replaceAll('?', `$${values.length}`))
  }
  if (query.actor !== '') ask('j.actor = ?', query.actor)
  // 'hold.' asks for every act on holds.
  const isKind = query.act.endsWith('.')
  if (isKind) ask('starts_with(j.act, ?)', query.act)
  else if (query.act !== '') ask('j.act = ?', query.act)
  if (query.subject !== '') ask('j.subject = ?', query.subject)
  return { values, conditions, indexed: !isKind && conditions.length < 2 }
}

/** Where the journal begins, and just beyond its newest row; null while it is empty. */
async function readEnds(
  db: Queryable,
  isTimed: boolean,
): Promise<{ first: JournalCursor; beyond: JournalCursor } | null> {
  const key = isTimed ? 'at' : 'id'
  const { rows } = await db.query<{ first: number | null; last: number | null }>(
    `select (select ${key} from journal order by ${key} limit 1) as first,
       (select ${key} from journal order by ${key} desc limit 1) as last`,
  )
  const { first = null, last = null } = rows[0] ?? {}
  if (first === null || last === null) return null
  return isTimed
    ? { first: { at: first, id: 0 }, beyond: { at: last + 1, id: 0 } }
    : { first: { at: null, id: first }, beyond: { at: null, id: last + 1 } }
}

interface Way {
  isTimed: boolean
  ask: (low: JournalCursor, high: JournalCursor, limit: number) => Promise<JournalRow[]>
  cursorOf: (row: JournalRow) => JournalCursor
  low: JournalCursor
  high: JournalCursor
}

/** Back through the journal in growing windows, until the page is full, the beginning is reached or the time is used up. */
async function walk({ limit, budgetMs }: JournalQuery, way: Way): Promise<JournalPage> {
  const { isTimed, ask, cursorOf } = way
  const since = performance.now()
  const rows: JournalRow[] = []
  const floor = isTimed ? (way.low.at ?? 0) : way.low.id
  let { high } = way
  for (let size = isTimed ? FIRST_MS : FIRST_IDS; ; size *= 2) {
    const edge = Math.max(floor, (isTimed ? (high.at ?? 0) : high.id) - size)
    const low = isTimed ? { at: edge, id: 0 } : { at: null, id: edge }
    rows.push(...(await ask(low, high, limit - rows.length)))
    const last = rows.at(-1)
    if (last && rows.length >= limit) return { rows, next: cursorOf(last) }
    if (edge <= floor) return { rows, next: null }
    if (performance.now() - since > budgetMs) return { rows, next: low }
    high = low
  }
}
