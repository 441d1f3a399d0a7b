// In: text of a FAN Studio message (Data or data, one row, a list, or initial_all keyed by source), a Fujian list, or a row.
// Out: reports of CENC and the provincial networks. Early warnings, intensity products and other agencies are set aside.
import { z } from 'zod'
import { BEIJING_OFFSET } from '../core/instant.ts'
import type { ParseFeed, QuakeKind } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { evaluationFromFlag, readIdTime, sourceLetters, weighSource } from './cenc-source.ts'
import type { JsonObject } from './json-text.ts'
import { isObject, leaf, objectOf, readJson, refuseShape } from './json-text.ts'
import { findChineseKind, kindFromWord, splitKindBracket } from './kinds.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { MAX_ROWS, cleanId, cleanPlace, cleanText, finishRow, gatherRows, isAbsent } from './rows.ts'
import { readDepthKm, readLatitude, readLongitude, readMagnitude, readTime } from './rows.ts'
import { classifyTraffic, isDeleted, isDraft, isDrillPlace, isSet } from './traffic.ts'

const Row = z.object({
  id: leaf,
  eventId: leaf,
  autoFlag: leaf,
  infoTypeName: leaf,
  shockTime: leaf,
  createTime: leaf,
  updateTime: leaf,
  latitude: leaf,
  longitude: leaf,
  depth: leaf,
  magnitude: leaf,
  placeName: leaf,
  earthtype: leaf,
  eqType: leaf,
  status: leaf,
  isDeleted: leaf,
  deleted: leaf,
  cancel: leaf,
  isTraining: leaf,
  training: leaf,
  isTest: leaf,
  test: leaf,
  drill: leaf,
})

/** A row with what its envelope said about it. */
interface Carried {
  raw: unknown
  /** Path of the feed (cenc, cea, ningxia …), lower case; '' when the envelope names none. */
  source: string
  /** Version mark of the envelope; it speaks of the row only when the envelope holds just one. */
  md5: string
  /** Why a message without a row is left aside; '' for rows. */
  aside: string
}

/** Paths of early warnings in the vendor's list. */
const WARNING_PATH = /^(?:cea|cea-pr|jma|sa|.{1,20}[-_]eew)$/
/** Messages about the connection (vendor's protocol 2.5); they hold no row. */
const CONTROL = /^(?:auth|auth_required|auth_success|auth_fail|heartbeat|ping|pong|notice|error|query)$/
/** Messages that hold rows, or nothing yet. */
const CARRIER = /^(?:initial|initial_all|update|query_response)$/
/**
 * CENC and the provincial networks by path, with the source code of their formal word; everything else is another
 * agency's determination under Chinese field names.
 */
const OFFICIAL_PATHS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cenc: 'CC',
    anhui: 'AH',
    beijing: 'BJ',
    chongqing: 'CQ',
    fujian: 'FJ',
    gansu: 'GS',
    guangdong: 'GD',
    guangxi: 'GX',
    guizhou: 'GZ',
    hainan: 'HI',
    hebei: 'HE',
    heilongjiang: 'HL',
    henan: 'HA',
    hubei: 'HB',
    hunan: 'HN',
    jiangsu: 'JS',
    jiangxi: 'JX',
    jilin: 'JL',
    liaoning: 'LN',
    neimenggu: 'NM',
    ningxia: 'NX',
    qinghai: 'QH',
    shaanxi: 'SN',
    shandong: 'SD',
    shanghai: 'SH',
    shanxi: 'SX',
    sichuan: 'SC',
    tianjin: 'TJ',
    xinjiang: 'XJ',
    xizang: 'XZ',
    yunnan: 'YN',
    zhejiang: 'ZJ',
  }),
)
/** Answers to "cenclist", "ningxialist" … name their path in the type alone. */
const LIST_ANSWER = /^(?!query_)([a-z][a-z-]{1,20}?)(?:list|detail)?_response$/
const ENVELOPE_DEPTH = 4

/**
 * Parses FAN Studio pushes and answers, and the Fujian bulletin list they descend from (feeds.md §1.1, §1.3).
 * Numbers may be text (the vendor changed them in 2025); times are UTC+8.
 * @throws UnreadableFeed size, empty, json, shape
 */
export const parseFan: ParseFeed = (text) => {
  const rows: Carried[] = []
  if (!collectRows(rows, readJson(text), { source: '', md5: '' }, ENVELOPE_DEPTH)) {
    throw new UnreadableFeed('shape', 'the payload has no Data, no row and no message type we know')
  }
  return gatherRows(rows, translateRow)
}

/** Unwraps envelopes into rows; false when nothing in the value is a list, a row or a message we know. */
function collectRows(rows: Carried[], value: unknown, from: { source: string; md5: string }, depth: number): boolean {
  if (rows.length > MAX_ROWS) return true
  if (Array.isArray(value) && depth > 0) {
    // What is no object is still a row of its list, to be refused there by name.
    for (const item of value) {
      if (!collectRows(rows, item, { ...from, md5: '' }, depth - 1)) rows.push({ raw: item, ...from, aside: '' })
    }
    return true
  }
  if (!isObject(value) || depth === 0) return false
  if (isRow(value)) {
    rows.push({ raw: value, source: from.source, md5: cleanId(value.md5) || from.md5, aside: '' })
    return true
  }
  const type = cleanText(value.type, 40).toLowerCase()
  const source = cleanText(value.source, 40).toLowerCase() || LIST_ANSWER.exec(type)?.[1] || from.source
  const before = rows.length
  if (CONTROL.test(type)) rows.push({ raw: null, source, md5: '', aside: type })
  else {
    const inner = value.Data ?? value.data ?? value.list
    const known = isAbsent(inner)
      ? listPaths(value).map(([path, held]) => collectRows(rows, held, { source: path, md5: '' }, depth - 1))
      : [collectRows(rows, inner, { source, md5: cleanId(value.md5) }, depth - 1)]
    if (rows.length === before && CARRIER.test(type)) rows.push({ raw: null, source, md5: '', aside: 'no-data' })
    else return known.includes(true)
  }
  return true
}

