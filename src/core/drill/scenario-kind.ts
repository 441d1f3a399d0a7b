// In: what a scenario expects and plays. Out: which exercise it is, for whoever plans a drill.
// Must not know a scenario by its name.

export const EXERCISES = ['withdraw', 'hold', 'stop', 'publish', 'rumour'] as const
export type Exercise = (typeof EXERCISES)[number]

export const EXERCISE_NAMES: Readonly<Record<Exercise, string>> = {
  rumour: '传言处置',
  withdraw: '撤回',
  hold: '待核处置',
  stop: '误报与异常不发',
  publish: '自动发布与更新',
}

/** What to do in it, for the participants. */
export const EXERCISE_TASKS: Readonly<Record<Exercise, string>> = {
  rumour:
    '地震公告自动发出后，传言线索陆续到达。在“传言”（演练）认领、核对、起草，送各单位会签，发布辟谣；情况属实的也要回应。',
  withdraw: '公告发出后，到值班台该次地震（演练）下选择原因并撤回；看撤回进度直到各渠道完成。',
  hold: '告警响起后确认，到值班台查看待核事项（演练），核实后决定发布或不发布。',
  stop: '来报不应自行发布。查看待核与告警（演练），确认后决定不发布；没有待核事项时只须观察。',
  publish: '公告自动发出。观察各渠道状态，有告警时确认；可以另行练习撤回。',
}

/** What the last two ask of nobody is left to the gates; a withdrawal is practised wherever one is expected. */
export function classifyScenario(scenario: {
  truth: boolean
  tells?: readonly unknown[]
  acts: readonly { desk: string }[]
  expect: { notices: readonly { kind: string }[]; holds: readonly string[] }
}): Exercise {
  const { truth, tells = [], acts, expect } = scenario
  if (tells.length > 0) return 'rumour'
  if (acts.some(({ desk }) => desk === 'withdraw') || expect.notices.some(({ kind }) => kind === 'withdrawal'))
    return 'withdraw'
  if (!truth) return 'stop'
  return expect.holds.length > 0 ? 'hold' : 'publish'
}
