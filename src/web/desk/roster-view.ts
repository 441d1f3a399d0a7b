// In: who is on duty, notes of the shift before. Out: the board's line and cards, and the roster's rows, as people read them.
// Must not decide who is on duty (people/roster.ts does).
import { beijingParts, type Instant } from '../../core/instant.ts'
import { findGaps, SHIFT_ROLES, type ShiftRole, type Span } from '../../core/people/roster.ts'
import type { OnDuty } from '../../people/roster.ts'
import type { Handover, NamedShift } from '../../store/people/roster.ts'

export const SHIFT_NAMES: Readonly<Record<ShiftRole, string>> = { duty: '值班', lead: '带班' }

export interface DutyLine {
  /** '' where no roster is kept. */
  line: string
  nobody: boolean
}

const two = (n: number): string => String(n).padStart(2, '0')

/** 1月31日 20:00, Beijing time. */
export function writeHour(at: Instant): string {
  const { month, day, hour, minute } = beijingParts(at)
  return `${month}月${day}日 ${two(hour)}:${two(minute)}`
}

/** 20:00 of the day a reader is in, else with its date. */
function writeEnd(at: Instant, from: Instant): string {
  const [here, there] = [beijingParts(from), beijingParts(at)]
  const isSame = here.year === there.year && here.month === there.month && here.day === there.day
  return isSame ? `${two(there.hour)}:${two(there.minute)}` : writeHour(at)
}

export function writeSpan({ beginsAt, endsAt }: Span): string {
  return `${writeHour(beginsAt)} 至 ${writeEnd(endsAt, beginsAt)}`
}

/** 2026-01-31T20:00, as a browser's field for a time takes it. */
export function writeField(at: Instant): string {
  const { year, month, day, hour, minute } = beijingParts(at)
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`
}

/** 值班：王小明 至 20:00，带班：李处 至 20:00 */
export function describeOnDuty(on: OnDuty, now: Instant): DutyLine {
  if (!on.kept) return { line: '', nobody: false }
  const write = (shifts: readonly NamedShift[]): string =>
    shifts.map(({ name, endsAt }) => `${name} 至 ${writeEnd(endsAt, now)}`).join('、')
  const parts = [
    on.duty.length === 0 ? '当前无人值班' : `值班：${write(on.duty)}`,
    ...(on.lead.length === 0 ? [] : [`带班：${write(on.lead)}`]),
  ]
  return { line: parts.join('，'), nobody: on.duty.length === 0 }
}

export interface NoteCard {
  id: string
  by: string
  at: string
  words: string
  readers: string
  mine: boolean
  unread: boolean
}

export function viewNote(note: Handover, reader: string): NoteCard {
  return {
    id: note.id,
    by: note.name,
    at: writeHour(note.writtenAt),
    words: note.words,
    readers: note.readers.map(({ name, readAt }) => `${name} ${writeHour(readAt)}`).join('、'),
    mine: note.accountId === reader,
    unread: note.accountId !== reader && !note.readers.some(({ accountId }) => accountId === reader),
  }
}

export function viewShift(
  shift: NamedShift,
  now: Instant,
): Record<'id' | 'name' | 'role' | 'span', string> & {
  now: boolean
} {
  return {
    id: shift.id,
    name: shift.name,
    role: SHIFT_NAMES[shift.role],
    span: writeSpan(shift),
    now: shift.beginsAt <= now && now < shift.endsAt,
  }
}

/** When nobody is on duty or leads in the days to come, soonest first; leads are missed only where they stand on the roster. */
export function viewGaps(shifts: readonly NamedShift[], from: Instant, to: Instant): string[] {
  const kept = SHIFT_ROLES.filter((role) => role === 'duty' || shifts.some((shift) => shift.role === role))
  const gaps = kept.flatMap((role) => findGaps(shifts, role, from, to).map((gap) => ({ role, gap })))
  return gaps
    .toSorted((a, b) => a.gap.beginsAt - b.gap.beginsAt)
    .map(({ role, gap }) => `${writeSpan(gap)} 无人${SHIFT_NAMES[role]}`)
}
