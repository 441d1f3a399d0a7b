// In: what a person must know. Out: an alarm on record and on every open desk; ended when its cause is gone.
// Must not fail whoever calls it: an alarm that cannot be written is at least in the log.
import type { Pool } from 'pg'
import type { Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { noteAlarm } from '../publish/note-alarm.ts'
import { clearAlarm, clearOthers } from '../store/alarms.ts'
import { tellDesks } from '../store/listen.ts'
import type { Health } from './health.ts'

export interface Alarms {
  /** Throws where the record is away, for whoever must not answer before the alarm stands there. */
  raise: (kind: string, subject: string, message: string, lane: TrafficClass) => Promise<void>
  alarm: (kind: string, subject: string, message: string, lane?: TrafficClass) => Promise<void>
  clear: (kind: string, subject: string) => Promise<void>
  /** Ends those of a kind whose cause is not among these. */
  clearOthers: (kind: string, standing: readonly string[]) => Promise<void>
}

export function openAlarms(
  pool: Pool,
  health: Pick<Health, 'count'>,
  random: () => string,
  realNow: () => Instant,
  log: { error: (fields: object, message: string) => void },
): Alarms {
  const raise: Alarms['raise'] = async (kind, subject, message, lane) => {
    health.count('alarms_total', { kind })
    await noteAlarm(pool, { random, realNow }, { kind, subject, class: lane, message })
    await tellDesks(pool)
  }
  return {
    raise,
    alarm: (kind, subject, message, lane = 'actual') =>
      raise(kind, subject, message, lane).catch((error: unknown) => log.error({ err: error, kind, subject }, message)),
    clear: (kind, subject) => clearAlarm(pool, kind, subject, realNow()),
    clearOthers: (kind, standing) => clearOthers(pool, kind, standing, realNow()),
  }
}
