// In: shifts and handover notes as people/ decided them. Out: the same, kept and found.
// Must not journal: whoever acts does, with ids and without a word of a note.
import type { Instant } from '../../core/instant.ts'
import type { Shift, ShiftRole } from '../../core/people/roster.ts'
import { toTimestamp, type Queryable } from '../pool.ts'

export interface NamedShift extends Shift {
  name: string
}

export interface Handover {
  id: string
  accountId: string
  name: string
  words: string
  writtenAt: Instant
  /** Who has read it, first reader first. */
  readers: { accountId: string; name: string; readAt: Instant }[]
}

const ROSTER_LOCK = 0x726f7374
/** A roster of a year and a half with four people a day. */
const MOST_SHIFTS = 2_000

/** Nobody else changes the roster until the transaction ends. */
export async function lockRoster(db: Queryable): Promise<void> {
  await db.query('select pg_advisory_xact_lock($1)', [ROSTER_LOCK])
}

/** Shifts of active accounts that stand and touch [from, to), in order of time: whoever was shut out is not on duty. */
export async function listShifts(db: Queryable, from: Instant, to: Instant): Promise<NamedShift[]> {
  const { rows } = await db.query<NamedShift>(
    `select s.id, s.account_id as "accountId", a.name, s.role, s.begins_at as "beginsAt", s.ends_at as "endsAt"
     from shift s join account a on a.id = s.account_id
     where s.removed_at is null and a.state = 'active' and s.ends_at > $1 and s.begins_at < $2
     order by s.begins_at, s.role, a.name limit ${MOST_SHIFTS}`,
    [toTimestamp(from), toTimestamp(to)],
  )
  return rows
}

/** Whether this bureau keeps a roster at all: without one nobody is missing. */
export async function hasRoster(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ some: boolean }>(
    'select exists (select from shift where removed_at is null) as some',
  )
  return rows[0]?.some ?? false
}

export async function addShift(db: Queryable, shift: Shift, by: string, at: Instant): Promise<void> {
  const { id, accountId, role, beginsAt, endsAt } = shift
  await db.query(
    `insert into shift (id, account_id, role, begins_at, ends_at, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, accountId, role, toTimestamp(beginsAt), toTimestamp(endsAt), by, toTimestamp(at)],
  )
}

/** @returns whose shift it was; null when it was not there any more */
export async function removeShift(
  db: Queryable,
  id: string,
  by: string,
  at: Instant,
): Promise<{ accountId: string; role: ShiftRole } | null> {
  const { rows } = await db.query<{ accountId: string; role: ShiftRole }>(
    `update shift set removed_by = $2, removed_at = $3 where id = $1 and removed_at is null
     returning account_id as "accountId", role`,
    [id, by, toTimestamp(at)],
  )
  return rows[0] ?? null
}

export async function addHandover(
  db: Queryable,
  given: { id: string; accountId: string; words: string },
  at: Instant,
): Promise<void> {
  await db.query('insert into handover (id, account_id, words, written_at) values ($1, $2, $3, $4)', [
    given.id,
    given.accountId,
    given.words,
    toTimestamp(at),
  ])
}

/** Notes since a moment, newest first, with their readers. */
export async function listHandovers(db: Queryable, since: Instant, most: number): Promise<Handover[]> {
  const { rows } = await db.query<Omit<Handover, 'readers'>>(
    `select h.id, h.account_id as "accountId", a.name, h.words, h.written_at as "writtenAt"
     from handover h join account a on a.id = h.account_id where h.written_at > $1 order by h.written_at desc limit $2`,
    [toTimestamp(since), most],
  )
  const { rows: readers } = await db.query<{ handover: string; accountId: string; name: string; readAt: Instant }>(
    `select r.handover_id as handover, r.account_id as "accountId", a.name, r.read_at as "readAt"
     from handover_read r join account a on a.id = r.account_id where r.handover_id = any($1) order by r.read_at`,
    [rows.map(({ id }) => id)],
  )
  return rows.map((note) => ({ ...note, readers: readers.filter(({ handover }) => handover === note.id) }))
}

/** False when there is no such note, it is one's own, or one has read it before. */
export async function recordRead(db: Queryable, id: string, accountId: string, at: Instant): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into handover_read (handover_id, account_id, read_at)
     select id, $2, $3 from handover where id = $1 and account_id <> $2 on conflict do nothing`,
    [id, accountId, toTimestamp(at)],
  )
  return rowCount === 1
}
