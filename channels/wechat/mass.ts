// In: an article of the leg mass. Out: one message to all followers.
// Must not send without its clientmsgid, the key that makes repeating safe for 24 hours (channels.md §2.5).
import { createHash } from 'node:crypto'
import type { Job, Outcome, OutletLeg, ProbeOutcome, Reach, RemovalOutcome } from '../../src/core/channel.ts'
import { DAY, MINUTE, SECOND } from '../../src/core/instant.ts'
import { readId } from '../wire/json.ts'
import type { Wechat } from './call.ts'
import { addDraft, findDraft } from './draft.ts'
import { describeError, reactionTo } from './errors.ts'
import { KEY_LIFETIME, KEYED_REPEAT_AFTER } from './limits.ts'
import { settleMass } from './publish-event.ts'
import { countTries, outcomeOf, planCheck, removalOf, REPLACED } from './react.ts'

const SEND = { kind: 'effectful', probeAfterMs: KEYED_REPEAT_AFTER } as const

/**
 * The delivery's clientmsgid: 32 hex digits (64 bytes are documented, a 36-character one was refused, §2.5). The
 * notice's address is part of it, so that a new installation's deliveries never repeat an old one's key.
 */
export function clientMsgId(job: Pick<Job, 'deliveryId' | 'url' | 'progress'>): string {
  // A person has seen that nothing came of the rounds before, and the platform would only answer with their msg_id.
  const { round } = job.progress
  const key = `${job.deliveryId}\n${job.url}${typeof round === 'number' ? `\n${round}` : ''}`
  return createHash('sha256').update(key).digest('hex').slice(0, 32)
}

/** Progress keys: mediaId, msgId, checks, round (set when a person has it sent anew). */
export function openMass(wechat: Wechat, reach: Reach): OutletLeg {
  async function deliver(job: Job): Promise<Outcome> {
    const { mediaId, msgId } = job.progress
    if (typeof msgId === 'string') return pending(job, msgId)
    if (typeof mediaId !== 'string') return addDraft(wechat, reach, job)
    const isFirst = countTries(job) <= 1
    const replaced = await reach.isReplaced(job.noticeId)
    if (replaced && isFirst) return REPLACED
    // The key protects for a day; after that, and before a replaced word is given up, the draft tells (§2.3).
    if (replaced || reach.now() - job.firstAttemptAt > KEY_LIFETIME) {
      const draft = await findDraft(wechat, job, mediaId)
      if (draft.state === 'consumed') return settleConsumed(job, '草稿已被使用')
      if (draft.state === 'unclear') return { state: 'unknown', reason: draft.reason, probeAfterMs: MINUTE }
      if (replaced)
        return { state: 'rejected', code: 'replaced', fix: 'giveup', reason: '未见群发，已有新的公告，不再重发' }
    }
    const reply = await wechat.call(
      'message/mass/sendall',
      {
        filter: { is_to_all: true },
        msgtype: 'mpnews',
        mpnews: { media_id: mediaId },
        send_ignore_reprint: 1,
        clientmsgid: clientMsgId(job),
      },
      job.priority,
    )
    if (reply.got === 'error') {
      const { act } = reactionTo(reply.code)
      const sent = readId(reply.body['msg_id'])
      if (act === 'adopt' && sent !== null) return pending(job, sent)
      if (act === 'adopt') return { state: 'accepted', ref: `key:${clientMsgId(job)}`, url: null }
      if (act === 'media') return settleConsumed(job, describeError(reply))
      // Too soon after an earlier call with this key: that one was received.
      if (reply.code === '45066')
        return { state: 'unknown', reason: describeError(reply), probeAfterMs: KEYED_REPEAT_AFTER }
      // Out of quota, perhaps by the very call whose reply was lost.
      if (act === 'giveup' && !isFirst && (await findDraft(wechat, job, mediaId)).state !== 'there')
        return settleConsumed(job, describeError(reply))
    }
    if (reply.got !== 'ok') return outcomeOf(reply, SEND, job, reach.now())
    const sent = readId(reply.body['msg_id'])
    return sent === null
      ? { state: 'unknown', reason: '群发的回音里没有 msg_id', probeAfterMs: SEND.probeAfterMs }
      : pending(job, sent)
  }

  /** The draft left the box, so it went out; its msg_id only the callback or a person knows, and no repeat may follow. */
  async function settleConsumed(job: Job, reason: string): Promise<Outcome> {
    await reach.box.write(consumedKey(job), '1', reach.now() + 2 * DAY)
    return { state: 'unknown', reason: `${reason}；应已群发，请在公众平台核对`, probeAfterMs: MINUTE }
  }

  async function check(job: Job): Promise<ProbeOutcome> {
    const msgId = job.progress['msgId']
    if (typeof msgId !== 'string') return findByKey(job)
    const reply = await wechat.call('message/mass/get', { msg_id: msgId }, job.priority)
    const waiting = pending(job, msgId)
    if (reply.got === 'ok') {
      const status = reply.body['msg_status']
      const outcome = typeof status === 'string' ? settleMass(msgId, status, null, waiting.checkAfterMs) : null
      return outcome === null || outcome.state === 'pending' ? waiting : outcome
    }
    if (reply.got === 'error' && reactionTo(reply.code).act === 'operator')
      return { state: 'unknown', reason: describeError(reply), probeAfterMs: 5 * MINUTE }
    if (reply.got === 'budget') return { ...waiting, checkAfterMs: Math.max(SECOND, reply.until - reach.now()) }
    return waiting
  }

  /** Without a msg_id the read-back is the keyed repeat itself (§2.10 d): absent asks for it, unless the draft is gone. */
  async function findByKey(job: Job): Promise<ProbeOutcome> {
    if ((await reach.box.read(consumedKey(job))) === null) return { state: 'absent' }
    return { state: 'unknown', reason: '草稿已被使用，应已群发，请在公众平台核对', probeAfterMs: MINUTE }
  }

  /** mass/delete: the page dies, cards already on phones stay (§2.5). */
  async function remove(job: Job, ref: string): Promise<RemovalOutcome> {
    if (readId(ref) === null) return { state: 'refused', code: 'ref', reason: '没有 msg_id，请在公众平台人工删除' }
    // msg_id is a 64-bit number in the documentation; written as digits, since JavaScript cannot hold it.
    const reply = await wechat.send(
      'message/mass/delete',
      jsonBody(`{"msg_id":${BigInt(ref)},"article_idx":0}`),
      job.priority,
    )
    return removalOf(reply, job, reach.now())
  }

  return { deliver, check, remove, probe: check }
}

function consumedKey(job: Job): string {
  return `consumed:${job.deliveryId}:${clientMsgId(job)}`
}

function jsonBody(text: string): { contentType: string; bytes: string } {
  return { contentType: 'application/json; charset=utf-8', bytes: text }
}

function pending(job: Job, msgId: string) {
  const { checkAfterMs, checks } = planCheck(job)
  return {
    state: 'pending' as const,
    job: msgId,
    checkAfterMs,
    progress: { ...job.progress, msgId, checks },
    // 群发保护: an administrator confirms on the phone within 30 minutes (§2.5); the platform says SENDING meanwhile.
    reason: '群发中；如开启了群发保护，请管理员 30 分钟内在手机上确认',
  }
}