function isRow(value: JsonObject): boolean {
  return ['shockTime', 'eventId', 'placeName', 'uniEventId', 'oriTime'].some((key) => key in value)
}

/** initial_all holds one envelope per path. */
function listPaths(value: JsonObject): [string, unknown][] {
  const held = Object.entries(value).filter(([, inner]) => isObject(inner))
  return held.slice(0, 100).map(([path, inner]) => [cleanText(path, 40).toLowerCase(), inner])
}

function translateRow({ raw, source, md5, aside }: Carried): RowOutcome {
  if (aside !== '') return { ignored: aside }
  if (WARNING_PATH.test(source)) return { ignored: 'early-warning' }
  const wire = objectOf(raw)
  if (source === 'cenc-ir' || 'uniEventId' in wire || 'subjectCodes' in wire) return { ignored: 'intensity-product' }
  if (source !== '' && !OFFICIAL_PATHS.has(source)) return { ignored: 'other-source' }
  if (isWarning(wire)) return { ignored: 'early-warning' }
  const parsed = Row.safeParse(raw)
  if (!parsed.success) return { refused: refuseShape(parsed.error, raw) }
  return isDraft(parsed.data.status) ? { ignored: 'draft' } : translateReport(parsed.data, source, md5)
}

/** The path's code where a row without letters in its id says itself how firm it is; else its word would have no label. */
function codeOfPath(source: string, flags: readonly unknown[]): string {
  const firm = flags.some((flag) => evaluationFromFlag(flag) !== 'unknown')
  return firm ? (OFFICIAL_PATHS.get(source) ?? '') : ''
}

/** Early warnings share the field names; they count updates and estimate an intensity, and no network determined them. */
function isWarning(wire: JsonObject): boolean {
  const label = cleanText(wire.infoTypeName, 40)
  if (/预警|預警|警報|予報|warning/i.test(label)) return true
  if (evaluationFromFlag(wire.autoFlag) !== 'unknown' || evaluationFromFlag(label) !== 'unknown') return false
  const marks = ['updates', 'epiIntensity', 'maxIntensity', 'final', 'isFinal', 'isWarn']
  return marks.some((key) => key in wire) || /^\d{12}\.\d{4}/.test(cleanId(wire.eventId))
}

function translateReport(row: z.infer<typeof Row>, source: string, md5: string): RowOutcome {
  const faults: Refusal[] = []
  const eventId = cleanId(row.eventId)
  const [base = '', suffix] = eventId.split('_', 2)
  const named = splitKindBracket(cleanPlace(row.placeName))
  const issued = isAbsent(row.updateTime) ? row.createTime : row.updateTime
  const letters = sourceLetters(base)
  const stages = [row.autoFlag, row.infoTypeName, suffix, named.stage]
  const flags = [row.isTraining, row.training, row.isTest, row.test, row.drill, isDrillPlace(named.place)]
  return finishRow(faults, {
    lifecycle: [row.isDeleted, row.deleted].some(isDeleted) ? 'delete' : isSet(row.cancel) ? 'cancel' : 'report',
    class: classifyTraffic(flags, [row.status, row.infoTypeName, row.eqType, row.earthtype, eventId]),
    sourceEventId: eventId || cleanId(row.id),
    // The automatic and the formal id of one origin time differ in the suffix only.
    aliases: base !== '' && base !== eventId ? [base] : [],
    revision: md5 || cleanId(issued),
    ...weighSource([letters === '' ? codeOfPath(source, stages) : letters], stages),
    kind: named.kind ?? readKind([row.eqType, row.earthtype, row.infoTypeName]),
    originTime: readTime(faults, 'shockTime', row.shockTime, BEIJING_OFFSET),
    issuedAt: readTime([], 'createTime', issued, BEIJING_OFFSET),
    latitude: readLatitude(faults, 'latitude', row.latitude, 2),
    longitude: readLongitude(faults, 'longitude', row.longitude, 2),
    depthKm: readDepthKm(faults, 'depth', row.depth),
    magnitude: readMagnitude(faults, 'magnitude', row.magnitude, { digits: 1, type: 'M', minusOne: true }),
    place: named.place,
    idTime: readIdTime(eventId),
  })
}

/** earthtype is an undocumented number (4 on an ordinary earthquake): only words name a kind. */
function readKind(fields: readonly unknown[]): QuakeKind {
  const words = fields.map((field) => cleanText(field, 40))
  const chinese = words.map(findChineseKind).find((kind) => kind !== null)
  const english = words.slice(0, 2).find((word) => /^[a-z][a-z _-]{2,}$/i.test(word))
  return chinese ?? (english === undefined ? 'earthquake' : kindFromWord(english))
}
