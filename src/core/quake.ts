// In: reports as they were stored. Out: our own aggregate, the Quake, with what was said about it.
// Must not trust an upstream id to be stable: no public Chinese feed has one (feeds.md §0.1).
import type { Instant } from './instant.ts'
import type { NoticeKind, SpokenOrigin, WithdrawalReason } from './notice.ts'
import type { Authority, Evaluation, QuakeReport, TrafficClass } from './quake-report.ts'

/** A report with its place in our record. */
export interface StoredReport extends QuakeReport {
  id: string
  /** Feed or inbound id of the YAML that carried it. */
  source: string
  authority: Authority
  receivedAt: Instant
}

export type NoticeState = 'current' | 'superseded' | 'withdrawn'

/** An outlet and leg that a notice was addressed to, and how far it came. */
export interface SpokenDelivery {
  deliveryId: string
  outlet: string
  leg: string
  state: DeliveryState
}

/**
 * queued: waits for its time. sending: bytes may be under way. unknown: bytes may have left, no reply was read.
 * pending: the platform works on it. The rest is final; each final state but accepted carries its reason (DESIGN §3).
 */
export const DELIVERY_STATES = [
  'queued',
  'sending',
  'pending',
  'unknown',
  'accepted',
  'failed',
  'superseded',
  'expired',
  'cancelled',
  'refused',
  'rehearsal',
] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** States in which nothing more will happen by itself. */
export const SETTLED: readonly DeliveryState[] = [
  'accepted',
  'failed',
  'superseded',
  'expired',
  'cancelled',
  'refused',
  'rehearsal',
]

/** States in which the public has, or may have, the word before it. */
export const MAY_BE_VISIBLE: readonly DeliveryState[] = ['sending', 'pending', 'unknown', 'accepted']

/** One notice of a lineage, as later judgements need it. */
export interface SpokenNotice {
  id: string
  code: string
  kind: NoticeKind
  report: number
  serial: string
  issuedAt: Instant
  evaluation: Evaluation
  origin: SpokenOrigin | null
  /** Stored report whose determination it states; null for withdrawals and no-quake. */
  reportId: string | null
  withdrawal: WithdrawalReason | null
  deliveries: SpokenDelivery[]
}

/** All notices about one quake under one serial number, oldest first. */
export interface Lineage {
  id: string
  serial: string
  year: number
  number: number
  notices: SpokenNotice[]
}

export interface Quake {
  id: string
  class: TrafficClass
  createdAt: Instant
  /** In order of arrival; several versions per source id. */
  reports: StoredReport[]
  /** A person's choice of determination; overrides preference for ever. */
  pinnedReportId: string | null
  /** Set when a person merged this quake into another. */
  mergedInto: string | null
  /** Newest last. A withdrawn lineage stays; a quake that comes back gets a new one. */
  lineages: Lineage[]
}

/** The lineage that may still be added to: the newest, unless it was withdrawn. */
export function standingLineage(quake: Quake): Lineage | null {
  const last = quake.lineages.at(-1)
  if (!last) return null
  return headOf(last).kind === 'withdrawal' ? null : last
}

/** Newest notice of a lineage. A lineage never exists without one. */
export function headOf(lineage: Lineage): SpokenNotice {
  const head = lineage.notices.at(-1)
  if (!head) throw new Error(`lineage ${lineage.id} has no notice`)
  return head
}

const UNDERSCORE = 0x5f

/** Id without the suffix that only repeats the evaluation: FAN's "CC.20251004000748.000_I" (feeds.md §1.3). */
export function baseId(sourceEventId: string): string {
  // Asked for every report of ten days at every row: most ids are answered by one character.
  return sourceEventId.charCodeAt(sourceEventId.length - 2) === UNDERSCORE
    ? sourceEventId.replace(/_[A-Z]$/, '')
    : sourceEventId
}

/** True when a report of the quake, taken back or not, gives an origin at most so many milliseconds from the instant. */
export function hasReportWithin(quake: Quake, at: Instant | null, withinMs: number): boolean {
  if (at === null) return false
  return quake.reports.some((r) => r.originTime !== null && Math.abs(r.originTime - at) <= withinMs)
}

/** Newest version per (source, full id), in order of arrival. */
export function latestVersions(reports: readonly StoredReport[]): StoredReport[] {
  const latest = new Map<string, StoredReport>()
  for (const report of reports) {
    const key = `${report.source} ${report.sourceEventId || report.id}`
    latest.delete(key)
    latest.set(key, report)
  }
  return [...latest.values()]
}

/**
 * Versions that their source still stands by: the newest per id, less those it took back since.
 * A row that comes back after its delete stands again ("deleted" is not terminal, feeds.md §0.2). A version that its
 * source itself dates before the one we have does not count: caches and repeated pushes bring old ones back (feeds.md §4).
 */
export function standingReports(quake: Quake): StoredReport[] {
  let standing: StoredReport[] = []
  for (const report of quake.reports) {
    if (standing.some((other) => replaces(report, other) && isStale(report, other))) continue
    standing = standing.filter((other) => !replaces(report, other))
    if (report.lifecycle === 'report') standing.push(report)
  }
  return standing
}

/** True when a row speaks of the same id of the same source as an earlier one, and so stands in its place. */
function replaces(report: StoredReport, other: StoredReport): boolean {
  if (report.source !== other.source || !report.sourceEventId) return false
  if (report.sourceEventId === other.sourceEventId) return true
  if (report.aliases.includes(other.sourceEventId) || other.aliases.includes(report.sourceEventId)) return true
  return takesBack(report, other)
}

/** True when a delete or cancel names that row; an id's suffix only repeats the evaluation and does not count. */
export function takesBack(deletion: StoredReport, other: StoredReport): boolean {
  if (deletion.lifecycle === 'report' || deletion.source !== other.source || !deletion.sourceEventId) return false
  const named = [deletion.sourceEventId, ...deletion.aliases].map(baseId)
  return [other.sourceEventId, ...other.aliases].some((id) => id !== '' && named.includes(baseId(id)))
}

/** Both are versions, and the source dates this one earlier. Without dates the order of arrival counts. */
function isStale(report: StoredReport, other: StoredReport): boolean {
  if (report.lifecycle !== 'report' || report.issuedAt === null || other.issuedAt === null) return false
  return report.issuedAt < other.issuedAt
}
