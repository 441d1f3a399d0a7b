// In: platforms that lose replies, answer nonsense and outlive crashes of ours. Out: proof of DESIGN L2 for the adapters:
// never a second visible post, and an accepted delivery has exactly one. The state machine is the real one.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { webhook } from '../../channels/webhook/index.ts'
import { wechat } from '../../channels/wechat/index.ts'
import { weibo } from '../../channels/weibo/index.ts'
import type { AnyChannel } from '../../channels/index.ts'
import type { HttpCall, HttpReply } from '../../src/core/channel.ts'
import type { DeliveryChange } from '../../src/core/delivery.ts'
import { BEIJING_OFFSET, MINUTE, SECOND, type Instant } from '../../src/core/instant.ts'
import { actFor, carryOut, recordChange, type Act } from './dispatcher.ts'
import {
  fakeReach,
  formOf,
  HANG,
  html,
  jobOf,
  json,
  pathOf,
  payloadOf,
  START,
  UNREACHABLE,
  URL_OF_NOTICE,
} from './fakes.ts'

/** What befalls one call. crash: the platform acts, and our process dies before it hears of it. */
const FAULTS = ['none', 'lost-after', 'lost-before', 'refused', 'html', 'truncated', 'crash'] as const
type Fault = (typeof FAULTS)[number]

class Crash extends Error {}

interface Platform {
  answer: (call: HttpCall, now: Instant) => HttpReply
  /** Visible posts so far. */
  posts: () => number
}

/** Weibo as its pages describe it: refuses the text of the last post, rewrites addresses, shows posts after a while. */
function weiboPlatform(delayMs: number, refusesRepeats = true): Platform {
  const posts: { text: string; id: string; at: Instant }[] = []
  const date = (at: Instant): string => {
    const [day, dd, mon, year, time] = new Date(at + BEIJING_OFFSET).toUTCString().split(' ')
    return `${day?.slice(0, 3)} ${mon} ${dd} ${time} +0800 ${year}`
  }
  return {
    posts: () => posts.length,
    answer: (call, now) => {
      if (call.method === 'POST') {
        const text = formOf(call)['status'] ?? ''
        if (refusesRepeats && posts.at(-1)?.text === text)
          return json({ error_code: 20019, error: 'repeat content' }, 400)
        const id = String(5_005_005_005_005_000 + posts.length)
        posts.push({ text, id, at: now })
        return json({ idstr: id, text })
      }
      const shown = posts.filter((post) => now - post.at >= delayMs)
      const statuses = shown.map(({ text, id, at }) => ({
        idstr: id,
        text: text.replace(URL_OF_NOTICE, 'http://t.cn/A6x'),
        created_at: date(at),
      }))
      return json({ statuses: statuses.toReversed(), total_number: shown.length })
    },
  }
}

/**
 * The WeChat calls of both legs: publish jobs end after a while, a clientmsgid counts once.
 * @param takesLate a submitted draft stays in the box until its page is out, as the documentation has it
 */
function wechatPlatform(delayMs: number, takesLate = false): Platform {
  const drafts = new Map<string, Record<string, unknown>>()
  const pages: { id: number; at: Instant; article: Record<string, unknown>; media: string }[] = []
  const masses = new Map<unknown, number>()
  let next = 1
  const answer = (path: string, body: Record<string, unknown>, now: Instant): unknown => {
    const mpnews = body['mpnews'] as { media_id?: string } | undefined
    const media = (body['media_id'] as string | undefined) ?? mpnews?.media_id ?? ''
    switch (path) {
      case 'stable_token':
        return { access_token: 'token-0123456789abcdef', expires_in: 7200 }
      case 'draft/add': {
        const id = `draft-${next++}`
        drafts.set(id, (body['articles'] as Record<string, unknown>[])[0] ?? {})
        return { media_id: id }
      }
      case 'draft/get':
        for (const page of takesLate ? pages : []) if (now - page.at >= delayMs) drafts.delete(page.media)
        return drafts.has(media) ? { news_item: [drafts.get(media)] } : { errcode: 40007, errmsg: 'invalid media_id' }
      case 'freepublish/submit': {
        const article = drafts.get(media)
        if (article === undefined) return { errcode: 40007, errmsg: 'invalid media_id' }
        if (!takesLate) drafts.delete(media)
        pages.push({ id: next++, at: now, article, media })
        return { errcode: 0, publish_id: String(pages.at(-1)?.id) }
      }
      case 'freepublish/get': {
        const page = pages.find(({ id }) => String(id) === body['publish_id'])
        if (page === undefined) return { errcode: 61451, errmsg: 'invalid parameter' }
        return now - page.at < delayMs ? { publish_status: 1 } : { publish_status: 0, article_id: `A${page.id}` }
      }
      case 'freepublish/batchget':
        return {
          item: pages
            .filter(({ at }) => now - at >= delayMs)
            .map(({ id, article }) => ({ article_id: `A${id}`, content: { news_item: [article] } })),
        }
      case 'message/mass/sendall': {
        const key = body['clientmsgid']
        const sent = masses.get(key)
        if (sent !== undefined) return { errcode: 45065, errmsg: 'clientmsgid exist', msg_id: sent }
        drafts.delete(media)
        masses.set(key, next)
        return { errcode: 0, msg_id: next++ }
      }
      default:
        return { msg_status: 'SEND_SUCCESS' }
    }
  }
  return {
    posts: () => pages.length + masses.size,
    answer: (call, now) => json(answer(pathOf(call).replace('/cgi-bin/', ''), payloadOf(call), now)),
  }
}

