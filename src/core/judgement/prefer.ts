// In: a quake's standing reports. Out: whose origin and magnitude stand, and whether that word may be spoken.
// Must not average, and must not let a foreign figure replace M (feeds.md §3, DESIGN §6.6).
import type { Instant } from '../instant.ts'
import type { Authority } from '../quake-report.ts'
import { standingReports, type Quake, type StoredReport } from '../quake.ts'
import type { GateThresholds } from './policy.ts'

/** Whose word it is: decides label, wait and rank. */
export type Voice =
  | 'national-formal' // CC, CD
  | 'own-formal'
  | 'provincial-formal'
  | 'national-automatic' // AU
  | 'own-automatic'
  | 'provincial-automatic'
  | 'silent' // foreign, mirror, context: never speaks

const RANK: Readonly<Record<Voice, number>> = {
  'national-formal': 6,
  'own-formal': 5,
  'provincial-formal': 4,
  'national-automatic': 3,
  'own-automatic': 2,
  'provincial-automatic': 1,
  silent: 0,
}

const SPEAKING: readonly Authority[] = ['official-national', 'official-provincial', 'own']

/** True for sources whose determinations may become a notice at all. */
export function maySpeak(authority: Authority): boolean {
  return SPEAKING.includes(authority)
}

/**
 * The voice of a report. A provincial code in a national list stays provincial; a report that does not say who looked
 * at it counts as automatic, the weaker word.
 */
export function voiceOf(report: StoredReport): Voice {
  if (!maySpeak(report.authority)) return 'silent'
  const formal = report.evaluation === 'reviewed'
  const national =
    report.sourceCode === 'CC' ||
    report.sourceCode === 'CD' ||
    report.sourceCode === 'AU' ||
    (report.sourceCode === '' && report.authority === 'official-national')
  // The code decides, also where the bureau's own system relays CC rows: the label comes from it (DESIGN L8).
  if (national) return formal ? 'national-formal' : 'national-automatic'
  if (report.authority === 'own') return formal ? 'own-formal' : 'own-automatic'
  return formal ? 'provincial-formal' : 'provincial-automatic'
}

/** True for words an analyst stands behind. */
export function isFormal(voice: Voice): boolean {
  return voice === 'national-formal' || voice === 'own-formal' || voice === 'provincial-formal'
}

/** The preferred determination, and until when a better one is waited for. */
export interface Preference {
  report: StoredReport
  voice: Voice
  /** Set for a provincial formal that still waits for CENC (DESIGN §5: 10 min). */
  waitUntil: Instant | null
}

/** Standing reports that have an epicentre and a time, best first. Human choice first, then voice, then arrival. */
export function rankReports(quake: Quake): StoredReport[] {
  const standing = standingReports(quake).filter(
    (r) => r.originTime !== null && r.latitude !== null && r.longitude !== null && r.class === quake.class,
  )
  const order = new Map(standing.map((report, index) => [report.id, index]))
  const echoes = findEchoes(quake, standing)
  return standing.sort((a, b) => {
    const pinned = Number(b.id === quake.pinnedReportId) - Number(a.id === quake.pinnedReportId)
    if (pinned !== 0) return pinned
    const speaks = Number(maySpeak(b.authority)) - Number(maySpeak(a.authority))
    if (speaks !== 0) return speaks
    // A formal version that still lacks its magnitude must not silence the automatic that has one.
    const complete = Number(b.magnitude !== null) - Number(a.magnitude !== null)
    if (complete !== 0) return complete
    const rank = RANK[voiceOf(b)] - RANK[voiceOf(a)]
    if (rank !== 0) return rank
    const late = Number(echoes.has(a)) - Number(echoes.has(b))
    return late !== 0 ? late : (order.get(b.id) ?? 0) - (order.get(a.id) ?? 0)
  })
}

/**
 * Two feeds of one network are not equally quick: what the slower one brings may be a version that the network has revised
 * since, and would take the revision back. An echo is a version that another feed gave and replaced, from a feed that
 * never had what replaced it, and that is not dated later.
 */
function findEchoes(quake: Quake, standing: readonly StoredReport[]): ReadonlySet<StoredReport> {
  const isEcho = (report: StoredReport): boolean =>
    standing.some(
      (newer) =>
        newer.source !== report.source &&
        isSameStage(newer, report) &&
        !saysTheSame(newer, report) &&
        !(newer.issuedAt !== null && report.issuedAt !== null && report.issuedAt > newer.issuedAt) &&
        quake.reports.some(
          (old) => old.source === newer.source && isSameStage(old, report) && saysTheSame(old, report),
        ) &&
        !quake.reports.some((had) => had.source === report.source && saysTheSame(had, newer)),
    )
  return standing.length < 2 ? new Set() : new Set(standing.filter(isEcho))
}

function isSameStage(a: StoredReport, b: StoredReport): boolean {
  return a.agency !== '' && a.agency === b.agency && a.lifecycle === b.lifecycle && voiceOf(a) === voiceOf(b)
}

/** Equal in all that is printed; relays cut seconds and write coordinates with one decimal or two. */
function saysTheSame(a: StoredReport, b: StoredReport): boolean {
  const near = (x: number | null, y: number | null, by: number): boolean =>
    x === y || (x !== null && y !== null && Math.abs(x - y) <= by)
  return (
    a.magnitude?.value === b.magnitude?.value &&
    a.kind === b.kind &&
    a.depthKm === b.depthKm &&
    near(a.originTime, b.originTime, 2_000) &&
    near(a.latitude, b.latitude, 0.05) &&
    near(a.longitude, b.longitude, 0.05)
  )
}

/** Automatic words that speak while a provincial formal waits. */
const MEANWHILE: ReadonlySet<Voice> = new Set(['national-automatic', 'own-automatic'])

/**
 * Chooses the determination that stands. Null when none of the standing reports has an epicentre.
 * A provincial formal (not the bureau's own) waits for CENC's before it speaks; a national automatic, or the
 * bureau's own, that is already there stands meanwhile.
 */
export function prefer(quake: Quake, now: Instant, gates: GateThresholds): Preference | null {
  const ranked = rankReports(quake)
  const best = ranked[0]
  if (!best) return null
  const voice = voiceOf(best)
  if (best.id === quake.pinnedReportId || voice !== 'provincial-formal') return { report: best, voice, waitUntil: null }
  const firstSeen = Math.min(
    ...quake.reports.filter((r) => voiceOf(r) === 'provincial-formal').map((r) => r.receivedAt),
  )
  const waitUntil = firstSeen + gates.provincialWaitMs
  if (now >= waitUntil) return { report: best, voice, waitUntil: null }
  const automatic = ranked.find((r) => MEANWHILE.has(voiceOf(r)) && r.magnitude !== null)
  if (automatic) return { report: automatic, voice: voiceOf(automatic), waitUntil }
  return { report: best, voice, waitUntil }
}
