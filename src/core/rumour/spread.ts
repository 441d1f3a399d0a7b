// In: when and where reports of a claim came, when it was answered. Out: how it spread before and after, as far as we saw it.
// Must not take a denial for spread, nor call what reached the bureau the rumour's reach: it is what we saw (rumours.md §11.5).
import { DAY, HOUR, MINUTE, type Instant } from '../instant.ts'

/** One report that is no denial. */
export interface SpreadReport {
  at: Instant
  platform: string
  region: string
}

export interface SpreadBin {
  from: Instant
  count: number
  /** The answer was out before this span began. */
  isAfter: boolean
}

export interface Spread {
  /** Milliseconds of one bin. */
  step: number
  bins: readonly SpreadBin[]
  total: number
  before: number
  after: number
  /** Of the fullest bin. */
  peak: number
  /** Half of what came after the answer came within so long of it; null with fewer than HALF_NEEDS. */
  halfLifeMs: number | null
  /** Largest first; '' is not said. */
  platforms: readonly { name: string; count: number; before: number; after: number }[]
  /** Places of which there was a report after the answer and none before. */
  newPlaces: readonly string[]
}

/** The median of fewer says nothing. */
export const HALF_NEEDS = 5
/** More would be a wall and no curve. */
const MOST_BINS = 96
const STEPS = [10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY] as const

/** @param answeredAt null while nothing was answered: all of it is before */
export function measureSpread(reports: readonly SpreadReport[], answeredAt: Instant | null): Spread {
  const sorted = reports.toSorted((a, b) => a.at - b.at)
  const isAfter = ({ at }: { at: Instant }): boolean => answeredAt !== null && at >= answeredAt
  const after = sorted.filter(isAfter)
  const { step, bins } = fillBins(sorted, answeredAt)
  const known = new Set(sorted.filter((one) => !isAfter(one)).map(({ region }) => region))
  return {
    step,
    bins,
    total: sorted.length,
    before: sorted.length - after.length,
    after: after.length,
    peak: bins.reduce((most, { count }) => Math.max(most, count), 0),
    halfLifeMs: findHalfLife(after, answeredAt),
    platforms: countPlatforms(sorted, isAfter),
    newPlaces: [...new Set(after.map(({ region }) => region))].filter((region) => region !== '' && !known.has(region)),
  }
}

/** Bins of one width; one begins at the answer, so that none holds both what came before and what came after. */
function fillBins(sorted: readonly SpreadReport[], answeredAt: Instant | null): { step: number; bins: SpreadBin[] } {
  const [first] = sorted
  const last = sorted.at(-1)
  if (!first || !last) return { step: STEPS[0], bins: [] }
  const from = Math.min(first.at, answeredAt ?? first.at)
  const to = Math.max(last.at, answeredAt ?? last.at)
  const step = STEPS.find((each) => (to - from) / each < MOST_BINS) ?? Math.ceil((to - from + 1) / MOST_BINS)
  const anchor = answeredAt ?? Math.floor(first.at / step) * step
  const start = anchor - Math.ceil((anchor - from) / step) * step
  const bins: SpreadBin[] = []
  for (let at = start; at <= to; at += step)
    bins.push({ from: at, count: 0, isAfter: answeredAt !== null && at >= answeredAt })
  for (const { at } of sorted) {
    const bin = bins[Math.floor((at - start) / step)]
    if (bin) bin.count += 1
  }
  return { step, bins }
}

function findHalfLife(after: readonly SpreadReport[], answeredAt: Instant | null): number | null {
  if (answeredAt === null || after.length < HALF_NEEDS) return null
  const middle = after[Math.ceil(after.length / 2) - 1]
  return middle === undefined ? null : middle.at - answeredAt
}

function countPlatforms(
  sorted: readonly SpreadReport[],
  isAfter: (report: SpreadReport) => boolean,
): Spread['platforms'] {
  const counts = new Map<string, { before: number; after: number }>()
  for (const report of sorted) {
    const known = counts.get(report.platform) ?? { before: 0, after: 0 }
    known[isAfter(report) ? 'after' : 'before'] += 1
    counts.set(report.platform, known)
  }
  return [...counts]
    .map(([name, { before, after }]) => ({ name, before, after, count: before + after }))
    .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
}
