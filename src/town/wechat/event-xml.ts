// In: finished jobs. Out: the XML of the platform's event pushes (reference channels.md §2.4, §2.5, §2.6, §2.9).
// Must not send anything.
import { SECOND } from '../../core/instant.ts'
import type { Instant } from '../../core/instant.ts'
import type { MassJob, PublishJob } from './state.ts'

const cdata = (text: string): string => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`

/** What stands on every push. */
export interface EventHead {
  to: string
  from: string
  at: Instant
}

function wrap(head: EventHead, type: string, inner: string): string {
  const time = Math.floor(head.at / SECOND)
  return `<xml><ToUserName>${cdata(head.to)}</ToUserName><FromUserName>${cdata(head.from)}</FromUserName><CreateTime>${time}</CreateTime><MsgType>${cdata(type)}</MsgType>${inner}</xml>`
}

/** An event push with its own elements. */
export function eventXml(head: EventHead, event: string, inner: string): string {
  return wrap(head, 'event', `<Event>${cdata(event)}</Event>${inner}`)
}

/** A follower's text message. */
export function textMessageXml(head: EventHead, content: string, msgId: string): string {
  return wrap(head, 'text', `<Content>${cdata(content)}</Content><MsgId>${msgId}</MsgId>`)
}

/** PublishEventInfo of PUBLISHJOBFINISH. */
export function publishEventInfo(job: PublishJob, urls: readonly string[]): string {
  const items = urls.map((url, i) => `<item><idx>${i + 1}</idx><article_url>${cdata(url)}</article_url></item>`)
  const good = `<article_id>${cdata(job.articleId)}</article_id><article_detail><count>${urls.length}</count>${items.join('')}</article_detail>`
  const bad = job.articles.map((_, i) => `<fail_idx>${i + 1}</fail_idx>`).join('')
  return `<PublishEventInfo><publish_id>${job.publishId}</publish_id><publish_status>${job.status}</publish_status>${job.status === 0 ? good : bad}</PublishEventInfo>`
}

/** Elements of MASSSENDJOBFINISH. FilterCount = SentCount + ErrorCount. */
export function massEventInfo(
  job: Pick<MassJob, 'msgId' | 'status' | 'failure'>,
  counts: { total: number; sent: number },
  urls: readonly string[],
): string {
  const failed = job.failure === null ? 'send fail' : `err(${job.failure})`
  const status = job.status === 'SEND_SUCCESS' ? 'send success' : failed
  const items = urls.map(
    (url, i) => `<item><ArticleIdx>${i + 1}</ArticleIdx><ArticleUrl>${cdata(url)}</ArticleUrl></item>`,
  )
  return `<MsgID>${job.msgId}</MsgID><Status>${cdata(status)}</Status><TotalCount>${counts.total}</TotalCount><FilterCount>${counts.total}</FilterCount><SentCount>${counts.sent}</SentCount><ErrorCount>${counts.total - counts.sent}</ErrorCount><CopyrightCheckResult><Count>0</Count><ResultList></ResultList><CheckState>2</CheckState></CopyrightCheckResult><ArticleUrlResult><Count>${urls.length}</Count><ResultList>${items.join('')}</ResultList></ArticleUrlResult>`
}
