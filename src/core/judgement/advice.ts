// In: what is judged, and its neighbours. Out: what a person should be told beside the judgement.
// Must not decide: a true word goes out, and a false one stays, whatever is advised here.
import type { Instant } from '../instant.ts'
import type { SpokenOrigin } from '../notice.ts'
import { distanceKm } from '../places/distance.ts'
import { headOf, standingLineage, type StoredReport } from '../quake.ts'
import type { JudgeInput } from './judgement.ts'
import { maySpeak } from './prefer.ts'

/** Within this distance of home or a watched place an official quake is asked after when its magnitude does not come. */
const ASKED_AFTER_KM = 100

/** When a person is told that an official near quake still has no magnitude: a formal comes within 10 min (feeds.md §0.6). */
export function askAfter(
  { policy }: JudgeInput,
  { authority, latitude, longitude, receivedAt }: StoredReport,
): Instant | null {
  if (!maySpeak(authority) || latitude === null || longitude === null) return null
  const places = [policy.home, ...policy.watch]
  const isNear = places.some((place) => distanceKm(place, { latitude, longitude }) <= ASKED_AFTER_KM)
  return isNear ? receivedAt + policy.gates.provincialWaitMs : null
}

/** Nearer than this a formal that opens a new lineage may be the one which readers of a quick report wait for. */
const SUSPECT_MS = 90_000
const SUSPECT_KM = 100

/** Quick reports of these seconds and kilometres that no formal has followed: merged by nobody, they may be the same shock. */
export function findUnfollowed(input: JudgeInput, origin: SpokenOrigin): string[] {
  return input.nearby.flatMap((other) => {
    const lineage = other.id === input.quake.id ? null : standingLineage(other)
    const said = lineage && headOf(lineage)
    if (!said?.origin || said.evaluation === 'reviewed') return []
    if (Math.abs(said.origin.originTime - origin.originTime) > SUSPECT_MS) return []
    if (distanceKm(said.origin, origin) > SUSPECT_KM) return []
    return [`${said.serial} 可能与本次测定为同一地震，如是请合并：merge ${input.quake.id} --into ${other.id}`]
  })
}
