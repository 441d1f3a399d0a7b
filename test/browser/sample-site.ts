// In: nothing. Out: the public server with one page of each sort of an invented bureau, on loopback.
// Must not need a database: what is looked at here is what the pages say and how.
import { gzipSync } from 'node:zlib'
import { pino } from 'pino'
import type { FastifyInstance } from 'fastify'
import { loadTemplates } from '../../src/app/templates.ts'
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import { createRenderer } from '../../src/core/rendering/renderer.ts'
import type { NoticeFacts, NoticeKind } from '../../src/core/notice.ts'
import type { NoticeView } from '../../src/store/notices.ts'
import type { Page, StoredPage } from '../../src/store/pages.ts'
import type { Measured, TimelinessMonth } from '../../src/store/timeliness.ts'
import { createPages } from '../../src/web/public/pages.ts'
import { buildPublicServer } from '../../src/web/public/server.ts'
import { reportOf } from '../core/judgement/bureaux.ts'
import { factsOf } from '../core/rendering/facts.ts'

const place = (name: string, latitude: number, longitude: number) => ({
  name,
  code: '640100',
  latitude,
  longitude,
  siteTerm: 0,
})

/** A point of the curve that belongs to nobody. */
const SAMPLE_KEY = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'

/** Opens the server; paths are those worth a look. */
export async function openSampleSite(): Promise<{ app: FastifyInstance; url: string; paths: string[] }> {
  const pages = createPages(await loadTemplates('pages'), {
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
  const renderer = createRenderer(await loadTemplates('notices'))
  const noticeOf = (kind: NoticeKind, over: Partial<NoticeView>): NoticeView => {
    const facts: NoticeFacts = factsOf({ kind })
    const { title, text, variants } = renderer.render(facts)
    return {
      id: `n-${over.code}`,
      code: 'aaaa2222',
      serial: facts.serial,
      report: facts.report,
      kind,
      class: 'actual',
      lineage: 'l-1',
      supersedes: null,
      supersededBy: null,
      quake: 'q-1',
      title,
      text,
      variants,
      facts,
      state: 'current',
      originAt: facts.origin?.originTime ?? null,
      receivedAt: facts.issuedAt - 2_000,
      decidedAt: facts.issuedAt,
      issuedAt: facts.issuedAt,
      actor: 'system',
      indexNumber: 7,
      deliveries: ['website', 'weibo', 'wechat'].map((channel, index) => ({
        id: `d-${channel}`,
        outlet: channel,
        channel,
        leg: 'post',
        state: index === 2 ? 'unknown' : 'accepted',
        url: index === 2 ? null : `https://dzj.example.gov.cn/n/${over.code}`,
        reason: '',
        cause: '',
        acceptedAt: index === 2 ? null : facts.issuedAt + 40 * index,
        seenAt: null,
      })),
      ...over,
    }
  }
  const formal = noticeOf('formal-report', { code: 'bbbb3333', supersedes: 'n-aaaa2222' })
  const quick = noticeOf('quick-report', { code: 'aaaa2222', state: 'superseded', supersededBy: 'bbbb3333' })
  const gone = noticeOf('quick-report', {
    code: 'cccc4444',
    state: 'withdrawn',
    supersededBy: 'dddd5555',
    quake: 'q-2',
  })
  const withdrawal = noticeOf('withdrawal', { code: 'dddd5555', quake: 'q-2' })
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
      errata: [
        { said: quick, now: noticeOf('revision', { code: 'eeee6666' }) },
        { said: quick, now: noticeOf('correction', { code: 'ffff7777' }) },
        { said: gone, now: withdrawal },
      ],
      months: [month('2017-06', 'actual', 9), month('2017-05', 'drill', 2), month('2017-03', 'actual', 3)],
    }),
  )
  made.push({ ...pages.screen([], now)[0], path: '/screen-quiet' } as Page)
  made.push(
    ...(['zh', 'en'] as const).map((language) => ({
      ...pages.asked({ asked: { q: '<b>', kind: 'withdrawal', before: '' }, notices: [gone], more: true }, language),
      path: language === 'zh' ? '/found' : '/en/found',
    })),
  )
  made.push(pages.missing(), { ...pages.home([], now), path: '/quiet' })
  const shelf = new Map(made.map((page) => [page.path, store(page)]))
  const app = await buildPublicServer({
    db: { query: () => Promise.reject(new Error('there is no database here')) },
    pages: { get: (path) => shelf.get(path) },
    list: (listing, language) => pages.asked(listing, language),
    publicUrl: 'https://dzj.example.gov.cn',
    demonstration: false,
    ready: async () => ({ ok: true, degraded: [] }),
    metrics: () => '',
    logger: pino({ level: 'silent' }),
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const paths = made
    .filter(
      ({ path, status, contentType }) =>
        status === 200 && contentType.startsWith('text/html') && !path.includes('/notices/'),
    )
    .map(({ path }) => path)
  return { app, url, paths: [...paths, '/nowhere'] }
}

function store(page: Page): StoredPage {
  const body = Buffer.from(page.body)
  return { ...page, body, gzip: gzipSync(body), etag: `"${page.path}"`, changedAt: 0 }
}
