// In: that a quake waits, is held, or no longer is. Out: the rows of its hold and alarms, and the change to the picture.
// Must not judge, and keeps one hold per quake: the table allows no second (hold_one_open).
import { formatUtc } from '../core/instant.ts'
import { nameGate, type GateName } from '../core/judgement/gate-names.ts'
import { WAITS_FOR_NATIONAL } from '../core/judgement/gates-trust.ts'
import type { NoticeKind } from '../core/notice.ts'
import type { Quake } from '../core/quake.ts'
import type { Plan } from '../store/plan.ts'
import type { OpenHold, Picture } from './picture.ts'
import type { SpeakContext } from './speak.ts'

/** To be applied to the picture after the commit. */
export type Change = (picture: Picture) => void

export interface HoldSetting {
  state: OpenHold['state']
  gate: GateName
  reason: string
  kind: NoticeKind
  reportId: string | null
  dueAt: number | null
  /** What the program says of the cause, for the journal alone. */
  error?: string
}

/** Opens the hold of a quake or changes the open one; nothing when it says so already. */
export function setHold(
  plan: Plan,
  quake: Quake,
  picture: Pick<Picture, 'holds'>,
  context: SpeakContext,
  setting: HoldSetting,
): Change[] {
  const { error, ...kept } = setting
  const open = picture.holds.get(quake.id)
  const isSame =
    open?.gate === setting.gate &&
    open.reason === setting.reason &&
    open.state === setting.state &&
    open.reportId === setting.reportId
  if (isSame && open.dueAt === setting.dueAt) return []
  const id = open?.id ?? `h-${context.random().slice(0, 20)}`
  plan.holds.push({
    id,
    quake_id: quake.id,
    report_id: setting.reportId,
    class: quake.class,
    notice_kind: setting.kind,
    gate: setting.gate,
    reason: setting.reason,
    state: setting.state,
    due_at: setting.dueAt === null ? null : formatUtc(setting.dueAt),
  })
  // Another time to look again is no other hold.
  if (!isSame) {
    plan.journal.push({
      actor: context.actor,
      act: `hold.${setting.state}`,
      subject: id,
      detail: {
        quake: quake.id,
        gate: setting.gate,
        reason: setting.reason,
        ...(error === undefined ? {} : { error }),
      },
    })
  }
  // What no longer needs a person must not go on ringing.
  if (open?.state === 'open' && setting.state !== 'open') plan.cleared_alarms.push({ kind: 'hold', subject: id })
  const isNews = open?.gate !== setting.gate || open.reason !== setting.reason || open.reportId !== setting.reportId
  if (setting.state === 'open' && (isNews || open?.state !== 'open')) {
    plan.alarms.push({
      id: `a-${context.random().slice(0, 20)}`,
      kind: 'hold',
      subject: id,
      class: quake.class,
      message: `待核（${nameGate(setting.gate)}）：${setting.reason}`,
    })
  }
  const hold: OpenHold = {
    id,
    quakeId: quake.id,
    class: quake.class,
    since: open?.since ?? context.now,
    ...kept,
  }
  return [(p) => p.holds.set(quake.id, hold)]
}

/** Ends the open hold of a quake, if there is one, with its alarm. */
export function closeHold(
  plan: Plan,
  quake: Quake,
  picture: Picture,
  state: 'released' | 'dismissed' | 'resolved',
  by: string,
  why: string,
): Change[] {
  const open = picture.holds.get(quake.id)
  if (!open) return []
  plan.closed_holds.push({ id: open.id, state, closed_by: by, closed_why: why })
  plan.cleared_alarms.push({ kind: 'hold', subject: open.id })
  plan.journal.push({ actor: by, act: `hold.${state}`, subject: open.id, detail: { quake: quake.id, why } })
  return [(p) => p.holds.delete(quake.id)]
}

/** For a hold that follows one closed in the same plan: it gets a number of its own. */
export const WITHOUT_HOLD: Pick<Picture, 'holds'> = { holds: new Map() }

/** A provincial formal that is judged again when its wait for the national one ends. */
export function waiting(until: number): HoldSetting {
  return {
    state: 'waiting',
    gate: 'authority',
    reason: WAITS_FOR_NATIONAL,
    kind: 'formal-report',
    reportId: null,
    dueAt: until,
  }
}

/** One alarm per subject and plan: two of them would break the commit, and with it the notice they stand beside. */
export function raiseAlarm(plan: Plan, quake: Quake, subject: string, message: string, context: SpeakContext): void {
  const there = plan.alarms.find((alarm) => alarm.kind === 'advice' && alarm.subject === subject)
  if (there) {
    if (!there.message.includes(message)) there.message += `；${message}`
    return
  }
  plan.alarms.push({ id: `a-${context.random().slice(0, 20)}`, kind: 'advice', subject, class: quake.class, message })
}
