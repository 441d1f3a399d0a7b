// In: two points in degrees. Out: kilometres over the sphere.
// Must not round: whole kilometres are made where they are printed, or a sum of roundings shows.

/** A point on the ground in decimal degrees, north and east positive. */
export interface Point {
  latitude: number
  longitude: number
}

/**
 * IUGG mean earth radius in kilometres. With it the haversine reproduces 15 of 15 county distances printed in three
 * CENC bulletins (wording-and-rules.md §5).
 */
export const EARTH_RADIUS_KM = 6371.0088

const RADIANS = Math.PI / 180

/** Great-circle distance in kilometres between two points (haversine). NaN when a coordinate is not a number. */
export function distanceKm(a: Point, b: Point): number {
  const halfNorth = Math.sin(((b.latitude - a.latitude) * RADIANS) / 2)
  const halfEast = Math.sin(((b.longitude - a.longitude) * RADIANS) / 2)
  const chord =
    halfNorth * halfNorth + Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS) * halfEast * halfEast
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, chord)))
}
