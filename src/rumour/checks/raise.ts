// In: that a text must be looked at again, or need not any more. Out: its flag on record with an alarm, or settled and cleared.
// Must not take a text back; an alarm and a mark are all that happens by itself (issue 5 C.4).
import { DAY, type Instant } from '../../core/instant.ts'
import { noteAlarm } from '../../publish/note-alarm.ts'
import { clearAlarm, clearOthers } from '../../store/alarms.ts'
import { appendJournal } from '../../store/journal.ts'
import type { Queryable } from '../../store/pool.ts'
import { addFlag, listEveryFlag, settleFlag, type Flag, type NewFlag } from '../../store/rumours/flags.ts'
import { refuse, tidy, type Refused, type RumourContext } from '../context.ts'

/**
 * Of a rebuttal, whose claim's page shows it; of a no-quake notice, which stands on the queue's page; of answers to questions, which
 * ring once for all of a quake's.
 */
const FLAG_ALARMS = { claim: 'rumour-facts', denial: 'denial-facts', question: 'question-facts' } as const
/** What was said longer ago and has come to rest is corrected when somebody asks, not by alarm. */
export const LIVE_MS = 30 * DAY
const MOST_WHY = 400

type Named = Pick<Flag, 'id' | 'claimId' | 'noticeId' | 'questionId' | 'quakeId'>

function alarmOf({ id, claimId, noticeId, quakeId }: Named): { kind: string; subject: string } {
  if (claimId !== null) return { kind: FLAG_ALARMS.claim, subject: `${claimId} ${id}` }
  return noticeId === null
    ? { kind: FLAG_ALARMS.question, subject: quakeId }
    : { kind: FLAG_ALARMS.denial, subject: `${noticeId} ${id}` }
}

const nameKind = ({ claimId, noticeId }: Pick<NewFlag, 'claimId' | 'noticeId'>): string =>
  claimId !== null ? '传言答复' : noticeId === null ? '提问的答复' : '未发生地震公告'

/** Within the transaction that found the cause. @returns whether it is new */
export async function raiseFlag(
  client: Queryable,
  context: Pick<RumourContext, 'random' | 'realNow'>,
  flag: NewFlag & { name: string },
  at: Instant,
): Promise<boolean> {
  const id = await addFlag(client, flag, at)
  if (id === null) return false
  const message = `${nameKind(flag)}“${flag.name}”须重新核对：${flag.words}`
  await noteAlarm(client, context, { ...alarmOf({ ...flag, id }), message })
  const detail = { flag: id, reason: flag.reason, quake: flag.quakeId, version: flag.sheetVersion }
  const subject = flag.claimId ?? flag.noticeId ?? flag.questionId ?? ''
  await appendJournal(client, at, { actor: 'system', act: 'claim.flagged', subject, detail })
  return true
}

/** Somebody has looked, or the text is gone. @returns false when it was settled before */
export async function endFlag(
  client: Queryable,
  { realNow }: Pick<RumourContext, 'realNow'>,
  flag: Named,
  settled: { by: string; why: string; at: Instant },
): Promise<boolean> {
  if (!(await settleFlag(client, flag.id, settled))) return false
  const { kind, subject } = alarmOf(flag)
  // Others of the same quake may stand: the next look ends what they shared.
  if (flag.questionId === null) await clearAlarm(client, kind, subject, realNow())
  await appendJournal(client, settled.at, {
    actor: settled.by,
    act: 'claim.flag-settled',
    subject: flag.claimId ?? flag.noticeId ?? flag.questionId ?? '',
    detail: { flag: flag.id },
  })
  return true
}

/** Alarms whose flag is settled end, whatever cut that short. */
export async function clearSettled(client: Queryable, { realNow }: Pick<RumourContext, 'realNow'>): Promise<void> {
  const standing = (await listEveryFlag(client)).map(alarmOf)
  for (const kind of Object.values(FLAG_ALARMS)) {
    const subjects = standing.filter((one) => one.kind === kind).map(({ subject }) => subject)
    await clearOthers(client, kind, subjects, realNow())
  }
}

/** Why somebody thinks that a text stands; one paragraph. */
export function readWhy(text: string): string | Refused {
  const why = tidy(text, MOST_WHY)
  return why === '' ? refuse('why', '请写明核对的结果') : why
}
