// In: nothing. Out: what a drill is timed by: the steps that have a goal, their names and usual seconds.
// Must not judge: stopwatch.ts does.

export const GOALS = ['acknowledge', 'decide', 'speak', 'carry', 'withdraw'] as const
export type Goal = (typeof GOALS)[number]
/** Seconds by step. */
export type Goals = Readonly<Record<Goal, number>>

export const GOAL_NAMES: Readonly<Record<Goal, string>> = {
  acknowledge: '告警到确认',
  decide: '待核到决定',
  speak: '收到测定到自动发布',
  carry: '发布到各渠道全部发出',
  withdraw: '撤回到各渠道全部撤回',
}

/** A minute to hear an alarm, three to decide; the other three are what the program is built for (DESIGN §4, L6). */
export const USUAL_GOALS: Goals = { acknowledge: 60, decide: 180, speak: 10, carry: 10, withdraw: 10 }
export const LONGEST_GOAL = 3_600
