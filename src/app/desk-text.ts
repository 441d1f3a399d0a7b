// In: what a command of the officer came to. Out: the lines for a person's screen, Beijing time, what is decided first on top.
// Must not hide a state behind a word of its own: the words are those of the record.
import { beijingParts, parseZonedTime } from '../core/instant.ts'
import { nameGate } from '../core/judgement/gate-names.ts'
import type { ToldDeadLetter } from './dead-letters.ts'

interface ToldDelivery {
  outlet: string
  leg: string
  state: string
  url: string | null
  reason: string
}

interface ToldNotice {
  serial: string
  report: number
  kind: string
  state: string
  quake: string | null
  title: string
  issuedAt: string
  deliveries: ToldDelivery[]
}

export interface Told {
  switches?: string[]
  holds?: {
    id: string
    quake: string
    about: string
    gate: string
    state: string
    notice: string
    reason: string
    since: string
    dueAt: string | null
  }[]
  notices?: ToldNotice[]
  alarms?: { id: string; message: string; since: string; acknowledgedBy: string | null }[]
  deadLetters?: ToldDeadLetter[]
}

/** 11月22日 17:14:48, Beijing time; what is no instant stays as it is. */
function writeMoment(text: string): string {
  const at = parseZonedTime(text)
  if (at === null) return text
  const { month, day, hour, minute, second } = beijingParts(at)
  return `${month}月${day}日 ${[hour, minute, second].map((n) => String(n).padStart(2, '0')).join(':')}`
}

function writeNoticeLines(notice: ToldNotice): string[] {
  const quake = notice.quake === null ? '' : `  ${notice.quake}`
  return [
    `  ${notice.serial} 第${notice.report}报  [${notice.kind}, ${notice.state}]  ${notice.title}  ${writeMoment(notice.issuedAt)}${quake}`,
    ...notice.deliveries.map(
      ({ outlet, leg, state, url, reason }) =>
        `      ${outlet}/${leg}: ${state}${url ? ` ${url}` : ''}${reason ? `  (${reason})` : ''}`,
    ),
  ]
}

function section(title: string, lines: readonly string[]): string {
  return `${title}\n${lines.length > 0 ? lines.join('\n') : '  none'}\n`
}

/** Holds with the quake they are about and the command that answers them, switches, notices, alarms. */
export function writeList(told: Told, whole: boolean): string {
  const holds = (told.holds ?? []).flatMap((hold) => [
    `  ${hold.id}  [${hold.state} ${hold.gate} ${nameGate(hold.gate)}] ${hold.notice}  ${hold.about}  since ${writeMoment(hold.since)}`,
    `      ${hold.reason}${hold.dueAt === null ? '' : `; judged again at ${writeMoment(hold.dueAt)}`}  ${hold.quake}`,
  ])
  const alarms = (told.alarms ?? []).map(
    (alarm) =>
      `  ${alarm.id}  ${alarm.message}  since ${writeMoment(alarm.since)}${alarm.acknowledgedBy ? `  (seen by ${alarm.acknowledgedBy})` : ''}`,
  )
  const dead = (told.deadLetters ?? []).flatMap((letter) => [
    `  ${letter.delivery}  ${letter.serial}  ${letter.outlet}/${letter.leg}: ${letter.state} since ${writeMoment(letter.since)}, ${letter.attempts} tries  → ${letter.answer}`,
    `      ${letter.reason}`,
  ])
  const switches = (told.switches ?? []).map((outlet) => `  ${outlet === '*' ? '* (every outlet)' : outlet} is stopped`)
  return [
    ...(whole ? [section('待核 holds', holds)] : []),
    ...(switches.length > 0 ? [section('停用 kill switch', switches)] : []),
    section('公告 notices', (told.notices ?? []).flatMap(writeNoticeLines)),
    ...(dead.length > 0 ? [section('未送达 dead letters', dead)] : []),
    ...(whole ? [section('告警 alarms', alarms)] : []),
  ].join('\n')
}

/** One act's outcome; JSON where there are no words for it. */
export function writeAct(name: string, result: unknown): string {
  if (typeof result === 'string') return result
  const told = (result ?? {}) as Partial<ToldNotice> & {
    outlet?: string
    on?: boolean
    alarm?: string
    again?: string[]
  }
  if (name === 'withdraw' && Array.isArray(told.deliveries)) return writeNoticeLines(told as ToldNotice).join('\n')
  if (name === 'kill-switch' && told.outlet !== undefined) return describeSwitch(told.outlet, told.on === true)
  if (name === 'resend' && Array.isArray(told.again)) return `sent again: ${told.again.join('，')}`
  if (name === 'acknowledge' && told.alarm !== undefined) return `${told.alarm} is seen; it rings no more`
  return JSON.stringify(result, null, 2)
}

/** The switch for all never stops a withdrawal; an outlet's own does, for an account that is in other hands (DESIGN §6.11). */
function describeSwitch(outlet: string, on: boolean): string {
  if (outlet === '*') return on ? 'every outlet is stopped; withdrawals still go out' : 'the switch for all is off'
  return on ? `${outlet} is stopped, for withdrawals too` : `${outlet} speaks again, unless all are stopped`
}
