// In: text of a USGS GeoJSON summary, detail or FDSN answer, or one Feature. Out: reports, refused and ignored rows.
// Must not treat a row missing from a later list as deleted; only status or type say so (feeds.md §0.3).
import { z } from 'zod'
import type { Evaluation, ParseFeed } from '../core/quake-report.ts'
import { listFeatures, readPoint } from './geojson.ts'
import { leaf, readJson, refuseShape, trimPayload, unwrapCallback } from './json-text.ts'
import { kindFromWord } from './kinds.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, cleanText, finishRow, gatherRows } from './rows.ts'
import { readDepthKm, readLatitude, readLongitude, readMagnitude, readTime } from './rows.ts'
import { agencyCode, classifyTraffic, isDraft } from './traffic.ts'

const Feature = z.object({
  id: leaf,
  properties: z.object({
    mag: leaf,
    magType: leaf,
    place: leaf,
    time: leaf,
    updated: leaf,
    status: leaf,
    net: leaf,
    code: leaf,
    ids: leaf,
    types: leaf,
    type: leaf,
    test: leaf,
  }),
  geometry: z.unknown().optional(),
})

/** Scenario catalogues end their ids in "_se" (earthquake.usgs.gov/scenarios). */
const SCENARIO_ID = /_se$/

/** Ids of one quake; the longest list seen has nine. */
const MAX_IDS = 50

/**
 * Parses earthquake.usgs.gov GeoJSON (feeds.md §1.5): times in epoch milliseconds, negative before 1970; depth in
 * kilometres, negative above sea level; mag 0.0 is a placeholder of the first seconds and read as missing.
 * @throws UnreadableFeed size, empty, json, shape
 */
export const parseUsgs: ParseFeed = (text) => gatherRows(readFeatures(text), translateFeature)

/**
 * The features of a payload, unchecked.
 * @throws UnreadableFeed size, empty, json, shape
 */
export function readFeatures(text: string): unknown[] {
  return listFeatures(readJson(unwrapCallback(trimPayload(text))))
}

function translateFeature(raw: unknown): RowOutcome {
  const parsed = Feature.safeParse(raw)
  if (!parsed.success) return { refused: refuseShape(parsed.error, raw) }
  const { properties } = parsed.data
  const status = cleanText(properties.status, 40).toLowerCase()
  if (isDraft(status)) return { ignored: 'draft' }
  const faults: Refusal[] = []
  const point = readPoint(parsed.data.geometry)
  const id = cleanId(parsed.data.id) || cleanId(cleanId(properties.net) + cleanId(properties.code))
  const kind = kindFromWord(properties.type)
  return finishRow(faults, {
    lifecycle: status === 'deleted' || status === 'delete' || kind === 'nonexistent' ? 'delete' : 'report',
    class: classifyTraffic(
      [properties.test, SCENARIO_ID.test(id)],
      [id, properties.type, status, ...splitList(properties.types)],
    ),
    sourceEventId: id,
    aliases: splitList(properties.ids).filter((alias) => alias !== id),
    revision: cleanId(properties.updated),
    agency: agencyCode(properties.net),
    sourceCode: '',
    evaluation: readEvaluation(status),
    kind,
    originTime: readTime(faults, 'properties.time', properties.time, 0),
    issuedAt: readTime([], 'properties.updated', properties.updated, 0),
    latitude: readLatitude(faults, 'geometry.coordinates[1]', point.latitude),
    longitude: readLongitude(faults, 'geometry.coordinates[0]', point.longitude),
    depthKm: readDepthKm(faults, 'geometry.coordinates[2]', point.third),
    magnitude: readMagnitude(faults, 'properties.mag', properties.mag, {
      digits: 2,
      type: cleanText(properties.magType, 12),
      minusOne: false,
    }),
    place: cleanPlace(properties.place),
    idTime: null,
  })
}

/** ",us20008abc,ci123," → its parts, at most fifty; USGS writes lists with a comma at both ends. */
export function splitList(raw: unknown): string[] {
  const parts = typeof raw === 'string' ? raw.slice(0, 5_000).split(',') : []
  return [...new Set(parts.map(cleanId).filter((part) => part !== ''))].slice(0, MAX_IDS)
}

/** Case varies between products (AUTOMATIC, Reviewed); PUBLISHED says nothing about a person. */
function readEvaluation(status: string): Evaluation {
  if (status === 'automatic') return 'automatic'
  return status === 'reviewed' || status === 'manual' ? 'reviewed' : 'unknown'
}
