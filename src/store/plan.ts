// In: nothing. Out: the shape of one commit: everything that a decision writes, in the words of the tables.
// Must not hold logic: publish fills it, commit_plan() in SQL writes it, all or nothing.
import type { TrafficClass } from '../core/quake-report.ts'

export interface ReportRow {
  id: string
  row_no: number
  source: string
  authority: string
  class: TrafficClass
  received_at: string
  row_key: string
  fingerprint: string
  lifecycle: string
  source_event_id: string
  agency: string
  source_code: string
  evaluation: string
  kind: string
  origin_at: string | null
  latitude: number | null
  longitude: number | null
  depth_km: number | null
  magnitude: number | null
  magnitude_type: string | null
  place: string
  /** The parsed report as it stands in core, for exact reloading. */
  body: object
}

export interface QuakeRow {
  id: string
  class: TrafficClass
  merged_into?: string
  pinned_report_id?: string
  origin_at?: string | null
  latitude?: number | null
  longitude?: number | null
}

export interface DecisionRow {
  quake_id: string | null
  report_id: string | null
  association: string
  act: string
  gate: string
  reason: string
  gates: object
}

export interface HoldRow {
  id: string
  quake_id: string
  report_id: string | null
  class: TrafficClass
  notice_kind: string
  gate: string
  reason: string
  state: 'open' | 'veto' | 'waiting'
  due_at: string | null
}

export interface ClosedHold {
  id: string
  state: 'released' | 'dismissed' | 'resolved'
  closed_by: string
  closed_why: string
}

export interface LineageRow {
  id: string
  class: TrafficClass
  quake_id: string | null
  year: number
  number: number
  serial: string
}

export interface NoticeRow {
  id: string
  code: string
  class: TrafficClass
  lineage_id: string
  report_no: number
  kind: string
  supersedes: string | null
  quake_id: string | null
  report_id: string | null
  title: string
  text: string
  variants: Record<string, string>
  facts: object
  evaluation: string
  origin_at: string | null
  received_at: string
  decided_at: string
  issued_at: string
  authorisation_id: string | null
  actor: string
  publication_level: string
  secrecy_review: string
  rule: string
}

export interface DeliveryRow {
  id: string
  notice_id: string
  class: TrafficClass
  outlet_id: string
  leg: string
  priority: number
  state: 'sending' | 'queued' | 'rehearsal' | 'refused' | 'failed'
  content: Record<string, string>
  due_at: string
  lease_owner: string
  lease_ms: number
  attempts: number
  first_attempt_at: string | null
  reason: string
  expires_at: string | null
}

export interface AlarmRow {
  id: string
  kind: string
  subject: string
  class: TrafficClass
  message: string
}

export interface JournalRow {
  actor: string
  act: string
  subject: string
  /** No personal data (DESIGN L5). */
  detail: object
}

export interface Plan {
  version: number
  at: string
  raw?: {
    source: string
    transport: string
    class: TrafficClass
    received_at: string
    content_type: string
    sha256: string
  }
  source?: { id: string; seeded_at: string; last_ok_at: string; last_changed_at: string }
  message?: { door: string; id: string; reply: object }
  quakes: QuakeRow[]
  reports: ReportRow[]
  belongs: { report_id: string; quake_id: string }[]
  refused: { row_no: number; rule: string; reason: string }[]
  bindings: { source: string; base_id: string; quake_id: string; actor: string }[]
  decisions: DecisionRow[]
  holds: HoldRow[]
  closed_holds: ClosedHold[]
  authorisations: { id: string; template: string; sha256: string; body: object }[]
  /** unsent: the decision rests on its not having left; when it has, the plan is refused and made anew. */
  ended_deliveries: { id: string; state: 'superseded' | 'cancelled'; reason: string; unsent: boolean }[]
  lineages: LineageRow[]
  notices: NoticeRow[]
  deliveries: DeliveryRow[]
  alarms: AlarmRow[]
  cleared_alarms: { kind: string; subject: string }[]
  journal: JournalRow[]
}

/** A plan that writes nothing yet. */
export function emptyPlan(version: number, at: string): Plan {
  return {
    version,
    at,
    quakes: [],
    reports: [],
    belongs: [],
    refused: [],
    bindings: [],
    decisions: [],
    holds: [],
    closed_holds: [],
    authorisations: [],
    ended_deliveries: [],
    lineages: [],
    notices: [],
    deliveries: [],
    alarms: [],
    cleared_alarms: [],
    journal: [],
  }
}
