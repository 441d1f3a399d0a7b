// In: a hold, its quake, what the gates said. Out: the card that the officer decides by: what, why, until when.
// Must not decide; a hold that waits for a better determination offers nothing to press.
import { roundDecimal } from '../../../core/decimal.ts'
import type { Instant } from '../../../core/instant.ts'
import { nameGate } from '../../../core/judgement/gate-names.ts'
import type { Quake, StoredReport } from '../../../core/quake.ts'
import type { OpenHold } from '../../../publish/picture.ts'
import type { GateWord } from '../../../store/desk.ts'
import { KIND_NAMES, writeLength, writeMoment, writePoint } from './words.ts'

export interface HoldCard {
  id: string
  quake: string
  drill: boolean
  kind: string
  heard: string
  magnitude: string
  place: string
  where: string
  /** What stopped it first, then what it passed. */
  gates: { passed: boolean; name: string; reason: string }[]
  /** When it goes out unless somebody stops it; '' for a hold that waits for a person. */
  goesOut: string
  /** The same for the script that counts down: epoch milliseconds of the lane's clock, '' where nothing runs. */
  due: string
  decides: boolean
  waits: string
}

/** The determination a hold speaks of, or the newest one that says anything. */
export function reportOf(hold: OpenHold, quake: Quake): StoredReport | null {
  const named = quake.reports.find(({ id }) => id === hold.reportId)
  return named ?? quake.reports.findLast(({ magnitude }) => magnitude !== null) ?? quake.reports.at(-1) ?? null
}

export function viewHold(hold: OpenHold, quake: Quake, gates: readonly GateWord[], now: Instant): HoldCard {
  const report = reportOf(hold, quake)
  const counts = hold.state === 'veto' && hold.dueAt !== null
  return {
    id: hold.id,
    quake: quake.id,
    drill: hold.class === 'drill',
    kind: KIND_NAMES[hold.kind],
    heard: report === null ? '' : `收到 ${writeLength(now - report.receivedAt)}前`,
    magnitude: describeSize(report),
    place: report?.place ?? '',
    where: report === null ? '' : describeWhere(report),
    gates: listGates(hold, gates),
    goesOut: counts ? writeLength((hold.dueAt ?? now) - now) : '',
    due: counts ? String(hold.dueAt) : '',
    decides: hold.reportId !== null && hold.state !== 'waiting',
    waits:
      hold.state === 'waiting' && hold.dueAt !== null ? `等待更好的测定结果，${writeMoment(hold.dueAt)} 再判断` : '',
  }
}

export function describeSize(report: StoredReport | null): string {
  return report?.magnitude ? `${roundDecimal(report.magnitude.value, 1)} 级` : '震级未定'
}

function describeWhere(report: StoredReport): string {
  const parts = report.originTime === null ? ['发震时刻未定'] : [writeMoment(report.originTime)]
  if (report.latitude !== null && report.longitude !== null)
    parts.unshift(writePoint(report.latitude, report.longitude))
  if (report.depthKm !== null) parts.push(`深 ${Math.round(report.depthKm)} 千米`)
  return parts.join(' · ')
}

/** The hold's own reason first: it may come from a rule or the text, which no gate knows. */
function listGates(hold: OpenHold, gates: readonly GateWord[]): HoldCard['gates'] {
  const stops = gates.flatMap(({ gate, verdict }) =>
    verdict.outcome === 'pass' || gate === hold.gate
      ? []
      : [{ passed: false, name: nameGate(gate), reason: verdict.reason }],
  )
  const passed = gates
    .filter(({ gate, verdict }) => verdict.outcome === 'pass' && gate !== hold.gate)
    .map(({ gate }) => nameGate(gate))
  const first = { passed: false, name: nameGate(hold.gate), reason: hold.reason }
  const rest = passed.length === 0 ? [] : [{ passed: true, name: passed.join('、'), reason: '' }]
  return [first, ...stops, ...rest]
}
