// In: an item whose description lists labelled numbers (发震时刻, 纬度, 经度 …), as the RSSHub routes of CEIC and CEA write them.
// Out: the outcome of that row. Must not take a number out of free text, nor a report out of a headline alone.
import { BEIJING_OFFSET, HOUR } from '../core/instant.ts'
import { readIdTime, sourceLetters, weighSource } from './cenc-source.ts'
import { findChineseKind, splitKindBracket } from './kinds.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, cleanText, finishRow, readDepthKm, readLatitude, readLongitude } from './rows.ts'
import { readMagnitude, readTime } from './rows.ts'
import type { ItemFields } from './rss-fields.ts'
import { parseFeedTime } from './rss-time.ts'
import { classifyTraffic } from './traffic.ts'

const LABELS = '发震时[刻间]|参考位置|参考地名|震级|纬度|经度|震源深度|深度|录入时间|发布时间'
const BREAK_BEFORE = new RegExp(`(${LABELS})`, 'g')
/** 【发震时刻】 is the label without its bracket. */
const BRACKETED_LABEL = new RegExp(`[【\\[]\\s{0,2}((?:${LABELS})(?:\\([^()]{0,20}\\))?)\\s{0,2}[】\\]]`, 'g')
const LABELLED = new RegExp(`^(${LABELS})\\s{0,3}(?:\\(([^()]{0,20})\\))?[\\s::]{0,4}(.{0,120})$`)

/** Label → unit in brackets and value, from the first 4,000 characters of an HTML description. */
export function readLabels(html: string): Map<string, { unit: string; value: string }> {
  const lines = html
    .slice(0, 4_000)
    .replaceAll(/<br\s{0,3}\/?>|<\/(?:p|div|li|tr|dd)>/gi, '\n')
    .replaceAll(/<[^<>]{0,300}>/g, '')
    .replaceAll(/&(?:nbsp|#160);/g, ' ')
    .replaceAll(/&(?:deg|#176);/g, '°')
    .normalize('NFKC')
    .replaceAll(BRACKETED_LABEL, '$1 ')
    .replaceAll(BREAK_BEFORE, '\n$1')
    .split('\n')
  const labels = new Map<string, { unit: string; value: string }>()
  for (const line of lines) {
    const [, label, unit = '', value = ''] = LABELLED.exec(line.trim()) ?? []
    if (label !== undefined && !labels.has(label)) labels.set(label, { unit, value: value.trim() })
  }
  return labels
}

/** Place and magnitude of "…发生3.3级地震"; a denial ("未发生3.3级地震") or a forecast ("将发生…") is neither. */
const HEADLINE = /^(.{0,80}?)发生(?:M[a-zA-Z]{0,2})?\s?(\d{1,2}(?:\.\d{1,3})?)级(?:左右)?(.{0,20})$/
const DENIED = /(?:未|没有|没|并非|不会|将|或|可能|预测|预计|假如|如果|若)$/

/** True when the description says when or where in labels; what is missing then is a fault of the row. */
export function isLabelled(labels: ReadonlyMap<string, unknown>): boolean {
  return labels.has('发震时刻') || labels.has('发震时间') || (labels.has('纬度') && labels.has('经度'))
}

/** Translates a labelled item. M to one decimal, coordinates to two (CENC's own precision), depth as given. */
export function translateLabelled(fields: ItemFields, labels: ReturnType<typeof readLabels>): RowOutcome {
  const value = (...names: string[]): string =>
    names.map((name) => labels.get(name)?.value ?? '').find((v) => v !== '') ?? ''
  const title = cleanText(fields.title, 140).replace(/^(?:[【[(].{0,16}?[】\])]\s?){1,3}/, '')
  if (/预警/.test(fields.title)) return { ignored: 'early-warning' }
  const [, before = '', headlineMagnitude = '', after = ''] = HEADLINE.exec(title) ?? []
  if (DENIED.test(before)) return { ignored: 'not-a-quake' }
  const faults: Refusal[] = []
  const id = isEventId(fields.id, fields.title) ? cleanId(fields.id) : ''
  const code = /^[A-Z]{2}\d{14}/.test(id) ? sourceLetters(id) : ''
  const named = splitKindBracket(cleanPlace(value('参考位置', '参考地名') || before))
  const words = `${fields.title} ${named.stage} ${fields.text.slice(0, 4_000)}`
  const automatic = named.stage.includes('自动') || /自动测定|自动速报|[([（【]自动[)\]）】]/.test(words)
  const source = weighSource([code], automatic ? ['自动'] : [])
  const national = source.agency === 'CENC'
  const entered = value('录入时间', '发布时间')
  return finishRow(faults, {
    lifecycle: 'report',
    class: classifyTraffic([], [fields.title, ...fields.categories]),
    sourceEventId: id,
    aliases: [],
    revision: cleanId(entered),
    ...source,
    // A provincial code does not say how firm its row is, and these routes have no flag.
    evaluation: national || automatic ? source.evaluation : 'unknown',
    kind: named.kind ?? findChineseKind(after) ?? 'earthquake',
    originTime: readOriginTime(faults, labels) ?? parseFeedTime(fields.published),
    issuedAt: readTime([], '录入时间', entered, BEIJING_OFFSET),
    latitude: readLatitude(faults, '纬度', value('纬度'), 2),
    longitude: readLongitude(faults, '经度', value('经度'), 2),
    depthKm: readDepthKm(faults, '深度', value('深度', '震源深度')),
    magnitude: readMagnitude(faults, '震级', value('震级') || headlineMagnitude, {
      digits: 1,
      type: 'M',
      minusOne: true,
    }),
    place: named.place,
    idTime: code === '' ? null : readIdTime(id),
  })
}

/** Without a guid RSSHub writes the link or the title into its place; one link for all items would make all quakes one. */
function isEventId(guid: string, title: string): boolean {
  return /\d{6}/.test(guid) && guid !== title && !guid.includes('://')
}

/** The labelled time; its unit names the zone ("UTC+8"), Beijing where it names none. */
function readOriginTime(faults: Refusal[], labels: ReturnType<typeof readLabels>): number | null {
  const found = labels.get('发震时刻') ?? labels.get('发震时间')
  if (!found) return null
  const [, hours = ''] = /^(?:UTC|GMT)\s?([+-]?\d{0,2})/i.exec(found.unit) ?? []
  const zone = found.unit === '' || /北京/.test(found.unit) ? BEIJING_OFFSET : Number(hours || '0') * HOUR
  return readTime(faults, '发震时刻', found.value, zone)
}
