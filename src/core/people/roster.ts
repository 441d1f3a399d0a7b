// In: shifts of the roster. Out: who is on duty at a moment, and from when to when nobody is.
// Must not know a name or a page.
import type { Instant } from '../instant.ts'

/** duty: decides at the desk; lead: answers for it. */
export const SHIFT_ROLES = ['duty', 'lead'] as const
export type ShiftRole = (typeof SHIFT_ROLES)[number]

export interface Span {
  beginsAt: Instant
  endsAt: Instant
}

export interface Shift extends Span {
  id: string
  accountId: string
  role: ShiftRole
}

/** Shifts that cover a moment, whoever goes first in front; a shift's last moment is the next one's first. */
export function listOnDuty<S extends Shift>(shifts: readonly S[], at: Instant): S[] {
  return shifts.filter(({ beginsAt, endsAt }) => beginsAt <= at && at < endsAt).toSorted((a, b) => a.endsAt - b.endsAt)
}

/** Spans of [from, to) in which nobody of this role is on duty. */
export function findGaps(shifts: readonly Shift[], role: ShiftRole, from: Instant, to: Instant): Span[] {
  const gaps: Span[] = []
  let covered = from
  const own = shifts.filter((shift) => shift.role === role).toSorted((a, b) => a.beginsAt - b.beginsAt)
  for (const { beginsAt, endsAt } of own) {
    if (beginsAt >= to) break
    if (beginsAt > covered) gaps.push({ beginsAt: covered, endsAt: beginsAt })
    covered = Math.max(covered, endsAt)
  }
  if (covered < to) gaps.push({ beginsAt: covered, endsAt: to })
  return gaps
}
