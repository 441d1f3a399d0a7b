// In: text of GeoNet's quake list, one quake, or its history, as GeoJSON. Out: reports, refused and ignored rows.
// Must not drop a row of quality "deleted": it stays in the list as the only word of the retraction.
import { z } from 'zod'
import type { Evaluation, ParseFeed } from '../core/quake-report.ts'
import { listFeatures, readPoint } from './geojson.ts'
import { leaf, readJson, refuseShape } from './json-text.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, cleanText, finishRow, gatherRows } from './rows.ts'
import { readDepthKm, readLatitude, readLongitude, readMagnitude, readTime } from './rows.ts'
import { agencyCode, classifyTraffic } from './traffic.ts'

const Feature = z.object({
  properties: z.object({
    publicID: leaf,
    time: leaf,
    modificationTime: leaf,
    depth: leaf,
    magnitude: leaf,
    locality: leaf,
    quality: leaf,
    test: leaf,
  }),
  geometry: z.unknown().optional(),
})

/**
 * Parses https://api.geonet.org.nz/quake… (feeds.md §1.8): depth in kilometres, magnitudes with nine decimals, times in
 * UTC; modificationTime only in the history.
 * @throws UnreadableFeed size, empty, json, shape
 */
export const parseGeonet: ParseFeed = (text) => gatherRows(listFeatures(readJson(text)), translateFeature)

function translateFeature(raw: unknown): RowOutcome {
  const parsed = Feature.safeParse(raw)
  if (!parsed.success) return { refused: refuseShape(parsed.error, raw) }
  const { properties } = parsed.data
  const quality = cleanText(properties.quality, 20).toLowerCase()
  if (quality === 'draft') return { ignored: 'draft' }
  const faults: Refusal[] = []
  const point = readPoint(parsed.data.geometry)
  return finishRow(faults, {
    lifecycle: quality === 'deleted' ? 'delete' : 'report',
    class: classifyTraffic([properties.test], [properties.publicID, quality]),
    sourceEventId: cleanId(properties.publicID),
    aliases: [],
    revision: cleanId(properties.modificationTime),
    agency: agencyCode('GeoNet'),
    sourceCode: '',
    evaluation: readEvaluation(quality),
    kind: 'earthquake',
    originTime: readTime(faults, 'properties.time', properties.time, 0),
    issuedAt: readTime([], 'properties.modificationTime', properties.modificationTime, 0),
    latitude: readLatitude(faults, 'geometry.coordinates[1]', point.latitude),
    longitude: readLongitude(faults, 'geometry.coordinates[0]', point.longitude),
    depthKm: readDepthKm(faults, 'properties.depth', properties.depth ?? point.third),
    magnitude: readMagnitude(faults, 'properties.magnitude', properties.magnitude, {
      digits: 2,
      type: '',
      minusOne: false,
    }),
    place: cleanPlace(properties.locality),
    idTime: null,
  })
}

/** Only "best" means that an analyst looked; the older good and caution, and preliminary, are the machine's grades. */
function readEvaluation(quality: string): Evaluation {
  if (quality === 'best') return 'reviewed'
  return ['good', 'caution', 'preliminary', 'automatic'].includes(quality) ? 'automatic' : 'unknown'
}
