// In: a claim's risk, when it came, what has been done. Out: its due times as instants, and which are met, running, passed.
// Must not count by timers: due times are absolute, so that a restart or a missed tick changes nothing (rumours.md §5).
import { HOUR, MINUTE, type Instant } from '../instant.ts'
import type { Risk } from './signoff.ts'

export const CLAIM_CLOCKS = [
  'acknowledge',
  'first-line',
  'verdict',
  'signoff',
  'legal-word',
  'legal-conference',
] as const
export type ClaimClock = (typeof CLAIM_CLOCKS)[number]

export const CLOCK_NAMES: Readonly<Record<ClaimClock, string>> = {
  acknowledge: '认领',
  'first-line': '首次回应（正在核实）',
  verdict: '作出认定',
  signoff: '各单位会签',
  'legal-word': '权威信息发布（法定外限）',
  'legal-conference': '新闻发布会（法定外限）',
}

/** Milliseconds after the start; null where the risk has none. */
export type ClockLimits = Readonly<Record<Risk, Readonly<Record<ClaimClock, number | null>>>>

const limits = (
  acknowledge: number,
  firstLine: number | null,
  verdict: number,
  signoff: number | null,
  legalWord: number,
  conference: number | null = null,
): Readonly<Record<ClaimClock, number | null>> => ({
  acknowledge,
  'first-line': firstLine,
  verdict,
  signoff,
  'legal-word': legalWord,
  'legal-conference': conference,
})

/** Proposals that a bureau may change; the outer bounds are the State Council's (2016-11 rules; 国办发〔2016〕61号: 48 h). */
export const CLOCK_LIMITS: ClockLimits = {
  4: limits(5 * MINUTE, 15 * MINUTE, 30 * MINUTE, 10 * MINUTE, 5 * HOUR, 24 * HOUR),
  3: limits(10 * MINUTE, 30 * MINUTE, 60 * MINUTE, 30 * MINUTE, 24 * HOUR),
  2: limits(30 * MINUTE, 2 * HOUR, 4 * HOUR, HOUR, 48 * HOUR),
  1: limits(4 * HOUR, null, 24 * HOUR, null, 48 * HOUR),
}

/** An organisation that was asked and is silent for so long is waited for no more: as long as it has to sign (rumours.md §5). */
export const ASKED_MS: Readonly<Record<Risk, number>> = { 4: 10 * MINUTE, 3: 30 * MINUTE, 2: HOUR, 1: HOUR }

/** What has happened; absent while it has not. */
export interface ClaimMarks {
  openedAt: Instant
  /** Sign-off is counted from here. */
  submittedAt?: Instant
  met: Readonly<Partial<Record<ClaimClock, Instant>>>
  /** A case that rests runs no clock; those not met then are kept as they stood. */
  restedAt?: Instant
}

export interface ClockReading {
  clock: ClaimClock
  dueAt: Instant
  /** late: met after its time. */
  state: 'running' | 'passed' | 'met' | 'late' | 'stopped'
  metAt: Instant | null
}

/** The due times of one claim at an instant, in the order of CLAIM_CLOCKS. */
export function readClocks(
  risk: Risk,
  marks: ClaimMarks,
  now: Instant,
  table: ClockLimits = CLOCK_LIMITS,
): ClockReading[] {
  return CLAIM_CLOCKS.flatMap((clock): ClockReading[] => {
    const limit = table[risk][clock]
    const start = clock === 'signoff' ? marks.submittedAt : marks.openedAt
    if (limit === null || start === undefined) return []
    const dueAt = start + limit
    const metAt = marks.met[clock] ?? null
    if (metAt !== null) return [{ clock, dueAt, state: metAt > dueAt ? 'late' : 'met', metAt }]
    const end = Math.min(now, marks.restedAt ?? now)
    const running = marks.restedAt === undefined ? 'running' : 'stopped'
    return [{ clock, dueAt, state: end > dueAt ? 'passed' : running, metAt: null }]
  })
}
