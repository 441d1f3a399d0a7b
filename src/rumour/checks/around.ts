// In: a quake's origin as its notice states it. Out: what official sources have determined around it, before and since.
// Must not judge: it reads, and hands over (core/rumour/sheet-around.ts).
import { DAY, type Instant } from '../../core/instant.ts'
import type { SpokenOrigin } from '../../core/notice.ts'
import { readKnownQuake } from '../../core/rumour/checks/known-quake.ts'
import { AROUND_FLOOR, BEFORE_KM, readAround, sinceWithin, type SheetAround } from '../../core/rumour/sheet-around.ts'
import { buildQuakes } from '../../publish/picture.ts'
import { readQuakes, type QuakeRecord } from '../../store/picture.ts'
import type { Queryable } from '../../store/pool.ts'
import { findQuakesAround, findRecordStart } from '../../store/rumours/known-quakes.ts'

/** From so long ago the bureau's own record is asked, and so much of it is looked at. */
const BACK_MS = 36_525 * DAY
const MOST_AROUND = 300

/** Null where nothing is stated. */
export async function gatherAround(
  client: Queryable,
  quakeId: string,
  origin: SpokenOrigin | null,
  at: Instant,
): Promise<SheetAround | null> {
  if (origin === null) return null
  const { latitude, longitude, originTime } = origin
  const look = (km: number, from: Instant, to: Instant, atLeast: number): Promise<QuakeRecord[]> =>
    findQuakesAround(client, { latitude, longitude, km }, { from, to }, { except: quakeId, atLeast, most: MOST_AROUND })
  const records = [
    ...(await look(BEFORE_KM, originTime - BACK_MS, originTime, AROUND_FLOOR)),
    ...(await look(sinceWithin(origin), originTime, at, -5)),
  ]
  const contents = await readQuakes(
    client,
    records.map(({ id }) => id),
  )
  const known = [...buildQuakes(records, contents).values()].map(readKnownQuake).filter((quake) => quake !== null)
  return readAround(origin, known, { asOf: at, since: await findRecordStart(client) })
}
