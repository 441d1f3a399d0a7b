// In: one notice. Out: the sketch map of its epicentre for a page, or nothing where it states none that stands.
// Must not draw what was withdrawn: a picture outlives the line that strikes it out.
import { shortenName } from '../../../core/places/short-name.ts'
import { nearestCounties } from '../../../core/places/nearest.ts'
import { drawSketch, type NamedPoint } from '../../../core/rendering/sketch.ts'
import type { NoticeView } from '../../../store/notices.ts'
import type { Scene, SiteIdentity } from './frame.ts'

/** Small enough that its letters stay readable on a phone, where it takes the whole width. */
const FRAME = { width: 320, height: 270 }
/** Farther seats say nothing about an epicentre on the high seas. */
const FARTHEST_KM = 500
const LOOKED_AT = 60
/** Nearest to the epicentre: they come before the bureau's own. */
const NEAREST = 3

export function hasSketch({ facts, state }: NoticeView): boolean {
  return facts.origin !== null && state !== 'withdrawn'
}

/** @returns a whole `<svg>`; '' where there is nothing to draw */
export function sketchOf(notice: NoticeView, { site, wording }: Scene): string {
  const { origin } = notice.facts
  if (origin === null || !hasSketch(notice)) return ''
  return drawSketch({
    epicentre: origin,
    home: site.places[0] ?? null,
    places: listAround(origin, site.places.slice(1)),
    ...FRAME,
    language: wording.language,
    styled: 'page',
  })
}

/** The nearest seats, then the places the bureau watches, then what lies farther. */
export function listAround(
  { latitude, longitude }: { latitude: number; longitude: number },
  watched: readonly Pick<SiteIdentity['places'][number], keyof NamedPoint>[],
): NamedPoint[] {
  const near = nearestCounties(latitude, longitude, LOOKED_AT)
    .filter((each) => each.distanceKm <= FARTHEST_KM)
    .map(({ county }) => ({
      name: shortenName(county.name),
      latitude: county.latitude,
      longitude: county.longitude,
    }))
  return [...near.slice(0, NEAREST), ...watched, ...near.slice(NEAREST)]
}
