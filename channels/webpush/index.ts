// In: outlets with `channel: webpush`. Out: the word handed to the sender, and how far it has come with the subscribers.
// Declares replace: a repeat takes the place of what it repeats, at the push service (Topic) and on the device (tag).
import type { Channel, Composed, OutletClient, ProbeOutcome, Reach } from '../../src/core/channel.ts'
import { formatUtc, SECOND } from '../../src/core/instant.ts'
import { isWritten, type NoticeFacts, type RenderedNotice } from '../../src/core/notice.ts'
import { isMarked, writePush } from '../../src/core/push/message.ts'
import { guardClient } from '../wire/guard.ts'
import { config, secrets, type WebpushConfig } from './config.ts'

/** A word that could not be put on record is tried again soon: the database is the only thing in between. */
const AGAIN_MS = SECOND
const FIRST_LOOK_MS = SECOND
const LOOK_MS = 2 * SECOND
/** Of those who were to be told; more is worth a person's look. */
const TOO_MANY_FAILED = 0.5

function compose(rendered: RenderedNotice, facts: NoticeFacts): Composed {
  const body = rendered.variants['brief'] ?? ''
  const message = {
    v: 1 as const,
    kind: facts.kind,
    title: rendered.title,
    body,
    url: facts.url,
    tag: 'x'.repeat(32),
    drill: facts.class === 'drill',
    withdrawn: facts.kind === 'withdrawal',
    serial: facts.serial,
    report: facts.report,
    at: formatUtc(facts.issuedAt),
  }
  if (body.trim() === '') return { ok: false, reason: '公告没有简短正文' }
  if (!isMarked(message)) return { ok: false, reason: '标题缺少【演练】或【撤回】' }
  if (writePush(message) === null) return { ok: false, reason: '推送超过 2000 字节' }
  return { ok: true, content: { title: message.title, body, url: message.url } }
}

function open(config: WebpushConfig, reach: Reach): OutletClient {
  const check = async (deliveryId: string): Promise<ProbeOutcome> => {
    const standing = await reach.push.standing(deliveryId)
    if (standing === null) return { state: 'absent' }
    const { state, sent, gone, failed, open: left } = standing
    if (state === 'planning' || state === 'sending')
      return { state: 'pending', job: deliveryId, checkAfterMs: LOOK_MS, reason: `已推送 ${sent}，待推送 ${left}` }
    if (state === 'refused')
      return { state: 'rejected', code: 'kill-switch', fix: 'giveup', reason: '渠道已由人工停用，未推送' }
    if (state === 'stopped') {
      const warning = `渠道已由人工停用：已推送 ${sent} 人，其余未推送，解除停用后不再补推`
      return { state: 'accepted', ref: `${sent}`, url: null, warning }
    }
    const bad = failed > TOO_MANY_FAILED * Math.max(1, sent + failed)
    return {
      state: 'accepted',
      ref: `${sent}`,
      url: null,
      ...(bad ? { warning: `推送 ${sent} 人成功，${failed} 人未成功，${gone} 人订阅已失效` } : {}),
    }
  }
  return {
    async deliver(job) {
      try {
        await reach.push.hand({
          deliveryId: job.deliveryId,
          outlet: reach.outlet,
          content: job.content,
          priority: job.priority,
          ttlMs: config.ttl * SECOND,
        })
        return { state: 'pending', job: job.deliveryId, checkAfterMs: FIRST_LOOK_MS }
      } catch (error) {
        // One statement, which may be repeated: nothing is unknown here.
        const reason = error instanceof Error ? error.message : String(error)
        return { state: 'retry', afterMs: AGAIN_MS, code: 'store', reason }
      }
    },
    probe: (job) => check(job.deliveryId),
    check: (job) => check(job.deliveryId),
  }
}

export const webpush: Channel<WebpushConfig> = {
  name: 'webpush',
  config,
  secrets,
  // People have subscribed to earthquakes, not to what the bureau writes beside them.
  // Of what people write only rebuttals are pushed, to those who asked for them (core/push/wants.ts).
  legs: (config, kind) => (config.enabled && (!isWritten(kind) || kind === 'rebuttal') ? ['subscribers'] : []),
  certainty: () => ({ probe: 'exact', absentReads: 1, absentSpanMs: 0, keyedRepeat: true }),
  limits: [],
  variants: ['brief'],
  compose,
  open: (config, reach) =>
    guardClient(open(config, reach), reach, () => [config.vapidPrivateKey, config.sealKey ?? '']),
}
