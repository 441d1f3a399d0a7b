// In: an epicentre. Out: our own reviewed words for it, used when the source's words may not be printed (DESIGN §5, §6).
// Must not claim what a point table cannot know: in which county, country or sea the epicentre lies.
import type { County } from './county.ts'
import { NATIONAL_GAZETTEER, type Gazetteer } from './gazetteer.ts'
import { nearestCounties } from './nearest.ts'
import { shortenName } from './short-name.ts'

/** Up to here the epicentre is taken to lie in the county of its nearest seat: half the usual spacing of eastern seats. */
const INSIDE_KM = 15
/** Up to here 附近 is fair; an inland seat's county may reach farther, but so may its neighbour's. */
const NEAR_KM = 100
/** Beyond this from any seat a point off our dense coasts is at sea: on land there no seat is farther. */
const SEA_KM = 60
/** Beyond this nothing is said: the nearest county would name a place that the quake is not about. */
const FAR_KM = 300

// Prefectures on the sea, without 丹东 and 防城港, whose neighbours across the border are land; 71 is all of 台湾省.
const COASTAL = new Set(
  (
    '1202 1302 1303 1309 2102 2107 2108 2111 2114 3101 3206 3207 3209 3302 3303 3304 3306 3309 3310 3501 3502 3503 3505 ' +
    '3506 3509 3702 3705 3706 3707 3710 3711 3716 4401 4403 4404 4405 4407 4408 4409 4413 4415 4417 4419 4420 4451 4452 ' +
    '4505 4507 4601 4602 4604 4690'
  ).split(' '),
)

function isCoastal({ code }: County): boolean {
  return code.startsWith('71') || code.startsWith('81') || code.startsWith('82') || COASTAL.has(code.slice(0, 4))
}

/**
 * A county as notices write it: province short, prefecture short, county short (积石山县, as CENC has it). A county-level
 * city under a prefecture-level city drops the prefecture (2008 regulation, art. 7; wording-and-rules.md §2.2), and a
 * unit that bears its prefecture's own name is not said twice (广东东莞市).
 */
export function writeCounty(county: County): string {
  const { province, prefecture } = county
  const name = shortenName(county.name)
  const dropped =
    prefecture === null || prefecture.name === name || (name.endsWith('市') && prefecture.name.endsWith('市'))
  if (dropped) return province.short + name
  // 吉林省吉林市, not 吉林吉林市.
  return (prefecture.short.startsWith(province.short) ? province.name : province.short) + prefecture.short + name
}

/**
 * Words for an epicentre from our own table, or null when no county lies within 300 km or a coordinate is no number.
 * Up to 15 km from the nearest seat the county alone; up to 100 km with 附近, or 海域 when the seat is coastal and more
 * than 60 km off; farther 距…约N公里处, which stays true on land, at sea and across a border.
 */
export function placeFromTable(
  latitude: number,
  longitude: number,
  gazetteer: Gazetteer = NATIONAL_GAZETTEER,
): string | null {
  const nearest = nearestCounties(latitude, longitude, 1, gazetteer)[0]
  if (!nearest || !(nearest.distanceKm <= FAR_KM)) return null
  const { county, distanceKm, wholeKm } = nearest
  const words = writeCounty(county)
  if (distanceKm <= INSIDE_KM) return words
  if (distanceKm > NEAR_KM) return `距${words}约${wholeKm}公里处`
  return distanceKm > SEA_KM && isCoastal(county) ? `${words}海域` : `${words}附近`
}
