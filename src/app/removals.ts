// In: an officer's wish that a post be taken down, another's word on it. Out: on record under both accounts, or refused with the reason.
// Must not ask a platform (publish/remove.ts does), and takes nobody's word who has no account: two names at a prompt are no two people.
import { z } from 'zod'
import type { Pool } from 'pg'
import type { Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { mayDo } from '../core/people/roles.ts'
import { noteAlarm } from '../publish/note-alarm.ts'
import { canRemove } from '../publish/remove.ts'
import type { Outlet } from '../publish/outlets.ts'
import { clearAlarm } from '../store/alarms.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { findAccount } from '../store/people/accounts.ts'
import { withTransaction } from '../store/pool.ts'
import { askRemoval, confirmRemoval, declineRemoval, findPost, findRemoval, noteRemoved } from '../store/removals.ts'
import type { CommandAnswer } from '../web/desk/server.ts'

const id = z.string().min(1).max(60)
export const removalShapes = {
  'ask-removal': { delivery: id, why: z.string().trim().min(1).max(200) },
  'confirm-removal': { removal: id },
  'decline-removal': { removal: id },
  'note-removal': { removal: id },
} as const

export interface RemovalContext {
  pool: Pool
  outlets: readonly Outlet[]
  clock: (trafficClass: TrafficClass) => Instant
  realNow: () => Instant
  random: () => string
  /** A post for the public is gone: what shows its address is made anew. */
  removed: (noticeId: string) => void
}

const NO_ACCOUNT = '删除帖文须由两人先后在值班台登录后办理'

/** Asks for a post to be taken down; every other officer is told at once. */
export async function wishRemoval(
  given: { delivery: string; why: string; as: string },
  context: RemovalContext,
): Promise<CommandAnswer> {
  if (!(await mayRemove(context.pool, given.as))) return { ok: false, reason: NO_ACCOUNT }
  const delivery = await findPost(context.pool, given.delivery)
  const outlet = delivery && context.outlets.find((o) => o.id === delivery.outlet && o.class === delivery.class)
  if (!delivery || !outlet) return { ok: false, reason: '没有这项发布任务' }
  if (!canRemove(outlet, delivery.leg)) return { ok: false, reason: `${outlet.id} 的内容不能由本系统删除` }
  const removal = `x-${context.random().slice(0, 20)}`
  const asked = await withTransaction(context.pool, async (client) => {
    const wish = { id: removal, deliveryId: given.delivery, by: given.as, why: given.why }
    if (!(await askRemoval(client, wish, context.realNow()))) return false
    await appendJournal(client, context.clock(delivery.class), {
      actor: given.as,
      act: 'removal.asked',
      subject: given.delivery,
      detail: { removal, outlet: outlet.id, leg: delivery.leg, why: given.why },
    })
    const row = await findRemoval(client, removal)
    const message = `有人申请删除 ${outlet.id} 上 ${row?.serial ?? ''} 的帖文，须由另一人同意或不同意`
    await noteAlarm(client, context, { kind: 'removal', subject: removal, class: delivery.class, message })
    await tellDesks(client)
    return true
  })
  if (!asked) return { ok: false, reason: '只能删除已撤回公告中已发布的帖文，且同一帖文只申请一次' }
  return { ok: true, result: { removal } }
}

const TAKEN = '这项删除申请已由他人处理'
/** What an officer may do with a wish, and what whoever comes too late is told. */
const WAYS = {
  confirm: { take: confirmRemoval, step: 'confirmed', late: TAKEN },
  decline: { take: declineRemoval, step: 'declined', late: TAKEN },
  // What the platform refused, somebody has deleted there by hand: two people had agreed to it.
  note: { take: noteRemoved, step: 'by-hand', late: '只有未能删除的帖文可以登记为人工删除' },
} as const

/** A second officer's yes or no, or anyone's word that it was done by hand. */
export async function decideRemoval(
  given: { removal: string; as: string },
  way: keyof typeof WAYS,
  context: RemovalContext,
): Promise<CommandAnswer> {
  const { pool } = context
  const { take, step, late } = WAYS[way]
  if (!(await mayRemove(pool, given.as))) return { ok: false, reason: NO_ACCOUNT }
  const removal = await findRemoval(pool, given.removal)
  if (!removal) return { ok: false, reason: '没有这项删除申请' }
  if (way === 'confirm' && removal.asked_by === given.as)
    return { ok: false, reason: '这项删除由您申请，须由另一人同意' }
  const done = await withTransaction(pool, async (client) => {
    const now = context.realNow()
    if (!(await take(client, removal.id, given.as, now))) return false
    const { id, class: lane, delivery_id: subject, outlet_id: outlet, leg } = removal
    const detail = { removal: id, outlet, leg }
    await appendJournal(client, context.clock(lane), { actor: given.as, act: `removal.${step}`, subject, detail })
    await clearAlarm(client, 'removal', id, now)
    await tellDesks(client)
    return true
  })
  if (!done) return { ok: false, reason: late }
  if (way === 'note' && removal.class === 'actual') context.removed(removal.notice_id)
  return { ok: true, result: { removal: removal.id } }
}

async function mayRemove(pool: Pool, account: string): Promise<boolean> {
  const found = await findAccount(pool, account)
  return found !== null && found.state === 'active' && mayDo(found.roles, 'withdraw')
}
