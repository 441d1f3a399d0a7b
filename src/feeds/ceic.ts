// In: text of CEIC's speedsearch list (JSON in one pair of parentheses), or a bare list or row of the same shape.
// Out: reports, refused and ignored rows. Must not evaluate the wrapper, and never reads a time but as Beijing time.
import { z } from 'zod'
import { BEIJING_OFFSET } from '../core/instant.ts'
import type { ParseFeed, QuakeKind } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { readIdTime, sourceLetters, weighSource } from './cenc-source.ts'
import { isObject, leaf, readJson, refuseShape, trimPayload, unwrapCallback } from './json-text.ts'
import { findChineseKind, kindFromWord, splitKindBracket } from './kinds.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, finishRow, gatherRows } from './rows.ts'
import { readDepthKm, readLatitude, readLongitude, readMagnitude, readTime } from './rows.ts'
import { classifyTraffic, isDeleted, isDraft, isDrillPlace } from './traffic.ts'

const Row = z.object({
  id: leaf,
  CATA_ID: leaf,
  NEW_DID: leaf,
  SAVE_TIME: leaf,
  SYNC_TIME: leaf,
  O_TIME: leaf,
  EPI_LAT: leaf,
  EPI_LON: leaf,
  EPI_DEPTH: leaf,
  AUTO_FLAG: leaf,
  EQ_TYPE: leaf,
  M: leaf,
  LOCATION_C: leaf,
  LOCATION_S: leaf,
  CATA_TYPE: leaf,
  EQ_CATA_TYPE: leaf,
  IS_DEL: leaf,
  status: leaf,
  isTraining: leaf,
  isTest: leaf,
})

/**
 * Parses the list of http://www.ceic.ac.cn/ajax/speedsearch (feeds.md §1.1): M to one decimal, coordinates to two,
 * times UTC+8. M_MS, M_ML … are other scales and never stand in for a missing M.
 * @throws UnreadableFeed size, empty, json, shape
 */
export const parseCeic: ParseFeed = (text) => gatherRows(listRows(text), translateRow)

function listRows(text: string): unknown[] {
  const payload = readWrapped(trimPayload(text))
  if (Array.isArray(payload)) return payload
  if (isObject(payload)) {
    const list = payload.shuju
    if (Array.isArray(list)) return list
    // PHP writes an empty list as "", null or {}.
    if ('shuju' in payload && (list === '' || list === null || isObject(list)))
      return isObject(list) ? Object.values(list) : []
    if ('O_TIME' in payload || 'CATA_ID' in payload) return [payload]
  }
  throw new UnreadableFeed('shape', 'the payload has no list "shuju", no row and no list of rows')
}

/** Takes off one JSONP wrapper; when the HTML in "page" breaks the JSON, only the list "shuju" is read. */
function readWrapped(text: string): unknown {
  const bare = unwrapCallback(text)
  try {
    return readJson(bare)
  } catch (cause) {
    const list = cutList(bare, '"shuju"')
    if (list === null) throw cause
    return readJson(list)
  }
}

/** The text of the bracketed list after a key, found by counting brackets outside strings; null when it never closes. */
function cutList(text: string, key: string): string | null {
  const at = text.indexOf(key)
  const start = at < 0 ? -1 : text.indexOf('[', at)
  if (start < 0 || !/^\s*:\s*$/.test(text.slice(at + key.length, Math.min(start, at + key.length + 20)))) return null
  let depth = 0
  let quoted = false
  for (let i = start; i < text.length; i++) {
    const sign = text[i]
    if (quoted) {
      if (sign === '\\') i++
      else if (sign === '"') quoted = false
    } else if (sign === '"') quoted = true
    else if (sign === '[') depth++
    else if (sign === ']' && --depth === 0) return text.slice(start, i + 1)
  }
  return null
}

function translateRow(raw: unknown): RowOutcome {
  const parsed = Row.safeParse(raw)
  if (!parsed.success) return { refused: refuseShape(parsed.error, raw) }
  const row = parsed.data
  if (isDraft(row.status)) return { ignored: 'draft' }
  const faults: Refusal[] = []
  const ids = [cleanId(row.CATA_ID), cleanId(row.NEW_DID)].filter((id) => id !== '')
  const named = splitKindBracket(cleanPlace(row.LOCATION_C) || cleanPlace(row.LOCATION_S))
  const source = weighSource(ids.map(sourceLetters), [row.AUTO_FLAG, named.stage])
  const revision = cleanId(row.SYNC_TIME) || cleanId(row.SAVE_TIME)
  const drill = isDrillPlace(named.place)
  return finishRow(faults, {
    lifecycle: isDeleted(row.IS_DEL) ? 'delete' : 'report',
    class: classifyTraffic(
      [row.isTraining, row.isTest, drill],
      [row.EQ_TYPE, row.CATA_TYPE, row.EQ_CATA_TYPE, row.status],
    ),
    sourceEventId: ids[0] ?? cleanId(row.id),
    aliases: ids.slice(1).filter((id) => id !== ids[0]),
    revision,
    ...source,
    kind:
      named.kind ??
      splitKindBracket(cleanPlace(row.LOCATION_S)).kind ??
      readKind([row.EQ_TYPE, row.CATA_TYPE, row.EQ_CATA_TYPE]),
    originTime: readTime(faults, 'O_TIME', row.O_TIME, BEIJING_OFFSET),
    issuedAt: readTime([], 'SAVE_TIME', row.SAVE_TIME, BEIJING_OFFSET),
    latitude: readLatitude(faults, 'EPI_LAT', row.EPI_LAT, 2),
    longitude: readLongitude(faults, 'EPI_LON', row.EPI_LON, 2),
    depthKm: readDepthKm(faults, 'EPI_DEPTH', row.EPI_DEPTH),
    magnitude: readMagnitude(faults, 'M', row.M, { digits: 1, type: 'M', minusOne: true }),
    place: named.place,
    idTime: ids.map(readIdTime).find((at) => at !== null) ?? null,
  })
}

/**
 * EQ_TYPE is a single letter (M, A, I: how it was determined) in every row known; only longer words name a kind.
 * Two-letter catalogue codes other than eq are not documented to us, so a person looks at them.
 */
function readKind(words: readonly unknown[]): QuakeKind {
  const texts = words.filter((word) => typeof word === 'string').map((word) => word.trim().slice(0, 60))
  const chinese = texts.map(findChineseKind).find((kind) => kind !== null)
  const type = (texts[0] ?? '').toLowerCase()
  if (chinese || type.length < 2) return chinese ?? 'earthquake'
  return type.length > 2 || type === 'eq' ? kindFromWord(type) : 'other'
}
