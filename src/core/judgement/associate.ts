// In: one report and the quakes we know of its class. Out: which quake it belongs to, or that a person must say.
// Must not merge on id alone across sources, nor average anything. Policy: feeds.md §3, DESIGN §5.
import { HOUR, MINUTE, SECOND } from '../instant.ts'
import { distanceKm } from '../places/distance.ts'
import { describeRegion } from '../places/region.ts'
import { baseId, hasReportWithin, latestVersions, standingLineage, type Quake, type StoredReport } from '../quake.ts'
import { maySpeak } from './prefer.ts'

export type Association =
  | { verdict: 'new' }
  /** absorbs: a quake of nothing but earlier, slipped versions of the row, of which nothing was said. */
  | { verdict: 'known'; quake: Quake; absorbs?: Quake }
  /** Close to more than one quake, or too close to tell apart: goes to a person. byId: one source id in two quakes. */
  | { verdict: 'ambiguous'; candidates: Quake[]; why: string; byId: boolean }
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

/** From here on, and abroad, a machine's first solution may lie farther from its formal (unreliable from M 6: feeds.md §0.6). */
const GREAT = 6.5

/** Nearer than this no network tells two shocks apart. */
const COINCIDENCE_MS = 10 * SECOND
const COINCIDENCE_KM = 30

/** Beijing and Tokyo time taken for UTC. */
const SLIPS = [8 * HOUR, 9 * HOUR] as const

/** Two ids of one source nearer than this cannot be told from one quake written twice. */
const TWIN_MS = 2 * SECOND
const TWIN_KM = 5

/** Two determinations further apart are never of one quake: the widest window of scorePair. */
const WIDEST_MS = 90 * SECOND
const WIDEST_KM = 300

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
  if (report.lifecycle !== 'report') {
    const quake = sameId.find((each) => standingLineage(each)) ?? sameId.at(-1)
    return quake ? { verdict: 'known', quake } : { verdict: 'orphan' }
  }
  const [fitting, second] = sameId.filter((quake) => !jumpsTooFar(report, quake))
  if (fitting && second) return doubt(sameId, '同一来源编号已见于两次地震', true)
  if (fitting) return { verdict: 'known', quake: fitting }
  const [only, other] = sameId
  if (only && !other && isSlipPutRight(report, only)) {
    const found = associateByOrigin(
      report,
      known.filter((quake) => quake !== only),
    )
    if (found.verdict === 'new') return { verdict: 'known', quake: only }
    return found.verdict === 'known' ? { ...found, absorbs: only } : found
  }
  if (only) return doubt(sameId, '已知的来源编号再次出现，时间或震中却相差很远', true)
  return associateByOrigin(report, known)
}

function doubt(candidates: Quake[], why: string, byId = false): Association {
  return { verdict: 'ambiguous', candidates, why, byId }
}

function findBound(report: StoredReport, quakes: readonly Quake[], bindings: readonly Binding[]): Quake | undefined {
  const base = baseId(report.sourceEventId)
  if (!base) return undefined
  const binding = bindings.findLast((b) => b.source === report.source && b.baseId === base)
  return binding && quakes.find((q) => q.id === binding.quakeId)
}

/** Quakes in which the report's source gave one of its ids before. */
export function findSameId(
  report: Pick<StoredReport, 'source' | 'sourceEventId' | 'aliases'>,
  quakes: readonly Quake[],
): Quake[] {
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
  const before = listLocated(quake)
  if (report.originTime === null || before.length === 0) return false
  return !before.some(
    (r) =>
      Math.abs((r.originTime ?? 0) - (report.originTime ?? 0)) <= SAME_ID_MS && separation(r, report) <= SAME_ID_KM,
  )
}

