// In: a window, an area, a floor of magnitude. Out: why 未发生地震 cannot be said of them now, or null.
// Must not say it: a person does, at the desk or at the command line (DESIGN §6 "No-quake").
import { formatUtc } from '../core/instant.ts'
import type { CheckedArea } from '../core/notice.ts'
import { distanceKm } from '../core/places/distance.ts'
import type { Picture } from '../publish/picture.ts'
import type { InstallationClock } from './clock.ts'

export interface DenialContext {
  clock: InstallationClock
  home: { name: string; latitude: number; longitude: number }
  /** Official sources that do not answer now: while one is silent nobody can say that nothing happened. */
  silentOfficial: () => string[]
}

/** DESIGN §6: not before this after the claimed time; a national formal abroad takes up to 30 min, at home 10. */
const DENY_AFTER_MS = 15 * 60_000
/** A quake this near would be felt or asked about in the area a statement speaks of. */
const DENY_KM = 100

/** A sentence that names the rule and the fact; null where nothing stands against it. @param picture the newest */
export function barDenial(
  context: DenialContext,
  { from, to, magnitudeFloor }: CheckedArea,
  picture: Picture,
): string | null {
  if (context.clock.now('actual') < to + DENY_AFTER_MS)
    return `${formatUtc(to)} 的地震仍可能报来：最早 ${formatUtc(to + DENY_AFTER_MS)} 方可发布`
  const silent = context.silentOfficial()
  if (silent.length > 0) return `官方来源 ${silent.join('、')} 没有应答：此时不能断言没有发生地震`
  const told = findReported(context, picture, from, to, magnitudeFloor)
  return told === null ? null : `该时段内已有测定记录：${told}`
}

/** A determination near the home that the statement would contradict; in words, or null. */
function findReported(
  { home }: DenialContext,
  picture: Picture,
  from: number,
  to: number,
  floor: number,
): string | null {
  for (const quake of picture.quakes.values()) {
    for (const report of quake.reports) {
      if (report.class !== 'actual' || report.originTime === null || report.originTime < from || report.originTime > to)
        continue
      if ((report.magnitude?.value ?? 0) < floor || report.latitude === null || report.longitude === null) continue
      const km = distanceKm({ latitude: report.latitude, longitude: report.longitude }, home)
      if (km <= DENY_KM)
        return `${report.source} ${report.sourceEventId}，M ${report.magnitude?.value}，距${home.name} ${Math.round(km)} 千米`
    }
  }
  return null
}
