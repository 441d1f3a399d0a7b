// In: notices and quakes of the record. Out: whole pages as they are served, and their paths.
// Must not read the clock or the database; one view-model function per page, all values already text.
import { Liquid, type Template } from 'liquidjs'
import { roundDecimal } from '../../core/decimal.ts'
import { formatDay, formatDepth, formatPosition } from '../../core/rendering/format.ts'
import { kindWord } from '../../core/rendering/label.ts'
import { estimateAt } from '../../core/intensity/estimate.ts'
import type { AttenuationModel } from '../../core/intensity/attenuation.ts'
import type { WatchedPlace } from '../../core/judgement/policy.ts'
import type { StoredReport } from '../../core/quake.ts'
import type { NoticeView } from '../../store/notices.ts'
import { MISSING_PATH, type Page } from '../../store/pages.ts'
import { writeListing, writeNotice } from './notice-json.ts'
import { feltWord, romanIntensity } from '../../core/intensity/felt.ts'
import { distanceKm } from '../../core/places/distance.ts'
import {
  channelWord,
  deliveryWord,
  evaluationWord,
  stateWord,
  wordOf,
  writeDuration,
  writeMinute,
  writeTime,
} from './words.ts'

export interface SiteIdentity {
  bureauName: string
  publicUrl: string
  demonstration: boolean
  /** Home and the watched places, with the model that estimates their intensities. */
  places: readonly WatchedPlace[]
  attenuation: AttenuationModel
}

export interface PageMaker {
  home(notices: readonly NoticeView[]): Page
  /** Under its id and its short code: the same bytes. */
  notice(notice: NoticeView): Page[]
  quake(id: string, notices: readonly NoticeView[], reports: readonly StoredReport[]): Page
  /** @param most how many were looked for */
  listing(notices: readonly NoticeView[], most: number): Page
  /** What an unknown address is answered with. */
  missing(): Page
}

const HTML = 'text/html; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'
const PAGE_TEMPLATES = ['layout', 'home', 'notice', 'quake', 'missing'] as const

/**
 * Prepares the pages' templates once.
 * @param templates source by file name, as in templates/pages
 * @throws when one is missing or cannot be parsed
 */
export function createPages(templates: ReadonlyMap<string, string>, site: SiteIdentity): PageMaker {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    jsTruthy: true,
    outputEscape: 'escape',
    templates: {},
  })
  // Body and content are made here or by the notice renderer, escaped already; they pass as they are.
  const whole = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    jsTruthy: true,
    templates: {},
  })
  const parsed = new Map<string, Template[]>()
  for (const name of PAGE_TEMPLATES) {
    const source = templates.get(`${name}.liquid`)
    if (source === undefined) throw new Error(`templates/pages/${name}.liquid is missing`)
    parsed.set(name, (name === 'layout' ? whole : liquid).parse(source))
  }
  const fill = (name: (typeof PAGE_TEMPLATES)[number], view: object): string => {
    const template = parsed.get(name)
    if (!template) throw new Error(`no template ${name}`)
    return String((name === 'layout' ? whole : liquid).renderSync(template, view))
  }
  const lay = (title: string, content: string, drill = false): string =>
    fill('layout', {
      pageTitle: escape(`${drill ? '【演练】' : ''}${title}｜${site.bureauName}`),
      bodyClass: drill ? 'drill' : '',
      bureauName: escape(site.bureauName),
      demonstration: site.demonstration,
      drill,
      content,
    })

  return {
    home: (notices) => ({
      path: '/',
      contentType: HTML,
      status: 200,
      body: lay('地震公告', fill('home', homeView(notices))),
    }),
    notice: (notice) => {
      const inner = fill('notice', noticeView(notice, site)).replace(
        '\u0000body',
        () => notice.variants['website'] ?? bodyOf(notice),
      )
      // Who only sees the title, in a tab or a search, must see that it no longer stands.
      const standing = notice.state === 'withdrawn' ? '【已撤回】' : ''
      const body = lay(`${standing}${notice.title}`, inner, notice.class === 'drill')
      return [`/n/${notice.code}`, `/notices/${notice.id}`].map((path) => ({
        path,
        contentType: HTML,
        status: 200,
        body,
      }))
    },
    missing: () => ({
      path: MISSING_PATH,
      contentType: HTML,
      status: 404,
      body: lay('没有这个页面', fill('missing', {})),
    }),
    quake: (id, notices, reports) => ({
      path: `/quakes/${id}`,
      contentType: HTML,
      status: 200,
      body: lay('地震事件', fill('quake', quakeView(notices, reports))),
    }),
    listing: (notices, most) => ({
      path: '/api/v1/notices',
      contentType: JSON_TYPE,
      status: 200,
      body: writeListing(notices, most, site.publicUrl, site.demonstration),
    }),
  }
}

