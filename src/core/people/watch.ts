// In: the steps of `watch` in quakedesk.yaml. Out: who a step of an alarm goes to, and how it is called.
// Must not count time: the rows do (store/alarm-steps.ts).
import { MINUTE } from '../instant.ts'
import { ROLE_NAMES, type Role } from './roles.ts'

export interface WatchStep {
  /** Since the first step went out; 0 for the first. */
  afterMs: number
  /** Ids of outlets with `alarms: true`. */
  outlets: readonly string[]
  /** Whom these outlets wake; for the words alone. */
  role: Role | null
}

export interface Watch {
  steps: readonly WatchStep[]
  /** How often the last step goes out again while nobody acknowledges; null: a hold every 60 s, anything else once. */
  repeatMs: number | null
}

/** DESIGN §6.12: a hold alarms every 60 s until somebody acknowledges; a bureau may choose another pace, never silence. */
export const HOLD_EVERY_MS = MINUTE

/** A step by its number from 1; what comes after the last is the last again. */
export function findStep({ steps }: Watch, number: number): WatchStep | null {
  return steps[Math.min(number, steps.length) - 1] ?? null
}

/** 第2步（共3步，带班领导）, 第3步（共3步）第2次 */
export function nameStep(watch: Watch, number: number): string {
  const all = watch.steps.length
  const role = findStep(watch, number)?.role ?? null
  const again = number > all ? `第${number - all + 1}次` : ''
  return `第${Math.min(number, all)}步（共${all}步${role === null ? '' : `，${ROLE_NAMES[role]}`}）${again}`
}
