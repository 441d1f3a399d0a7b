// In: one report and the quakes we know of its class. Out: which quake it belongs to, or that a person must say.
// Must not merge on id alone across sources, nor average anything. Policy: feeds.md §3, DESIGN §5.
import { MINUTE, SECOND } from '../instant.ts'
import { distanceKm } from '../places/distance.ts'
import { describeRegion } from '../places/region.ts'
import { baseId, hasReportWithin, latestVersions, type Quake, type StoredReport } from '../quake.ts'
import { maySpeak } from './prefer.ts'

export type Association =
  | { verdict: 'new' }
  | { verdict: 'known'; quake: Quake }
  /** Close to more than one quake, or too close to tell apart: goes to a person. */
  | { verdict: 'ambiguous'; candidates: Quake[]; why: string }
  /** A cancel or delete of something we never had. */
  | { verdict: 'orphan' }

/** A person's word that a source id belongs to a quake; it overrides every rule below, for ever. */
export interface Binding {
  source: string
  baseId: string
  quakeId: string
}

/** One id that jumps further than this is an id used again, not a revision. */
const SAME_ID_MS = 10 * MINUTE
const SAME_ID_KM = 500

/** Automatic and formal of one source: 20 s and 60 km (feeds.md §3, CENC AU→CC succession). */
const SUCCESSION_MS = 20 * SECOND
const SUCCESSION_KM = 60

/** Two ids of one source nearer than this cannot be told from one quake written twice. */
const TWIN_MS = 2 * SECOND
const TWIN_KM = 5

/** Two determinations further apart in time are never of one quake: the widest window of scorePair. */
const WIDEST_MS = 90 * SECOND

const MAGNITUDE_GAP = 1.2

/** Two candidates whose scores differ by less than 30 % are not decided by a machine. */
const CLEAR_LEAD = 0.3

/**
 * Finds the quake a report speaks of.
 * @param quakes of the report's class, unmerged, including all whose origin lies within a few minutes of the report
 */
export function associate(
  report: StoredReport,
  quakes: readonly Quake[],
  bindings: readonly Binding[] = [],
): Association {
  const known = quakes.filter((q) => q.class === report.class && q.mergedInto === null)
  const bound = findBound(report, known, bindings)
  if (bound) return { verdict: 'known', quake: bound }
  const sameId = findSameId(report, known)
  const [first, second] = sameId
  if (first && second) return { verdict: 'ambiguous', candidates: sameId, why: 'the source id stands in two quakes' }
  if (first) {
    if (jumpsTooFar(report, first)) {
      return { verdict: 'ambiguous', candidates: [first], why: 'a known source id came back far away in time or place' }
    }
    return { verdict: 'known', quake: first }
  }
  if (report.lifecycle !== 'report') return { verdict: 'orphan' }
  return associateByOrigin(report, known)
}

function findBound(report: StoredReport, quakes: readonly Quake[], bindings: readonly Binding[]): Quake | undefined {
  const base = baseId(report.sourceEventId)
  if (!base) return undefined
  const binding = bindings.findLast((b) => b.source === report.source && b.baseId === base)
  return binding && quakes.find((q) => q.id === binding.quakeId)
}

/** Quakes in which the report's source gave one of its ids before. */
function findSameId(report: StoredReport, quakes: readonly Quake[]): Quake[] {
  const mine = new Set([report.sourceEventId, ...report.aliases].map(baseId).filter((id) => id !== ''))
  if (mine.size === 0) return []
  return quakes.filter((quake) =>
    quake.reports.some(
      (other) =>
        other.source === report.source &&
        (mine.has(baseId(other.sourceEventId)) || other.aliases.some((alias) => mine.has(baseId(alias)))),
    ),
  )
}

function jumpsTooFar(report: StoredReport, quake: Quake): boolean {
  const before = latestVersions(quake.reports).filter((r) => r.originTime !== null && r.lifecycle === 'report')
  if (report.originTime === null || before.length === 0) return false
  return !before.some(
    (r) =>
      Math.abs((r.originTime ?? 0) - (report.originTime ?? 0)) <= SAME_ID_MS && separation(r, report) <= SAME_ID_KM,
  )
}

interface Candidate {
  quake: Quake
  score: number
  /** The same agency's formal after its automatic: no other quake near it fits better. */
  succession: boolean
}

function associateByOrigin(report: StoredReport, quakes: readonly Quake[]): Association {
  const twins: Quake[] = []
  const candidates: Candidate[] = []
  for (const quake of quakes) {
    // Days of quakes are known, and hardly any is of these minutes; every comparison below is one of time as well.
    if (!hasReportWithin(quake, report.originTime, WIDEST_MS)) continue
    const ofSource = latestVersions(quake.reports).filter((r) => r.source === report.source && r.lifecycle === 'report')
    // A source without ids says the same row again by time and place alone.
    if (ofSource.some((other) => !report.sourceEventId && !other.sourceEventId && isTwin(report, other))) {
      return { verdict: 'known', quake }
    }
    const apart = ofSource.filter((other) => !succeeds(report, other))
    if (apart.some((other) => isTwin(report, other))) twins.push(quake)
    if (apart.length > 0) continue
    const located = listLocated(quake)
    const succession = [...ofSource, ...located.filter((other) => isSameVoice(report, other))].some((other) =>
      succeeds(report, other),
    )
    const scores = located.map((other) => scorePair(report, other, succession)).filter((score) => score !== null)
    if (scores.length > 0) candidates.push({ quake, score: Math.min(...scores), succession })
  }
  if (twins.length > 0) {
    return {
      verdict: 'ambiguous',
      candidates: twins,
      why: 'the same source gave another id within 2 s and 5 km of this one',
    }
  }
  return choose(clearClutter(report, candidates))
}

