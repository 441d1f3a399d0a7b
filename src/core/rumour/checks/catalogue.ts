// In: a claim that a quake happened, the bureau's own record. Out: whether an official determination bears it out, or none can.
// Must not deny too soon: what is on its way, or cannot be heard, is no proof that nothing happened (DESIGN §6 "No-quake").
import { MINUTE, type Instant } from '../../instant.ts'
import { distanceKm } from '../../places/distance.ts'
import { findingOf, type Finding, type UsedRow } from './finding.ts'
import { toQuakeRow, type KnownQuake } from './known-quake.ts'
import type { ClaimReading, ToldMagnitude } from './reading.ts'
import { isAbroad, mayBeFelt, measureWay, type Home } from './where.ts'

/** How near is the same; each figure is said in the finding. */
export const CATALOGUE_TOLERANCE = {
  /** A formal determination at home takes up to 10 min, abroad 30 (wording-and-rules.md §4.4); the rest is reserve. */
  waitMs: 15 * MINUTE,
  waitAbroadMs: 45 * MINUTE,
  timeMs: 30 * MINUTE,
  /** From the nearest seat of the place that is named. */
  placeKm: 100,
  /** Within this nothing of M 4 may be on record where a claim is contradicted (rumours.md §11.1). */
  aroundKm: 300,
  aroundMagnitude: 4,
  magnitude: 0.5,
  /** Below it the catalogue is not complete, at home and abroad. */
  completeFrom: 3,
  completeAbroadFrom: 6,
} as const

export interface CatalogueFacts {
  now: Instant
  home: Home
  /** Official quakes around the time of which the claim speaks. */
  quakes: readonly KnownQuake[]
  /** Ids of official sources that do not answer now. */
  silent: readonly string[]
  /** Since when official sources are on record; null: never. */
  recordSince: Instant | null
}

export interface Candidate {
  quake: KnownQuake
  /** From the place that is named, else from home; null: cannot be measured. */
  km: number | null
  isNear: boolean
  isFelt: boolean
  isAsStrong: boolean
}

const T = CATALOGUE_TOLERANCE
const SILENT_AGAIN_MS = MINUTE

/** Whether a told magnitude may mean this quake, in any of its official versions. */
export function isAsStrongAs(told: readonly ToldMagnitude[], quake: KnownQuake): boolean {
  const official = [quake.magnitude, ...quake.versions.map(({ magnitude }) => magnitude)]
  return (
    told.length === 0 ||
    told.some(({ low, high }) =>
      official.some((value) => value >= low - T.magnitude - 1e-9 && value <= high + T.magnitude + 1e-9),
    )
  )
}

/** Quakes at the time of which a claim speaks, the nearest first. */
export function listCandidates(
  claim: ClaimReading,
  { quakes, home }: Pick<CatalogueFacts, 'quakes' | 'home'>,
): Candidate[] {
  const isAtTime = ({ originTime }: KnownQuake): boolean =>
    claim.past.spans.some(({ from, to }) => originTime >= from - T.timeMs && originTime <= to + T.timeMs)
  return quakes
    .filter(isAtTime)
    .map((quake) => {
      // 刚才地震了吗 is asked where the bureau is.
      const km = claim.places.length > 0 ? measureWay(claim.places, quake) : distanceKm(home, quake)
      return {
        quake,
        km,
        isNear: km !== null && km <= T.placeKm,
        isFelt: km !== null && mayBeFelt(quake.magnitude, km),
        isAsStrong: isAsStrongAs(claim.magnitudes, quake),
      }
    })
    .toSorted((a, b) => (a.km ?? Infinity) - (b.km ?? Infinity))
}

const toRow = ({ quake, km }: Candidate): UsedRow =>
  toQuakeRow(quake, km === null ? '' : `，距所说地点约 ${Math.round(km)} 千米`)

