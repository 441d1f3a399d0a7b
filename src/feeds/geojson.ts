// In: a parsed GeoJSON payload: FeatureCollection, one Feature, or a list of Features. Out: its features, and their points.
// Must not know any agency's properties.
import { UnreadableFeed } from '../core/quake-report.ts'
import { isObject } from './json-text.ts'

/** The features of a payload, unchecked; throws UnreadableFeed 'shape' when it is no GeoJSON of events. */
export function listFeatures(payload: unknown): unknown[] {
  if (Array.isArray(payload)) return payload
  if (isObject(payload)) {
    if (Array.isArray(payload.features)) return payload.features
    if (isFeature(payload)) return [payload]
  }
  throw new UnreadableFeed('shape', 'the payload has no list "features", no Feature and no list of Features')
}

/** True for an object that calls itself a Feature or has properties. */
export function isFeature(value: unknown): boolean {
  return isObject(value) && (value.type === 'Feature' || isObject(value.properties))
}

/** Longitude, latitude and third coordinate of a Point, each unchecked and undefined when absent (RFC 7946 §3.1.1). */
export function readPoint(geometry: unknown): { longitude: unknown; latitude: unknown; third: unknown } {
  const list: unknown = isObject(geometry) ? geometry.coordinates : undefined
  const [longitude, latitude, third] = Array.isArray(list) ? (list as unknown[]) : []
  return { longitude, latitude, third }
}
