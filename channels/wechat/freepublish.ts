// In: an article of the leg freepublish. Out: a permanent page (no follower is notified).
// Must not submit twice on its own: the submit has no key, so an unread reply is unknown.
import type { Job, Outcome, OutletLeg, ProbeOutcome, Reach, RemovalOutcome } from '../../src/core/channel.ts'
import { MINUTE, SECOND } from '../../src/core/instant.ts'
import { untilBeijingMidnight } from '../wire/ask.ts'
import { field, isRecord, readAddress, readId, readToken } from '../wire/json.ts'
import { squeeze } from '../wire/marker.ts'
import type { Wechat } from './call.ts'
import { addDraft, findDraft } from './draft.ts'
import { describeError, reactionTo } from './errors.ts'
import { BATCH_ROWS } from './limits.ts'
import { readPublishResult, settlePublish } from './publish-event.ts'
import { outcomeOf, planCheck, removalOf, REPLACED } from './react.ts'

const SUBMIT = { kind: 'effectful', probeAfterMs: 15 * SECOND } as const

/** Progress keys: mediaId, publishId, msgDataId (accounts that merged 发布 and 群发 call back with it), checks. */
export function openFreepublish(wechat: Wechat, reach: Reach): OutletLeg {
  async function deliver(job: Job): Promise<Outcome> {
    const { mediaId, publishId } = job.progress
    if (typeof publishId === 'string') return pending(job, publishId)
    if (typeof mediaId !== 'string') return addDraft(wechat, reach, job)
    if (await reach.isReplaced(job.noticeId)) return REPLACED
    const reply = await wechat.call('freepublish/submit', { media_id: mediaId }, job.priority)
    if (reply.got !== 'ok') {
      // The draft was there when its media_id was given: gone means that an earlier submit took it.
      if (reply.got === 'error' && reactionTo(reply.code).act === 'media')
        return { state: 'unknown', reason: `草稿已不在：${describeError(reply)}`, probeAfterMs: SUBMIT.probeAfterMs }
      return outcomeOf(reply, SUBMIT, job, reach.now())
    }
    const submitted = readId(reply.body['publish_id'])
    if (submitted === null)
      return { state: 'unknown', reason: '提交发布的回音里没有 publish_id', probeAfterMs: SUBMIT.probeAfterMs }
    const msgDataId = readId(reply.body['msg_data_id'])
    return {
      ...pending(job, submitted),
      progress: { ...job.progress, publishId: submitted, ...(msgDataId && { msgDataId }) },
    }
  }

  async function check(job: Job): Promise<ProbeOutcome> {
    const publishId = job.progress['publishId']
    if (typeof publishId !== 'string') return findByDraft(job)
    const reply = await wechat.call('freepublish/get', { publish_id: publishId }, job.priority)
    const waiting = pending(job, publishId)
    if (reply.got === 'ok') {
      const outcome = settlePublish(readPublishResult(publishId, reply.body), waiting.checkAfterMs)
      if (outcome?.state === 'pending') return { ...outcome, progress: waiting.progress }
      return outcome ?? waiting
    }
    if (reply.got === 'budget') return { ...waiting, checkAfterMs: Math.max(SECOND, reply.until - reach.now()) }
    if (reply.got === 'error') {
      const { act } = reactionTo(reply.code)
      if (act === 'tomorrow') return { ...waiting, checkAfterMs: untilBeijingMidnight(reach.now()) }
      if (act === 'operator') return { state: 'unknown', reason: describeError(reply), probeAfterMs: 5 * MINUTE }
    }
    return waiting
  }

  /** §2.10: no draft, no post; draft still there, not published; draft consumed, look for the page by its markers. */
  async function findByDraft(job: Job): Promise<ProbeOutcome> {
    const mediaId = job.progress['mediaId']
    if (typeof mediaId !== 'string') return { state: 'absent' }
    const draft = await findDraft(wechat, job, mediaId)
    if (draft.state === 'there') return { state: 'absent' }
    if (draft.state === 'unclear') return { state: 'unknown', reason: draft.reason, probeAfterMs: 30 * SECOND }
    return findPage(job)
  }

  async function findPage(job: Job): Promise<ProbeOutcome> {
    const query = { offset: 0, count: BATCH_ROWS, no_content: 1 }
    const reply = await wechat.call('freepublish/batchget', query, job.priority)
    if (reply.got === 'budget')
      return {
        state: 'unknown',
        reason: '读发布列表的额度已用完',
        probeAfterMs: Math.max(SECOND, reply.until - reach.now()),
      }
    const items = reply.got === 'ok' ? reply.body['item'] : null
    if (!Array.isArray(items))
      return { state: 'unknown', reason: '草稿已被使用，但读不到发布列表', probeAfterMs: MINUTE }
    for (const item of items.slice(0, BATCH_ROWS)) {
      const articles = field(field(item, 'content'), 'news_item')
      const ours = Array.isArray(articles)
        ? articles.filter(isRecord).find((article) => isOurs(article, job))
        : undefined
      const articleId = readToken(field(item, 'article_id'))
      if (ours === undefined || articleId === null) continue
      if (ours['is_deleted'] === true)
        return { state: 'rejected', code: 'publish-5', fix: 'operator', reason: '已发布，随后被删除' }
      return { state: 'accepted', ref: articleId, url: readAddress(ours['url']) }
    }
    return { state: 'unknown', reason: '草稿已被使用，发布列表里还没有这一篇', probeAfterMs: MINUTE }
  }

  /** freepublish/delete of the whole article; it cannot be undone (§2.4). */
  async function remove(job: Job, ref: string): Promise<RemovalOutcome> {
    if (readToken(ref) === null || ref.startsWith('publish:'))
      return { state: 'refused', code: 'ref', reason: '没有 article_id，请在公众平台人工删除' }
    const reply = await wechat.call('freepublish/delete', { article_id: ref, index: 0 }, job.priority)
    return removalOf(reply, job, reach.now())
  }

  return { deliver, check, remove, probe: check }
}

/** The marker is the address of the notice, else the digest, which holds the serial; a title has no room (DESIGN §3). */
function isOurs(article: Record<string, unknown>, job: Job): boolean {
  if (article['content_source_url'] === job.url) return true
  const { digest: shown } = article
  const { digest: own } = job.content
  // The whole digest, because a withdrawal's digest names the serial of the notice that it withdraws.
  return typeof shown === 'string' && own !== undefined && squeeze(shown) === squeeze(own)
}

function pending(job: Job, publishId: string) {
  const { checkAfterMs, checks } = planCheck(job)
  return {
    state: 'pending' as const,
    job: publishId,
    checkAfterMs,
    progress: { ...job.progress, publishId, checks },
  }
}
