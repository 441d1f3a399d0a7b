// In: a quake whose lineage was withdrawn, and a determination of it. Out: whether that may be a first word again.
// Must not let the withdrawn determination speak again because another feed, or a restart, brought it back.
import type { SpokenOrigin } from '../notice.ts'
import { distanceKm } from '../places/distance.ts'
import { headOf, type Quake, type StoredReport } from '../quake.ts'
import { isFormal, type Voice } from './prefer.ts'
import { labelGroup } from './worth.ts'

/** Relays cut seconds and write coordinates with one decimal or two. */
const RESTATED_MS = 2_000
const RESTATED_KM = 10

/**
 * What a withdrawn lineage means for a new first word. What was withdrawn stays withdrawn, whoever relays it again; when
 * its own agency gives it again after a delete, a person decides. Anything newer goes to a person, save the national
 * formal: that is the word which readers were told to wait for.
 */
export function afterWithdrawal(
  quake: Quake,
  report: StoredReport,
  voice: Voice,
  origin: SpokenOrigin,
): 'none' | 'same' | 'person' {
  const last = quake.lineages.at(-1)
  if (!last) return 'none'
  const head = headOf(last)
  if (report.receivedAt <= head.issuedAt) return 'same'
  const said = quake.lineages.flatMap((l) => l.notices)
  if (
    said.some(
      (n) => n.origin !== null && (n.evaluation === 'reviewed') === isFormal(voice) && restates(n.origin, origin),
    )
  ) {
    const cause = quake.reports.find((r) => r.id === head.reportId)
    return cause && cause.lifecycle !== 'report' ? 'person' : 'same'
  }
  return voice === 'national-formal' && head.withdrawal !== 'duplicate' ? 'none' : 'person'
}

/** The same determination again: equal in all that is printed, but for roundings of its relays. */
function restates(said: SpokenOrigin, origin: SpokenOrigin): boolean {
  return (
    labelGroup(said.sourceCode) === labelGroup(origin.sourceCode) &&
    said.magnitude === origin.magnitude &&
    said.kind === origin.kind &&
    Math.abs(said.originTime - origin.originTime) <= RESTATED_MS &&
    distanceKm(said, origin) <= RESTATED_KM
  )
}
