// In: what an auditor looks for. Out: rows of the journal with their seals, newest first, page by page; the same for export.
// Reads only.
import type { Instant } from '../core/instant.ts'
import type { JournalEntry } from './journal.ts'
import { toTimestamp, type Queryable } from './pool.ts'

export interface JournalQuery {
  /** Whole words of the record, or '' for any: actor, act (or its beginning, hold.), subject. */
  actor: string
  act: string
  subject: string
  from: Instant | null
  to: Instant | null
  /** Rows older than this id; null begins with the newest. */
  before: number | null
  limit: number
}

export interface JournalRow extends JournalEntry {
  /** Place in the chain; null while it is not sealed yet. */
  seq: number | null
  hash: string | null
}

const SELECT = `select j.id, j.at, j.actor, j.act, j.subject, j.detail, s.seq, s.hash
  from journal j left join journal_seal s on s.journal_id = j.id`

/** Newest first. Only what was asked stands in the question, so that each answer comes from an index. */
export async function searchJournal(db: Queryable, query: JournalQuery): Promise<JournalRow[]> {
  const values: unknown[] = []
  const conditions: string[] = []
  const ask = (condition: string, value: unknown): void => {
    values.push(value)
    conditions.push(condition.replaceAll('?', `$${values.length}`))
  }
  if (query.actor !== '') ask('j.actor = ?', query.actor)
  // 'hold.' asks for every act on holds.
  if (query.act.endsWith('.')) ask('starts_with(j.act, ?)', query.act)
  else if (query.act !== '') ask('j.act = ?', query.act)
  if (query.subject !== '') ask('j.subject = ?', query.subject)
  if (query.from !== null) ask('j.at >= ?', toTimestamp(query.from))
  if (query.to !== null) ask('j.at < ?', toTimestamp(query.to))
  if (query.before !== null) ask('j.id < ?', query.before)
  values.push(query.limit)
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const { rows } = await db.query<JournalRow>(`${SELECT} ${where} order by j.id desc limit $${values.length}`, values)
  return rows
}
