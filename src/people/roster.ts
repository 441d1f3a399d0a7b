// In: what a duty officer or a lead enters. Out: the roster changed, notes handed over, the journal told by ids alone.
// Must not put a word of a note, nor a name, into the journal.
import { DAY, HOUR, MINUTE, type Instant } from '../core/instant.ts'
import { listOnDuty, type Shift, type ShiftRole } from '../core/people/roster.ts'
import { appendJournal } from '../store/journal.ts'
import { findAccount } from '../store/people/accounts.ts'
import {
  addHandover,
  addShift,
  hasRoster,
  listHandovers,
  listShifts,
  lockRoster,
  recordRead,
  removeShift,
  type Handover,
  type NamedShift,
} from '../store/people/roster.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { refuse, type PeopleContext, type Refused } from './context.ts'

export type RosterContext = Pick<PeopleContext, 'pool' | 'now' | 'random'>

const LONGEST = 3 * DAY
const FARTHEST = 400 * DAY
export const MOST_WORDS = 2_000
/** A note waits on the board for whoever comes next; after that it is found on the roster's page. */
const NOTE_LASTS = 3 * DAY
const MOST_NOTES = 5

/** Enters a shift. */
export async function planShift(
  { pool, now, random }: RosterContext,
  given: { accountId: string; role: ShiftRole; beginsAt: Instant | null; endsAt: Instant | null },
  by: string,
): Promise<{ ok: true } | Refused> {
  const { accountId, role, beginsAt, endsAt } = given
  if (beginsAt === null || endsAt === null) return refuse('time', '请填写起止时间，例如 2026-01-31 08:00')
  if (endsAt <= beginsAt) return refuse('order', '结束时间须晚于开始时间')
  if (endsAt - beginsAt > LONGEST) return refuse('long', '一班最长 72 小时，请分开排')
  if (endsAt <= now()) return refuse('past', '这一班已经结束')
  if (beginsAt > now() + FARTHEST) return refuse('far', '最多排到 400 天以后')
  return withTransaction(pool, async (client) => {
    await lockRoster(client)
    const account = await findAccount(client, accountId)
    if (!account || account.state !== 'active') return refuse('unknown', '没有这个账号，或账号不可用')
    if (!account.roles.includes(role))
      return refuse('role', role === 'lead' ? '此人没有带班领导的角色' : '此人没有值班员的角色')
    const others = await listShifts(client, beginsAt, endsAt)
    if (others.some((shift) => shift.accountId === accountId && shift.role === role))
      return refuse('twice', '此人在这段时间已经排班')
    const shift: Shift = { id: `s-${random().slice(0, 20)}`, accountId, role, beginsAt, endsAt }
    await addShift(client, shift, by, now())
    const detail = { account: accountId, role, beginsAt, endsAt }
    await appendJournal(client, now(), { actor: by, act: 'shift.added', subject: shift.id, detail })
    return { ok: true }
  })
}

/** Takes a shift off the roster. */
export async function cancelShift(
  { pool, now }: RosterContext,
  id: string,
  by: string,
): Promise<{ ok: true } | Refused> {
  return withTransaction(pool, async (client) => {
    const gone = await removeShift(client, id, by, now())
    if (!gone) return refuse('unknown', '没有这一班，或已被取消')
    const detail = { account: gone.accountId, role: gone.role }
    await appendJournal(client, now(), { actor: by, act: 'shift.removed', subject: id, detail })
    return { ok: true }
  })
}

/** Leaves a note for the next shift. */
export async function handOver(
  { pool, now, random }: RosterContext,
  words: string,
  by: string,
): Promise<{ ok: true } | Refused> {
  // A browser sends line ends as two characters; the rest of the controls has no business in a note.
  const text = words
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, '')
    .trim()
  if (text === '') return refuse('empty', '请写下要交接的事项')
  if (Array.from(text).length > MOST_WORDS) return refuse('long', `交接事项最多 ${MOST_WORDS} 字`)
  return withTransaction(pool, async (client) => {
    const id = `h-${random().slice(0, 20)}`
    await addHandover(client, { id, accountId: by, words: text }, now())
    await appendJournal(client, now(), { actor: by, act: 'handover.written', subject: id })
    return { ok: true }
  })
}

/** Somebody has read a note; reading it twice is no error. */
export async function readHandover({ pool, now }: RosterContext, id: string, by: string): Promise<void> {
  await withTransaction(pool, async (client) => {
    if (await recordRead(client, id, by, now()))
      await appendJournal(client, now(), { actor: by, act: 'handover.read', subject: id })
  })
}

export interface OnDuty {
  /** False where the bureau has never entered a shift: then nobody is missing. */
  kept: boolean
  duty: NamedShift[]
  lead: NamedShift[]
}

/** Who is on duty now. */
export async function findOnDuty(db: Queryable, now: Instant): Promise<OnDuty> {
  const standing = listOnDuty(await listShifts(db, now, now + MINUTE), now)
  return {
    kept: standing.length > 0 || (await hasRoster(db)),
    duty: standing.filter(({ role }) => role === 'duty'),
    lead: standing.filter(({ role }) => role === 'lead'),
  }
}

/** The line for /readyz; null while somebody is on duty, or where no roster is kept. */
export async function findRosterGap(db: Queryable, now: Instant): Promise<string | null> {
  const { kept, duty } = await findOnDuty(db, now)
  return kept && duty.length === 0 ? 'roster: nobody is on duty now' : null
}

/**
 * Notes that wait for somebody: written by others, not read by them. They are for whoever is on shift; where nobody is, for
 * everyone who may read them.
 */
export async function listWaiting(db: Queryable, accountId: string, on: OnDuty, now: Instant): Promise<Handover[]> {
  const onShift = [...on.duty, ...on.lead]
  if (onShift.length > 0 && !onShift.some((shift) => shift.accountId === accountId)) return []
  const notes = await listHandovers(db, now - NOTE_LASTS, MOST_NOTES)
  return notes.filter(
    (note) => note.accountId !== accountId && !note.readers.some((reader) => reader.accountId === accountId),
  )
}

/** The last hours and the next weeks, for the roster's own page. */
export const ROSTER_PAGE = { backMs: 12 * HOUR, aheadMs: 31 * DAY, gapsMs: 7 * DAY, notesMs: 14 * DAY } as const