/** Null for a claim that is about no past quake. */
export function checkCatalogue(claim: ClaimReading, facts: CatalogueFacts): Finding | null {
  if (claim.kind !== 'occurred' && claim.kind !== 'report') return null
  const answer = (outcome: Finding['outcome'], words: string, rows: readonly UsedRow[], again: Instant | null = null) =>
    findingOf('catalogue', outcome, words, rows, again)
  const isFar = isAbroad(claim.places)
  const candidates = listCandidates(claim, facts)
  const rows = candidates.map(toRow)
  const { spans, exact } = claim.past
  const from = exact === 'open' ? claim.heardAt : Math.min(...spans.map((span) => span.from))
  const ripeAt = Math.max(...spans.map((span) => span.to)) + (isFar ? T.waitAbroadMs : T.waitMs)
  if (facts.now < ripeAt) {
    const minutes = (isFar ? T.waitAbroadMs : T.waitMs) / MINUTE
    return answer('no-data', `所说时间之后不足 ${minutes} 分钟，官方测定可能还在途中，到时自动核对。`, rows, ripeAt)
  }
  if (facts.silent.length > 0) {
    const sources = facts.silent.map((id): UsedRow => ({ table: 'source', id, says: `官方来源 ${id} 现在没有应答` }))
    const words = '有官方来源没有应答，此时不能断定有没有地震；恢复后自动核对。'
    return answer('no-data', words, [...sources, ...rows], facts.now + SILENT_AGAIN_MS)
  }
  if (facts.recordSince === null || from < facts.recordSince)
    return answer('no-data', '所说时间早于本系统开始收录官方测定的时间，须查阅台网目录。', rows)
  return compare(claim, candidates, isFar, answer)
}

type Answer = (outcome: Finding['outcome'], words: string, rows: readonly UsedRow[]) => Finding

const TOLERANCES = `（时间前后 ${T.timeMs / MINUTE} 分钟，地点 ${T.placeKm} 千米，震级 ${T.magnitude} 级以内算相符）`

function compare(claim: ClaimReading, candidates: readonly Candidate[], isFar: boolean, answer: Answer): Finding {
  const told = claim.magnitudes
  const same = candidates.filter(({ isNear, isAsStrong }) => isNear && isAsStrong)
  if (same.length > 0) return answer('supports', `与官方测定相符${TOLERANCES}，属实的应答复属实。`, same.map(toRow))
  const felt = candidates.filter(({ isFelt }) => isFelt)
  if (told.length === 0 && felt.length > 0) {
    const words = '所说地点可能有感：官方测定的地震在当地可能感觉得到，震中见所据记录；属实的应答复属实。'
    return answer('supports', words, felt.map(toRow))
  }
  const around = candidates.filter(({ km }) => km !== null && km <= T.aroundKm)
  const strong = around.filter(({ quake, isFelt }) => isFelt || quake.magnitude >= T.aroundMagnitude)
  const alike = strong.filter(({ isAsStrong }) => isAsStrong)
  if (alike.length > 0) {
    const words = `附近 ${T.aroundKm} 千米内有官方测定的地震，震中与所说地点不同，须由人员认定。`
    return answer('no-data', words, alike.map(toRow))
  }
  const floor = isFar ? T.completeAbroadFrom : T.completeFrom
  const strongest = Math.max(...told.map(({ high }) => high))
  if (told.length > 0 ? strongest < floor : isFar)
    return answer(
      'no-data',
      `目录对${isFar ? '国外 ' : ''}${floor}.0 级以下的地震不完整，没有记录不等于没有发生。`,
      candidates.map(toRow),
    )
  const nearest = candidates[0]
  const words =
    nearest === undefined
      ? `官方来源均有应答，所说时间前后 ${T.timeMs / MINUTE} 分钟没有 ${floor}.0 级及以上地震的测定记录。`
      : `所说时间前后的官方测定与所说地点或震级不符${TOLERANCES}，最近的见所据记录。`
  return answer('contradicts', words, candidates.map(toRow))
}
