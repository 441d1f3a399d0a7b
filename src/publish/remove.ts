// In: posts that two people want taken down. Out: the platform asked, its answer on record, a person told where it did not go.
// Must not take down what one person alone asked for: only confirmed rows are taken (store/removals.ts).
import type { Job, RemovalOutcome } from '../core/channel.ts'
import { MINUTE, SECOND, type Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import type { Pool } from 'pg'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction } from '../store/pool.ts'
import { settleRemoval, takeRemovals, type RemovalEnd, type RemovalRecord } from '../store/removals.ts'
import { noteAlarm } from './note-alarm.ts'
import type { Outlet } from './outlets.ts'

export interface RemoveContext {
  pool: Pool
  outlets: readonly Outlet[]
  publicUrl: string
  /** Real time: a person waits for it. */
  realNow: () => Instant
  clock: (trafficClass: TrafficClass) => Instant
  random: () => string
  /** A post for the public is gone: what shows its address is made anew. */
  removed: (noticeId: string) => void
  log: { error: (fields: object, message: string) => void }
}

/** Deleting by a platform's own number may be repeated: one that is gone answers so (channels.md §1.3, §2.4). */
const MOST_TRIES = 6
const AGAIN_MS = 5 * SECOND

/** True where a platform takes a post down at our asking; a notice to single people cannot be called back. */
export function canRemove({ client }: Pick<Outlet, 'client'>, leg: string): boolean {
  return client.remove !== undefined && leg !== 'subscribe'
}

/** Asks the platforms for what is due. @returns how many were tried */
export async function removePosts(context: RemoveContext): Promise<number> {
  const due = await takeRemovals(context.pool, context.realNow())
  await Promise.all(due.map((removal) => remove(removal, context)))
  return due.length
}

async function remove(removal: RemovalRecord, context: RemoveContext): Promise<void> {
  const end = judge(await ask(removal, context), removal, context.realNow())
  const written = await withTransaction(context.pool, async (client) => {
    if (!(await settleRemoval(client, removal, end, context.realNow()))) return false
    if (end.state === 'again') return true
    const { id, delivery_id: subject, outlet_id: outlet, leg } = removal
    const why = end.state === 'failed' ? { reason: end.reason } : {}
    await appendJournal(client, context.clock(removal.class), {
      actor: 'system',
      act: `removal.${end.state}`,
      subject,
      detail: { removal: id, outlet, leg, ...why },
    })
    if (end.state === 'failed') {
      const message = `${outlet}（${removal.serial}）的帖文未能删除，请人工处理：${end.reason}`
      await noteAlarm(client, context, { kind: 'removal', subject: id, class: removal.class, message })
    }
    await tellDesks(client)
    return true
  })
  if (!written) return
  if (end.state === 'removed' && removal.class === 'actual') context.removed(removal.notice_id)
}

async function ask(removal: RemovalRecord, context: RemoveContext): Promise<RemovalOutcome> {
  const outlet = context.outlets.find((one) => one.id === removal.outlet_id && one.class === removal.class)
  if (!outlet?.client.remove || !canRemove(outlet, removal.leg))
    return { state: 'refused', code: 'outlet', reason: '这个渠道不能由本系统删除帖文' }
  try {
    return await outlet.client.remove(jobOf(removal, context), removal.ref)
  } catch (error) {
    context.log.error({ err: error, removal: removal.id, outlet: outlet.id }, 'the adapter failed')
    return { state: 'unknown', reason: '渠道程序出错，是否删除待查' }
  }
}

function judge(outcome: RemovalOutcome, { tries }: RemovalRecord, now: Instant): RemovalEnd {
  if (outcome.state === 'gone') return { state: 'removed' }
  const { reason } = outcome
  if (outcome.state === 'refused' || tries >= MOST_TRIES) return { state: 'failed', reason }
  const afterMs = outcome.state === 'retry' ? Math.max(SECOND, outcome.afterMs) : AGAIN_MS
  // An hour's quota is worth waiting for once; a person who waits longer does it by hand sooner.
  return afterMs > 90 * MINUTE ? { state: 'failed', reason } : { state: 'again', at: now + afterMs, reason }
}

function jobOf(removal: RemovalRecord, context: RemoveContext): Job {
  return {
    deliveryId: removal.delivery_id,
    noticeId: removal.notice_id,
    noticeKind: removal.kind,
    class: removal.class,
    serial: removal.serial,
    url: `${context.publicUrl}/n/${removal.code}`,
    leg: removal.leg,
    priority: 0,
    content: {},
    attempt: removal.tries,
    progress: {},
    firstAttemptAt: removal.asked_at,
    absentProbes: 0,
    absentSince: null,
  }
}
