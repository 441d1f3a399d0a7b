// In: nothing. Out: the public server on the worst day: a great earthquake, forty districts, names that fill a line, hundreds
// of notices; and beside it the days on which only a withdrawal, only a drill, or nothing at all was said.
import type { FastifyInstance } from 'fastify'
import { loadTemplates } from '../../src/app/templates.ts'
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import { HOUR, MINUTE } from '../../src/core/instant.ts'
import type { NoticeView } from '../../src/store/notices.ts'
import type { Page } from '../../src/store/pages.ts'
import type { TimelinessMonth } from '../../src/store/timeliness.ts'
import { createPages } from '../../src/web/public/pages.ts'
import { describeStale } from '../../src/web/public/stale.ts'
import { openWordings } from '../../src/web/public/wording.ts'
import { reportOf } from '../core/judgement/bureaux.ts'
import { originOf } from '../core/rendering/facts.ts'
import { openNoticeMaker } from './sample-notices.ts'
import { servePages, store } from './serve-pages.ts'

/** As long as names of counties are written out, and one that no line breaks by itself. */
const LONGEST = '新疆维吾尔自治区克孜勒苏柯尔克孜自治州阿合奇县与伊犁哈萨克自治州察布查尔锡伯自治县交界'
const UNBROKEN = 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch'
const DISTRICTS = Array.from({ length: 40 }, (_, n) => ({
  name: n === 7 ? '察布查尔锡伯自治县萨尔布拉克产业园区管理委员会' : n === 9 ? UNBROKEN : `第${n + 1}县`,
  code: String(640100 + n),
  latitude: 36 + (n % 8) * 0.6,
  longitude: 103 + Math.floor(n / 8) * 0.9,
  siteTerm: 0,
}))
const SOURCES = ['CC', 'AU', 'NX', 'US', 'EMSC', 'GFZ', 'JMA', 'INGV', 'IPGP', 'KNDC', 'NEIC', UNBROKEN]

export interface CrowdedSite {
  app: FastifyInstance
  url: string
  paths: string[]
  /** Of the great earthquake. */
  main: NoticeView
}

/** Opens the server. */
export async function openCrowdedSite(): Promise<CrowdedSite> {
  const templates = await loadTemplates('pages')
  const maker = createPages(templates, {
    bureauName: '克孜勒苏柯尔克孜自治州地震局（自治州应急管理局震情监测预报中心）',
    publicUrl: 'https://dzj.example.gov.cn',
    demonstration: true,
    department: '监测预报与公共服务科（地震应急指挥中心办公室）',
    indexPrefix: '640100-133',
    places: DISTRICTS,
    attenuation: ATTENUATION_MODELS.west,
    guide: { as: 'sample' },
    push: { publicKey: 'B', consentVersion: 'v1', digestMinutes: 30 },
    announcements: Array.from({ length: 30 }, (_, n) => ({
      title: `关于${LONGEST}震后工作安排的第 ${n + 1} 号通知 ${UNBROKEN}`,
      text: `${LONGEST.repeat(8)}。`,
      signedBy: '自治州抗震救灾指挥部办公室',
      publishedAt: Date.UTC(2026, 0, 1 + n),
    })),
  })
  const noticeOf = await openNoticeMaker()
  const great = originOf({ magnitude: 8, place: LONGEST, sourceCode: 'CC' })
  const main = noticeOf(
    'formal-report',
    { code: 'main2222', lineage: 'l-0' },
    { origin: great, home: { name: DISTRICTS[7]?.name ?? '', distanceKm: 1240 } },
  )
  const after = Array.from({ length: 29 }, (_, n) =>
    noticeOf(
      n % 5 === 4 ? 'quick-report' : 'formal-report',
      {
        code: `after${String(n).padStart(3, '0')}`,
        issuedAt: main.issuedAt + (n + 1) * 10 * MINUTE,
        quake: 'q-2',
        ...(n % 6 === 1 ? { title: `${UNBROKEN}发生5.1级地震` } : {}),
        state: n % 7 === 3 ? 'withdrawn' : n % 5 === 4 ? 'superseded' : 'current',
      },
      {
        origin: originOf({
          magnitude: 6 - n / 10,
          place: LONGEST.slice(n % 20),
          sourceCode: n % 5 === 4 ? 'AU' : 'CC',
        }),
      },
    ),
  ).toReversed()
  const all = [...after, main]
  const now = main.issuedAt + 6 * HOUR
  const gone = noticeOf(
    'formal-report',
    { code: 'gone2222', state: 'withdrawn', supersededBy: 'back2222' },
    { origin: great },
  )
  const back = noticeOf('withdrawal', { code: 'back2222' }, { withdrawal: 'no-quake' })
  const drill = noticeOf('formal-report', { code: 'drill222' }, { class: 'drill', origin: great })
  const reports = SOURCES.map((sourceCode, n) =>
    reportOf(undefined, { sourceCode, agency: sourceCode, evaluation: n % 2 ? 'automatic' : 'reviewed' }),
  )
  const months = Array.from({ length: 24 }, (_, n): TimelinessMonth => {
    const values = { n: 4, values: [118_000, 611_000, 86_400_000, 7] }
    const clocks = { heard: values, decided: values, accepted: values, seen: values }
    const month = `${2017 - Math.floor((n + 6) / 12)}-${String(((29 - n) % 12) + 1).padStart(2, '0')}`
    return { month, class: n % 6 === 5 ? 'drill' : 'actual', notices: 200 + n, clocks }
  })
  // Beside the full ones, in the same folder: their links are relative.
  const beside = (name: string, pages: readonly Page[]): Page[] =>
    pages.map((page) => ({ ...page, path: page.path.replace(/[^/]*$/, (last) => `${name}-${last || 'home'}`) }))
  const columnsOf = (notices: readonly NoticeView[]) =>
    maker.columns({
      now,
      notices,
      more: notices.length > 20,
      errata: after
        .slice(0, 20)
        .map((said) => ({ said, now: noticeOf('correction', { code: 'corr2222' }, { origin: great }) })),
      months,
    })
  const stale = describeStale(now, openWordings(templates))
  const made = [
    // While the database is away.
    ...beside('stale', [maker.home(all, now), ...maker.notice(main)]).map((page) => ({
      ...page,
      body: stale.mark(store(page)).body.toString(),
    })),
    ...(['zh', 'en'] as const).flatMap((language) => [
      maker.home(all, now, language),
      ...maker.notice(main, language),
      maker.quake('q-1', all.toReversed(), reports, language),
    ]),
    ...columnsOf(all),
    ...[gone, back, drill].flatMap((notice) => maker.notice(notice)),
    maker.quake('withdrawn', [gone, back], reports),
    ...beside('withdrawn', [maker.home([back, gone], now), ...maker.screen([back, gone], now)]),
    ...beside('drill', maker.screen([drill], now)),
    ...beside('none', [
      maker.home([], now),
      maker.quake('q-1', [], []),
      ...maker.columns({ now, notices: [], more: false, errata: [], months: [] }),
    ]),
  ]
  const { app, url } = await servePages(made, maker, now)
  // A notice's second address holds the same.
  const paths = made
    .filter(({ path, contentType }) => contentType.startsWith('text/html') && !path.startsWith('/notices/'))
    .map(({ path }) => path)
  return { app, url, paths, main }
}
