// In: one notice. Out: the parts that several pages show of it: its row in a list, its figures, its clocks, its districts.
// Must not read a clock; estimates carry the model's name wherever they stand.
import { WRITTEN_KINDS } from '../../../core/notice.ts'
import { roundDecimal } from '../../../core/decimal.ts'
import { estimateAt } from '../../../core/intensity/estimate.ts'
import { romanIntensity } from '../../../core/intensity/felt.ts'
import { formatDepth } from '../../../core/rendering/format.ts'
import { kindWord } from '../../../core/rendering/label.ts'
import { distanceKm } from '../../../core/places/distance.ts'
import type { NoticeView } from '../../../store/notices.ts'
import { writeNotice } from '../notice-json.ts'
import type { Wording } from '../wording.ts'
import type { Scene, SiteIdentity } from './frame.ts'

/** A notice in a list. */
export interface Row {
  tone: string
  kind: string
  issued: string
  state: string
  url: string
  /** Before the title of what was withdrawn; '' for what was not. */
  mark: string
  title: string
  serial: string
}

/** In the text, not in its style: a line that is copied, read aloud or cut at its end keeps it (DESIGN L8). */
export function markOf({ state }: Pick<NoticeView, 'state'>): string {
  return state === 'withdrawn' ? '【已撤回】' : ''
}

/** What a notice is called: one that says that a rumour is true rebuts nothing. */
export function nameKind({ kind, facts }: Pick<NoticeView, 'kind' | 'facts'>, wording: Wording): string {
  return wording.name('kinds', facts.written?.rebuttal?.verdict === '属实' ? 'confirmation' : kind)
}

/** True where what replaced a notice says that it was wrong, not only that there is news. */
export function isCorrected({ kind, state, supersededKind }: NoticeView): boolean {
  return state === 'superseded' && (supersededKind === 'correction' || (kind === 'rebuttal' && supersededKind === kind))
}

/** The place, then what happened there. */
export function splitTitle(title: string): string[] {
  return title.split(/(?=发生\d)/)
}

/** Where a heading may break before it breaks within a name: after a province, a prefecture or a city, and before what happened. */
export function breakTitle(title: string): string[] {
  return title.split(/(?=发生\d)|(?=【演练】$)|(?<=[省州盟市区])(?![省州盟市区县旗])(?=[^发附]{2})/)
}

export function rowOf(notice: NoticeView, { wording, up }: Scene): Row {
  return {
    tone: notice.state,
    kind: nameKind(notice, wording),
    issued: wording.time(notice.issuedAt),
    state: wording.name('states', notice.state),
    url: `${up}n/${notice.code}`,
    mark: markOf(notice),
    title: notice.title,
    serial: fullSerial(notice),
  }
}

/** 银震信〔2017〕12号 第2报: a serial is a name, in every language the same. */
export function fullSerial({ serial, report }: NoticeView): string {
  return `${serial} 第${report}报`
}

export interface Figure {
  name: string
  value: string
  unit: string
}

/** The values that are read first, as the notice's sentence has them; none for a word that states no determination. */
export function figuresOf({ facts, kind }: NoticeView, wording: Wording): Figure[] {
  const { origin, home } = facts
  if (origin === null) return []
  const automatic = origin.automatic || kind === 'quick-report'
  const depth = automatic ? '' : formatDepth(origin.depthKm, kindWord(origin.kind) !== null)
  const km = wording.say('figures', 'km')
  return [
    {
      name: wording.say('figures', 'time'),
      value: wording.clock(origin.originTime),
      unit: wording.day(origin.originTime),
    },
    {
      name: wording.say('figures', 'magnitude'),
      value: roundDecimal(origin.magnitude, 1),
      unit: wording.say('figures', automatic ? 'about' : 'degree'),
    },
    ...(depth === '' ? [] : [{ name: wording.say('figures', 'depth'), value: depth.replace('千米', ''), unit: km }]),
    ...(home === null
      ? []
      : [{ name: wording.say('figures', 'distance', { home: home.name }), value: String(home.distanceKm), unit: km }]),
  ]
}

/** One place with the model's estimate; null where the model may not be used. */
export interface District {
  name: string
  km: number
  degree: number | null
}

/** Home and watched places, nearest first; none where the model may not be used at all, or for what is no earthquake. */
export function districtsOf({ facts, state }: NoticeView, site: SiteIdentity): District[] {
  const { origin } = facts
  if (origin?.kind !== 'earthquake' || state === 'withdrawn') return []
  const rows = site.places.map((place) => {
    const estimate = estimateAt(site.attenuation, origin, place)
    return { name: place.name, km: distanceKm(origin, place), degree: estimate?.larger ?? null }
  })
  return rows.every((row) => row.degree === null) ? [] : rows.toSorted((a, b) => a.km - b.km)
}

export function writeDistricts(
  districts: readonly District[],
  wording: Wording,
): { name: string; distance: string; intensity: string }[] {
  return districts.map(({ name, km, degree }) => ({
    name,
    distance: wording.say('places', 'km', { km: String(Math.round(km)) }),
    intensity:
      degree === null
        ? wording.say('places', 'none')
        : wording.say('places', 'degree', { degree: degreeWord(degree, wording), felt: wording.felt(degree) }),
  }))
}

/** Ⅱ 度 in Chinese, Ⅱ in English. */
function degreeWord(degree: number, { language }: Wording): string {
  return language === 'zh' ? `${romanIntensity(degree)} 度` : romanIntensity(degree)
}

/** A person's word answers no determination: only what came after the decision can be measured. */
const WITHOUT_RECEIPT: readonly string[] = ['withdrawal', 'no-quake', ...WRITTEN_KINDS]

export function clocksOf(notice: NoticeView, wording: Wording): { name: string; value: string }[] {
  const { clocks } = writeNotice(notice, '', false)
  const slowest = (each: Readonly<Record<string, number>>): string => {
    const all = Object.values(each)
    return all.length === 0 ? wording.say('clocks', 'running') : wording.duration(Math.max(...all))
  }
  const since = clocks.originToReceivedMs
  const heard = [
    { name: wording.say('clocks', 'heard'), value: since === null ? '—' : wording.duration(since) },
    { name: wording.say('clocks', 'decided'), value: wording.duration(clocks.receivedToDecidedMs) },
  ]
  return [
    ...(WITHOUT_RECEIPT.includes(notice.kind) ? [] : heard),
    { name: wording.say('clocks', 'accepted'), value: slowest(clocks.decidedToAcceptedMs) },
    { name: wording.say('clocks', 'seen'), value: slowest(clocks.acceptedToSeenMs) },
  ]
}
