// In: a drill and its report. Out: what its pages show, and its rows for a spreadsheet.
// Must not judge; a time without a goal is shown as a time.
import { formatBeijing, type Instant } from '../../core/instant.ts'
import { GOAL_NAMES, GOALS, type Goals } from '../../core/drill/goals.ts'
import type { Drill, DrillState } from '../../store/drill-book.ts'
import { writeLength, writeSpeed } from './board/words.ts'
import { sumUp, writeMark, type DrillReport, type ReportStep } from './drill-report.ts'
import { writeCell } from './journal-export.ts'

const STATE_NAMES: Readonly<Record<DrillState, string>> = {
  planned: '已计划',
  running: '正在进行',
  ended: '已结束',
  aborted: '已中止',
  cancelled: '已取消',
}
const ACTS_NAMES = { people: '由参加人员操作', scenario: '由系统按情景代为操作' } as const

export function viewRow(drill: Drill): Record<'id' | 'title' | 'state' | 'at' | 'why', string> {
  const { id, title, endedWhy } = drill
  const at = drill.startedAt ?? drill.plannedFor
  return { id, title, state: STATE_NAMES[drill.state], at: formatBeijing(at).slice(0, 16), why: endedWhy }
}

export function viewGoals(goals: Goals): { name: string; label: string; seconds: string }[] {
  return GOALS.map((goal) => ({
    name: `goal-${goal}`,
    label: GOAL_NAMES[goal],
    seconds: Number.isFinite(goals[goal]) ? String(goals[goal]) : '',
  }))
}

/** Seconds as typed; what is no number stays none and is refused by whoever plans. */
export function readGoals(form: URLSearchParams): Goals {
  const read = (goal: string): number => {
    const text = (form.get(`goal-${goal}`) ?? '').trim()
    return /^\d{1,5}$/.test(text) ? Number(text) : NaN
  }
  return Object.fromEntries(GOALS.map((goal) => [goal, read(goal)])) as Record<(typeof GOALS)[number], number>
}

/** Everything templates/desk/drill.liquid prints. */
export function viewReport(drill: Drill, report: DrillReport, now: Instant): object {
  const { state, startedAt, endedAt } = drill
  const told = sumUp(report)
  const isOver = state === 'ended' || state === 'aborted'
  return {
    drill: {
      id: drill.id,
      title: drill.title,
      state,
      stateName: STATE_NAMES[state],
      acts: ACTS_NAMES[drill.acts],
      byPeople: drill.acts === 'people',
      note: drill.note,
      why: drill.endedWhy,
      planned: formatBeijing(drill.plannedFor).slice(0, 16),
      started: startedAt === null ? '' : formatBeijing(startedAt),
      ended: endedAt === null ? '' : formatBeijing(endedAt),
      took: startedAt === null || endedAt === null ? '' : writeLength(endedAt - startedAt),
      run: drill.run ?? '',
    },
    planner: report.plannedBy,
    starter: report.startedBy,
    participants: report.participants,
    goals: GOALS.map((goal) => ({ name: GOAL_NAMES[goal], seconds: String(drill.goals[goal]) })),
    steps: report.steps.map(viewStep),
    well: isOver ? told.well : [],
    late: isOver ? told.late : [],
    over: isOver,
    left: report.left,
    now: String(now),
    since: startedAt === null ? '' : String(startedAt),
    running: startedAt === null ? '' : writeLength(now - startedAt),
  }
}

function viewStep(step: ReportStep): object {
  return {
    at: step.at === null ? '—' : formatBeijing(Date.parse(step.at)).slice(11),
    what: step.what,
    detail: step.detail,
    by: step.by,
    took: step.tookMs === null ? '' : writeSpeed(step.tookMs),
    judged: writeMark(step.mark, step.goalMs),
    mark: step.mark,
    channels: step.channels.map((one) => ({
      name: one.name,
      state: one.state,
      took: one.tookMs === null ? '' : writeSpeed(one.tookMs),
      seen: one.seenMs === null ? '' : writeSpeed(one.seenMs),
      reason: one.reason,
    })),
  }
}

/** One row per step, and one per channel below the step it belongs to. RFC 4180, with the mark of UTF-8. */
export function writeCsv(report: DrillReport): string {
  const seconds = (ms: number | null): string => (ms === null ? '' : (ms / 1_000).toFixed(2))
  const rows = report.steps.flatMap((step) => [
    [step.at ?? '', step.what, step.detail, '', step.by, seconds(step.tookMs), seconds(step.goalMs), step.mark],
    ...step.channels.map((one) => [
      '',
      '',
      `${one.state} ${one.reason}`.trim(),
      one.name,
      '',
      seconds(one.tookMs),
      '',
      '',
    ]),
  ])
  const head = ['时刻（UTC，演练时钟）', '步骤', '内容', '渠道', '何人', '用时（秒）', '目标（秒）', '评定']
  const lines = [[`演练：${report.title}`], head, ...rows].map((cells) => cells.map(writeCell).join(','))
  return `\uFEFF${lines.join('\r\n')}\r\n`
}
