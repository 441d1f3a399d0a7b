// In: the record after a drill. Out: what was said in it, where and how fast, for the operator and the training record.
// Reads only; a drill's figures never enter those of the real notices.
import type { Pool } from 'pg'
import { formatUtc } from '../core/instant.ts'
import { nameGate } from '../core/judgement/gate-names.ts'
import { listNotices } from '../store/notices.ts'
import { listRunHolds } from '../store/drills.ts'
import type { Scenario } from '../town/scenario.ts'
import { writeMark, type DrillReport } from '../web/desk/drill-report.ts'
import { collectHeard, type HeardClaim } from './replay-heard.ts'

export interface DrillResult {
  scenario: string
  title: string
  by: string
  /** Eight hex digits that the run's sources carry. */
  run: string
  tookMs: number
  said: {
    serial: string
    kind: string
    title: string
    issuedAt: string
    /** By outlet: state, and milliseconds of the drill's clock from the decision; null when not accepted. */
    outlets: Record<string, { state: string; ms: number | null }>
  }[]
  holds: { gate: string; reason: string }[]
  /** What came of the rumours that were told. */
  claims: HeardClaim[]
  /** Acts and steps that a drill cannot play. */
  left: string[]
}

const MOST = 300

/** Gathers one run's notices and holds, oldest first. */
export async function describeDrill(
  pool: Pool,
  scenario: Scenario,
  about: { name: string; by: string; run: string; tookMs: number; faults: string[] },
): Promise<DrillResult> {
  const holds = await listRunHolds(pool)
  const views = await listNotices(pool, { class: 'drill', limit: MOST })
  // Quakes of earlier runs are retired at the end of each: the standing ones are this run's.
  const ours = views.filter((view) => view.quake !== null && holds.quakes.has(view.quake)).toReversed()
  return {
    scenario: about.name,
    title: scenario.title,
    by: about.by,
    run: about.run,
    tookMs: about.tookMs,
    said: ours.map((view) => ({
      serial: `${view.serial} 第${view.report}报`,
      kind: view.kind,
      title: view.title,
      issuedAt: formatUtc(view.issuedAt),
      outlets: Object.fromEntries(
        view.deliveries.map((d) => [
          d.outlet,
          { state: d.state, ms: d.acceptedAt === null ? null : d.acceptedAt - view.decidedAt },
        ]),
      ),
    })),
    holds: holds.holds,
    claims: (await collectHeard(pool, 'drill')).claims,
    left: about.faults,
  }
}

/** The result for the operator's screen. */
export function writeDrill(result: DrillResult): string {
  const said = result.said.flatMap((notice) => [
    `  ${notice.serial}  [${notice.kind}]  ${notice.title}  ${notice.issuedAt}`,
    ...Object.entries(notice.outlets).map(
      ([id, { state, ms }]) => `      ${id}: ${state}${ms === null ? '' : ` after ${(ms / 1000).toFixed(1)} s`}`,
    ),
  ])
  const holds = result.holds.map((hold) => `  [${hold.gate} ${nameGate(hold.gate)}] ${hold.reason}`)
  const claims = result.claims.map(({ title, kind, spread }) => `  [${kind}] ${title}  ${spread}`)
  const left = result.left.map((what) => `  ${what}`)
  const section = (title: string, lines: readonly string[]): string[] => (lines.length > 0 ? [title, ...lines] : [])
  return [
    `演练 ${result.scenario}：${result.title}`,
    `by ${result.by}, run ${result.run}, ${(result.tookMs / 1000).toFixed(1)} s of real time`,
    ...section(
      '公告 said',
      said.length > 0
        ? said
        : [`  nothing${result.holds.length > 0 ? '' : ': no rule of this bureau asks for a word about it'}`],
    ),
    ...section('待核 held', holds),
    ...section('传言 rumours', claims),
    ...section('未演 left out', left),
    '',
  ].join('\n')
}

/** A timed drill's report for the operator's screen: every step with its seconds, judged. */
export function writeTimed(report: DrillReport): string {
  const seconds = (ms: number | null): string => (ms === null ? '' : `${(ms / 1000).toFixed(1)} s`)
  const lines = report.steps.flatMap((step) => [
    `  ${(step.at ?? '').slice(11, 19).padEnd(8)}  ${step.what}  ${seconds(step.tookMs)}  ${writeMark(step.mark, step.goalMs)}`.trimEnd(),
    ...(step.detail === '' ? [] : [`            ${step.detail}`]),
    ...step.channels.map((one) => `            ${one.name}: ${one.state} ${seconds(one.tookMs)}`.trimEnd()),
  ])
  return [
    `演练 ${report.scenario}：${report.title}`,
    ...lines,
    ...report.left.map((what) => `  未演 left out: ${what}`),
    ...(report.endedWhy === '' ? [] : [`  ${report.state === 'aborted' ? '中止' : '结束'}：${report.endedWhy}`]),
    `达标 ${report.good}，超时 ${report.late}，未完成 ${report.missed}`,
    '',
  ].join('\n')
}
