// In: what we said and what stands now. Out: whether that is worth a new notice, and of which kind.
// Must not know thresholds of first words: what corrects a spoken word always goes out (DESIGN §3 "follow-up").
import { HOUR, type Instant } from '../instant.ts'
import type { NoticeKind, SpokenOrigin } from '../notice.ts'
import { readPlace } from '../places/county-names.ts'
import { distanceKm } from '../places/distance.ts'
import type { Lineage, SpokenNotice } from '../quake.ts'
import { isFormal, type Voice } from './prefer.ts'

/** Follow-up policy of feeds.md §3: an update is worth a notice if any of these holds. */
const WORTH_MAGNITUDE = 0.3
const WORTH_KM = 20
const CLASS_EDGES = [3, 4, 5, 6, 7, 8] as const
/** Shallow ≤ 60, intermediate ≤ 300, deep: the classes of feeds.md §3, kilometres. */
const DEPTH_EDGES = [60, 300] as const

export type FollowUp = { kind: Extract<NoticeKind, 'formal-report' | 'revision' | 'correction'>; why: string } | null

/**
 * Decides the follow-up to the head of a lineage.
 * @param head newest notice of the lineage, not a withdrawal
 * @param voice of the determination that stands now
 */
export function decideFollowUp(
  head: SpokenNotice,
  voice: Voice,
  headVoiceFormal: boolean,
  next: SpokenOrigin,
): FollowUp {
  const said = head.origin
  if (!said) return null
  const formal = isFormal(voice)
  if (formal && !headVoiceFormal) return { kind: 'formal-report', why: '自动测定之后有了正式测定' }
  if (headVoiceFormal && !formal) return null
  if (labelGroup(said.sourceCode) !== labelGroup(next.sourceCode) && formal) {
    // Only upwards: two provinces that both located a border quake must not correct each other in turn.
    const outranks = voice === 'national-formal' || (voice === 'own-formal' && labelGroup(said.sourceCode) !== NATIONAL)
    return outranks ? { kind: 'formal-report', why: '改由另一台网测定' } : null
  }
  if (said.kind !== next.kind) return { kind: 'correction', why: '事件类型有变' }
  const change = describeChange(said, next)
  return change ? { kind: 'revision', why: change } : null
}

/** A determination that swings to and fro must not burn the readers' trust and the channels' budgets (feeds.md §3). */
const MOST_REVISIONS = 3
const REVISIONS_MS = 6 * HOUR

/** True when so many revisions went out in the last hours that a further one is for the website alone, with an alarm. */
export function isRevisedTooOften(lineage: Lineage, now: Instant): boolean {
  const recent = lineage.notices.filter((n) => n.kind === 'revision' && now - n.issuedAt < REVISIONS_MS)
  return recent.length >= MOST_REVISIONS
}

const NATIONAL = 'CENC-formal'

/** CC and CD are both 中国地震台网正式测定; provinces each have their own label. */
export function labelGroup(sourceCode: string): string {
  return sourceCode === 'CC' || sourceCode === 'CD' ? NATIONAL : sourceCode
}

/** The reason a change of values is worth a revision, or null when it is not. */
export function describeChange(said: SpokenOrigin, next: SpokenOrigin): string | null {
  const gap = Math.abs(said.magnitude - next.magnitude)
  // Values carry one decimal; the 0.001 absorbs binary noise of a difference such as 4.8 − 4.5.
  if (gap >= WORTH_MAGNITUDE - 0.001) return `震级 ${said.magnitude.toFixed(1)} → ${next.magnitude.toFixed(1)}`
  const crossed = CLASS_EDGES.find((edge) => said.magnitude < edge !== next.magnitude < edge)
  if (crossed !== undefined)
    return `震级 ${said.magnitude.toFixed(1)} → ${next.magnitude.toFixed(1)}，跨过 ${crossed}.0 级`
  const km = distanceKm(said, next)
  if (km >= WORTH_KM) return `震中移动 ${Math.round(km)} 公里`
  if (movedCounty(said.place, next.place)) return `地点 ${said.place} → ${next.place}`
  if (depthClass(said.depthKm) !== depthClass(next.depthKm) && said.depthKm !== null && next.depthKm !== null) {
    return `深度 ${said.depthKm} → ${next.depthKm} 公里`
  }
  return null
}

function depthClass(depthKm: number | null): number {
  return depthKm === null ? -1 : DEPTH_EDGES.filter((edge) => depthKm > edge).length
}

/**
 * True when the epicentre is now said to lie in another county. Counties are compared by code, because sources spell one
 * place in several ways (内蒙古阿拉善盟…, 内蒙古自治区阿拉善盟…); a border place that still names the county is no move.
 * Texts without a county (a sea, a foreign region) are compared by province, else as they are.
 */
function movedCounty(said: string, next: string): boolean {
  if (said === next) return false
  const before = readPlace(said)
  const after = readPlace(next)
  const shareOne = (a: readonly string[], b: readonly string[]): boolean => a.some((code) => b.includes(code))
  const codes = [before, after].map((reading) => reading.counties.map((county) => county.code))
  const [from = [], to = []] = codes
  if (from.length > 0 && to.length > 0) return !shareOne(from, to)
  if (before.provinceCodes.length > 0 && after.provinceCodes.length > 0) {
    return !shareOne(before.provinceCodes, after.provinceCodes)
  }
  const [plainBefore, plainAfter] = [stripPosition(said), stripPosition(next)]
  return !plainBefore.startsWith(plainAfter) && !plainAfter.startsWith(plainBefore)
}

/** A text without the words of position at its end: 附近海域 for 海域 is another wording, not another place. */
function stripPosition(place: string): string {
  return place.replace(/(?:附近|海域|近海|远海|沿岸|沿海|地区|一带){1,3}$/u, '')
}