/** Beijing or Tokyo time once read as UTC, then put right by its source under the same id; nothing was said of it. */
function isSlipPutRight(report: StoredReport, quake: Quake): boolean {
  const before = listLocated(quake)
  if (quake.lineages.length > 0 || before.length === 0) return false
  return before.every((r) => {
    const gap = Math.abs((r.originTime ?? 0) - (report.originTime ?? 0))
    return SLIPS.some((slip) => Math.abs(gap - slip) <= MINUTE) && separation(r, report) <= SUCCESSION_KM
  })
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
    const ofSource = latestVersions(quake.reports).filter((r) => isOwnRow(report, r) && r.lifecycle === 'report')
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
    return doubt(twins, `同一来源另有一个编号，与该条相差不到 ${TWIN_MS / SECOND} 秒、${TWIN_KM} 公里`)
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

/**
 * A row of the same list by the same author: under another id it is another quake. An official door or list carries several
 * networks (CC beside a province's rows), and two of them may well have located one shock; the feed is not the author.
 */
function isOwnRow(report: StoredReport, other: StoredReport): boolean {
  return other.source === report.source && (other.agency === report.agency || !maySpeak(report.authority))
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
    return doubt(
      candidates.map((c) => c.quake),
      '该测定与两次已知地震几乎同样相符',
    )
  }
  return { verdict: 'known', quake: best.quake }
}

function isOfficial(quake: Quake): boolean {
  return quake.reports.some((r) => maySpeak(r.authority))
}

/** Formal after automatic of the same source, or the automatic row of it that arrives late. */
function succeeds(a: StoredReport, b: StoredReport): boolean {
  // Who does not say that an analyst looked at it counts as a machine, here as in every word (prefer.ts).
  if ((a.evaluation === 'reviewed') === (b.evaluation === 'reviewed')) return false
  if (a.originTime === null || b.originTime === null) return false
  const great = sizeOf(a, b) >= GREAT || isAbroad(a) || isAbroad(b)
  const { ms, km } = great ? windowsOf(a, b) : { ms: SUCCESSION_MS, km: SUCCESSION_KM }
  return Math.abs(a.originTime - b.originTime) <= ms && separation(a, b) <= km
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
  const dt = Math.abs(report.originTime - other.originTime)
  const km = separation(report, other)
  // Before the windows are asked for: whether a place lies abroad is read from its text.
  if (dt > WIDEST_MS || km > WIDEST_KM) return null
  const { ms: timeWindow, km: reach } = windowsOf(report, other)
  if (dt > timeWindow || km > reach) return null
  const gap = report.magnitude && other.magnitude ? Math.abs(report.magnitude.value - other.magnitude.value) : 0
  // A succession is the same analysts' word: a formal M 3.9 after an automatic 5.2 must reach the automatic's readers.
  if (gap > MAGNITUDE_GAP && !succession && !coincides(report, other)) return null
  return (dt / timeWindow) ** 2 + (km / reach) ** 2 + (0.5 * gap) ** 2
}

/** How far two solutions of one quake may lie apart (feeds.md §3). */
function windowsOf(a: StoredReport, b: StoredReport): { ms: number; km: number } {
  const size = sizeOf(a, b)
  const automatic = a.evaluation !== 'reviewed' || b.evaluation !== 'reviewed'
  const far = isAbroad(a) || isAbroad(b)
  return {
    ms: size >= 7 || (automatic && far) ? WIDEST_MS : (size >= 5 ? 40 : 20) * SECOND,
    km: size >= 7 || far ? WIDEST_KM : automatic ? 120 : 60,
  }
}

function sizeOf(a: StoredReport, b: StoredReport): number {
  return Math.max(a.magnitude?.value ?? 0, b.magnitude?.value ?? 0)
}

/**
 * Two official networks that put a shock into the same seconds and the same town speak of one shock, however far their
 * magnitudes differ: else a machine's 5.6 would stand uncorrected beside the formal 4.1.
 */
function coincides(a: StoredReport, b: StoredReport): boolean {
  if (!maySpeak(a.authority) || !maySpeak(b.authority) || a.originTime === null || b.originTime === null) return false
  return Math.abs(a.originTime - b.originTime) <= COINCIDENCE_MS && separation(a, b) <= COINCIDENCE_KM
}

function isAbroad(report: StoredReport): boolean {
  return describeRegion(report.place) === 'abroad'
}
