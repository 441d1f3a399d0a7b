// In: the steps of `watch`, alarms that nobody has acknowledged. Out: each step once, to the outlets it names.
// At least once over a crash between sending and recording, and over a reply that was lost: a second ring is better than none.
import { SECOND } from '../core/instant.ts'
import { findStep, nameStep, type Watch } from '../core/people/watch.ts'
import { beginAlarmSteps, recordAlarmStep, takeAlarmSteps, type AlarmStep } from '../store/alarm-steps.ts'
import { listAlarmOutlets, ringOutlets, type AlarmContext } from './alarm.ts'
import type { Outlet } from './outlets.ts'

/** An outlet that did not take a step is tried again: a step is no call to wait a minute for. */
const AGAIN_MS = 15 * SECOND
const MOST_TRIES = 5

/** Sends every step that is due. @returns how many it tried */
export async function escalateAlarms(context: AlarmContext, watch: Watch): Promise<number> {
  const now = context.realNow()
  await beginAlarmSteps(context.db, now, watch)
  const steps = await takeAlarmSteps(context.db, now)
  await Promise.all(steps.map((step) => send(step, context, watch)))
  return steps.length
}

/** Live alarm outlets of a step; in a drill those of the drill that it names or that have the channel of a named one. */
export function listStepOutlets(
  watch: Watch,
  { step, ...alarm }: Pick<AlarmStep, 'step' | 'class'>,
  outlets: readonly Outlet[],
): Outlet[] {
  const named = findStep(watch, step)?.outlets ?? []
  const channels = new Set(named.map((id) => outlets.find((one) => one.id === id)?.channel.name))
  return listAlarmOutlets(outlets, alarm).filter(
    (outlet) => named.includes(outlet.id) || (outlet.class === 'drill' && channels.has(outlet.channel.name)),
  )
}

/** Whom a step of an alarm wakes; without steps every alarm outlet of its lane. */
export function listListeners(
  watch: Watch | null,
  alarm: Pick<AlarmStep, 'class'>,
  step: number,
  outlets: readonly Outlet[],
): Outlet[] {
  return watch ? listStepOutlets(watch, { step, class: alarm.class }, outlets) : listAlarmOutlets(outlets, alarm)
}

/** Numbers of the steps that would wake nobody when it is serious, from 1. */
export function listDeafSteps(watch: Watch, outlets: readonly Outlet[]): number[] {
  return watch.steps
    .map((_step, index) => index + 1)
    .filter((step) => listStepOutlets(watch, { step, class: 'actual' }, outlets).length === 0)
}

async function send(step: AlarmStep, context: AlarmContext, watch: Watch): Promise<void> {
  const all = listStepOutlets(watch, step, context.outlets)
  const outlets = all.filter(({ id }) => !step.told.includes(id))
  const ring = {
    name: nameStep(watch, step.step),
    key: `${step.round}.${step.step}`,
    step: step.step,
    again: step.tries > 1,
  }
  const told = [...step.told, ...(await ringOutlets(step, outlets, ring, context))]
  const now = context.realNow()
  const isOver = all.every(({ id }) => told.includes(id)) || step.tries >= MOST_TRIES
  await recordAlarmStep(context.db, step, told, isOver ? null : now + AGAIN_MS, now)
}
