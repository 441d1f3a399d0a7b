// In: a draft as it stands, and what somebody wants to do with it. Out: how it stands then, or why not, in Chinese.
// Pure. Must not let a text out that another person than its writers has not approved as it is (先审后发).
import { DAY, type Instant } from '../instant.ts'
import type { Role } from '../people/roles.ts'
import { GATES, isAtLeast, LOWEST, PATHS, type ApprovalStep, type DraftKind, type Level } from './levels.ts'

/**
 * missed: its time came and it was not let out (late, or something had changed); a person decides. released and discarded
 * are ends.
 */
export const DRAFT_STATES = ['draft', 'review', 'approved', 'scheduled', 'missed', 'released', 'discarded'] as const
export type DraftState = (typeof DRAFT_STATES)[number]

export interface Standing {
  kind: DraftKind
  level: Level
  state: DraftState
  /** Counts every change of words, audience, level or way back: an approval belongs to one version. */
  version: number
  /** Everybody who wrote any version. */
  hands: readonly string[]
  /** Who approved this very version, in the order of the path. */
  passes: readonly string[]
  dueAt: Instant | null
}

export type Step =
  | { do: 'edit'; by: string; level: Level }
  | { do: 'submit'; by: string }
  /** seen: the version that was on the approver's page. */
  | { do: 'pass'; by: string; roles: readonly Role[]; ticks: readonly string[]; seen: number }
  | { do: 'return'; by: string }
  | { do: 'schedule'; by: string; at: Instant | null; now: Instant; seen: number }
  | { do: 'unschedule'; by: string }
  | { do: 'miss' }
  | { do: 'release'; seen: number }
  /** Of a rebuttal: as its claim's sign-off stands. */
  | { do: 'settle'; state: 'draft' | 'review' | 'approved' }
  | { do: 'discard'; by: string }

export type Taken = { ok: true; standing: Standing } | { ok: false; rule: string; reason: string }

export const STATE_NAMES: Readonly<Record<DraftState, string>> = {
  draft: '起草',
  review: '待审',
  approved: '已审定',
  scheduled: '定时发布',
  missed: '未按时发布，待人工处理',
  released: '已发布',
  discarded: '已作废',
}

/** A text that was approved a month ago is no longer what was approved. */
const FARTHEST_MS = 30 * DAY

/** From which states each step may be taken. */
const FROM: Readonly<Record<Step['do'], readonly DraftState[]>> = {
  edit: ['draft', 'review', 'approved', 'scheduled', 'missed'],
  submit: ['draft'],
  pass: ['review'],
  return: ['review', 'approved', 'scheduled', 'missed'],
  schedule: ['approved', 'scheduled', 'missed'],
  unschedule: ['scheduled'],
  miss: ['scheduled'],
  release: ['approved', 'scheduled', 'missed'],
  discard: ['draft', 'review', 'approved', 'scheduled', 'missed'],
  settle: ['draft', 'review', 'approved'],
}

/** What happens to a rebuttal; all else is decided by those who sign its claim, and `settle` carries it over. */
const JOINT: readonly Step['do'][] = ['edit', 'settle', 'release']

/** The step of the path that is still to be taken; null when all are. */
export function nextApproval({
  kind,
  level,
  passes,
}: Pick<Standing, 'kind' | 'level' | 'passes'>): ApprovalStep | null {
  if (kind === 'rebuttal') return null
  return PATHS[level][passes.length] ?? null
}

/** Whether a draft in this state can take this step at all; who may, and with what, takeStep says. */
export const mayTake = (state: DraftState, step: Step['do']): boolean => FROM[step].includes(state)

/** Takes a step. */
export function takeStep(standing: Standing, step: Step): Taken {
  if (standing.kind === 'rebuttal' ? !JOINT.includes(step.do) : step.do === 'settle')
    return refuse('joint', '辟谣稿由各单位在传言处置页面会签和发布')
  if (!mayTake(standing.state, step.do)) return refuse('state', `此稿${STATE_NAMES[standing.state]}，不能进行这一步`)
  if ('seen' in step && step.seen !== standing.version) return refuse('changed', '此稿刚刚被改动，请核对现在的文稿')
  switch (step.do) {
    case 'edit':
      if (!isAtLeast(step.level, LOWEST[standing.kind])) return refuse('level', '发布等级低于此类稿件的最低等级')
      return moved(standing, {
        ...anew(standing),
        state: 'draft',
        level: step.level,
        hands: [...new Set([...standing.hands, step.by])],
      })
    case 'submit':
      return moved(standing, { state: 'review' })
    case 'pass':
      return pass(standing, step)
    case 'return':
      return moved(standing, { ...anew(standing), state: 'draft' })
    case 'schedule':
      if (step.at === null || step.at <= step.now) return refuse('time', '定时发布的时间须晚于现在')
      if (step.at > step.now + FARTHEST_MS) return refuse('far', '最多定时到 30 天以后')
      return moved(standing, { state: 'scheduled', dueAt: step.at })
    case 'unschedule':
      return moved(standing, { state: 'approved', dueAt: null })
    case 'miss':
      return moved(standing, { state: 'missed', dueAt: null })
    case 'release':
      return moved(standing, { state: 'released', dueAt: null })
    case 'settle':
      return moved(standing, { state: step.state })
    case 'discard':
      return moved(standing, { state: 'discarded', dueAt: null })
  }
}

function pass(standing: Standing, { by, roles, ticks }: Extract<Step, { do: 'pass' }>): Taken {
  const step = nextApproval(standing)
  if (step === null) return refuse('state', '此稿已经审定')
  if (standing.hands.includes(by)) return refuse('author', '起草或改过此稿的人不能审核，请由另一人审核')
  if (standing.passes.includes(by)) return refuse('twice', '您已审核过此稿，下一步须由另一人审定')
  if (!step.roles.some((role) => roles.includes(role))) return refuse('role', '这一级的稿件须由带班领导审定')
  if (!GATES.every((gate) => ticks.includes(gate)))
    return refuse('ticks', '请逐项确认政治关、法律关、保密关、文字关；有一项不能确认的，请退回')
  const passes = [...standing.passes, by]
  const isWhole = passes.length === PATHS[standing.level].length
  return moved(standing, { passes, state: isWhole ? 'approved' : 'review' })
}

/** Nothing that was approved before counts for what comes now. */
const anew = ({ version }: Standing): Pick<Standing, 'version' | 'passes' | 'dueAt'> => ({
  version: version + 1,
  passes: [],
  dueAt: null,
})

const moved = (standing: Standing, change: Partial<Standing>): Taken => ({
  ok: true,
  standing: { ...standing, ...change },
})

const refuse = (rule: string, reason: string): Taken => ({ ok: false, rule, reason })