/** A receiver that keeps to Standard Webhooks: one effect per webhook-id. */
function webhookPlatform(): Platform {
  const seen = new Set<string>()
  return {
    posts: () => seen.size,
    answer: (call) => {
      seen.add(call.headers?.['webhook-id'] ?? '')
      return { got: 'reply', status: 204, headers: {}, body: '' }
    },
  }
}

function suffer(fault: Fault, act: () => HttpReply): HttpReply {
  if (fault === 'refused') return UNREACHABLE
  if (fault === 'lost-before') return HANG
  const reply = act()
  if (fault === 'lost-after') return HANG
  if (fault === 'html') return html(502)
  if (fault === 'truncated') return json('{"errcode":0,"publish_i')
  if (fault === 'crash') throw new Crash()
  return reply
}

/** Runs one delivery as the dispatcher does, for two days of its clock at most. */
async function runDelivery(channel: AnyChannel, given: unknown, leg: string, platform: Platform, faults: Fault[]) {
  const config: unknown = channel.config.parse(given)
  let calls = 0
  const reach = fakeReach((call) => {
    const fault = faults[calls] ?? 'none'
    calls += 1
    return suffer(fault, () => platform.answer(call, reach.clock.now))
  })
  let job = jobOf(channel, config, leg)
  let act: Act = 'deliver'
  for (let turn = 0; turn < 500; turn += 1) {
    // A fresh client every time: nothing may live in its memory alone.
    const client = channel.open(config, reach)
    let change: DeliveryChange
    try {
      ;({ change } = await carryOut(act, job, channel, client, reach.now))
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      // Found at the next start with its lease run out: what was being sent is unknown, what was asked is asked again.
      change =
        act === 'deliver'
          ? { state: 'unknown', dueAt: reach.clock.now + 30 * SECOND, absentProbes: 0, absentSince: null }
          : { state: act === 'check' ? 'pending' : 'unknown', dueAt: reach.clock.now + 30 * SECOND }
    }
    job = recordChange(job, change)
    if (change.state === 'accepted' || change.state === 'failed') return change
    reach.clock.now = Math.max(reach.clock.now + SECOND, change.dueAt ?? 0)
    if (reach.clock.now > START + 2 * 24 * 60 * MINUTE) return change
    act = actFor(change.state)
    if (act === 'deliver') job = { ...job, attempt: job.attempt + 1 }
  }
  return { state: 'sending' as const }
}

const wechatConfig = {
  appId: 'wx0123456789abcdef',
  secret: 'secret-0123456789',
  legs: ['freepublish', 'mass'],
  covers: { default: 'cover-1' },
}
const weiboConfig = { accessToken: 'token-0123456789', uid: '1234567890', safeDomain: 'example.cn', rip: '203.0.113.7' }
const webhookConfig = { url: 'https://partner.example.cn/', secret: `whsec_${'A'.repeat(43)}=` }

const routes: [string, AnyChannel, unknown, string, (delayMs: number) => Platform][] = [
  ['weibo', weibo, weiboConfig, 'post', weiboPlatform],
  // The read-back must do without Weibo's own guard, which other posts in between would lift.
  ['weibo without its guard', weibo, weiboConfig, 'post', (delayMs) => weiboPlatform(delayMs, false)],
  ['wechat freepublish', wechat, wechatConfig, 'freepublish', wechatPlatform],
  ['wechat freepublish, slow to take drafts', wechat, wechatConfig, 'freepublish', (ms) => wechatPlatform(ms, true)],
  ['wechat mass', wechat, wechatConfig, 'mass', wechatPlatform],
  ['webhook', webhook, webhookConfig, 'message', webhookPlatform],
]

describe.each(routes)('%s', (_name, channel, config, leg, make) => {
  test('whatever is lost, there is never a second post, and in the end there is one', async () => {
    const faults = fc.array(fc.constantFrom(...FAULTS), { maxLength: 12 })
    const delays = fc.constantFrom(0, 10 * SECOND, 70 * SECOND)
    await fc.assert(
      fc.asyncProperty(faults, delays, async (script, delayMs) => {
        const platform = make(delayMs)
        const end = await runDelivery(channel, config, leg, platform, script)
        expect(platform.posts()).toBe(1)
        expect(end.state).toBe('accepted')
      }),
      { numRuns: 300 },
    )
  })
})
