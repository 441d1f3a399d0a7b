// In: the picture. Out: copies of the quakes a plan touches, to be put into the picture only after the commit.
// Must not change the picture before.
import type { Instant } from '../core/instant.ts'
import { HOUR } from '../core/instant.ts'
import { hasReportWithin, type Quake } from '../core/quake.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import type { Picture } from './picture.ts'

/** Quakes further apart than this know nothing of each other: main shock and aftershocks, deep shocks, second opinions. */
const NEARBY_MS = 72 * HOUR

export interface Workbench {
  /** A copy that may be changed; the same copy on every call. */
  touch(quake: Quake): Quake
  add(quake: Quake): Quake
  /** Quakes of a class as the plan sees them, changed copies included. */
  list(trafficClass: TrafficClass): Quake[]
  /** Those whose origin lies within three days of the instant. */
  nearby(trafficClass: TrafficClass, at: Instant | null): Quake[]
  find(id: string): Quake | undefined
  touched(): Quake[]
}

/** Opens a workbench over a picture. */
export function openWorkbench(picture: Picture): Workbench {
  const copies = new Map<string, Quake>()
  const find = (id: string): Quake | undefined => copies.get(id) ?? picture.quakes.get(id)
  const list = (trafficClass: TrafficClass): Quake[] => {
    const listed: Quake[] = []
    const add = (quake: Quake): void => {
      if (quake.class === trafficClass && quake.mergedInto === null) listed.push(quake)
    }
    for (const quake of picture.quakes.values()) add(copies.get(quake.id) ?? quake)
    for (const quake of copies.values()) if (!picture.quakes.has(quake.id)) add(quake)
    return listed
  }
  const touch = (quake: Quake): Quake => {
    const there = copies.get(quake.id)
    if (there) return there
    const copy: Quake = {
      ...quake,
      reports: [...quake.reports],
      lineages: quake.lineages.map((lineage) => ({ ...lineage, notices: [...lineage.notices] })),
    }
    copies.set(copy.id, copy)
    return copy
  }
  return {
    touch,
    find,
    list,
    add: (quake) => {
      copies.set(quake.id, quake)
      return quake
    },
    nearby: (trafficClass, at) =>
      at === null ? [] : list(trafficClass).filter((quake) => hasReportWithin(quake, at, NEARBY_MS)),
    touched: () => [...copies.values()],
  }
}