/** Newest version of each row that has an origin, also of rows taken back since: their quake is still this one. */
function listLocated(quake: Quake): StoredReport[] {
  return latestVersions(
    quake.reports.filter(
      (r) => r.lifecycle === 'report' && r.originTime !== null && r.latitude !== null && r.longitude !== null,
    ),
  )
}

/** One agency's words through two official feeds. */
function isSameVoice(a: StoredReport, b: StoredReport): boolean {
  return a.agency !== '' && a.agency === b.agency && maySpeak(a.authority) && maySpeak(b.authority)
}

/**
 * For an official report, quakes that only mirrors or foreign networks gave (one shock under two ids) are no reason to
 * wait for a person: where no official source spoke, nothing can be said twice.
 */
function clearClutter(report: StoredReport, candidates: Candidate[]): Candidate[] {
  if (!maySpeak(report.authority)) return candidates
  const successions = candidates.filter((candidate) => candidate.succession)
  if (successions.length > 0) return successions
  const official = candidates.filter(({ quake }) => isOfficial(quake))
  if (official.length === 0) return candidates.toSorted((a, b) => a.score - b.score).slice(0, 1)
  return candidates.filter(({ quake }) => isOfficial(quake) || quake.reports.some((r) => r.authority === 'foreign'))
}

/** Takes the best candidate if it leads clearly. */
function choose(candidates: Candidate[]): Association {
  candidates.sort((a, b) => a.score - b.score)
  const [best, next] = candidates
  if (!best) return { verdict: 'new' }
  if (next && (next.score === 0 || (next.score - best.score) / next.score < CLEAR_LEAD)) {
    return {
      verdict: 'ambiguous',
      candidates: candidates.map((c) => c.quake),
      why: 'two known quakes fit this determination almost equally well',
    }
  }
  return { verdict: 'known', quake: best.quake }
}

function isOfficial(quake: Quake): boolean {
  return quake.reports.some((r) => maySpeak(r.authority))
}

/** Formal after automatic of the same source, or the automatic row of it that arrives late. */
function succeeds(a: StoredReport, b: StoredReport): boolean {
  const stages = new Set([a.evaluation, b.evaluation])
  if (!stages.has('automatic') || !stages.has('reviewed')) return false
  if (a.originTime === null || b.originTime === null) return false
  return Math.abs(a.originTime - b.originTime) <= SUCCESSION_MS && separation(a, b) <= SUCCESSION_KM
}

function isTwin(a: StoredReport, b: StoredReport): boolean {
  if (a.originTime === null || b.originTime === null) return false
  return Math.abs(a.originTime - b.originTime) <= TWIN_MS && separation(a, b) <= TWIN_KM
}

/** Kilometres between two epicentres; infinite when one has none. */
export function separation(a: StoredReport, b: StoredReport): number {
  if (a.latitude === null || a.longitude === null || b.latitude === null || b.longitude === null) return Infinity
  return distanceKm({ latitude: a.latitude, longitude: a.longitude }, { latitude: b.latitude, longitude: b.longitude })
}

/** Normalised misfit, or null outside the windows: they widen with size, because large quakes are located apart. */
function scorePair(report: StoredReport, other: StoredReport, succession: boolean): number | null {
  if (report.originTime === null || other.originTime === null) return null
  const size = Math.max(report.magnitude?.value ?? 0, other.magnitude?.value ?? 0)
  const automatic = report.evaluation !== 'reviewed' || other.evaluation !== 'reviewed'
  const far = isAbroad(report) || isAbroad(other)
  const timeWindow = size >= 7 || (automatic && far) ? WIDEST_MS : (size >= 5 ? 40 : 20) * SECOND
  const reach = size >= 7 || far ? 300 : automatic ? 120 : 60
  const dt = Math.abs(report.originTime - other.originTime)
  const km = separation(report, other)
  if (dt > timeWindow || km > reach) return null
  const gap = report.magnitude && other.magnitude ? Math.abs(report.magnitude.value - other.magnitude.value) : 0
  // A succession is the same analysts' word: a formal M 3.9 after an automatic 5.2 must reach the automatic's readers.
  if (gap > MAGNITUDE_GAP && !succession) return null
  return (dt / timeWindow) ** 2 + (km / reach) ** 2 + (0.5 * gap) ** 2
}

function isAbroad(report: StoredReport): boolean {
  return describeRegion(report.place) === 'abroad'
}
