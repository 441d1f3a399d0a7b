// In: a claim as it was read. Out: all of the record that the rules ask about it.
// Must not judge: it reads, and hands over (core/rumour/checks/run.ts).
import { DAY, HOUR } from '../../core/instant.ts'
import { VERDICTS } from '../../core/notice.ts'
import { readKnownQuake, type KnownQuake } from '../../core/rumour/checks/known-quake.ts'
import type { ClaimReading } from '../../core/rumour/checks/reading.ts'
import type { CheckFacts } from '../../core/rumour/checks/run.ts'
import { buildQuakes } from '../../publish/picture.ts'
import { readQuakes } from '../../store/picture.ts'
import type { Queryable } from '../../store/pool.ts'
import { listArchive } from '../../store/rumours/checks.ts'
import type { ClaimRecord } from '../../store/rumours/claims.ts'
import { listForecastsInForce } from '../../store/rumours/forecasts.ts'
import { findQuakesBetween, findRecordStart } from '../../store/rumours/known-quakes.ts'
import type { RumourContext } from '../context.ts'

/** A swarm's shocks beyond these change no answer. */
const MOST_QUAKES = 200
const MOST_ARCHIVED = 100
/** What is said to be hidden about a quake is said for days. */
const BACK_MS = 3 * DAY

/** Everything that the rules ask for, from one connection. */
export async function gatherFacts(
  client: Queryable,
  context: Pick<RumourContext, 'now' | 'home' | 'silentOfficial'>,
  claim: Pick<ClaimRecord, 'id' | 'kind' | 'class'>,
  reading: ClaimReading,
): Promise<CheckFacts> {
  const now = context.now()
  const archive = await listArchive(client, claim.kind, claim.id, MOST_ARCHIVED)
  return {
    now,
    home: context.home,
    silent: context.silentOfficial(),
    recordSince: await findRecordStart(client),
    quakes: await listKnownQuakes(client, claim.class, reading),
    forecasts: await listForecastsInForce(client, now),
    archive: archive.map((one) => ({ ...one, verdict: VERDICTS.find((word) => word === one.verdict) ?? null })),
  }
}

async function listKnownQuakes(
  client: Queryable,
  lane: ClaimRecord['class'],
  { kind, past, heardAt }: ClaimReading,
): Promise<KnownQuake[]> {
  if (kind !== 'occurred' && kind !== 'report' && kind !== 'cover-up') return []
  const from = Math.min(heardAt - BACK_MS, ...past.spans.map((span) => span.from)) - HOUR
  const to = Math.max(heardAt, ...past.spans.map((span) => span.to)) + HOUR
  const records = await findQuakesBetween(client, lane, { from, to }, MOST_QUAKES)
  const contents = await readQuakes(
    client,
    records.map(({ id }) => id),
  )
  return [...buildQuakes(records, contents).values()].map(readKnownQuake).filter((quake) => quake !== null)
}
