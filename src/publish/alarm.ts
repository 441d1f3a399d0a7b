// In: alarms whose turn it is. Out: one message per alarm outlet, every 60 s until a person acknowledges or the cause is gone;
// where the bureau has written steps, step by step (escalate.ts).
// At least once: a robot's reply may be lost, and a second ring is better than none (DESIGN §6.12).
import { findAlarmPage } from '../core/people/alarm-page.ts'
import type { Job } from '../core/channel.ts'
import { formatBeijing, formatUtc, type Instant } from '../core/instant.ts'
import type { Watch } from '../core/people/watch.ts'
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
  /** The steps; null: every alarm outlet, every 60 s. */
  watch: Watch | null
  /** Where browsers reach the desk; null: only on this machine, and no message names it. */
  deskUrl: string | null
  log: { warn: (fields: object, message: string) => void; error: (fields: object, message: string) => void }
}

/** How often an alarm has rung: `name` for people, `key` in the message's id, so that a repeated one is known by it. */
export interface Ring {
  name: string
  key: string
  step: number
  /** True where an earlier try of this ring may have got through unheard of. */
  again?: boolean
}

/** Outlets that alarms go to: `alarms: true` in the YAML, live only. Drills alarm their own outlets. */
export function listAlarmOutlets(outlets: readonly Outlet[], alarm: Pick<AlarmRecord, 'class'>): Outlet[] {
  const lane = alarm.class === 'drill' ? 'drill' : 'actual'
  return outlets.filter((outlet) => carriesAlarms(outlet, lane))
}

/** True for a live outlet of this lane that the YAML gives alarms. */
export function carriesAlarms({ class: lane, mode, config }: Outlet, wanted: Outlet['class']): boolean {
  return lane === wanted && mode === 'live' && (config as { alarms?: boolean }).alarms === true
}

/** Without steps: sends every alarm that is due; resolves when each has been tried. */
export async function ringAlarms(context: AlarmContext): Promise<number> {
  const due = await takeDueAlarms(context.db, context.realNow())
  await Promise.all(
    due.map((alarm) => {
      const ring = { name: `第${alarm.sent}次提醒`, key: String(alarm.sent), step: alarm.sent }
      return ringOutlets(alarm, listAlarmOutlets(context.outlets, alarm), ring, context)
    }),
  )
  return due.length
}

/** Sends one alarm to these outlets. @returns ids of those that took it */
export async function ringOutlets(
  alarm: AlarmRecord,
  outlets: readonly Outlet[],
  ring: Ring,
  context: AlarmContext,
): Promise<string[]> {
  context.log.warn(
    { alarm: alarm.id, kind: alarm.kind, subject: alarm.subject, step: ring.step, outlets: outlets.map((o) => o.id) },
    alarm.message,
  )
  const told = await Promise.all(
    outlets.map(async (outlet): Promise<string | null> => {
      const fields = { alarm: alarm.id, outlet: outlet.id }
      try {
        const job = jobFor(alarm, outlet, ring, context)
        if (ring.again === true && (await wasTaken(outlet, job))) return outlet.id
        const outcome = await outlet.client.deliver(job)
        if (outcome.state === 'accepted') {
          if (outcome.warning !== undefined)
            context.log.error({ ...fields, warning: outcome.warning }, 'an alarm did not reach everybody')
          return outlet.id
        }
        context.log.error({ ...fields, outcome: outcome.state }, 'an alarm did not get through')
      } catch (error) {
        context.log.error({ ...fields, err: error }, 'an alarm could not be sent')
      }
      return null
    }),
  )
  return told.filter((id) => id !== null)
}

/** Only a read-back that shows the ring spares a second one; what it does not know rings again. */
async function wasTaken({ client }: Outlet, job: Job): Promise<boolean> {
  const found = await client.probe(job).catch(() => null)
  return found?.state === 'accepted'
}

/** The page of the desk that an alarm is about; null where no browser reaches it from elsewhere. */
function addressPage({ kind, subject }: AlarmRecord, deskUrl: string | null): string | null {
  if (deskUrl === null) return null
  return `${deskUrl}${findAlarmPage(kind, subject) ?? '/desk'}`
}

function jobFor(alarm: AlarmRecord, outlet: Outlet, ring: Ring, context: AlarmContext): Job {
  const mark = alarm.class === 'drill' ? '【演练】' : context.demonstration ? '【演示】' : ''
  const page = addressPage(alarm, context.deskUrl)
  const where = page === null ? '' : ` 值班台：${page} `
  const text = `${mark}${context.bureauShortName}震讯台 ${ring.name}：${alarm.message}（${formatBeijing(alarm.raised_at)}，编号 ${alarm.id}）${where}${mark}`
  const detail = {
    id: alarm.kind === 'hold' ? alarm.subject : alarm.id,
    alarm: alarm.id,
    kind: alarm.kind,
    subject: alarm.subject,
    class: alarm.class,
    // A program that shows only this line shows what it is, too (DESIGN L4).
    message: alarm.class === 'drill' ? `${mark}${alarm.message}` : alarm.message,
    raisedAt: formatUtc(alarm.raised_at),
    step: ring.step,
    ...(page === null ? {} : { page }),
  }
  const body = alarm.kind === 'hold' ? { type: 'hold.raised', hold: detail } : { type: 'alarm', alarm: detail }
  return {
    deliveryId: `${alarm.id}-${ring.key}-${outlet.id}`,
    noticeId: '',
    noticeKind: 'quick-report',
    class: alarm.class,
    serial: alarm.id,
    url: '',
    leg: 'alarm',
    priority: 0,
    // brief and ring: for what takes neither addresses nor many words (a text message).
    content: { text: text.trimEnd(), body: JSON.stringify(body), brief: `${mark}${alarm.message}`, ring: ring.key },
    attempt: 1,
    progress: {},
    firstAttemptAt: context.realNow(),
    absentProbes: 0,
    absentSince: null,
  }
}
