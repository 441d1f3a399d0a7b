// In: a quake with what was said of it. Out: its card: sources side by side, the notices of its lineage, each channel's state.
// Must not choose between determinations: which one stands is told by whoever judged.
import { roundDecimal } from '../../../core/decimal.ts'
import { MINUTE, type Instant } from '../../../core/instant.ts'
import { linkTo } from '../../../core/network.ts'
import { distanceKm } from '../../../core/places/distance.ts'
import { MAY_BE_VISIBLE, SETTLED, type Quake, type StoredReport } from '../../../core/quake.ts'
import type { DeliveryView, NoticeView } from '../../../store/notices.ts'
import { describeSize } from './hold-view.ts'
import { DELIVERY_WORDS, KIND_NAMES, nameOutlet, writeMoment, writeSecond, writeSpeed } from './words.ts'

export interface SourceRow {
  source: string
  evaluation: string
  magnitude: string
  time: string
  apart: string
  stands: boolean
}

export interface DeliveryRow {
  name: string
  state: string
  tone: string
  took: string
  url: string
  reason: string
}

export interface NoticeCard {
  id: string
  serial: string
  kind: string
  title: string
  text: string
  issued: string
  state: 'current' | 'superseded' | 'withdrawn'
  stateName: string
  by: string
  url: string
  deliveries: DeliveryRow[]
  /** Channels on which the word stands or may stand: what a withdrawal has to reach. */
  carried: number
  settled: boolean
}

export interface QuakeCard {
  id: string
  drill: boolean
  title: string
  origin: string
  sources: SourceRow[]
  notices: NoticeCard[]
}

const STATE_NAMES = { current: '现行有效', superseded: '已有更新', withdrawn: '已撤回' } as const
/**
 * @param standing id of the report whose figures stand; null when nothing official stands
 * @param name of a person, for what was done under an account's id
 */
export function viewQuake(
  quake: Quake,
  notices: readonly NoticeView[],
  standing: string | null,
  address: (code: string) => string,
  name: (actor: string) => string,
): QuakeCard {
  const stands = quake.reports.find(({ id }) => id === standing) ?? quake.reports.at(-1) ?? null
  return {
    id: quake.id,
    drill: quake.class === 'drill',
    title: stands === null ? '无测定结果' : `${stands.place} ${describeSize(stands)}`.trim(),
    origin: stands?.originTime == null ? '' : writeMoment(stands.originTime),
    sources: newestOfEach(quake.reports).map((report) => viewSource(report, stands, standing)),
    notices: notices.toReversed().map((notice) => viewNotice(notice, address, name)),
  }
}

function newestOfEach(reports: readonly StoredReport[]): StoredReport[] {
  const newest = new Map<string, StoredReport>()
  for (const report of reports) newest.set(`${report.source} ${report.evaluation}`, report)
  return [...newest.values()].toReversed()
}

function viewSource(report: StoredReport, stands: StoredReport | null, standing: string | null): SourceRow {
  return {
    source: report.source,
    evaluation: report.evaluation === 'reviewed' ? '正式' : '自动',
    magnitude:
      report.magnitude === null ? '未定' : `${report.magnitude.type} ${roundDecimal(report.magnitude.value, 1)}`,
    time: report.originTime === null ? '' : writeSecond(report.originTime),
    apart: report.id === standing ? '采用' : describeApart(report, stands),
    stands: report.id === standing,
  }
}

function describeApart(report: StoredReport, from: StoredReport | null): string {
  if (report.latitude === null || report.longitude === null || from?.latitude == null || from.longitude == null)
    return ''
  const here = { latitude: report.latitude, longitude: report.longitude }
  return `${Math.round(distanceKm(here, { latitude: from.latitude, longitude: from.longitude }))} 千米`
}

export function viewNotice(
  notice: NoticeView,
  address: (code: string) => string,
  name: (actor: string) => string,
): NoticeCard {
  return {
    id: notice.id,
    serial: `${notice.serial} 第${notice.report}报`,
    kind: KIND_NAMES[notice.kind as keyof typeof KIND_NAMES] ?? notice.kind,
    title: notice.title,
    text: notice.text,
    issued: writeMoment(notice.issuedAt),
    state: notice.state,
    stateName: STATE_NAMES[notice.state],
    by: name(notice.actor),
    url: address(notice.code),
    deliveries: notice.deliveries.map((delivery) => viewDelivery(delivery, notice.decidedAt)),
    carried: notice.deliveries.filter(({ state }) => MAY_BE_VISIBLE.includes(state)).length,
    settled: notice.deliveries.every(({ state }) => SETTLED.includes(state)),
  }
}

function viewDelivery(delivery: DeliveryView, decidedAt: Instant): DeliveryRow {
  const word = DELIVERY_WORDS[delivery.state]
  const seen = delivery.seenAt !== null
  return {
    name: nameOutlet(delivery.channel, delivery.leg, delivery.outlet),
    state: delivery.state === 'accepted' && seen ? '已发布，已回读' : word.name,
    tone: word.tone,
    took: delivery.acceptedAt === null ? '' : writeSpeed(delivery.acceptedAt - decidedAt),
    url: linkTo(delivery.url),
    // What the program says to itself is English at times; the state's own word stands before it.
    reason: word.tone === 'ok' ? '' : delivery.cause,
  }
}

/** A quake stays on the board for a day after its last word or report. */
export function isRecent(quake: Quake, now: Instant): boolean {
  const last = Math.max(
    quake.createdAt,
    ...quake.reports.map(({ receivedAt }) => receivedAt),
    ...quake.lineages.flatMap(({ notices }) => notices.map(({ issuedAt }) => issuedAt)),
  )
  return now - last < 24 * 60 * MINUTE
}
