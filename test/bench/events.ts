// In: a home and a count. Out: feeds of 50 items in the RSSHub shape, each with one event that no feed before had.
// Every event is one that a bureau at home would say at once: felt there, formal, minutes old.
import { formatBeijing, type Instant } from '../../src/core/instant.ts'
import { distanceKm } from '../../src/core/places/distance.ts'
import { NATIONAL_COUNTIES } from '../../src/core/places/county.ts'
import { writeCounty } from '../../src/core/places/table-place.ts'

export const HOME = { name: '银川市', code: '640100', latitude: 38.487, longitude: 106.231 }
const LISTED = 50
/** Events of one run lie within the two hours in which a first word may be said: as far apart as that allows. */
const MOST = 560
const APART_MS = 12_000
const NEAR_KM = 280

const places = NATIONAL_COUNTIES.filter((county) => distanceKm(county, HOME) < NEAR_KM)

function writeItem(at: Instant, index: number): string {
  const county = places[index % places.length]
  if (!county) throw new Error('no county near home')
  const id = `CC${formatBeijing(at).replace(/\D/g, '')}`
  const place = writeCounty(county)
  const shown = formatBeijing(at)
  return `<item><title>${place}发生5.0级地震</title><link>https://news.ceic.ac.cn/${id}.html</link><guid isPermaLink="false">${id}</guid><pubDate>${new Date(at).toUTCString()}</pubDate><description><![CDATA[发震时刻(UTC+8) ${shown}<br>参考位置 ${place}<br>震级(M) 5.0<br>纬度(°) ${county.latitude.toFixed(2)}<br>经度(°) ${county.longitude.toFixed(2)}<br>深度(千米) 10<br>录入时间 ${shown}]]></description></item>`
}

/** A feed whose newest item is the event of this number; older items stay below it. */
export function createFeeds(start: Instant): (number: number) => string {
  const items: string[] = []
  for (let index = 0; index < LISTED; index += 1)
    items.push(writeItem(start - (index + 2) * 7 * 86_400_000 - index * 3_600_000, index))
  return (number) => {
    // At least two minutes old and younger than the two hours of a first word; ids of one source are quakes of their own.
    items.unshift(writeItem(start - 120_000 - (number % MOST) * APART_MS, number * 7))
    items.length = LISTED
    return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>中国地震台</title><link>https://news.ceic.ac.cn</link><description>速报</description>${items.join('')}</channel></rss>`
  }
}
