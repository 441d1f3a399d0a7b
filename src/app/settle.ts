// In: what a person saw on a channel, by serial and outlet. Out: the delivery settled so, on the journal under that name.
// Must not guess which delivery was meant.
import { z } from 'zod'
import type { Pool } from 'pg'
import type { Instant } from '../core/instant.ts'
import { splitSerial } from '../core/notice.ts'
import { clearAlarm } from '../store/alarms.ts'
import { settleByHand, SETTLED_FROM, type Verdict } from '../store/by-hand.ts'
import { endHandPost } from '../store/hand-posts.ts'
import { appendJournal } from '../store/journal.ts'
import { listLineage } from '../store/notices.ts'
import { withTransaction } from '../store/pool.ts'
import type { CommandAnswer } from '../web/desk/server.ts'

export const settleShape = {
  serial: z.string().min(1),
  outlet: z.string().min(1),
  leg: z.string().min(1).optional(),
  is: z.enum(['posted', 'absent', 'again']),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional(),
} as const

export interface SettleContext {
  pool: Pool
  now: () => Instant
  realNow: () => Instant
}

interface Said {
  serial: string
  outlet: string
  leg?: string | undefined
  is: Verdict['is']
  url?: string | undefined
  as: string
}

/** An unknown that no probe can end, a refusal whose cause was removed, a post made by hand: a person ends them (DESIGN §3). */
export async function settleDelivery(said: Said, context: SettleContext): Promise<CommandAnswer> {
  const { serial, report } = splitSerial(said.serial)
  const notices = await listLineage(context.pool, serial)
  const notice = report === null ? notices.at(-1) : notices.find((one) => one.report === report)
  if (!notice) return { ok: false, reason: `没有文号为 ${said.serial} 的公告` }
  const meant = notice.deliveries.filter(
    (one) => one.outlet === said.outlet && (said.leg === undefined || one.leg === said.leg),
  )
  const [delivery] = meant
  if (!delivery || meant.length > 1) {
    const there = notice.deliveries.map((one) => `${one.outlet}/${one.leg} (${one.state})`).join(', ')
    return { ok: false, reason: `${meant.length === 0 ? '没有这项发布任务' : '请用 --leg 指明哪一路'}；现有 ${there}` }
  }
  if (!SETTLED_FROM[said.is].includes(delivery.state))
    return {
      ok: false,
      reason: `${delivery.outlet}/${delivery.leg} 现为 ${delivery.state}：只有 ${SETTLED_FROM[said.is].join('、')} 可以改为 ${said.is}`,
    }
  const verdict: Verdict =
    said.is === 'posted'
      ? { is: 'posted', url: said.url ?? null }
      : said.is === 'again'
        ? { is: 'again', keepProgress: delivery.leg === 'subscribe' }
        : { is: 'absent' }
  const at = context.now()
  const settled = await withTransaction(context.pool, async (client) => {
    if (!(await settleByHand(client, delivery.id, verdict, at))) return false
    await appendJournal(client, at, {
      actor: said.as,
      act: `delivery.${said.is}-by-hand`,
      subject: delivery.id,
      detail: { outlet: delivery.outlet, leg: delivery.leg, was: delivery.state },
    })
    await endHandPost(client, delivery.id, at)
    await clearAlarm(client, 'delivery', delivery.id, context.realNow())
    return true
  })
  if (!settled)
    return {
      ok: false,
      reason: `${delivery.outlet}/${delivery.leg} 正在发送或核对，请稍候再试`,
    }
  return { ok: true, result: `${said.serial} ${delivery.outlet}/${delivery.leg}: ${said.is}` }
}
