// In: entries of the register as people/ decided them. Out: the same, kept and found, with every step.
// Must not decide what step may follow (core/channel-register.ts does), nor journal.
import type { EntryState, EntryStep } from '../core/channel-register.ts'
import type { Instant } from '../core/instant.ts'
import { toTimestamp, type Queryable } from './pool.ts'

/** What an entry says of its account. */
export interface AccountFacts {
  accountName: string
  /** Who answers for it; a name, never in the journal. */
  responsible: string
  purpose: string
}

export interface RegisterEntry extends AccountFacts {
  id: string
  outlet: string
  state: EntryState
  proposed: AccountFacts | null
  askedBy: string
  askedAt: Instant
  approvalNumber: string
  approvedBy: string | null
  approvedAt: Instant | null
  startedAt: Instant | null
  closedAt: Instant | null
}

export interface RegisterStep {
  step: EntryStep
  state: EntryState
  account: string
  number: string
  words: string
  at: Instant
}

const REGISTER_LOCK = 0x72656769
const MOST_STEPS = 100

const SELECT = `select id, outlet_id as outlet, state, account_name as "accountName", responsible, purpose, proposed,
  asked_by as "askedBy", asked_at as "askedAt", approval_number as "approvalNumber", approved_by as "approvedBy",
  approved_at as "approvedAt", started_at as "startedAt", closed_at as "closedAt" from channel_entry`

/** Nobody else changes the register until the transaction ends. */
export async function lockRegister(db: Queryable): Promise<void> {
  await db.query('select pg_advisory_xact_lock($1)', [REGISTER_LOCK])
}

/** The newest entry of every outlet that has one. */
export async function listEntries(db: Queryable): Promise<RegisterEntry[]> {
  const { rows } = await db.query<RegisterEntry>(
    `select * from (select distinct on (outlet) * from (${SELECT}) e order by outlet, "askedAt" desc, id) newest
     order by outlet`,
  )
  return rows
}

/** The newest entry of an outlet; null where there was none. */
export async function findEntry(db: Queryable, outlet: string): Promise<RegisterEntry | null> {
  const { rows } = await db.query<RegisterEntry>(
    `${SELECT} where outlet_id = $1
     order by (state not in ('closed', 'turned-down')) desc, asked_at desc, id limit 1`,
    [outlet],
  )
  return rows[0] ?? null
}

/** Writes an entry as it stands now; a new one when there is none of that id. */
export async function saveEntry(db: Queryable, entry: RegisterEntry): Promise<void> {
  const time = (at: Instant | null): string | null => (at === null ? null : toTimestamp(at))
  await db.query(
    `insert into channel_entry (id, outlet_id, state, account_name, responsible, purpose, proposed, asked_by, asked_at,
       approval_number, approved_by, approved_at, started_at, closed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (id) do update set state = excluded.state, account_name = excluded.account_name,
       responsible = excluded.responsible, purpose = excluded.purpose, proposed = excluded.proposed,
       asked_by = excluded.asked_by, asked_at = excluded.asked_at, approval_number = excluded.approval_number,
       approved_by = excluded.approved_by, approved_at = excluded.approved_at, started_at = excluded.started_at,
       closed_at = excluded.closed_at`,
    [
      entry.id,
      entry.outlet,
      entry.state,
      entry.accountName,
      entry.responsible,
      entry.purpose,
      entry.proposed === null ? null : JSON.stringify(entry.proposed),
      entry.askedBy,
      toTimestamp(entry.askedAt),
      entry.approvalNumber,
      entry.approvedBy,
      time(entry.approvedAt),
      time(entry.startedAt),
      time(entry.closedAt),
    ],
  )
}

export async function addStep(db: Queryable, entry: string, step: RegisterStep): Promise<void> {
  await db.query(
    'insert into channel_step (entry_id, step, state, account_id, number, words, at) values ($1, $2, $3, $4, $5, $6, $7)',
    [entry, step.step, step.state, step.account, step.number, step.words, toTimestamp(step.at)],
  )
}

/** Every step of an outlet's entries, newest first. */
export async function listSteps(db: Queryable, outlet: string): Promise<RegisterStep[]> {
  const { rows } = await db.query<RegisterStep>(
    `select s.step, s.state, s.account_id as account, s.number, s.words, s.at from channel_step s
     join channel_entry e on e.id = s.entry_id where e.outlet_id = $1 order by s.id desc limit ${MOST_STEPS}`,
    [outlet],
  )
  return rows
}

/** Outlets that spoke before there was a register. */
export async function listInherited(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>('select id from outlet where inherited and not retired')
  return rows.map(({ id }) => id)
}

/** What spoke before there was a register speaks by its entry alone from now on. */
export async function endInheritance(db: Queryable, outlet: string): Promise<void> {
  await db.query('update outlet set inherited = false where id = $1 and inherited', [outlet])
}

/** True while something for the outlet is on its way: it could still appear there. */
export async function hasOpenWords(db: Queryable, outlet: string): Promise<boolean> {
  const { rows } = await db.query<{ some: boolean }>(
    `select exists (select from delivery where outlet_id = $1 and state in ('queued', 'sending', 'pending', 'unknown')) as some`,
    [outlet],
  )
  return rows[0]?.some ?? false
}
