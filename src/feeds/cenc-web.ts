// In: text of the CENC web catalogue ({code, data: […]}), or a bare list or row of the same shape.
// Out: reports, refused and ignored rows. Must not believe "gmt" in a field name: every spelled time is Beijing time.
import { z } from 'zod'
import { BEIJING_OFFSET } from '../core/instant.ts'
import type { ParseFeed, QuakeKind } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { readIdTime, sourceLetters, weighSource } from './cenc-source.ts'
import type { JsonObject } from './json-text.ts'
import { isObject, leaf, objectOf, readJson, refuseShape } from './json-text.ts'
import { findChineseKind, splitKindBracket } from './kinds.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, cleanText, finishRow, gatherRows, isAbsent } from './rows.ts'
import { readDepthKm, readLatitude, readLongitude, readMagnitude, readTime } from './rows.ts'
import { classifyTraffic, isDeleted, isDraft, isDrillPlace } from './traffic.ts'

/** Values may stand in the row, in earthquakeEvent.origin, or in the JSON text inside `event`; the row comes first. */
const Row = z.object({
  id: leaf,
  uniEventId: leaf,
  oriTime: leaf,
  locName: leaf,
  nameByInfo: leaf,
  epiLat: leaf,
  epiLon: leaf,
  focDepth: leaf,
  magType: leaf,
  magnitude: leaf,
  eqType: leaf,
  autoFlag: leaf,
  infoTypeName: leaf,
  gmtCreate: leaf,
  gmtUpdate: leaf,
  isDeleted: leaf,
  status: leaf,
  msgType: leaf,
  systemMode: leaf,
  serial: leaf,
  isTraining: leaf,
  isTest: leaf,
})

/**
 * Parses …/prodlaunch-web-backend/open/data/catalogs (feeds.md §1.1): float32 noise is rounded half-up on the decimal
 * text, M to one decimal, coordinates to two; times UTC+8.
 * @throws UnreadableFeed size, empty, json, shape
 */
export const parseCencWeb: ParseFeed = (text) => gatherRows(listRows(readJson(text)), translateRow)

function listRows(payload: unknown): unknown[] {
  if (Array.isArray(payload)) return payload
  if (isObject(payload)) {
    const { data } = payload
    if (Array.isArray(data)) return data
    for (const holder of [objectOf(data), payload]) {
      const list = ['list', 'records', 'rows', 'content'].map((key) => holder[key]).find(Array.isArray)
      if (list) return list as unknown[]
    }
    if (isRow(data)) return [data]
    if (isRow(payload)) return [payload]
    // The backend answers a failed query with HTTP 200, a code and no list: an outage, not an empty catalogue.
    if ((data === null || data === undefined) && 'code' in payload) {
      throw new UnreadableFeed('shape', `the answer has code ${cleanText(payload.code, 20)} and no data`)
    }
  }
  throw new UnreadableFeed('shape', 'the payload has no list "data", no row and no list of rows')
}

function isRow(value: unknown): boolean {
  return isObject(value) && ('uniEventId' in value || 'oriTime' in value || 'earthquakeEvent' in value)
}

/** Fills what the row leaves out from its nested copies; a nested text is parsed once and only up to 64 kB. */
function completeRow(raw: unknown): unknown {
  if (!isObject(raw)) return raw
  const event = objectOf(raw.earthquakeEvent)
  const layers = [raw, event, objectOf(event.origin)]
  if (typeof raw.event === 'string' && raw.event.length <= 65_536 && isAbsent(raw.oriTime)) {
    const inner = readInner(raw.event)
    layers.push(inner, objectOf(inner.origin))
  }
  const whole: JsonObject = {}
  for (const key of Object.keys(Row.shape)) {
    // An origin time of 0 is an unset field, not New Year 1970.
    whole[key] = layers
      .map((layer) => layer[key])
      .find((value) => !isAbsent(value) && !(key === 'oriTime' && value === 0))
  }
  return whole
}

function readInner(text: string): JsonObject {
  try {
    return objectOf(readJson(text))
  } catch {
    return {} // the row stands without its copy
  }
}

function translateRow(raw: unknown): RowOutcome {
  const parsed = Row.safeParse(completeRow(raw))
  if (!parsed.success) return { refused: refuseShape(parsed.error, raw) }
  const row = parsed.data
  if (isDraft(row.status)) return { ignored: 'draft' }
  const faults: Refusal[] = []
  const uniId = cleanId(row.uniEventId)
  const id = cleanId(row.id)
  const named = splitKindBracket(cleanPlace(row.locName))
  const drill = isDrillPlace(named.place) || isDrillPlace(cleanText(row.nameByInfo, 120))
  const issued = isAbsent(row.gmtUpdate) ? row.gmtCreate : row.gmtUpdate
  return finishRow(faults, {
    lifecycle: isDeleted(row.isDeleted) ? 'delete' : /^cancel/i.test(cleanText(row.msgType, 20)) ? 'cancel' : 'report',
    class: classifyTraffic(
      [row.isTraining, row.isTest, drill],
      [row.status, row.msgType, row.systemMode, row.eqType, row.infoTypeName],
    ),
    sourceEventId: uniId || id,
    aliases: [],
    revision: cleanId(issued) || cleanId(row.serial),
    ...weighSource([sourceLetters(uniId), sourceLetters(row.eqType)], [row.autoFlag, row.infoTypeName, named.stage]),
    kind: named.kind ?? readKind(row.eqType, row.nameByInfo),
    originTime: readTime(faults, 'oriTime', row.oriTime, BEIJING_OFFSET),
    issuedAt: readTime([], 'gmtUpdate', issued, BEIJING_OFFSET),
    latitude: readLatitude(faults, 'epiLat', row.epiLat, 2),
    longitude: readLongitude(faults, 'epiLon', row.epiLon, 2),
    depthKm: readDepthKm(faults, 'focDepth', row.focDepth),
    magnitude: readMagnitude(faults, 'magnitude', row.magnitude, {
      digits: 1,
      type: cleanText(row.magType, 12) || 'M',
      minusOne: true,
    }),
    place: named.place,
    idTime: readIdTime(uniId) ?? readIdTime(id),
  })
}

/** eqType is the source code; a type word stands in it or ends the title ("…2.9级塌陷"), bare or in a bracket. */
function readKind(eqType: unknown, title: unknown): QuakeKind {
  const name = cleanText(title, 120)
  const ending = /级\s?([^\d级]{2,8})$/.exec(name)?.[1] ?? ''
  return (
    findChineseKind(cleanText(eqType, 40)) ?? splitKindBracket(name).kind ?? findChineseKind(ending) ?? 'earthquake'
  )
}