/** What a notice says that no website outlet was to carry; the others bring sign and serial in their own text. */
function bodyOf({ text, serial, report }: NoticeView): string {
  return `<p class="notice-text">${escape(text)}</p>\n<p class="notice-serial">公告编号：${escape(serial)} 第${report}报</p>`
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.codePointAt(0)};`)
}

interface Row {
  tone: string
  kind: string
  issued: string
  state: string
  url: string
  title: string
  serial: string
}

function rowOf(notice: NoticeView): Row {
  return {
    tone: notice.state,
    kind: wordOf(notice.kind),
    issued: writeTime(notice.issuedAt),
    state: stateWord(notice.state),
    url: `/n/${notice.code}`,
    title: notice.title,
    serial: `${notice.serial} 第${notice.report}报`,
  }
}

function homeView(notices: readonly NoticeView[]): object {
  const latest = notices[0]
  return {
    latest: latest !== undefined,
    latestOpen: latest?.state === 'current',
    latestKind: latest ? wordOf(latest.kind) : '',
    latestReport: latest?.report ?? 0,
    latestIssued: latest ? writeTime(latest.issuedAt) : '',
    latestUrl: latest ? `/n/${latest.code}` : '',
    latestTitle: latest?.title ?? '',
    latestFigures: latest ? figuresOf(latest) : [],
    latestText: latest?.text ?? '',
    latestState: latest && latest.state !== 'current' ? stateWord(latest.state) : '',
    latestSerial: latest ? `${latest.serial} 第${latest.report}报` : '',
    latestClocks: latest ? clocksOf(latest) : [],
    notices: notices.map(rowOf),
  }
}

/** The four values that are read first, as the sentence below them has them; none for a word that states no determination. */
function figuresOf({ facts, kind }: NoticeView): { name: string; value: string; unit: string }[] {
  const { origin, home } = facts
  if (origin === null) return []
  const automatic = origin.automatic || kind === 'quick-report'
  const depth = automatic ? '' : formatDepth(origin.depthKm, kindWord(origin.kind) !== null)
  return [
    { name: '发震时刻', value: writeMinute(origin.originTime), unit: formatDay(origin.originTime, 'unpadded') },
    { name: '震级', value: roundDecimal(origin.magnitude, 1), unit: automatic ? '级左右' : '级' },
    ...(depth === '' ? [] : [{ name: '震源深度', value: depth.replace('千米', ''), unit: '千米' }]),
    ...(home === null ? [] : [{ name: `震中距${home.name}`, value: String(home.distanceKm), unit: '千米' }]),
  ]
}

function noticeView(notice: NoticeView, site: SiteIdentity): object {
  const withdrawn = notice.state === 'withdrawn'
  return {
    tone: notice.state,
    kind: wordOf(notice.kind),
    report: notice.report,
    issued: writeTime(notice.issuedAt),
    title: notice.title,
    tombstone: withdrawn ? '本公告已撤回，请勿转发。' : notice.state === 'superseded' ? '本公告已有更新。' : '',
    successorUrl: notice.supersededBy === null ? '' : `/n/${notice.supersededBy}`,
    successorWord: withdrawn ? '查看后续公告和撤回说明' : '查看更新后的公告',
    body: '\u0000body',
    bureauName: site.bureauName,
    state: stateWord(notice.state),
    url: `${site.publicUrl}/n/${notice.code}`,
    places: withdrawn ? [] : placesOf(notice, site),
    clocks: clocksOf(notice),
    deliveries: notice.deliveries.map((d) => ({
      channel: channelWord(d.channel),
      url: d.url ?? '',
      state: deliveryWord(d.state),
      took: d.acceptedAt === null ? '—' : writeDuration(d.acceptedAt - notice.decidedAt),
    })),
    quakeUrl: notice.quake === null ? '' : `/quakes/${notice.quake}`,
  }
}

/** Home and watched places, nearest first, with the model's estimate; none where the model may not be used at all. */
function placesOf({ facts }: NoticeView, site: SiteIdentity): { name: string; distance: string; intensity: string }[] {
  const { origin } = facts
  if (origin?.kind !== 'earthquake') return []
  const rows = site.places.map((place) => {
    const estimate = estimateAt(site.attenuation, origin, place)
    return { name: place.name, km: distanceKm(origin, place), degree: estimate?.larger ?? null }
  })
  if (rows.every((row) => row.degree === null)) return []
  return rows
    .toSorted((a, b) => a.km - b.km)
    .map(({ name, km, degree }) => ({
      name,
      distance: `${Math.round(km)} 千米`,
      intensity: degree === null ? '模型不适用' : `${romanIntensity(degree)} 度　${feltWord(degree)}`,
    }))
}

/** A person's word answers no determination: only what came after the decision can be measured. */
const WITHOUT_RECEIPT: readonly string[] = ['withdrawal', 'no-quake']

function clocksOf(notice: NoticeView): { name: string; value: string }[] {
  const { clocks } = writeNotice(notice, '', false)
  const accepted = Object.values(clocks.decidedToAcceptedMs)
  const seen = Object.values(clocks.acceptedToSeenMs)
  const heard = [
    { name: '发震到收到', value: clocks.originToReceivedMs === null ? '—' : writeDuration(clocks.originToReceivedMs) },
    { name: '收到到决定', value: writeDuration(clocks.receivedToDecidedMs) },
  ]
  return [
    ...(WITHOUT_RECEIPT.includes(notice.kind) ? [] : heard),
    { name: '决定到各渠道', value: accepted.length === 0 ? '进行中' : writeDuration(Math.max(...accepted)) },
    { name: '发布到可见', value: seen.length === 0 ? '进行中' : writeDuration(Math.max(...seen)) },
  ]
}

function quakeView(notices: readonly NoticeView[], reports: readonly StoredReport[]): object {
  const withdrawal = notices.findLast((notice) => notice.kind === 'withdrawal')
  // A withdrawal's title speaks of a serial; the page is about what had been said.
  const told = notices.findLast((notice) => notice.kind !== 'withdrawal')
  return {
    title: told?.title ?? '地震事件',
    tombstone: withdrawal === undefined ? '' : '就此发布的公告已撤回，请勿转发。',
    successorUrl: withdrawal === undefined ? '' : `/n/${withdrawal.code}`,
    notices: notices.map(rowOf).toReversed(),
    reports: reports.map((report) => ({
      source: `${report.source}（${report.lifecycle === 'report' ? evaluationWord(report.evaluation) : '撤销'}）`,
      time: report.originTime === null ? '—' : writeTime(report.originTime),
      magnitude: report.magnitude === null ? '—' : `${report.magnitude.type}${roundDecimal(report.magnitude.value, 1)}`,
      position:
        report.latitude === null || report.longitude === null ? '—' : formatPosition(report.latitude, report.longitude),
      depth: report.depthKm === null ? '—' : `${roundDecimal(report.depthKm, 0)}千米`,
      received: writeTime(report.receivedAt),
    })),
  }
}
