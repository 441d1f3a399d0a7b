// In: the bureau's time limits, a quake as it stands, what people noted of it. Out: each limit's state at an instant.
// Must not start a clock that nobody can see: a limit begins by its rule or by a person, and never ends by itself unmet.
import { HOUR, type Instant } from './instant.ts'
import type { Policy, When } from './judgement/policy.ts'
import { prefer, type Preference } from './judgement/prefer.ts'
import { estimateExposure, matches } from './judgement/rules.ts'
import { speakOrigin } from './judgement/spoken-origin.ts'
import { standingLineage, type Quake } from './quake.ts'

/** One time limit of the law or of the bureau's own plan. */
export interface DeadlineRule {
  id: string
  name: string
  withinMs: number
  /** What begins it by itself; null: a person begins it. */
  when: When | null
  /** notice: the first notice that stands meets it; person: somebody notes that it was met. */
  met: 'notice' | 'person'
}

/**
 * 国办发〔2016〕61号 and its rules of November 2016: for grave events (重大、特别重大) authoritative information within 5 h
 * and a press conference within 24 h, an answer to other public concern within 48 h. Which grade an event has is not known in
 * its first minutes: an estimated VI at home or a watched place (where damage begins, GB/T 17742) begins the first two.
 */
export const DEFAULT_DEADLINES: readonly DeadlineRule[] = [
  { id: 'information', name: '发布权威信息', withinMs: 5 * HOUR, when: { minIntensity: 5.5 }, met: 'notice' },
  { id: 'conference', name: '举行新闻发布会', withinMs: 24 * HOUR, when: { minIntensity: 5.5 }, met: 'person' },
  { id: 'response', name: '回应社会关切', withinMs: 48 * HOUR, when: null, met: 'person' },
]

/** begun: the clock runs; met: it was done; waived: it does not apply, somebody says why. */
export const DEADLINE_MARKS = ['begun', 'met', 'waived'] as const
export type DeadlineMark = (typeof DEADLINE_MARKS)[number]

export interface MarkedDeadline {
  deadline: string
  mark: DeadlineMark
  at: Instant
  by: string
  words: string
}

/**
 * offered: a person may begin it. running, soon (a fifth of the time is left), late: open. met and met-late: done in time or
 * after it.
 */
export type DeadlineState = 'offered' | 'running' | 'soon' | 'late' | 'met' | 'met-late' | 'waived'

export interface Deadline {
  rule: DeadlineRule
  state: DeadlineState
  /** Origin time and the limit. */
  dueAt: Instant
  metAt: Instant | null
  by: string
  words: string
}

export const OPEN_DEADLINES: readonly DeadlineState[] = ['running', 'soon', 'late']

/**
 * Each limit of one quake, at an instant of its lane's clock.
 * @returns none for a quake whose every notice was withdrawn: there is no event to answer for
 */
export function readDeadlines(
  rules: readonly DeadlineRule[],
  quake: Quake,
  marks: readonly MarkedDeadline[],
  policy: Policy,
  now: Instant,
): Deadline[] {
  const standing = standingLineage(quake)
  if (quake.lineages.length > 0 && standing === null) return []
  const first = standing?.notices[0]?.issuedAt ?? null
  const preferred = prefer(quake, now, policy.gates)
  const said = standing?.notices.findLast(({ origin }) => origin !== null)?.origin ?? null
  const from = preferred?.report.originTime ?? said?.originTime ?? quake.createdAt
  const begins = openBeginning(preferred, policy)
  return rules.map((rule): Deadline => {
    const noted = (mark: DeadlineMark): MarkedDeadline | undefined =>
      marks.find((one) => one.deadline === rule.id && one.mark === mark)
    const dueAt = from + rule.withinMs
    const row = { rule, dueAt, metAt: null, by: '', words: '' }
    const waived = noted('waived')
    if (waived) return { ...row, state: 'waived', by: waived.by, words: waived.words }
    const met = noted('met')
    if (!met && !noted('begun') && !begins(rule)) return { ...row, state: 'offered' }
    const metAt = met?.at ?? (rule.met === 'notice' ? first : null)
    if (metAt !== null) {
      const state = metAt <= dueAt ? 'met' : 'met-late'
      return { ...row, state, metAt, by: met?.by ?? '', words: met?.words ?? '' }
    }
    const left = dueAt - now
    return { ...row, state: left < 0 ? 'late' : left <= rule.withinMs / 5 ? 'soon' : 'running' }
  })
}

/** Whether a rule's own condition holds for the determination that stands; never without one. */
function openBeginning(preferred: Preference | null, policy: Policy): (rule: DeadlineRule) => boolean {
  const spoken = preferred && speakOrigin(preferred.report, preferred.voice, policy)
  const origin = spoken ? (spoken.ok ? spoken.origin : spoken.unplaced) : null
  if (preferred === null || origin === null) return () => false
  const exposure = estimateExposure(origin, policy)
  return ({ when }) => when !== null && matches(when, origin, preferred.report.evaluation, exposure)
}
