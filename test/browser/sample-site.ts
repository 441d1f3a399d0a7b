// In: nothing. Out: the public server with one page of each sort of an invented bureau, on loopback.
// Must not need a database: what is looked at here is what the pages say and how.
import type { FastifyInstance } from 'fastify'
import { loadTemplates } from '../../src/app/templates.ts'
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import type { Page } from '../../src/store/pages.ts'
import type { Measured, TimelinessMonth } from '../../src/store/timeliness.ts'
import { createPages } from '../../src/web/public/pages.ts'
import { reportOf } from '../core/judgement/bureaux.ts'
import { openNoticeMaker } from './sample-notices.ts'
import { makeRumours } from './sample-rumours.ts'
import { servePages } from './serve-pages.ts'

const place = (name: string, latitude: number, longitude: number) => ({
  name,
  code: '640100',
  latitude,
  longitude,
  siteTerm: 0,
})

/** A point of the curve that belongs to nobody. */
const SAMPLE_KEY = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'

export interface SampleSite {
  app: FastifyInstance
  url: string
  /** Worth a look: one of each page, and pages in other states. */
  paths: string[]
  /** Pages for people as the page maker names them. */
  made: string[]
  /** What the page maker can make and was not asked for. */
  unasked: string[]
}

const TYPED = {
  text: '听说今晚有<b>8级</b>地震',
  url: 'https://example.com/a?b=1&c=2',
  platform: '微信',
  region: '乙县',
  contact: '0000-12350000',
  agreed: false,
}
const REPLY = {
  received: null,
  answered: { words: '本局已发布公告。', at: Date.UTC(2026, 0, 5), isCorrected: true },
} as const

const ANSWER = {
  standing: 'answered',
  said: {
    verdict: '缺乏依据',
    title: '网传近期有大地震的消息没有依据',
    summary: '网传近期有大地震的消息没有依据，请以地震部门发布的信息为准。',
    at: Date.UTC(2026, 0, 5),
  },
} as const

/** Opens the server. */
export async function openSampleSite(): Promise<SampleSite> {
  const maker = createPages(await loadTemplates('pages'), {
    bureauName: '甲州市地震局',
    publicUrl: 'https://dzj.example.gov.cn',
    demonstration: false,
    department: '监测预报科',
    indexPrefix: '640100-133',
    places: [place('甲州市', 38.47, 106.27), place('乙县', 38.3, 106.1), place('丙区', 38.6, 106.4)],
    attenuation: ATTENUATION_MODELS.west,
    contact: { phone: '0000-12350000', email: 'dzj@example.gov.cn', address: '甲州市某路 1 号' },
    guide: { as: 'signed', by: '某某', at: Date.UTC(2026, 0, 5) },
    push: { publicKey: SAMPLE_KEY, consentVersion: 'v1', digestMinutes: 30 },
    announcements: [
      {
        title: '关于开展地震应急演练的通知',
        text: '定于 5 月 12 日上午开展演练。\n\n届时发布的信息均有演练标记。',
        signedBy: '办公室',
        publishedAt: Date.UTC(2026, 4, 8),
      },
    ],
  })
  const unasked = new Set<PropertyKey>(Object.keys(maker))
  const pages = new Proxy(maker, {
    get: (target, key, receiver): unknown => {
      unasked.delete(key)
      return Reflect.get(target, key, receiver)
    },
  })
  const noticeOf = await openNoticeMaker()
  const formal = noticeOf('formal-report', { code: 'bbbb3333', supersedes: 'n-aaaa2222' })
  const quick = noticeOf('quick-report', { code: 'aaaa2222', state: 'superseded', supersededBy: 'bbbb3333' })
  const gone = noticeOf('quick-report', {
    code: 'cccc4444',
    state: 'withdrawn',
    supersededBy: 'dddd5555',
    quake: 'q-2',
  })
  const withdrawal = noticeOf('withdrawal', { code: 'dddd5555', quake: 'q-2' })
  const rumours = makeRumours(noticeOf)
  const all = [formal, quick, withdrawal, gone]
  const now = formal.issuedAt + 60_000
  const made: Page[] = (['zh', 'en'] as const).flatMap((language) => [
    pages.home(all, now, language),
    ...all.flatMap((notice) => pages.notice(notice, language)),
    pages.quake(
      'q-1',
      [quick, formal],
      [reportOf(undefined, {}), reportOf(undefined, { evaluation: 'reviewed' })],
      language,
    ),
    ...rumours.map((rumour) => pages.rumour(rumour, language)),
    pages.quake('q-2', [gone, withdrawal], [reportOf(undefined, {})], language),
  ])
  const measured = (values: number[]): Measured => ({ n: values.length, values })
  const month = (name: string, trafficClass: 'actual' | 'drill', notices: number): TimelinessMonth => ({
    month: name,
    class: trafficClass,
    notices,
    clocks: {
      heard: { n: 9, p50: 118_000, p90: 611_000 },
      decided: { n: 9, p50: 24, p90: 61 },
      accepted: measured([620, 1_100, 1_140]),
      seen: measured([]),
    },
  })
  made.push(
    ...pages.columns({
      now,
      notices: all,
      more: true,
      rumours,
      errata: [
        { said: quick, now: noticeOf('revision', { code: 'eeee6666' }) },
        { said: quick, now: noticeOf('correction', { code: 'ffff7777' }) },
        { said: gone, now: withdrawal },
      ],
      months: [month('2017-06', 'actual', 9), month('2017-05', 'drill', 2), month('2017-03', 'actual', 3)],
    }),
  )
  made.push(pages.missing(), pages.listing(all, all.length))
  const other: Page[] = [
    { ...pages.screen([], now)[0], path: '/screen-quiet' } as Page,
    { ...pages.home([], now), path: '/quiet' },
    { ...pages.home([withdrawal, gone], now), path: '/withdrawn' },
    ...(['zh', 'en'] as const).map((language) => ({
      ...pages.asked({ asked: { q: '<b>', kind: 'withdrawal', before: '' }, notices: [gone], more: true }, language),
      path: language === 'zh' ? '/found' : '/en/found',
    })),
    { ...pages.report({ typed: TYPED, fault: 'consent' }, 'zh'), path: '/report-again', status: 200 },
    { ...pages.report({ receipt: 'ABCD-EFGH-JKLM-NPQR', asks: true }, 'en'), path: '/en/reported' },
    ...(['received', 'answered'] as const).map((stage) => ({
      ...pages.receipt(
        {
          stand: {
            stage,
            url: stage === 'answered' ? '/rumours/hhhh9999' : '',
            answer: stage === 'answered' ? ANSWER : null,
            reply: REPLY[stage],
          },
        },
        'zh',
      ),
      path: `/receipt-${stage}`,
    })),
    { ...pages.receipt({ fault: 'rate' }, 'zh'), path: '/receipt-later', status: 200 },
  ]
  const { app, url } = await servePages([...made, ...other], pages, now)
  const forPeople = (all: readonly Page[]): Page[] => all.filter((page) => page.contentType.startsWith('text/html'))
  const paths = forPeople([...made, ...other])
    // A notice's second address holds the same.
    .filter(({ path, status }) => status === 200 && !path.includes('/notices/'))
    .map(({ path }) => path)
  return {
    app,
    url,
    paths: [...paths, '/nowhere'],
    made: forPeople(made).map(({ path }) => path),
    unasked: [...unasked].map(String),
  }
}
