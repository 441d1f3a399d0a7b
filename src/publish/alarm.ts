// In: alarms whose turn it is. Out: one message per alarm outlet, every 60 s until a person acknowledges or the cause is gone.
// At least once per step: a robot's reply may be lost, and a second ring is better than none (DESIGN §6.12).
import type { Job } from '../core/channel.ts'
import { formatBeijing, formatUtc, type Instant } from '../core/instant.ts'
import { takeDueAlarms, type AlarmRecord } from '../store/alarms.ts'
import type { Queryable } from '../store/pool.ts'
import type { Outlet } from './outlets.ts'

export interface AlarmContext {
  db: Queryable
  outlets: readonly Outlet[]
  bureauShortName: string
  /** Real time: people read it, and a scenario's clock may stand still. */
  realNow: () => Instant
  demonstration: boolean
  log: { warn: (fields: object, message: string) => void; error: (fields: object, message: string) => void }
}

/** Outlets that alarms go to: `alarms: true` in the YAML, live only. Drills alarm their own outlets. */
function listAlarmOutlets(outlets: readonly Outlet[], alarm: AlarmRecord): Outlet[] {
  const lane = alarm.class === 'drill' ? 'drill' : 'actual'
  return outlets.filter((outlet) => carriesAlarms(outlet, lane))
}

/** True for a live outlet of this lane that the YAML gives alarms. */
export function carriesAlarms({ class: lane, mode, config }: Outlet, wanted: Outlet['class']): boolean {
  return lane === wanted && mode === 'live' && (config as { alarms?: boolean }).alarms === true
}

/** Sends every alarm that is due; resolves when each has been tried. */
export async function ringAlarms(context: AlarmContext): Promise<number> {
  const due = await takeDueAlarms(context.db, context.realNow())
  await Promise.all(due.map((alarm) => ring(alarm, context)))
  return due.length
}

async function ring(alarm: AlarmRecord, context: AlarmContext): Promise<void> {
  const outlets = listAlarmOutlets(context.outlets, alarm)
  context.log.warn(
    { alarm: alarm.id, kind: alarm.kind, subject: alarm.subject, step: alarm.sent, outlets: outlets.map((o) => o.id) },
    alarm.message,
  )
  await Promise.allSettled(
    outlets.map(async (outlet) => {
      const outcome = await outlet.client.deliver(jobFor(alarm, outlet, context))
      if (outcome.state !== 'accepted')
        context.log.error(
          { alarm: alarm.id, outlet: outlet.id, outcome: outcome.state },
          'an alarm did not get through',
        )
    }),
  )
}

function jobFor(alarm: AlarmRecord, outlet: Outlet, context: AlarmContext): Job {
  const mark = alarm.class === 'drill' ? '【演练】' : context.demonstration ? '【演示】' : ''
  const text = `${mark}${context.bureauShortName}震讯台 第${alarm.sent}次提醒：${alarm.message}（${formatBeijing(alarm.raised_at)}，编号 ${alarm.id}）${mark}`
  const detail = {
    id: alarm.kind === 'hold' ? alarm.subject : alarm.id,
    alarm: alarm.id,
    kind: alarm.kind,
    subject: alarm.subject,
    class: alarm.class,
    message: alarm.message,
    raisedAt: formatUtc(alarm.raised_at),
    step: alarm.sent,
  }
  const body = alarm.kind === 'hold' ? { type: 'hold.raised', hold: detail } : { type: 'alarm', alarm: detail }
  return {
    deliveryId: `${alarm.id}-${alarm.sent}-${outlet.id}`,
    noticeId: '',
    noticeKind: 'quick-report',
    class: alarm.class,
    serial: alarm.id,
    url: '',
    leg: 'alarm',
    priority: 0,
    content: { text, body: JSON.stringify(body) },
    attempt: 1,
    progress: {},
    firstAttemptAt: context.realNow(),
    absentProbes: 0,
    absentSince: null,
  }
}
