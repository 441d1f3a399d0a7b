// In: a composed article. Out: a draft's media_id in the job's progress.
// Must not have a visible effect: a draft is seen by nobody but the account's own staff.
import type { Job, Outcome, Reach } from '../../src/core/channel.ts'
import { readToken } from '../wire/json.ts'
import type { Wechat } from './call.ts'
import { outcomeOf } from './react.ts'

/** draft/add (§2.3). A crash before its media_id is stored leaves an orphan draft, and the step is simply done again. */
export async function addDraft(wechat: Wechat, reach: Reach, job: Job): Promise<Outcome> {
  const { title, digest, article, sourceUrl, cover, author } = job.content
  if (!title || !digest || !article || !sourceUrl || !cover)
    return { state: 'rejected', code: 'content', fix: 'operator', reason: '任务没有完整的图文内容' }
  const draft = {
    article_type: 'news',
    title,
    ...(author && { author }),
    digest,
    content: article,
    content_source_url: sourceUrl,
    thumb_media_id: cover,
  }
  const reply = await wechat.call('draft/add', { articles: [draft] }, job.priority)
  if (reply.got !== 'ok') return outcomeOf(reply, { kind: 'harmless' }, job, reach.now())
  const mediaId = readToken(reply.body['media_id'])
  if (mediaId === null)
    return outcomeOf(
      { got: 'garbage', reason: 'draft/add 的回音里没有 media_id' },
      { kind: 'harmless' },
      job,
      reach.now(),
    )
  return { state: 'progress', progress: { ...job.progress, mediaId } }
}

export type DraftState = { state: 'there' } | { state: 'consumed' } | { state: 'unclear'; reason: string }

/** draft/get: a draft leaves the box once it is published or mass-sent (§2.3), so a gone one has gone out. */
export async function findDraft(wechat: Wechat, job: Job, mediaId: string): Promise<DraftState> {
  const reply = await wechat.call('draft/get', { media_id: mediaId }, job.priority)
  if (reply.got === 'ok')
    return Array.isArray(reply.body['news_item'])
      ? { state: 'there' }
      : { state: 'unclear', reason: '读草稿的回音里没有 news_item' }
  if (reply.got === 'error' && reply.code === '40007') return { state: 'consumed' }
  if (reply.got === 'error') return { state: 'unclear', reason: `读草稿被拒：${reply.code} ${reply.message}` }
  return { state: 'unclear', reason: reply.got === 'budget' ? '读草稿的额度已用完' : `读草稿：${reply.reason}` }
}
