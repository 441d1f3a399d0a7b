// In: text of EMSC's FDSN answer as GeoJSON, or one Feature. Out: reports, refused and ignored rows.
// Must not take the sign of the third coordinate for a depth: EMSC writes height there, minus the depth.
import { z } from 'zod'
import type { Evaluation, Lifecycle, ParseFeed } from '../core/quake-report.ts'
import { listFeatures, readPoint } from './geojson.ts'
import { leaf, readJson, refuseShape } from './json-text.ts'
import { kindFromWord } from './kinds.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, cleanText, decimalText, finishRow, gatherRows, isAbsent, quote } from './rows.ts'
import { readDepthKm, readLatitude, readLongitude, readMagnitude, readTime } from './rows.ts'
import { agencyCode, classifyTraffic, isDraft, isSet } from './traffic.ts'

const Feature = z.object({
  id: leaf,
  properties: z.object({
    unid: leaf,
    source_catalog: leaf,
    lastupdate: leaf,
    time: leaf,
    flynn_region: leaf,
    lat: leaf,
    lon: leaf,
    depth: leaf,
    evtype: leaf,
    auth: leaf,
    mag: leaf,
    magtype: leaf,
    auto: leaf,
    status: leaf,
    test: leaf,
  }),
  geometry: z.unknown().optional(),
})

/** Both copies of a value are rounded by the sender; more than this apart they are two different values. */
const DEPTH_TOLERANCE_KM = 1
const DEGREE_TOLERANCE = 0.05

/**
 * Parses https://www.seismicportal.eu/fdsnws/event/1/query?format=json (feeds.md §1.7): times UTC with 1–6 digits of
 * fraction, properties.depth kilometres down, geometry z kilometres up.
 * @throws UnreadableFeed size, empty, json, shape
 */
export const parseEmsc: ParseFeed = (text) =>
  gatherRows(listFeatures(readJson(text)), (raw) => translateEmscFeature(raw, 'report'))

/** One EMSC Feature; the action of the websocket decides the lifecycle unless the type says "not existing". */
export function translateEmscFeature(raw: unknown, lifecycle: Lifecycle): RowOutcome {
  const parsed = Feature.safeParse(raw)
  if (!parsed.success) return { refused: refuseShape(parsed.error, raw) }
  const { properties } = parsed.data
  if (isDraft(properties.status)) return { ignored: 'draft' }
  const faults: Refusal[] = []
  const point = readPoint(parsed.data.geometry)
  const kind = kindFromWord(properties.evtype)
  const id = cleanId(properties.unid) || cleanId(parsed.data.id)
  const gone = kind === 'nonexistent' || cleanText(properties.status, 20).toLowerCase() === 'deleted'
  checkSame(faults, 'latitude-disagrees', ['lat', properties.lat], ['coordinates[1]', point.latitude], DEGREE_TOLERANCE)
  checkSame(
    faults,
    'longitude-disagrees',
    ['lon', properties.lon],
    ['coordinates[0]', point.longitude],
    DEGREE_TOLERANCE,
  )
  checkSame(faults, 'depth-sign', ['depth', bare(properties.depth)], ['-z', bare(point.third)], DEPTH_TOLERANCE_KM)
  return finishRow(faults, {
    lifecycle: gone ? 'delete' : lifecycle,
    class: classifyTraffic([properties.test], [id, properties.source_catalog, properties.auth, properties.status]),
    sourceEventId: id,
    aliases: [],
    revision: cleanId(properties.lastupdate),
    agency: agencyCode(properties.auth) || 'EMSC',
    sourceCode: '',
    evaluation: readEvaluation(properties.auto),
    kind,
    originTime: readTime(faults, 'properties.time', properties.time, 0),
    issuedAt: readTime([], 'properties.lastupdate', properties.lastupdate, 0),
    latitude: readLatitude(faults, 'lat', isAbsent(properties.lat) ? point.latitude : properties.lat),
    longitude: readLongitude(faults, 'lon', isAbsent(properties.lon) ? point.longitude : properties.lon),
    depthKm: readDepthKm(faults, 'depth', isAbsent(properties.depth) ? negate(point.third) : properties.depth),
    magnitude: readMagnitude(faults, 'properties.mag', properties.mag, {
      digits: 2,
      type: cleanText(properties.magtype, 12),
      minusOne: false,
    }),
    place: cleanPlace(properties.flynn_region),
    idTime: null,
  })
}

/** `auto` is in some answers only; without it nothing says who looked. */
function readEvaluation(auto: unknown): Evaluation {
  if (isAbsent(auto)) return 'unknown'
  return isSet(auto) ? 'automatic' : auto === false || auto === 'false' ? 'reviewed' : 'unknown'
}

/** Depths are compared without their sign: some relays write z downward, which is harmless as long as they agree. */
function bare(raw: unknown): unknown {
  return decimalText(raw)?.replace('-', '') ?? raw
}

function negate(raw: unknown): unknown {
  const decimal = decimalText(raw)
  if (decimal === null) return raw
  return decimal.startsWith('-') ? decimal.slice(1) : `-${decimal}`
}

type Named = readonly [field: string, raw: unknown]

/** Two copies of one value must be the same (180° and −180° are); a missing or unreadable copy is judged elsewhere. */
function checkSame(faults: Refusal[], rule: string, one: Named, other: Named, tolerance: number): void {
  const [left, right] = [decimalText(one[1]), decimalText(other[1])]
  if (left === null || right === null || Math.abs(Number(left) - Number(right)) % 360 <= tolerance) return
  const reason = `${one[0]} is ${quote(one[1])} and ${other[0]} is ${quote(other[1])}, expected the same value`
  faults.push({ rule, reason })
}
