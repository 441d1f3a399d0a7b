// In: the record of one drill, in the drill's own clock, and its goals. Out: every step with its time, judged, in order.
// Pure; must not forgive: what has a goal and did not happen is missed.
import type { Instant } from '../instant.ts'
import type { NoticeKind } from '../notice.ts'
import type { DeliveryState } from '../quake.ts'
import type { Goal, Goals } from './goals.ts'

export interface DrillReportRow {
  source: string
  evaluation: 'automatic' | 'reviewed'
  isDeletion: boolean
  place: string
  magnitude: number | null
  originAt: Instant | null
  receivedAt: Instant
}

export interface DrillHold {
  quake: string
  gate: string
  reason: string
  state: 'open' | 'veto' | 'waiting' | 'released' | 'dismissed' | 'resolved'
  since: Instant
  closedAt: Instant | null
  /** Account, 'system', or null while it stands. */
  closedBy: string | null
  closedWhy: string | null
  /** Somebody heard the alarm; null when nobody pressed. */
  acknowledgedAt: Instant | null
  acknowledgedBy: string | null
  /** False for a hold that rang for nobody (it waits for a better figure). */
  rang: boolean
}

export interface DrillDelivery {
  outlet: string
  channel: string
  leg: string
  state: DeliveryState
  reason: string
  acceptedAt: Instant | null
  seenAt: Instant | null
}

export interface DrillNotice {
  quake: string
  serial: string
  kind: NoticeKind
  title: string
  /** 'system' where it went out by itself. */
  actor: string
  receivedAt: Instant
  issuedAt: Instant
  deliveries: DrillDelivery[]
}

export interface DrillRecord {
  reports: DrillReportRow[]
  holds: DrillHold[]
  notices: DrillNotice[]
}

export type Mark = 'good' | 'late' | 'missed' | 'none'

export type StepWhat =
  | { is: 'received'; report: DrillReportRow }
  | { is: 'held'; hold: DrillHold }
  | { is: 'acknowledged'; hold: DrillHold }
  | { is: 'decided'; hold: DrillHold }
  | { is: 'spoken'; notice: DrillNotice }
  | { is: 'carried'; notice: DrillNotice; missing: string[] }

export interface DrillStep {
  /** Of the drill's clock; null for what did not happen. */
  at: Instant | null
  what: StepWhat
  by: string
  tookMs: number | null
  goal: Goal | null
  goalMs: number | null
  mark: Mark
}

/** Not sent, and rightly so: the row's own reason says why (DESIGN §3 "exactly once"). */
const EXCUSED: readonly DeliveryState[] = ['superseded', 'rehearsal']

/**
 * Times every step.
 * @param leftOver the reason that holds bear which the end of the drill closed: nobody decided them
 */
export function timeSteps(record: DrillRecord, goals: Goals, leftOver: string): DrillStep[] {
  const plain = { by: '', tookMs: null, goal: null, goalMs: null, mark: 'none' } as const
  const timed = (goal: Goal, tookMs: number | null): Pick<DrillStep, 'tookMs' | 'goal' | 'goalMs' | 'mark'> => {
    const goalMs = goals[goal] * 1_000
    return { tookMs, goal, goalMs, mark: tookMs === null ? 'missed' : tookMs <= goalMs ? 'good' : 'late' }
  }
  const steps: (DrillStep & { order: Instant })[] = []
  const add = (order: Instant, step: DrillStep): unknown => steps.push({ ...step, order })

  for (const report of record.reports) {
    const tookMs = report.originAt === null ? null : report.receivedAt - report.originAt
    add(report.receivedAt, { ...plain, at: report.receivedAt, what: { is: 'received', report }, tookMs })
  }
  for (const hold of record.holds) {
    add(hold.since, { ...plain, at: hold.since, what: { is: 'held', hold } })
    const decided = hold.closedAt !== null && isPerson(hold.closedBy) && hold.closedWhy !== leftOver
    if (hold.rang) {
      // Whoever decides has heard: pressing 知道了 before is not asked of a person in a hurry.
      const heard = hold.acknowledgedAt ?? (decided ? hold.closedAt : null)
      const by = hold.acknowledgedBy ?? (decided ? (hold.closedBy ?? '') : '')
      const ended = hold.closedAt !== null && hold.closedWhy !== leftOver && !decided
      // A hold that a better determination resolved before its goal was over asked nothing of anybody.
      const excused = heard === null && ended && (hold.closedAt ?? 0) - hold.since <= goals.acknowledge * 1_000
      if (!excused)
        add(heard ?? hold.since, {
          at: heard,
          what: { is: 'acknowledged', hold },
          by,
          ...timed('acknowledge', heard === null ? null : Math.max(0, heard - hold.since)),
        })
    }
    if (decided)
      add(hold.closedAt ?? hold.since, {
        at: hold.closedAt,
        what: { is: 'decided', hold },
        by: hold.closedBy ?? '',
        ...timed('decide', (hold.closedAt ?? hold.since) - hold.since),
      })
    else if (hold.rang && hold.gate !== 'veto' && (hold.closedAt === null || hold.closedWhy === leftOver))
      add(hold.closedAt ?? Infinity, { at: null, what: { is: 'decided', hold }, by: '', ...timed('decide', null) })
  }
  for (const notice of record.notices) {
    const waited = record.holds.some(
      (hold) =>
        hold.quake === notice.quake && hold.since <= notice.issuedAt && (hold.closedAt ?? Infinity) >= notice.issuedAt,
    )
    const tookMs = notice.issuedAt - notice.receivedAt
    const alone = notice.actor === 'system' && !waited && notice.kind !== 'withdrawal'
    add(notice.issuedAt, {
      at: notice.issuedAt,
      what: { is: 'spoken', notice },
      by: notice.actor,
      ...(alone
        ? timed('speak', tookMs)
        : { tookMs: notice.actor === 'system' ? tookMs : null, goal: null, goalMs: null, mark: 'none' as const }),
    })
    const meant = notice.deliveries.filter(({ state }) => !EXCUSED.includes(state))
    const missing = meant.filter(({ acceptedAt }) => acceptedAt === null).map(({ outlet }) => outlet)
    const last = Math.max(notice.issuedAt, ...meant.map(({ acceptedAt }) => acceptedAt ?? 0))
    if (meant.length > 0)
      add(last, {
        at: missing.length === 0 ? last : null,
        what: { is: 'carried', notice, missing },
        by: '',
        ...timed(
          notice.kind === 'withdrawal' ? 'withdraw' : 'carry',
          missing.length === 0 ? last - notice.issuedAt : null,
        ),
      })
  }
  return steps.toSorted((a, b) => a.order - b.order).map(({ order: _order, ...step }) => step)
}

const isPerson = (by: string | null): boolean => by !== null && by !== 'system' && by !== 'schedule'

/** One stretch of a drill's clock: from `real` on it went on from `drill`. */
export interface ClockStretch {
  real: Instant
  drill: Instant
}

/** A real instant by the drill's clock; before its first stretch its beginning. */
export function toDrillTime(clock: readonly ClockStretch[], real: Instant): Instant {
  const stretch = clock.findLast((one) => one.real <= real) ?? clock[0]
  return stretch === undefined ? real : stretch.drill + Math.max(0, real - stretch.real)
}
