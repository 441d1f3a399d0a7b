// In: what did not get through for good. Out: the list of it, and each sent again on a person's word, journalled under it.
// Must not repeat what cannot be repeated without a second post: there a person looks first (settle).
import { z } from 'zod'
import type { Pool } from 'pg'
import { DAY, formatUtc, type Instant } from '../core/instant.ts'
import { clearAlarm } from '../store/alarms.ts'
import { settleByHand } from '../store/by-hand.ts'
import { listDeadLetters, type DeadLetter } from '../store/dead-letters.ts'
import { appendJournal } from '../store/journal.ts'
import { withTransaction } from '../store/pool.ts'
import type { CommandAnswer } from '../web/desk/server.ts'

export const resendShape = { of: z.string().min(1).max(64) } as const

export interface DeadLetterContext {
  pool: Pool
  now: () => Instant
  realNow: () => Instant
  /** True where the receiver takes a repeat for the same message (a webhook's id, our own pages). */
  repeats: (outlet: string, leg: string) => boolean
}

/** As long as a webhook is tried (channels/webhook); what is unknown for longer waits for a person only. */
const SILENT_MS = DAY
const MOST = 200

export interface ToldDeadLetter extends Omit<DeadLetter, 'title' | 'firstAttemptAt' | 'changedAt'> {
  since: string
  /** The command that answers it. */
  answer: 'resend' | 'settle'
}

export async function listDead({ pool, now, repeats }: DeadLetterContext): Promise<ToldDeadLetter[]> {
  const letters = await listDeadLetters(pool, { silentSince: now() - SILENT_MS, limit: MOST })
  return letters.map(({ delivery, outlet, leg, state, reason, serial, attempts, changedAt }) => ({
    delivery,
    outlet,
    leg,
    state,
    reason,
    serial,
    attempts,
    since: formatUtc(changedAt),
    answer: repeats(outlet, leg) ? 'resend' : 'settle',
  }))
}

/** Sends again: one delivery by its id, or all of an outlet, oldest first. */
export async function resendDead(of: string, by: string, context: DeadLetterContext): Promise<CommandAnswer> {
  const { pool, now, repeats } = context
  const letters = await listDeadLetters(pool, { silentSince: now() - SILENT_MS, limit: MOST, of })
  if (letters.length === 0) return { ok: false, reason: `${of} 没有最终失败的发布任务；list 可查看现有的` }
  const unfit = letters.find(({ outlet, leg }) => !repeats(outlet, leg))
  if (unfit)
    return {
      ok: false,
      reason: `${unfit.outlet}/${unfit.leg} 重发可能造成重复发布：请先到该渠道查看，再用 settle ${unfit.serial} --outlet ${unfit.outlet} --is posted|again 处理`,
    }
  const sent: string[] = []
  for (const letter of letters.toReversed()) if (await sendAgain(letter, by, context)) sent.push(letter.serial)
  return sent.length === 0
    ? { ok: false, reason: `${of} 正在发送或核对，请稍候再试` }
    : { ok: true, result: { of, again: sent } }
}

function sendAgain(letter: DeadLetter, by: string, { pool, now, realNow }: DeadLetterContext): Promise<boolean> {
  const at = now()
  return withTransaction(pool, async (client) => {
    // Its progress stays, and with it the key by which the receiver knows a repeat.
    if (!(await settleByHand(client, letter.delivery, { is: 'again', keepProgress: true }, at))) return false
    await appendJournal(client, at, {
      actor: by,
      act: 'delivery.again-by-hand',
      subject: letter.delivery,
      detail: { outlet: letter.outlet, leg: letter.leg, was: letter.state },
    })
    await clearAlarm(client, 'delivery', letter.delivery, realNow())
    return true
  })
}
