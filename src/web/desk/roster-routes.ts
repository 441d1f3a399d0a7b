// In: what a duty officer or a lead enters about shifts, and leaves for the next one. Out: the roster's page.
// Must not show a note to liaisons or observers: it may speak of anything inside the bureau.
import { BEIJING_OFFSET, HOUR, parseWallTime, type Instant } from '../../core/instant.ts'
import { SHIFT_ROLES, type ShiftRole } from '../../core/people/roster.ts'
import type { Session } from '../../people/sessions.ts'
import {
  cancelShift,
  findOnDuty,
  handOver,
  MOST_WORDS,
  planShift,
  readHandover,
  ROSTER_PAGE,
  type RosterContext,
} from '../../people/roster.ts'
import { listAccounts } from '../../store/people/accounts.ts'
import { listHandovers, listShifts, type NamedShift } from '../../store/people/roster.ts'
import { seated } from './account-routes.ts'
import type { DeskRoute, Shown } from './door.ts'
import type { DeskFrame } from './frame.ts'
import { describeOnDuty, SHIFT_NAMES, viewGaps, viewNote, viewShift, writeField } from './roster-view.ts'

export interface RosterPages {
  roster: RosterContext
  frame: DeskFrame
}

const MOST_SHOWN = 20
/** What most bureaux have; only put into the form for the next shift. */
const USUAL_MS = 12 * HOUR

/** The routes of the roster. */
export function listRosterRoutes(pages: RosterPages): DeskRoute[] {
  const { roster } = pages
  const act = 'keep-roster' as const
  const done: Shown = { to: '/desk/roster' }
  return [
    { method: 'GET', path: '/roster', act, handle: (visit) => rosterPage(pages, seated(visit), '', {}) },
    {
      method: 'POST',
      path: '/roster',
      act,
      handle: async (visit) => {
        const session = seated(visit)
        const given = readShift(visit.form)
        const times = { beginsAt: readTime(given.begins), endsAt: readTime(given.ends) }
        const added = await planShift(roster, { ...readWho(given.who), ...times }, session.accountId)
        return added.ok ? done : rosterPage(pages, session, added.reason, given)
      },
    },
    {
      method: 'POST',
      path: '/roster/:id/remove',
      act,
      handle: async (visit) => {
        const session = seated(visit)
        const gone = await cancelShift(roster, visit.params['id'] ?? '', session.accountId)
        return gone.ok ? done : rosterPage(pages, session, gone.reason, {})
      },
    },
    {
      method: 'POST',
      path: '/handovers',
      act,
      handle: async (visit) => {
        const session = seated(visit)
        const words = visit.form.get('words') ?? ''
        const left = await handOver(roster, words, session.accountId)
        return left.ok ? done : rosterPage(pages, session, left.reason, { words: words.slice(0, 2 * MOST_WORDS) })
      },
    },
    {
      method: 'POST',
      path: '/handovers/:id/read',
      act,
      handle: async (visit) => {
        await readHandover(roster, visit.params['id'] ?? '', seated(visit).accountId)
        return { to: visit.form.get('from') === 'board' ? '/desk' : '/desk/roster' }
      },
    },
  ]
}

interface Given {
  who?: string
  begins?: string
  ends?: string
  words?: string
}

function readShift(form: URLSearchParams): Required<Omit<Given, 'words'>> {
  const read = (name: string): string => (form.get(name) ?? '').trim().slice(0, 60)
  return { who: read('who'), begins: read('begins'), ends: read('ends') }
}

/** "lead p-…": one choice names both, so that they cannot be at odds. */
function readWho(who: string): { role: ShiftRole; accountId: string } {
  const [role = '', accountId = ''] = who.split(' ')
  return { role: SHIFT_ROLES.find((one) => one === role) ?? 'duty', accountId }
}

const readTime = (text: string): Instant | null => parseWallTime(text, BEIJING_OFFSET)

async function rosterPage(
  { roster, frame }: RosterPages,
  session: Session,
  reason: string,
  given: Given,
): Promise<Shown> {
  const { pool } = roster
  const now = roster.now()
  const [accounts, shifts, on, notes] = await Promise.all([
    listAccounts(pool),
    listShifts(pool, now - ROSTER_PAGE.backMs, now + ROSTER_PAGE.aheadMs),
    findOnDuty(pool, now),
    listHandovers(pool, now - ROSTER_PAGE.notesMs, MOST_SHOWN),
  ])
  const next = findNext(shifts, now)
  const view = {
    reason,
    roster: describeOnDuty(on, now),
    gaps: on.kept ? viewGaps(shifts, now, now + ROSTER_PAGE.gapsMs) : [],
    shifts: shifts.map((shift) => viewShift(shift, now)),
    choices: SHIFT_ROLES.map((role) => ({
      name: SHIFT_NAMES[role],
      people: accounts
        .filter((one) => one.state === 'active' && one.roles.includes(role))
        .map(({ id, name }) => ({ who: `${role} ${id}`, name, chosen: given.who === `${role} ${id}` })),
    })),
    given: {
      begins: given.begins ?? writeField(next),
      ends: given.ends ?? writeField(next + USUAL_MS),
      words: given.words ?? '',
    },
    notes: notes.map((note) => viewNote(note, session.accountId)),
  }
  const page = frame.page({ template: 'roster', title: '值班表', session, view })
  return { status: reason === '' ? 200 : 409, page }
}

/** Where the roster goes on: the end of the last duty shift, else the hour that has begun. */
function findNext(shifts: readonly NamedShift[], now: Instant): Instant {
  const ends = shifts.filter(({ role }) => role === 'duty').map(({ endsAt }) => endsAt)
  return Math.max(Math.floor(now / HOUR) * HOUR, ...ends)
}
