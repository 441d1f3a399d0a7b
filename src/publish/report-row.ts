// In: a stored report and its place in its source. Out: its row of the plan.
// Must not leave anything out: the body is the report as core reads it again.
import { formatUtc } from '../core/instant.ts'
import type { StoredReport } from '../core/quake.ts'
import type { ReportRow } from '../store/plan.ts'

/** The row of a report; key and fingerprint as rows.ts makes them. */
export function toRow(report: StoredReport, row: { key: string; fingerprint: string }): ReportRow {
  return {
    id: report.id,
    row_no: report.row,
    source: report.source,
    authority: report.authority,
    class: report.class,
    received_at: formatUtc(report.receivedAt),
    row_key: row.key,
    fingerprint: row.fingerprint,
    lifecycle: report.lifecycle,
    source_event_id: report.sourceEventId,
    agency: report.agency,
    source_code: report.sourceCode,
    evaluation: report.evaluation,
    kind: report.kind,
    origin_at: report.originTime === null ? null : formatUtc(report.originTime),
    latitude: report.latitude,
    longitude: report.longitude,
    depth_km: report.depthKm,
    magnitude: report.magnitude?.value ?? null,
    magnitude_type: report.magnitude?.type ?? null,
    place: report.place,
    body: report,
  }
}
