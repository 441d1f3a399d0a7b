// In: outlets with `channel: cap`. Out: one CAP 1.2 message per notice, on our own pages for aggregators to fetch.
// Must not say that nothing happened: CAP has no message for it, and an Alert about it would be shown as an alert.
import type { Channel, Job, Outcome, OutletClient, Reach } from '../../src/core/channel.ts'
import { MINUTE, SECOND } from '../../src/core/instant.ts'
import type { NoticeKind } from '../../src/core/notice.ts'
import { config, type CapConfig } from './config.ts'

/** What tells of a quake, or takes that back. Nothing else is an alert: a denial, a rebuttal, advice. */
const ALERTS: ReadonlySet<NoticeKind> = new Set([
  'quick-report',
  'formal-report',
  'revision',
  'correction',
  'withdrawal',
])
const AGAIN_MS = SECOND
/** What the withdrawn notice is published by, if it still is: then there is something to cancel. */
const PATIENCE = MINUTE

function open({ sender }: CapConfig, reach: Reach): OutletClient {
  const deliver = async (job: Job): Promise<Outcome> => {
    // What was overtaken unpublished stays so: the dispatcher ends it as superseded.
    const overtaken: Outcome = { state: 'retry', afterMs: 0, code: 'replaced', reason: '已有新的公告，不再发出' }
    if (await reach.isReplaced(job.noticeId)) return overtaken
    const published = await reach.alerts.publish(job.noticeId, sender)
    if (published.ok) return { state: 'accepted', ref: published.ref, url: published.url }
    const { rule } = published
    if (rule === 'cap-replaced') return overtaken
    const young = reach.now() - job.firstAttemptAt < PATIENCE
    if (rule === 'cap-chain-busy' || (rule === 'cap-nothing-to-cancel' && young))
      return { state: 'retry', afterMs: AGAIN_MS, code: rule, reason: '同一编号的上一条消息尚未落定' }
    return rule === 'cap-nothing-to-cancel'
      ? { state: 'rejected', code: rule, fix: 'giveup', reason: '此前没有发出过 CAP 消息，无可取消' }
      : { state: 'rejected', code: rule, fix: 'operator', reason: `不合 CAP 规则：${rule}` }
  }
  return {
    deliver: async (job) => {
      try {
        return await deliver(job)
      } catch (error) {
        // A message is stored whole or not at all, and found again by its notice: repeating cannot double it.
        const reason = error instanceof Error ? error.message : String(error)
        return { state: 'retry', afterMs: AGAIN_MS, code: 'store', reason }
      }
    },
    probe: async (job) => {
      const found = await reach.alerts.find(job.noticeId)
      return found?.ok ? { state: 'accepted', ref: found.ref, url: found.url } : { state: 'absent' }
    },
  }
}

export const cap: Channel<CapConfig> = {
  name: 'cap',
  config,
  secrets: [],
  legs: (_config, kind) => (ALERTS.has(kind) ? ['message'] : []),
  certainty: () => ({ probe: 'exact', absentReads: 1, absentSpanMs: 0, keyedRepeat: true }),
  single: true,
  limits: [],
  variants: [],
  compose: (rendered) =>
    rendered.text.trim() === ''
      ? { ok: false, reason: '公告没有正文' }
      : { ok: true, content: { title: rendered.title } },
  open,
}
