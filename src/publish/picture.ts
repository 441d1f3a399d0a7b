// In: the rows of the record. Out: recent quakes and what was said of them, in memory, at one version of the record.
// A picture is only ever replaced by what was committed; a plan made on an old one is refused by its version.
import type { Instant } from '../core/instant.ts'
import type { NoticeFacts, NoticeKind } from '../core/notice.ts'
import type { Lineage, Quake, SpokenNotice } from '../core/quake.ts'
import type { DeliveryState } from '../core/quake.ts'
import type { Evaluation, TrafficClass } from '../core/quake-report.ts'
import type { Binding } from '../core/judgement/associate.ts'
import type {
  DeliveryRecord,
  HoldRecord,
  NoticeRecord,
  PictureRecords,
  QuakeRecord,
  ReportRecord,
} from '../store/picture.ts'

export interface OpenHold {
  id: string
  quakeId: string
  reportId: string | null
  class: TrafficClass
  kind: NoticeKind
  gate: string
  reason: string
  state: 'open' | 'veto' | 'waiting'
  since: Instant
  dueAt: Instant | null
}

/** What we last saw of one row of a source's list. */
export interface RowMemory {
  known: Set<string>
  latest: string
  /** Versions in the last payload that had this row; null since a restart. */
  last: Set<string> | null
}

export interface Picture {
  version: number
  quakes: Map<string, Quake>
  holds: Map<string, OpenHold>
  bindings: Binding[]
  released: Set<string>
  dismissed: Set<string>
  counters: Map<string, number>
  killedAll: boolean
  killedOutlets: Set<string>
  /** Outlets that the register of accounts lets speak; asked of those that need an entry. */
  admitted: Set<string>
  seeded: Set<string>
  rows: Map<string, RowMemory>
  /** Number of the newest report of which `rows` knows by reading. */
  rowsUpTo: number
}

/** Key of a serial counter: class and Beijing year. */
export function counterKey(trafficClass: TrafficClass, year: number): string {
  return `${trafficClass} ${year}`
}

/**
 * Builds the picture from one consistent read of the record.
 * @param before memory of rows from an earlier picture that nobody uses any more, to which the records only add
 */
export function buildPicture(records: PictureRecords, before: Map<string, RowMemory> = new Map()): Picture {
  const switches = new Map(records.switches.map((s) => [s.outlet_id, s.is_on]))
  return {
    version: records.version,
    quakes: buildQuakes(records.quakes, records),
    holds: new Map(records.holds.map((h) => [h.quake_id, toOpenHold(h)])),
    bindings: records.bindings.map((b) => ({ source: b.source, baseId: b.base_id, quakeId: b.quake_id })),
    released: new Set(records.acts.filter((a) => a.state === 'released').map((a) => a.report_id)),
    dismissed: new Set(records.acts.filter((a) => a.state === 'dismissed').map((a) => a.report_id)),
    counters: new Map(records.counters.map((c) => [counterKey(c.class, c.year), c.last])),
    killedAll: switches.get('*') ?? false,
    killedOutlets: new Set([...switches].filter(([outlet, on]) => on && outlet !== '*').map(([outlet]) => outlet)),
    admitted: new Set(records.admitted),
    seeded: new Set(records.seeded),
    rows: rememberAgain(records, before),
    rowsUpTo: records.rowsUpTo,
  }
}

/** As after a restart: what the last payload had is known of no row. */
function rememberAgain(
  { rowKeys }: Pick<PictureRecords, 'rowKeys'>,
  memory: Map<string, RowMemory>,
): Map<string, RowMemory> {
  for (const row of memory.values()) row.last = null
  for (const { source, row_key: key, fingerprints } of rowKeys) {
    const known = memory.get(`${source} ${key}`)?.known ?? new Set<string>()
    for (const fingerprint of fingerprints) known.add(fingerprint)
    memory.set(`${source} ${key}`, { known, latest: fingerprints.at(-1) ?? '', last: null })
  }
  return memory
}

type Contents = {
  reports: ReportRecord[]
  notices: NoticeRecord[]
  deliveries: DeliveryRecord[]
}

/** Joins quakes with their reports, lineages and deliveries. */
export function buildQuakes(quakes: QuakeRecord[], contents: Contents): Map<string, Quake> {
  const built = new Map<string, Quake>(
    quakes.map((q) => [
      q.id,
      {
        id: q.id,
        class: q.class,
        createdAt: q.created_at,
        reports: [],
        pinnedReportId: q.pinned_report_id,
        mergedInto: q.merged_into,
        lineages: [],
      },
    ]),
  )
  for (const report of contents.reports) built.get(report.quake_id)?.reports.push(report.body)
  const lineages = new Map<string, Lineage>()
  const notices = new Map<string, SpokenNotice>()
  for (const record of contents.notices) {
    const quake = record.quake_id === null ? undefined : built.get(record.quake_id)
    if (!quake) continue
    let lineage = lineages.get(record.lineage_id)
    if (!lineage) {
      lineage = { id: record.lineage_id, serial: record.serial, year: record.year, number: record.number, notices: [] }
      lineages.set(record.lineage_id, lineage)
      quake.lineages.push(lineage)
    }
    const notice = toSpokenNotice(record)
    lineage.notices.push(notice)
    notices.set(notice.id, notice)
  }
  attachDeliveries(notices, contents.deliveries)
  return built
}

function attachDeliveries(notices: ReadonlyMap<string, SpokenNotice>, deliveries: DeliveryRecord[]): void {
  for (const delivery of deliveries) {
    notices.get(delivery.notice_id)?.deliveries.push({
      deliveryId: delivery.id,
      outlet: delivery.outlet_id,
      leg: delivery.leg,
      state: delivery.state as DeliveryState,
    })
  }
}

/** Replaces the delivery states of one lineage by those just read. */
export function refreshDeliveries(lineage: Lineage, deliveries: DeliveryRecord[]): void {
  const notices = new Map(lineage.notices.map((notice) => [notice.id, notice]))
  for (const notice of lineage.notices) notice.deliveries = []
  attachDeliveries(notices, deliveries)
}

function toSpokenNotice(record: NoticeRecord): SpokenNotice {
  const facts = record.facts as NoticeFacts
  return {
    id: record.id,
    code: record.code,
    kind: record.kind as NoticeKind,
    report: record.report_no,
    serial: record.serial,
    issuedAt: record.issued_at,
    evaluation: record.evaluation as Evaluation,
    origin: facts.origin,
    reportId: record.report_id,
    withdrawal: facts.withdrawal,
    deliveries: [],
  }
}

function toOpenHold(record: HoldRecord): OpenHold {
  return {
    id: record.id,
    quakeId: record.quake_id,
    reportId: record.report_id,
    class: record.class,
    kind: record.notice_kind as NoticeKind,
    gate: record.gate,
    reason: record.reason,
    state: record.state as OpenHold['state'],
    since: record.since,
    dueAt: record.due_at,
  }
}
