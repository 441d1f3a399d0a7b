// In: the result of a publish or mass job, polled or called back. Out: what it means for the delivery.
// Must not call anything: callbacks and polling share it, so that both end a delivery alike.
import type { ProbeOutcome } from '../../src/core/channel.ts'
import { field, readAddress, readCode, readToken } from '../wire/json.ts'

export interface PublishResult {
  publishId: string
  /** publish_status 0–6 (freepublish/get, §2.4); null when it is none of them. */
  status: number | null
  articleId: string | null
  articleUrl: string | null
}

/** Reads the reply of freepublish/get. */
export function readPublishResult(publishId: string, body: Record<string, unknown>): PublishResult {
  const code = readCode(body['publish_status'])
  const items = field(field(body, 'article_detail'), 'item')
  const first: unknown = Array.isArray(items) ? items[0] : items
  return {
    publishId,
    status: code === null ? null : Number(code),
    articleId: readToken(body['article_id']),
    articleUrl: readAddress(field(first, 'article_url')),
  }
}

const FAILED: Readonly<Record<number, string>> = {
  2: '原创校验失败',
  3: '发布失败',
  4: '平台审核不通过',
  5: '发布成功后已被全部删除',
  6: '发布成功后已被系统全部封禁',
}

/**
 * What a finished or running publish job means; null for a status nobody documents.
 * @param checkAfterMs when to ask again while it runs
 */
export function settlePublish(result: PublishResult, checkAfterMs: number): ProbeOutcome | null {
  const { status } = result
  if (status === 1) return { state: 'pending', job: result.publishId, checkAfterMs }
  if (status === 0)
    return { state: 'accepted', ref: result.articleId ?? `publish:${result.publishId}`, url: result.articleUrl }
  const failed = status === null ? undefined : FAILED[status]
  if (failed === undefined) return null
  return {
    state: 'rejected',
    code: `publish-${status}`,
    fix: 'operator',
    reason: `${failed}（publish_status ${status}）`,
  }
}

/** err(n) of MASSSENDJOBFINISH (§2.5). */
const MASS_REFUSALS: Readonly<Record<string, string>> = {
  10001: '涉嫌广告',
  20001: '涉嫌政治',
  20002: '涉嫌色情',
  20004: '涉嫌社会',
  20006: '涉嫌违法犯罪',
  20008: '涉嫌欺诈',
  20013: '涉嫌版权',
  21000: '涉嫌其他',
  22000: '涉嫌互推',
}

/**
 * What the end of a mass job means.
 * @param status "send success", "send fail" or "err(n)" of the callback; SEND_SUCCESS, SENDING, SEND_FAIL, DELETE of
 *   mass/get; null for a word nobody documents
 */
export function settleMass(
  msgId: string,
  status: string,
  articleUrl: string | null,
  checkAfterMs: number,
): ProbeOutcome | null {
  const word = status.trim().toLowerCase().replaceAll('_', ' ')
  const fail = (code: string, reason: string): ProbeOutcome => ({ state: 'rejected', code, fix: 'operator', reason })
  if (word === 'send success') return { state: 'accepted', ref: msgId, url: articleUrl }
  if (word === 'sending') return { state: 'pending', job: msgId, checkAfterMs }
  if (word === 'send fail') return fail('send-fail', '群发失败（send fail）：可能未获管理员确认，或超出次数')
  if (word === 'delete') return fail('deleted', '群发消息已被删除')
  const error = /^err\((\d{1,6})\)$/.exec(word)?.[1]
  return error === undefined
    ? null
    : fail(`err-${error}`, `群发未通过：${MASS_REFUSALS[error] ?? '原因未登记'}（err(${error})）`)
}
