// In: the record and the ledger's picture. Out: what lies on the officer's desk, in one answer.
// Must not act.
import type { Pool } from 'pg'
import { roundDecimal } from '../core/decimal.ts'
import { formatUtc } from '../core/instant.ts'
import type { StoredReport } from '../core/quake.ts'
import type { Ledger } from '../publish/ledger.ts'
import { listAlarms } from '../store/alarms.ts'
import { listNotices } from '../store/notices.ts'
import type { CommandAnswer } from '../web/desk/server.ts'
import { listDead, type DeadLetterContext } from './dead-letters.ts'
import { writeForDesk } from './desk-notice.ts'

export interface DeskContext {
  pool: Pool
  ledger: Pick<Ledger, 'picture' | 'catchUp'>
  publicUrl: string
  demonstration: boolean
}

/** What the newest report that says anything says: M5.0 内蒙古阿拉善盟阿拉善左旗, or ''. */
function describeQuake(reports: readonly StoredReport[]): string {
  const last = reports.findLast((report) => report.magnitude !== null)
  return last?.magnitude ? `${last.magnitude.type}${roundDecimal(last.magnitude.value, 1)} ${last.place}`.trim() : ''
}

/** Holds, what is stopped, notices with their deliveries, alarms, and what did not get through for good. */
export async function listDesk(context: DeskContext, deadLetters: DeadLetterContext): Promise<CommandAnswer> {
  await context.ledger.catchUp()
  const picture = context.ledger.picture()
  const holds = [...picture.holds.values()].map((hold) => ({
    id: hold.id,
    quake: hold.quakeId,
    about: describeQuake(picture.quakes.get(hold.quakeId)?.reports ?? []),
    notice: hold.kind,
    class: hold.class,
    gate: hold.gate,
    state: hold.state,
    reason: hold.reason,
    since: formatUtc(hold.since),
    dueAt: hold.dueAt === null ? null : formatUtc(hold.dueAt),
  }))
  const notices = await listNotices(context.pool, { class: 'actual', limit: 50 })
  const drills = await listNotices(context.pool, { class: 'drill', limit: 20 })
  const alarms = (await listAlarms(context.pool)).map((alarm) => ({
    id: alarm.id,
    kind: alarm.kind,
    subject: alarm.subject,
    message: alarm.message,
    since: formatUtc(alarm.raised_at),
    acknowledgedBy: alarm.acknowledged_by,
  }))
  return {
    ok: true,
    result: {
      switches: [...(picture.killedAll ? ['*'] : []), ...picture.killedOutlets],
      holds,
      notices: [...notices, ...drills].map((n) => writeForDesk(n, context)),
      alarms,
      deadLetters: await listDead(deadLetters),
    },
  }
}
