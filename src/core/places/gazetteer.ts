// In: county-level units. Out: the same ready for the two questions asked of them: which are nearest, which are named.
// Must not know a bureau: its own rows come in through mergeCounties.
import { layOver, NATIONAL_COUNTIES, type County, type CountyRow } from './county.ts'
import { indexNames, type NameIndex } from './name-index.ts'

export interface Gazetteer {
  counties: readonly County[]
  byCode: ReadonlyMap<string, County>
  names: NameIndex
  /** Unit vectors x, y, z of each county in turn: the hot path compares chords instead of computing arcs. */
  vectors: Float64Array
  /** Places of the counties in the list, from south to north, and their latitudes in that order, in radians. */
  northward: Uint32Array
  latitudes: Float64Array
}

const RADIANS = Math.PI / 180

/** Unit vector of a point in degrees on the sphere. */
export function toVector(latitude: number, longitude: number): [number, number, number] {
  const cos = Math.cos(latitude * RADIANS)
  return [cos * Math.cos(longitude * RADIANS), cos * Math.sin(longitude * RADIANS), Math.sin(latitude * RADIANS)]
}

/** Makes the searchable form of a list of counties. About 30 ms for the whole country: done once at start. */
function buildGazetteer(counties: readonly County[]): Gazetteer {
  const vectors = new Float64Array(counties.length * 3)
  counties.forEach((county, index) => vectors.set(toVector(county.latitude, county.longitude), index * 3))
  const radians = counties.map((county) => county.latitude * RADIANS)
  const northward = Uint32Array.from(radians.keys()).sort((a, b) => (radians[a] ?? 0) - (radians[b] ?? 0))
  return {
    counties,
    byCode: new Map(counties.map((county) => [county.code, county])),
    names: indexNames(counties),
    vectors,
    northward,
    latitudes: Float64Array.from(northward, (index) => radians[index] ?? 0),
  }
}

/** The shipped table. Every function of this room uses it unless it is handed another. */
export const NATIONAL_GAZETTEER: Gazetteer = buildGazetteer(NATIONAL_COUNTIES)

/** The shipped table with a bureau's rows added or put in place of ours (by code). Throws on a malformed row. */
export function mergeCounties(rows: readonly CountyRow[]): Gazetteer {
  return rows.length === 0 ? NATIONAL_GAZETTEER : buildGazetteer(layOver(rows))
}
