// In: a quake of the record. Out: what official agencies have determined of it, with every version of theirs.
// Must not count a foreign figure or a mirror: they determine nothing here (DESIGN §6.6).
import { roundDecimal } from '../../decimal.ts'
import { formatBeijing, type Instant } from '../../instant.ts'
import { maySpeak, rankReports } from '../../judgement/prefer.ts'
import type { Quake, StoredReport } from '../../quake.ts'
import type { UsedRow } from './finding.ts'

/** One official determination of one quake. */
export interface OfficialVersion {
  reportId: string
  source: string
  /** AU, CC, CD, a province's letters; '' where the source gives none. */
  sourceCode: string
  isFormal: boolean
  magnitude: number
  depthKm: number | null
  receivedAt: Instant
}

export interface KnownQuake {
  id: string
  /** Of the determination that stands. */
  originTime: Instant
  latitude: number
  longitude: number
  magnitude: number
  place: string
  /** Every official version with a magnitude, the replaced ones too, in order of arrival. */
  versions: readonly OfficialVersion[]
}

/** Null where no official determination with a magnitude stands: taken back, moved to another quake, foreign. */
export function readKnownQuake(quake: Quake): KnownQuake | null {
  if (quake.mergedInto !== null) return null
  const best = rankReports(quake).find((one) => maySpeak(one.authority) && one.magnitude !== null)
  if (!best?.magnitude || best.originTime === null || best.latitude === null || best.longitude === null) return null
  return {
    id: quake.id,
    originTime: best.originTime,
    latitude: best.latitude,
    longitude: best.longitude,
    magnitude: best.magnitude.value,
    place: best.place,
    versions: quake.reports.flatMap(readVersion),
  }
}

function readVersion(report: StoredReport): OfficialVersion[] {
  const { id, source, sourceCode, evaluation, magnitude, depthKm, receivedAt, authority, lifecycle } = report
  if (!maySpeak(authority) || lifecycle !== 'report' || magnitude === null) return []
  const isFormal = evaluation === 'reviewed'
  return [{ reportId: id, source, sourceCode, isFormal, magnitude: magnitude.value, depthKm, receivedAt }]
}

/** 2017-06-03 18:11:00 内蒙古阿拉善左旗 M5.0（CENC-CC） */
export function describeQuake(quake: KnownQuake): string {
  return `${formatBeijing(quake.originTime)} ${quake.place} M${roundDecimal(quake.magnitude, 1)}`
}

export const toQuakeRow = (quake: KnownQuake, more = ''): UsedRow => ({
  table: 'quake',
  id: quake.id,
  says: `${describeQuake(quake)}${more}`,
})

export const toVersionRow = (version: OfficialVersion): UsedRow => ({
  table: 'report',
  id: version.reportId,
  says: `${version.source}${version.sourceCode === '' ? '' : ` ${version.sourceCode}`} ${version.isFormal ? '正式测定' : '自动测定'} M${roundDecimal(version.magnitude, 1)}${
    version.depthKm === null ? '' : `，深度 ${roundDecimal(version.depthKm, 0)} 千米`
  }，收到于 ${formatBeijing(version.receivedAt)}`,
})
