// In: the record of a drill's run, its goals. Out: the report: every step timed and judged, what went well, what was late.
// Names people as they were then; reads only.
import type { Pool } from 'pg'
import { GOAL_NAMES } from '../core/drill/goals.ts'
import { timeSteps, type DrillStep } from '../core/drill/stopwatch.ts'
import { formatUtc } from '../core/instant.ts'
import type { Drill } from '../store/drill-book.ts'
import { readDrillRecord } from '../store/drill-record.ts'
import { readPeopleThen } from '../store/people/history.ts'
import { writeStep, type DrillReport, type ReportStep } from '../web/desk/drill-report.ts'
import { LEFT_OVER } from './drill-lines.ts'

/** Times and judges what a run has on record until now. @param left acts and steps that could not be played */
export async function scoreDrill(pool: Pool, drill: Drill, left: readonly string[]): Promise<DrillReport> {
  const at = drill.startedAt ?? drill.plannedAt
  const record =
    drill.run === null ? { reports: [], holds: [], notices: [] } : await readDrillRecord(pool, drill.run, drill.clock)
  const timed = timeSteps(record, drill.goals, LEFT_OVER)
  const ids = [drill.plannedBy, drill.startedBy ?? '', ...drill.participants, ...timed.map(({ by }) => by)]
  const people = await readPeopleThen(pool, ids)
  const name = (id: string): string => {
    const person = people(id, at)
    return person ? `${person.name}（${person.organisation}）` : id === 'system' ? '自动' : id
  }
  const steps = timed.map((step) => describe(step, name))
  const count = (mark: ReportStep['mark']): number => steps.filter((step) => step.mark === mark).length
  return {
    format: 1,
    scenario: drill.scenario,
    title: drill.title,
    run: drill.run ?? '',
    acts: drill.acts,
    state: drill.state,
    endedWhy: drill.endedWhy,
    plannedBy: name(drill.plannedBy),
    startedBy: drill.startedBy === null ? '' : name(drill.startedBy),
    startedAt: drill.startedAt === null ? '' : formatUtc(drill.startedAt),
    participants: drill.participants.map(name),
    goals: drill.goals,
    steps,
    good: count('good'),
    late: count('late'),
    missed: count('missed'),
    left: [...left],
  }
}

function describe(step: DrillStep, name: (id: string) => string): ReportStep {
  return {
    at: step.at === null ? null : formatUtc(step.at),
    is: step.what.is,
    ...writeStep(step.what),
    by: step.by === '' ? '' : name(step.by),
    tookMs: step.tookMs,
    goal: step.goal === null ? '' : GOAL_NAMES[step.goal],
    goalMs: step.goalMs,
    mark: step.mark,
  }
}
