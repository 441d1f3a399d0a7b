// In: alarms that stand, the steps of `watch`. Out: each as the officer reads it: what, which step, who was told, who is next and when.
// Must not count steps or time by itself: the rows do (store/alarm-steps.ts).
import { findAlarmPage } from '../../../core/people/alarm-page.ts'
import { findStep, nameStep, type Watch } from '../../../core/people/watch.ts'
import type { StandingAlarm } from '../../../store/alarms.ts'
import { nameOutlet, writeMoment, writeSecond } from './words.ts'

export interface AlarmRow {
  id: string
  message: string
  since: string
  drill: boolean
  acknowledged: string
  /** Account of whoever began the withdrawal that it tells of, who does not acknowledge it; '' for any other. */
  begunBy: string
  /** Page of the desk that it is about; '' where there is none. */
  to: string
  /** 第2步（共3步，带班领导）：已通知 值班群（duty）; '' before the first. */
  step: string
  /** 下一步 18:14:30：第3步（共3步）→ 值班群（duty）; '' where nothing follows. */
  next: string
}

export interface AlarmView {
  watch: Watch | null
  /** Whom a step wakes; without steps every outlet that takes alarms. */
  listeners: (alarm: Pick<StandingAlarm, 'class'>, step: number) => { id: string; channel: string }[]
  /** A person's name for an account's id. */
  name: (actor: string) => string
}

export function viewAlarm(alarm: StandingAlarm, view: AlarmView): AlarmRow {
  const by = alarm.acknowledged_by
  return {
    id: alarm.id,
    message: alarm.message,
    since: writeMoment(alarm.raised_at),
    drill: alarm.class === 'drill',
    acknowledged: by === null ? '' : view.name(by),
    begunBy: alarm.begun_by ?? '',
    to: findAlarmPage(alarm.kind, alarm.subject) ?? '',
    step: describeStep(alarm, view),
    next: by === null ? describeNext(alarm, view) : '',
  }
}

function describeStep(alarm: StandingAlarm, view: AlarmView): string {
  if (alarm.sent === 0) return ''
  const { watch } = view
  if (!watch || alarm.step === 0) return `第${alarm.sent}次提醒：${listNames(view.listeners(alarm, 1))}`
  const wanted = view.listeners(alarm, alarm.step)
  const told = wanted.filter(({ id }) => alarm.told.includes(id))
  const late = wanted.filter(({ id }) => !alarm.told.includes(id))
  const parts = [
    ...(told.length > 0 ? [`已通知 ${listNames(told)}`] : []),
    ...(late.length > 0 ? [`尚未送达 ${listNames(late)}`] : []),
  ]
  return `${nameStep(watch, alarm.step)}：${parts.length === 0 ? listNames([]) : parts.join('，')}`
}

function describeNext(alarm: StandingAlarm, view: AlarmView): string {
  const { watch } = view
  if (alarm.repeat_at === null) return '不再发送'
  const at = writeSecond(alarm.repeat_at)
  if (!watch) return `下次 ${at}`
  const step = alarm.step + 1
  const isThere = findStep(watch, step) !== null
  return isThere ? `下一步 ${at}：${nameStep(watch, step)} → ${listNames(view.listeners(alarm, step))}` : ''
}

const listNames = (outlets: readonly { id: string; channel: string }[]): string =>
  outlets.length === 0 ? '没有可通知的出口' : outlets.map(({ id, channel }) => nameOutlet(channel, '', id)).join('、')
