// In: points in degrees, a frame in pixels. Out: where they lie in a picture whose middle distances and directions are true.
// Must not know what is drawn. Azimuthal equidistant around the epicentre: rings are circles, also over the date line and a pole.
import { distanceKm, type Point } from '../places/distance.ts'

/** Pixels, x to the right, y down. */
export interface Spot {
  x: number
  y: number
}

export interface View {
  /** Where the epicentre lies. */
  origin: Spot
  /** Pixels per kilometre. */
  scale: number
  place(point: Point): Spot
}

/** Room kept free around what must be seen, for labels and for what stands in the corners. */
const MARGIN = { left: 30, right: 34, top: 46, bottom: 38 }
/** Half the height of the smallest stretch of land worth a picture, in kilometres. */
const LEAST_KM = 40
/** How much of the distance home is shown around the epicentre on the other sides. */
const SURROUNDINGS = 0.35

const RADIANS = Math.PI / 180

/** Degrees clockwise from north in which `to` is seen from `from`, 0 up to 360; at a pole, from its own meridian. */
export function bearing(from: Point, to: Point): number {
  const turn = (to.longitude - from.longitude) * RADIANS
  const [a, b] = [from.latitude * RADIANS, to.latitude * RADIANS]
  const east = Math.sin(turn) * Math.cos(b)
  const north = Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(turn)
  return (Math.atan2(east, north) / RADIANS + 360) % 360
}

function project(epicentre: Point, point: Point): Spot {
  const km = distanceKm(epicentre, point)
  const angle = bearing(epicentre, point) * RADIANS
  return { x: km * Math.sin(angle), y: -km * Math.cos(angle) }
}

/** The largest picture that shows the epicentre, its surroundings and, where it is known, home. */
export function chooseView(epicentre: Point, home: Point | null, width: number, height: number): View {
  const far = home ? project(epicentre, home) : { x: 0, y: 0 }
  const around = Math.max(home ? LEAST_KM : 3 * LEAST_KM, SURROUNDINGS * Math.hypot(far.x, far.y))
  const [west, east] = [Math.min(-around, far.x), Math.max(around, far.x)]
  const [north, south] = [Math.min(-around, far.y), Math.max(around, far.y)]
  const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom }
  const scale = Math.min(inner.width / (east - west), inner.height / (south - north))
  const origin = {
    x: MARGIN.left + inner.width / 2 - (scale * (west + east)) / 2,
    y: MARGIN.top + inner.height / 2 - (scale * (north + south)) / 2,
  }
  return {
    origin,
    scale,
    place: (point) => {
      const at = project(epicentre, point)
      return { x: origin.x + at.x * scale, y: origin.y + at.y * scale }
    },
  }
}

const STEPS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
/** No point on earth is farther from another. */
const HALF_WAY_ROUND_KM = 20_015

/** Kilometres of the rings, from the inner one; as many as are to be seen in the frame, at most four. */
export function chooseRings({ scale, origin }: View, width: number, height: number): number[] {
  const least = 0.16 * Math.min(width, height)
  const step = STEPS.find((km) => km * scale >= least) ?? 10_000
  const corner = Math.hypot(Math.max(origin.x, width - origin.x), Math.max(origin.y, height - origin.y))
  return [1, 2, 3, 4].map((n) => n * step).filter((km) => km * scale < corner && km <= HALF_WAY_ROUND_KM)
}
