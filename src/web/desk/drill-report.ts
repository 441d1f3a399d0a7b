// In: a step of a drill. Out: what it says to people, and the report's shape as it is kept and exported.
// Must not judge a time: the stopwatch did.
import { nameGate } from '../../core/judgement/gate-names.ts'
import type { Goals } from '../../core/drill/goals.ts'
import type { Mark, StepWhat } from '../../core/drill/stopwatch.ts'
import type { DrillState } from '../../store/drill-book.ts'
import { DELIVERY_WORDS, KIND_NAMES, nameOutlet, writeSpeed } from './board/words.ts'

/** One line of the stopwatch; times are UTC of the drill's own clock. */
export interface ReportStep {
  at: string | null
  is: StepWhat['is']
  what: string
  detail: string
  /** Channel by channel; empty where nothing was sent. */
  channels: { name: string; state: string; tookMs: number | null; seenMs: number | null; reason: string }[]
  by: string
  tookMs: number | null
  goal: string
  goalMs: number | null
  mark: Mark
}

/** A drill's report, frozen when it ends. */
export interface DrillReport {
  format: 1
  scenario: string
  title: string
  run: string
  acts: 'people' | 'scenario'
  state: DrillState
  /** Why it was given up; '' for one that came to its end. */
  endedWhy: string
  plannedBy: string
  startedBy: string
  startedAt: string
  participants: string[]
  goals: Goals
  steps: ReportStep[]
  good: number
  late: number
  missed: number
  /** Acts and steps that could not be played. */
  left: string[]
}

const MARK_NAMES: Readonly<Record<Mark, string>> = { good: '达标', late: '超时', missed: '未完成', none: '' }

/** 达标（目标 10 秒以内）; '' for a step without a goal. */
export function writeMark(mark: Mark, goalMs: number | null): string {
  return mark === 'none' || goalMs === null ? '' : `${MARK_NAMES[mark]}（目标 ${goalMs / 1_000} 秒以内）`
}

/** What a step was, in words, and channel by channel. */
export function writeStep(what: StepWhat): Pick<ReportStep, 'what' | 'detail' | 'channels'> {
  switch (what.is) {
    case 'received': {
      const { report } = what
      const kind = report.isDeletion ? '撤销' : report.evaluation === 'reviewed' ? '正式测定' : '自动测定'
      const size = report.magnitude === null ? '' : ` ${report.magnitude.toFixed(1)} 级`
      return { what: `收到${kind}`, detail: `${report.source}：${report.place}${size}`.trim(), channels: [] }
    }
    case 'held':
      return {
        what: `${what.hold.gate === 'veto' ? '等待期开始' : '转待核'}（${nameGate(what.hold.gate)}）`,
        detail: what.hold.reason,
        channels: [],
      }
    case 'acknowledged':
      return { what: '告警确认', detail: `待核（${nameGate(what.hold.gate)}）`, channels: [] }
    case 'decided': {
      const way = { released: '核实后发布', dismissed: '决定不发布' }[what.hold.state as string] ?? '作出决定'
      return { what: way, detail: `待核（${nameGate(what.hold.gate)}）`, channels: [] }
    }
    case 'spoken':
      return { what: KIND_NAMES[what.notice.kind], detail: `${what.notice.serial} ${what.notice.title}`, channels: [] }
    case 'carried': {
      const { notice, missing } = what
      const done = notice.kind === 'withdrawal' ? '各渠道撤回' : '各渠道发出'
      return {
        what: done,
        detail: missing.length === 0 ? notice.serial : `${notice.serial}；未完成：${missing.join('、')}`,
        channels: notice.deliveries.map((one) => ({
          name: nameOutlet(one.channel, one.leg, one.outlet),
          state: DELIVERY_WORDS[one.state].name,
          tookMs: one.acceptedAt === null ? null : one.acceptedAt - notice.issuedAt,
          seenMs: one.seenAt === null || one.acceptedAt === null ? null : one.seenAt - notice.issuedAt,
          reason: one.state === 'accepted' ? '' : one.reason,
        })),
      }
    }
  }
}

/** What went well, and what was late or did not happen; steps without a goal stand in neither. */
export function sumUp({ steps }: Pick<DrillReport, 'steps'>): { well: string[]; late: string[] } {
  const say = (step: ReportStep): string =>
    [
      `${step.goal}：${step.tookMs === null ? '未完成' : writeSpeed(step.tookMs)}`,
      step.goalMs === null ? '' : `，目标 ${step.goalMs / 1_000} 秒`,
      step.detail === '' ? '' : `（${step.detail}）`,
    ].join('')
  return {
    well: steps.filter(({ mark }) => mark === 'good').map(say),
    late: steps.filter(({ mark }) => mark === 'late' || mark === 'missed').map(say),
  }
}
