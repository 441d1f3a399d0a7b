// In: a month or a year, who asks. Out: the figures of rumours in that span with the claims behind each, for the monthly list and the
// yearly report. Must not name a claim to whoever does not see it: figures are for all, rows for those who see them.
import { BEIJING_OFFSET, beijingParts, type Instant } from '../core/instant.ts'
import { countClaims, countClocks, countReports, type ClockFigure, type Figure } from '../core/rumour/reckoning.ts'
import type { Queryable } from '../store/pool.ts'
import type { SeenBy } from '../store/rumours/claims.ts'
import { listReckoned, type SeenClaim } from '../store/rumours/seeing.ts'

export interface ReckonedSpan {
  /** 2026-03, or 2026. */
  name: string
  from: Instant
  to: Instant
}

export interface Reckoning {
  span: ReckonedSpan
  figures: readonly Figure[]
  clocks: readonly ClockFigure[]
  /** Those that whoever asks may see, oldest first. */
  claims: readonly SeenClaim[]
}

const beginOf = (year: number, month: number): Instant => Date.UTC(year, month - 1, 1) - BEIJING_OFFSET
const two = (n: number): string => String(n).padStart(2, '0')

/** Reads 2026-03 or 2026, in Beijing's months; null for anything else. */
export function readSpan(text: string): ReckonedSpan | null {
  const [, yearText, monthText] = /^(20\d{2})(?:-(0[1-9]|1[0-2]))?$/.exec(text) ?? []
  if (yearText === undefined) return null
  const year = Number(yearText)
  if (monthText === undefined) return { name: text, from: beginOf(year, 1), to: beginOf(year + 1, 1) }
  const month = Number(monthText)
  return { name: text, from: beginOf(year, month), to: beginOf(year, month + 1) }
}

/** The month that an instant lies in. */
export function nameMonth(at: Instant): string {
  const { year, month } = beijingParts(at)
  return `${year}-${two(month)}`
}

/** The span before and the one after, of the same length. */
export function listNeighbours({ name, from, to }: ReckonedSpan): { before: string; after: string } {
  if (name.length === 4) return { before: String(Number(name) - 1), after: String(Number(name) + 1) }
  return { before: nameMonth(from - 1), after: nameMonth(to) }
}

export async function reckonSpan(db: Queryable, span: ReckonedSpan, seen: SeenBy): Promise<Reckoning> {
  const all = await listReckoned(db, span, { ...seen, organisation: null })
  const own = seen.organisation === null ? all : await listReckoned(db, span, seen)
  return {
    span,
    figures: [...countClaims(all), ...countReports(all)],
    clocks: countClocks(all, seen.now),
    claims: own,
  }
}
