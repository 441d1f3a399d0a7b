// In: scripted replies. Out: a Reach whose calls are recorded, and sample notices of an invented bureau.
// Written from the vendors' documentation alone; knows no adapter and no stand-in.
import * as fc from 'fast-check'
import type { Box, Channel, HttpCall, HttpReply, Job, NoticeNames, Reach } from '../../src/core/channel.ts'
import type { Instant } from '../../src/core/instant.ts'
import type { NoticeFacts, RenderedNotice } from '../../src/core/notice.ts'
import type { TrafficClass } from '../../src/core/quake-report.ts'

export const START: Instant = Date.UTC(2024, 2, 5, 6, 30, 0)
export const URL_OF_NOTICE = 'https://zq.example.cn/n/k7f3q2'
export const SERIAL = '例震信〔2024〕3号 第1报'
export const WEIBO_TEXT = `【地震速报】3月5日14时20分在示例县附近发生3.6级左右地震，最终结果以正式速报为准。${SERIAL} ${URL_OF_NOTICE}`

export function json(body: unknown, status = 200): HttpReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { got: 'reply', status, headers: { 'content-type': 'application/json' }, body: text }
}

export function html(status: number, text = '<html><body>bad gateway</body></html>'): HttpReply {
  return { got: 'reply', status, headers: { 'content-type': 'text/html' }, body: text }
}

export const HANG: HttpReply & { got: 'nothing' } = { got: 'nothing', sent: true, reason: 'deadline passed' }
export const UNREACHABLE: HttpReply & { got: 'nothing' } = { got: 'nothing', sent: false, reason: 'connection refused' }

export type Answer = (call: HttpCall, nth: number) => HttpReply | Promise<HttpReply>

export interface FakeReach extends Reach {
  calls: HttpCall[]
  booked: string[]
  clock: { now: Instant }
  /** API names whose budget is gone. */
  spent: Set<string>
  kept: Map<string, { value: string; expiresAt: Instant }>
  /** Notices that a newer one has replaced. */
  replaced: Set<string>
}

export function fakeReach(answer: Answer, options: { class?: TrafficClass; box?: Box } = {}): FakeReach {
  const calls: HttpCall[] = []
  const booked: string[] = []
  const spent = new Set<string>()
  const replaced = new Set<string>()
  const clock = { now: START }
  const kept = new Map<string, { value: string; expiresAt: Instant }>()
  let random = 0
  return {
    outlet: 'outlet-1',
    class: options.class ?? 'actual',
    calls,
    booked,
    clock,
    spent,
    kept,
    now: () => clock.now,
    http: async (call) => {
      calls.push(call)
      return answer(call, calls.length)
    },
    box: options.box ?? memoryBox(kept),
    spend: async (api) => {
      if (spent.has(api)) return { ok: false, until: clock.now + 3_600_000 }
      booked.push(api)
      return { ok: true }
    },
    random: () => {
      random += 1
      return random.toString(16).padStart(32, '0')
    },
    isReplaced: async (noticeId) => replaced.has(noticeId),
    replaced,
    push: { hand: async () => undefined, standing: async () => null },
    site: { show: async () => undefined, isShown: async () => false },
    alerts: { publish: async () => ({ ok: false, rule: 'cap-none' }), find: async () => null },
  }
}

export function memoryBox(kept = new Map<string, { value: string; expiresAt: Instant }>()): Box {
  const tails = new Map<string, Promise<unknown>>()
  return {
    read: async (key) => kept.get(key) ?? null,
    write: async (key, value, expiresAt) => {
      kept.set(key, { value, expiresAt })
    },
    withLock: async (key, act) => {
      const before = tails.get(key) ?? Promise.resolve()
      const mine = before.then(act, act)
      tails.set(key, mine)
      return mine
    },
  }
}

export function sampleJob(change: Partial<Job> = {}): Job {
  return {
    deliveryId: 'b0c5b9f0-51fb-4d3e-9a3f-1f0a5b8f8d11',
    noticeId: 'n-1',
    noticeKind: 'quick-report',
    class: 'actual',
    serial: SERIAL,
    url: URL_OF_NOTICE,
    leg: 'post',
    priority: 2,
    content: {},
    attempt: 1,
    progress: {},
    firstAttemptAt: START,
    absentProbes: 0,
    absentSince: null,
    ...change,
  }
}

export function sampleFacts(change: Partial<NoticeFacts> = {}): NoticeFacts {
  return {
    kind: 'quick-report',
    class: 'actual',
    bureauName: '示例市地震局',
    bureauShortName: '示例局',
    serial: '例震信〔2024〕3号',
    report: 1,
    url: URL_OF_NOTICE,
    issuedAt: START,
    origin: {
      originTime: START - 600_000,
      latitude: 30.1,
      longitude: 100.2,
      depthKm: 10,
      magnitude: 3.6,
      kind: 'earthquake',
      place: '示例县',
      sourceCode: 'AU',
      automatic: true,
      domestic: true,
    },
    previous: null,
    replaces: '',
    replacedIssuedAt: null,
    withdrawal: null,
    checked: null,
    nearest: [],
    home: null,
    maybeFelt: false,
    ...change,
  }
}

export function sampleRendered(variants: Record<string, string> = {}): RenderedNotice {
  return {
    title: '示例县附近发生3.6级左右地震',
    text: '3月5日14时20分在示例县附近发生3.6级左右地震，最终结果以正式速报为准。',
    variants: {
      weibo: WEIBO_TEXT,
      'weibo-brief': `示例县附近发生3.6级左右地震。${SERIAL} ${URL_OF_NOTICE}`,
      'weibo-minimal': `3.6级左右地震。${SERIAL} ${URL_OF_NOTICE}`,
      'wechat-title': '示例县附近发生3.6级左右地震',
      'wechat-digest': `示例县附近发生3.6级左右地震。${SERIAL}`,
      'wechat-article': '<p>3月5日14时20分在示例县附近发生3.6级左右地震。</p>',
      'wechat-subscribe': 'thing1: 示例县附近发生地震\ntime2: 2024年3月5日 14:20\nnumber3: 3.6',
      ...variants,
    },
  }
}

export const NAMES: NoticeNames = {
  id: 'n-1',
  lineage: 'l-1',
  supersedes: null,
  quake: 'q-1',
  originAt: START - 600_000,
  receivedAt: START - 2_000,
  decidedAt: START,
}

/** The job of the sample notice over one leg of a channel. @throws the channel's reason when the notice does not fit */
export function jobOf<C>(
  channel: Channel<C>,
  settings: C,
  leg: string,
  change: Partial<Job> = {},
  facts: NoticeFacts = sampleFacts(),
): Job {
  const composed = channel.compose(sampleRendered(), facts, settings, leg, NAMES)
  if (!composed.ok) throw new Error(composed.reason)
  return sampleJob({ leg, content: composed.content, ...change })
}

/** Form fields of a recorded POST. */
export function formOf(call: HttpCall | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(typeof call?.body === 'string' ? call.body : ''))
}

/** JSON payload of a recorded POST. */
export function payloadOf(call: HttpCall | undefined): Record<string, unknown> {
  return JSON.parse(typeof call?.body === 'string' ? call.body : '{}') as Record<string, unknown>
}

/** Path of a recorded call. */
export function pathOf(call: HttpCall | undefined): string {
  return call === undefined ? '' : new URL(call.url).pathname
}

/** Any UTF-16 text, lone surrogates and controls included. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 })
  .map((units) => String.fromCharCode(...units))
