// In: what a late row, or a person, speaks of. Out: the picture with the quakes that it no longer held, and fresh delivery states.
// Must not judge; what corrects a word already spoken has no age (DESIGN §6: thresholds and ages are for the first word).
import type { Pool } from 'pg'
import type { Instant } from '../core/instant.ts'
import { baseId, type Quake } from '../core/quake.ts'
import { findOlderQuakes, findQuakes, readDeliveries, readQuakes, type QuakeRecord } from '../store/picture.ts'
import { buildQuakes, refreshDeliveries, type Picture } from './picture.ts'
import type { KeyedRow } from './rows.ts'

/** Widest association window is 90 s (feeds.md §3); an id that jumps may lie minutes away. */
const OLDER_WINDOW_MS = 10 * 60 * 1000

/**
 * Brings older quakes into the picture that a row names by id or lies near in time: corrections always find their quake.
 * @param horizon quakes from after this instant are in the picture anyway
 */
export async function recallOlder(
  picture: Picture,
  source: string,
  rows: readonly KeyedRow[],
  pool: Pool,
  horizon: Instant,
): Promise<void> {
  for (const { report } of rows) {
    if (!isOlder(report.originTime, horizon) && report.lifecycle === 'report') continue
    const ids = [report.sourceEventId, ...report.aliases, baseId(report.sourceEventId)].filter((id) => id !== '')
    const found = await findOlderQuakes(pool, {
      source,
      ids,
      originTime: report.originTime,
      windowMs: OLDER_WINDOW_MS,
    })
    await add(picture, found, pool)
  }
}

function isOlder(originTime: Instant | null, horizon: Instant): boolean {
  return originTime !== null && originTime < horizon
}

/** Brings quakes into the picture that a person names, by id or by the serial of a notice, however old they are. */
export async function recallNamed(
  picture: Picture,
  named: { ids?: string[]; serial?: string },
  pool: Pool,
): Promise<void> {
  await add(picture, await findQuakes(pool, named.ids ?? [], named.serial ?? ''), pool)
}

async function add(picture: Picture, found: readonly QuakeRecord[], pool: Pool): Promise<void> {
  const missing = found.filter((quake) => !picture.quakes.has(quake.id))
  if (missing.length === 0) return
  const contents = await readQuakes(
    pool,
    missing.map((q) => q.id),
  )
  for (const [id, quake] of buildQuakes(missing, contents)) picture.quakes.set(id, quake)
}

/** Reads the delivery states of these quakes' lineages anew. */
export async function refreshLineages(quakes: readonly Quake[], pool: Pool): Promise<void> {
  const ids = quakes.flatMap((quake) => quake.lineages.flatMap((l) => l.notices.map((n) => n.id)))
  if (ids.length === 0) return
  const deliveries = await readDeliveries(pool, ids)
  for (const lineage of quakes.flatMap((quake) => quake.lineages)) refreshDeliveries(lineage, deliveries)
}
