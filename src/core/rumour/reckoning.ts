// In: claims of a span with their clocks and answers. Out: the figures of that span, each with the claims that it counts.
// Must not give a figure without its rows, nor a share of too few.
import type { Instant } from '../instant.ts'
import { VERDICTS, type Verdict } from '../notice.ts'
import { CLAIM_CLOCKS, type ClaimClock } from './clocks.ts'
import type { ClaimState } from './claim-states.ts'
import type { Risk } from './signoff.ts'

export interface ReckonedClock {
  clock: ClaimClock
  startedAt: Instant
  dueAt: Instant
  metAt: Instant | null
  stoppedAt: Instant | null
}

/** A claim that was opened in the span. */
export interface ReckonedClaim {
  id: string
  title: string
  risk: Risk
  state: ClaimState
  verdict: Verdict | null
  openedAt: Instant
  /** When its first answer was let out. */
  answeredAt: Instant | null
  /** How many rebuttals it had beyond the first. */
  corrections: number
  withdrawals: number
  referrals: number
  /** Answered under the flag: somebody who was to sign was silent. */
  isLate: boolean
  /** Reports of it that are no denials, and those that deny it. */
  reports: number
  denials: number
  clocks: readonly ReckonedClock[]
}

export interface Figure {
  key: string
  name: string
  value: number
  /** Ids of the claims behind it. */
  rows: readonly string[]
}

type Rule = readonly [key: string, name: string, holds: (claim: ReckonedClaim) => boolean]

const RULES: readonly Rule[] = [
  ['claims', '立案的传言', () => true],
  ['grave', '其中三级以上风险', ({ risk }) => risk >= 3],
  ['answered', '已公布核实结果', ({ answeredAt }) => answeredAt !== null],
  ...VERDICTS.map((verdict): Rule => [`verdict ${verdict}`, `认定为${verdict}`, (claim) => claim.verdict === verdict]),
  ['late', '会签超时先行发布', ({ isLate }) => isLate],
  ['corrected', '公布后更正', ({ corrections }) => corrections > 0],
  ['withdrawn', '公布后撤回', ({ withdrawals }) => withdrawals > 0],
  ['referred', '移送公安', ({ referrals }) => referrals > 0],
  ['dismissed', '不予处置', ({ state }) => state === 'dismissed'],
  ['merged', '并案', ({ state }) => state === 'merged'],
  ['open', '尚在办理', ({ state }) => !['closed', 'dismissed', 'merged'].includes(state)],
]

/** Counts of claims, in a fixed order; those that count nothing are there, too. */
export function countClaims(claims: readonly ReckonedClaim[]): Figure[] {
  return RULES.map(([key, name, holds]) => {
    const rows = claims.filter(holds).map(({ id }) => id)
    return { key, name, value: rows.length, rows }
  })
}

/** Reports and denials of the span's claims: the sum, and the claims that had any. */
export function countReports(claims: readonly ReckonedClaim[]): Figure[] {
  const sum = (key: string, name: string, count: (claim: ReckonedClaim) => number): Figure => ({
    key,
    name,
    value: claims.reduce((all, claim) => all + count(claim), 0),
    rows: claims.filter((claim) => count(claim) > 0).map(({ id }) => id),
  })
  return [
    sum('reports', '传播线索（条）', ({ reports }) => reports),
    sum('denials', '否认信息（条，不计入传播）', ({ denials }) => denials),
  ]
}

export interface ClockFigure {
  clock: ClaimClock
  inTime: readonly string[]
  late: readonly string[]
  /** Passed and not met, or stopped after it had passed. */
  missed: readonly string[]
  /** Still running. */
  running: readonly string[]
  /** Of those that were met, from the start; null with none. */
  medianMs: number | null
}

/** How each clock was kept. A claim counts once for each round that its clock began. */
export function countClocks(claims: readonly ReckonedClaim[], now: Instant): ClockFigure[] {
  return CLAIM_CLOCKS.flatMap((clock): ClockFigure[] => {
    const rows = claims.flatMap(({ id, clocks }) =>
      clocks.flatMap((one) => (one.clock === clock ? [{ id, ...one }] : [])),
    )
    if (rows.length === 0) return []
    const idsOf = (holds: (row: (typeof rows)[number]) => boolean): string[] => rows.filter(holds).map(({ id }) => id)
    const spans = rows
      .flatMap(({ metAt, startedAt }) => (metAt === null ? [] : [Math.max(0, metAt - startedAt)]))
      .toSorted((a, b) => a - b)
    return [
      {
        clock,
        inTime: idsOf(({ metAt, dueAt }) => metAt !== null && metAt <= dueAt),
        late: idsOf(({ metAt, dueAt }) => metAt !== null && metAt > dueAt),
        missed: idsOf(({ metAt, stoppedAt, dueAt }) => metAt === null && dueAt <= (stoppedAt ?? now)),
        running: idsOf(({ metAt, stoppedAt, dueAt }) => metAt === null && stoppedAt === null && dueAt > now),
        medianMs: spans[Math.ceil(spans.length / 2) - 1] ?? null,
      },
    ]
  })
}
