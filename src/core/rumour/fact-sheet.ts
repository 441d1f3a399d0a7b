// In: what the newest notice of a quake states, lines that an official source added. Out: the sheet that a rebuttal cites: its rows,
// what is not known, the text its hash is made of. Must not foretell, nor hold a figure that no notice has said.
import type { Instant } from '../instant.ts'
import type { NoticeFacts, NoticeKind, PlaceDistance, SpokenOrigin } from '../notice.ts'
import {
  formatDatedMoment,
  formatDepth,
  formatKilometres,
  formatMagnitude,
  formatPosition,
} from '../rendering/format.ts'
import { kindWord, labelOf } from '../rendering/label.ts'
import { writeAfter, writeBefore, type SheetAround } from './sheet-around.ts'

/** One notice of the quake. */
export interface SheetNotice {
  id: string
  serial: string
  report: number
  kind: NoticeKind
  code: string
  issuedAt: Instant
  magnitude: number | null
}

export interface SheetFacts {
  quakeId: string
  /** The newest notice: what is said now. */
  notice: SheetNotice
  /** Null once the notices are withdrawn: then nothing is stated. */
  origin: SpokenOrigin | null
  home: PlaceDistance | null
  maybeFelt: boolean
  /** Oldest first, the newest among them. */
  history: readonly SheetNotice[]
  /** What is on record around it; null once the notices are withdrawn. */
  around: SheetAround | null
  /** The bureau's own; '' where it names none. */
  phone: string
}

/** Added by a person: what an official source has said, and when. */
export interface SheetLine {
  at: Instant
  source: string
  words: string
  by: string
  addedAt: Instant
}

export interface SheetBody {
  facts: SheetFacts
  lines: readonly SheetLine[]
}

export const MOST_LINES = 40

/** Facts of the newest notice, with those before it. */
export function readSheetFacts(
  quakeId: string,
  newest: { facts: NoticeFacts },
  history: readonly SheetNotice[],
  beside: Pick<SheetFacts, 'around' | 'phone'>,
): SheetFacts | null {
  const notice = history.at(-1)
  if (!notice) return null
  const { origin, home, maybeFelt } = newest.facts
  const isStated = notice.kind !== 'withdrawal'
  return {
    quakeId,
    notice,
    origin: isStated ? origin : null,
    home: isStated ? home : null,
    maybeFelt: isStated && maybeFelt,
    history,
    around: isStated ? beside.around : null,
    phone: beside.phone,
  }
}

export interface SheetRow {
  name: string
  value: string
}

/** The sheet's rows in the order in which people ask. */
export function writeSheet({ origin, home, maybeFelt, notice, around, phone }: SheetFacts): SheetRow[] {
  const call = phone === '' ? [] : [{ name: '本局电话', value: phone }]
  const serial = { name: '依据的公告', value: `${notice.serial} 第${notice.report}报` }
  if (origin === null) return [{ name: '现状', value: '这次地震的公告已经撤回，本单不再陈述任何参数' }, serial, ...call]
  const { automatic, kind, sourceCode } = origin
  const mark = kindWord(kind)
  const depth = formatDepth(origin.depthKm, mark !== null)
  return [
    { name: '发震时刻', value: `${formatDatedMoment(origin.originTime, 'unpadded')}（北京时间）` },
    { name: '震中', value: `${origin.place}（${formatPosition(origin.latitude, origin.longitude)}）` },
    ...(mark === null ? [] : [{ name: '性质', value: `${mark.mark}：${mark.gloss}` }]),
    { name: '震级', value: `${formatMagnitude(origin.magnitude)}级${automatic ? '左右' : ''}` },
    { name: '震源深度', value: depth === '' ? '公告没有给出' : depth },
    { name: '测定', value: labelOf(sourceCode, automatic).full },
    ...(home === null ? [] : [{ name: '距离', value: `距${home.name} ${formatKilometres(home.distanceKm)} 千米` }]),
    { name: '震感', value: maybeFelt ? '部分地区可能有感（模型估算）' : '公告没有提到有感' },
    ...(around === null
      ? []
      : [
          { name: '震后', value: writeAfter(around) },
          { name: '历史地震', value: writeBefore(around) },
        ]),
    serial,
    ...call,
  ]
}

/** What nobody can say yet from this sheet, so that a rebuttal does not either. */
export function listUnknown({ origin, maybeFelt }: SheetFacts): string[] {
  if (origin === null) return []
  return [
    ...(origin.automatic ? ['参数为自动测定，最终结果以正式速报为准'] : []),
    ...(origin.depthKm === null ? ['震源深度'] : []),
    ...(maybeFelt ? ['实际有感范围：以核实为准'] : []),
    '人员伤亡和财产损失：以抗震救灾指挥机构发布的为准',
    '震后趋势：以国家和省级地震部门的公告为准，本单不作预测',
  ]
}

/** The one spelling of which the hash is made: keys in a fixed order. */
export function spellSheet(sheetId: string, version: number, { facts, lines }: SheetBody): string {
  return JSON.stringify([
    sheetId,
    version,
    sortKeys(facts),
    lines.map(({ at, source, words, by, addedAt }) => [at, source, words, by, addedAt]),
  ])
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (value === null || typeof value !== 'object') return value
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sortKeys(inner)])
}

export interface Citation {
  sheet: string
  version: number
}

/** fs-0a1b2c3d4e5f 第3版: how a rebuttal names the sheet on which it rests. */
export const writeCitation = ({ sheet, version }: Citation): string => `${sheet} 第${version}版`

/** Null for what names no sheet; '' is read as none, too. */
export function readCitation(text: string): Citation | null {
  const [, sheet = '', version = ''] = /^(fs-[0-9a-f]{12}) ?第([1-9]\d{0,5})版$/.exec(text.trim()) ?? []
  return sheet === '' ? null : { sheet, version: Number(version) }
}
