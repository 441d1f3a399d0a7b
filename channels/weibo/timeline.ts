// In: a job whose post may stand on the account's timeline. Out: found, absent, or unclear.
// Must not call a post absent when the rows read do not reach back to the first try.
import type { Job, Reach } from '../../src/core/channel.ts'
import { MINUTE, parseZonedTime, SECOND, type Instant } from '../../src/core/instant.ts'
import { callBooked } from '../wire/ask.ts'
import { joinUrl } from '../wire/address.ts'
import { field, isRecord, parseObject, readCode, readId, readMessage } from '../wire/json.ts'
import { squeeze } from '../wire/marker.ts'
import { apiBaseOf, type WeiboConfig } from './config.ts'
import { drivers } from './drivers.ts'
import { describeError } from './errors.ts'
import { LARGEST_REPLY, READ_DEADLINE, TIMELINE_PAGES, TIMELINE_ROWS } from './limits.ts'

export type Sighted =
  | { state: 'found'; id: string }
  | { state: 'absent' }
  | { state: 'unclear'; reason: string; afterMs: number }

/** Weibo's clock and ours may differ; a row this much older than the first try still proves that we read far enough. */
const CLOCK_SLACK = 2 * MINUTE

/**
 * Reads the account's own timeline, newest first, up to three pages of twenty.
 * @returns found with the decimal id; absent only when every row back to the first try was seen
 */
export async function findPost(reach: Reach, config: WeiboConfig, job: Job): Promise<Sighted> {
  // Distinct rows: a tier that ignores `page` shows the same ones again.
  const seen = new Set<string>()
  for (let page = 1; page <= TIMELINE_PAGES; page += 1) {
    const read = await readPage(reach, config, job, page)
    if (!('rows' in read)) return read
    for (const row of read.rows) {
      const id = readId(field(row, 'idstr')) ?? readId(field(row, 'mid')) ?? readId(field(row, 'id'))
      if (id !== null && isOurs(row, config, job)) return { state: 'found', id }
      if (id !== null) seen.add(id)
    }
    const complete = read.total === null ? read.rows.length < TIMELINE_ROWS : seen.size >= read.total
    if (complete || read.rows.some((row) => isOlder(row, job.firstAttemptAt))) return { state: 'absent' }
    if (read.rows.length === 0) break
  }
  return { state: 'unclear', reason: '主页列表没有读到首次发送之前，不能断定未发出', afterMs: 60 * SECOND }
}

interface Page {
  rows: Record<string, unknown>[]
  total: number | null
}

async function readPage(
  reach: Reach,
  config: WeiboConfig,
  job: Job,
  page: number,
): Promise<Page | (Sighted & { state: 'unclear' })> {
  // The documented place of the token in a GET is the query; reasons are cleaned of it by the guard.
  const query = {
    access_token: config.accessToken,
    uid: config.uid,
    count: String(TIMELINE_ROWS),
    page: String(page),
    trim_user: '1',
  }
  const reply = await callBooked(reach, 'statuses/user_timeline', job.priority, {
    method: 'GET',
    url: joinUrl(apiBaseOf(config), drivers[config.driver].timelinePath, query),
    deadlineMs: READ_DEADLINE,
    maxBytes: LARGEST_REPLY,
  })
  if (reply.got === 'budget') return unclear('读主页的额度已用完', Math.max(SECOND, reply.until - reach.now()))
  if (reply.got === 'nothing') return unclear(`读主页没有回音：${reply.reason}`)
  const body = parseObject(reply.body)
  if (body === null) return unclear(`读主页的回音（HTTP ${reply.status}）不可读`)
  const code = readCode(field(body, 'error_code'))
  if (code !== null && code !== '0')
    return unclear(`读主页被拒 ${describeError(code, readMessage(field(body, 'error')))}`, 5 * MINUTE)
  const rows = field(body, 'statuses')
  if (!Array.isArray(rows)) return unclear('读主页的回音里没有 statuses')
  const total = field(body, 'total_number')
  return {
    rows: rows.slice(0, 200).filter(isRecord),
    total: typeof total === 'number' && Number.isSafeInteger(total) && total >= 0 ? total : null,
  }
}

function unclear(reason: string, afterMs = 30 * SECOND): Sighted & { state: 'unclear' } {
  return { state: 'unclear', reason, afterMs }
}

/**
 * The contract's mark, or the same text once addresses are taken out (they come
 * back as t.cn). The serial alone is no proof: a later notice names the serial of the one it replaces.
 */
function isOurs(row: Record<string, unknown>, config: WeiboConfig, job: Job): boolean {
  if (drivers[config.driver].isMarked(row, job)) return true
  const text = field(row, 'text')
  if (typeof text !== 'string' || text.length > 20_000) return false
  const plain = withoutAddresses(text)
  return [job.content['text'], job.content['shorter']].some(
    (own) => own !== undefined && withoutAddresses(own) === plain,
  )
}

function withoutAddresses(text: string): string {
  const plain = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
  return squeeze(plain.replace(/https?:\/\/[\x21-\x7e]+/gi, ''))
}

function isOlder(row: Record<string, unknown>, at: Instant): boolean {
  const created = parseCreatedAt(field(row, 'created_at'))
  return created !== null && created < at - CLOCK_SLACK
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** "Wed Oct 24 23:49:17 +0800 2012" (wiki/2/statuses/share); null for any other text. */
export function parseCreatedAt(value: unknown): Instant | null {
  const match =
    typeof value === 'string'
      ? /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{2}:\d{2}:\d{2}) ([+-]\d{4}) (\d{4})$/.exec(value)
      : null
  if (!match) return null
  const [, name = '', day, time, zone, year] = match
  const month = MONTHS.indexOf(name) + 1
  return month === 0 ? null : parseZonedTime(`${year}-${String(month).padStart(2, '0')}-${day}T${time}${zone}`)
}
