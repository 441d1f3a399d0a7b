// In: text of Wolfx's cenc_eqlist (object keyed No1, No2 …), one row of it, a list of rows, or a websocket message.
// Out: reports, refused and ignored rows. Must not mistake the message's `type` for the row's: same word, two meanings.
import { z } from 'zod'
import { BEIJING_OFFSET } from '../core/instant.ts'
import type { ParseFeed } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { evaluationFromFlag, readIdTime, sourceLetters, weighSource } from './cenc-source.ts'
import type { JsonObject } from './json-text.ts'
import { isObject, leaf, readJson, refuseShape } from './json-text.ts'
import { splitKindBracket } from './kinds.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, cleanText, finishRow, gatherRows } from './rows.ts'
import { readDepthKm, readLatitude, readLongitude, readMagnitude, readTime } from './rows.ts'
import { classifyTraffic, isDraft, isDrillPlace } from './traffic.ts'

const Row = z.object({
  type: leaf,
  EventID: leaf,
  ReportTime: leaf,
  time: leaf,
  location: leaf,
  placeName: leaf,
  magnitude: leaf,
  depth: leaf,
  latitude: leaf,
  longitude: leaf,
  status: leaf,
  isTraining: leaf,
  isTest: leaf,
})

/** The lists have fifty rows; the key says the place in the list. */
const ROW_KEY = /^No(\d{1,5})$/
/** Every stream but cenc_eqlist: early warnings, and JMA's list in Japanese time that is read from its own source. */
const WARNING_STREAM = /_eew$|^jma_eqlist$/
const CONTROL = /^(?:heartbeat|ping|pong|connected|subscribe|error)$/

/**
 * Parses https://api.wolfx.jp/cenc_eqlist.json and the websocket of the same name (feeds.md §1.2): every value is text,
 * times UTC+8. The md5 changes with any row and is no row's version.
 * @throws UnreadableFeed size, empty, json, shape
 */
export const parseWolfx: ParseFeed = (text) => gatherRows(listRows(readJson(text)), translateRow)

function listRows(payload: unknown): unknown[] {
  if (Array.isArray(payload)) return payload
  if (isObject(payload)) {
    const keyed = Object.keys(payload).filter((key) => ROW_KEY.test(key))
    if (asideOf(payload) !== null || isRow(payload)) return [payload]
    if (keyed.length > 0) return sortKeys(keyed).map((key) => payload[key])
    const inner = payload.data ?? payload.Data
    if (isObject(inner) && !('data' in inner) && !('Data' in inner)) return listRows(inner)
    if (Array.isArray(inner)) return inner
    if (payload.type === 'cenc_eqlist') return []
  }
  throw new UnreadableFeed('shape', 'the payload has no rows No1, No2 …, no row and no message type we know')
}

function sortKeys(keys: readonly string[]): string[] {
  const place = (key: string): number => Number(ROW_KEY.exec(key)?.[1] ?? 0)
  return [...keys].sort((a, b) => place(a) - place(b))
}

function isRow(value: JsonObject): boolean {
  return 'time' in value && ('magnitude' in value || 'latitude' in value)
}

/** Why a message is no list of determinations; null when it may be one. REST answers of warnings carry no type. */
function asideOf(value: JsonObject): string | null {
  const type = cleanText(value.type, 40).toLowerCase()
  if (CONTROL.test(type)) return type
  const warned = ['OriginTime', 'AnnouncedTime', 'HypoCenter', 'Magunitude', 'isFinal', 'isWarn', 'ReportNum']
  if (WARNING_STREAM.test(type) || warned.some((key) => key in value)) return 'early-warning'
  // JMA's list has the same keys over rows in Japanese time; over REST no `type` tells it from CENC's.
  const rows = Object.keys(value).filter((key) => ROW_KEY.test(key))
  const japanese = isJapanese(value) || (rows.length > 0 && rows.every((key) => isJapanese(value[key])))
  return japanese ? 'other-source' : null
}

/** Fields of JMA's list that CENC's has not; an intensity on JMA's scale is called shindo. */
function isJapanese(value: unknown): boolean {
  return isObject(value) && ['shindo', 'time_full', 'Title'].some((key) => key in value)
}

function translateRow(raw: unknown): RowOutcome {
  const aside = isObject(raw) ? asideOf(raw) : null
  if (aside !== null) return { ignored: aside }
  const parsed = Row.safeParse(raw)
  if (!parsed.success) return { refused: refuseShape(parsed.error, raw) }
  const row = parsed.data
  if (isDraft(row.status) || isDraft(row.type)) return { ignored: 'draft' }
  const faults: Refusal[] = []
  const id = cleanId(row.EventID)
  const [named, edited] = [row.placeName, row.location].map((text) => splitKindBracket(cleanPlace(text)))
  const place = named?.place || edited?.place || ''
  return finishRow(faults, {
    lifecycle: 'report',
    class: classifyTraffic([row.isTraining, row.isTest, isDrillPlace(place)], [row.type, row.status]),
    sourceEventId: id,
    aliases: [],
    revision: cleanId(row.ReportTime),
    ...weighSource([sourceLetters(id), codeOf(row.type)], [row.type, named?.stage, edited?.stage]),
    agency: weighSource([sourceLetters(id)], []).agency || 'CENC',
    kind: named?.kind ?? edited?.kind ?? 'earthquake',
    originTime: readTime(faults, 'time', row.time, BEIJING_OFFSET),
    issuedAt: readTime([], 'ReportTime', row.ReportTime, BEIJING_OFFSET),
    latitude: readLatitude(faults, 'latitude', row.latitude, 2),
    longitude: readLongitude(faults, 'longitude', row.longitude, 2),
    depthKm: readDepthKm(faults, 'depth', row.depth),
    magnitude: readMagnitude(faults, 'magnitude', row.magnitude, { digits: 1, type: 'M', minusOne: true }),
    place,
    idTime: readIdTime(id),
  })
}

/** The list is CENC's: its word automatic stands for AU, reviewed for CC. */
function codeOf(type: unknown): string {
  const evaluation = evaluationFromFlag(type)
  return evaluation === 'automatic' ? 'AU' : evaluation === 'reviewed' ? 'CC' : ''
}
