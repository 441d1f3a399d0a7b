// In: what was judged of one payload's quakes. Out: one alarm for the official words among them that were only recorded.
// Must not publish: a re-emitted list looks the same (DESIGN §6.8); a person is told, for nothing official is set aside unseen.
import { formatBeijing, MINUTE } from '../core/instant.ts'
import { rankReports } from '../core/judgement/prefer.ts'
import type { Circumstances, GateThresholds } from '../core/judgement/policy.ts'
import type { Judgement } from '../core/judgement/judge.ts'
import type { Quake, StoredReport } from '../core/quake.ts'
import type { Plan } from '../store/plan.ts'

/** What became of one quake of a payload. */
export interface Settled {
  quake: Quake
  association: string
  judgement: Judgement
}

/**
 * Raises one alarm for a payload in bulk whose old rows would have been published, or held for a person, had they come in
 * time: what fails on time alone is never archived in silence (DESIGN §6.2). A source's first
 * list is recorded in silence (DESIGN §6.8): nobody could tell its rows from those of last year.
 */
export function alarmSetAside(
  plan: Plan,
  source: string,
  settled: readonly Settled[],
  world: Circumstances,
  gates: GateThresholds,
  random: () => string,
): void {
  if (!world.bulk || world.seeding) return
  const aside = settled.filter(isSetAside).flatMap(({ quake }) => rankReports(quake)[0] ?? [])
  const [largest] = aside.toSorted((a, b) => (b.magnitude?.value ?? 0) - (a.magnitude?.value ?? 0))
  if (!largest) return
  const quake = settled.find((one) => one.quake.reports.includes(largest))?.quake.id ?? ''
  plan.alarms.push({
    id: `a-${random().slice(0, 20)}`,
    kind: 'set-aside',
    subject: source,
    class: world.class,
    message: `来源 ${source} 一次来了很多行，早于${gates.bulkAgeMs / MINUTE}分钟的只入库，其中${aside.length}条本应发布或待核，最大为${describe(largest)}。核实后可发布：publish ${quake}`,
  })
}

/** Rows of a mirror are archived for their authority, before the bulk is asked about. */
function isSetAside({ judgement, association }: Settled): boolean {
  if (judgement.act !== 'record' || judgement.gate !== 'bulk' || association === 'ambiguous') return false
  return judgement.gates.every(({ gate, verdict }) => gate === 'bulk' || verdict.outcome !== 'archive')
}

function describe({ magnitude, originTime, place }: StoredReport): string {
  const at = originTime === null ? '' : formatBeijing(originTime)
  return `${at} ${place} M${magnitude?.value.toFixed(1) ?? '?'}`
}
