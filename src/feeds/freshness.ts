// In: when each source last answered and changed, what the others brought. Out: which sources are silent or frozen.
// Must not alarm by itself nor read a clock: it judges, the schedule asks (feeds.md §2 "Freshness").
import type { Instant } from '../core/instant.ts'
import { MINUTE, SECOND } from '../core/instant.ts'

export interface SourceHealth {
  source: string
  /** When we began to ask; the measure until the first answer. */
  startedAt: Instant
  /** Last answered poll (304 counts) or proof of life on a line; null before the first. */
  answeredAt: Instant | null
  /**
   * When its rows last became others; null before the first. Rows, not bodies: some lists print the time of the request
   * (USGS `metadata.generated`) and are a new body each time.
   */
  changedAt: Instant | null
  /** Interval of a poll, or the advertised heartbeat of a line, in milliseconds. */
  everyMs: number
}

/** A quake that some source brought for the first time. */
export interface SightedQuake {
  /** Sources that have brought it so far. */
  sources: readonly string[]
  firstSeenAt: Instant
  originTime: Instant
  magnitude: number
}

export interface FreshnessPolicy {
  /** Polls that may be missed in a row. */
  missedPolls: number
  /** Shortest silence worth a person, in milliseconds: three seconds without an answer are not. */
  shortestMs: number
  /** Smallest magnitude that every source is expected to list. */
  magnitude: number
  /** How long after the first sight a slow source may still be without it; CENC's formal abroad takes up to 30 min. */
  graceMs: number
  /** A quake older than this at first sight is a late row and proves nothing about the others. */
  lateMs: number
}

const FRESHNESS: FreshnessPolicy = {
  missedPolls: 3,
  shortestMs: 30 * SECOND,
  magnitude: 4.5,
  graceMs: 30 * MINUTE,
  lateMs: 120 * MINUTE,
}

export type Staleness =
  | { source: string; state: 'silent'; sinceMs: number }
  | { source: string; state: 'frozen'; sinceMs: number }

/**
 * True when the source has not answered for three intervals (and at least `shortestMs`).
 * A source that never answered is measured from the start.
 */
export function isSilent(health: SourceHealth, now: Instant, policy: FreshnessPolicy = FRESHNESS): boolean {
  // An answer from the future is one from before our clock was set back: it proves nothing about now.
  return Math.abs(now - (health.answeredAt ?? health.startedAt)) > silenceLimit(health, policy)
}

/**
 * True when the source answers, but its content is the same as before another source brought a new strong quake, and
 * its time to bring it is over. Without such a quake an unchanged list is a quiet earth, not a fault.
 */
export function isFrozen(
  health: SourceHealth,
  quakes: readonly SightedQuake[],
  now: Instant,
  policy: FreshnessPolicy = FRESHNESS,
): boolean {
  if (isSilent(health, now, policy)) return false
  const since = health.changedAt
  if (since === null) return false
  return quakes.some(
    (quake) =>
      quake.magnitude >= policy.magnitude &&
      quake.firstSeenAt - quake.originTime <= policy.lateMs &&
      quake.originTime > health.startedAt &&
      quake.originTime > since &&
      now - quake.firstSeenAt > policy.graceMs &&
      !quake.sources.includes(health.source) &&
      quake.sources.length > 0,
  )
}

/** The sources a person must hear of, each at most once; silent wins over frozen. */
export function findStale(
  sources: readonly SourceHealth[],
  quakes: readonly SightedQuake[],
  now: Instant,
  policy: FreshnessPolicy = FRESHNESS,
): Staleness[] {
  const found: Staleness[] = []
  for (const health of sources) {
    const { source } = health
    if (isSilent(health, now, policy))
      found.push({ source, state: 'silent', sinceMs: Math.abs(now - (health.answeredAt ?? health.startedAt)) })
    else if (isFrozen(health, quakes, now, policy))
      found.push({ source, state: 'frozen', sinceMs: now - (health.changedAt ?? health.startedAt) })
  }
  return found
}

function silenceLimit(health: SourceHealth, policy: FreshnessPolicy): number {
  return Math.max(policy.missedPolls * health.everyMs, policy.shortestMs)
}
