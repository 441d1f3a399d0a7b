// In: the policy of an installation, the sources of a drill's reports. Out: the policy as the drill is judged by.
// Must not open a gate: only names and dates are translated, because a drill has its own source ids and its own time.
import type { Instant } from '../instant.ts'
import type { StoredReport } from '../quake.ts'
import type { Policy } from './policy.ts'

/** A drill's sources must never be mistaken for the real ones: each run has its own ids. */
const DRILL_SOURCE = /^drill-[0-9a-f]{8}-/

/** Id of a drill's stand-in for a source; `run` is eight hex digits. */
export function nameDrillSource(run: string, source: string): string {
  return `drill-${run}-${source}`
}

/**
 * Authorisations name real sources and run by the present; a drill plays its own sources at its scenario's time. What
 * is live at `present` counts as live in the drill, for the stand-ins of the sources it names.
 */
export function policyOfDrill(policy: Policy, reports: readonly StoredReport[], present: Instant): Policy {
  const played = [...new Set(reports.map((report) => report.source))]
  const authorisations = policy.authorisations.map((authorisation) => ({
    ...authorisation,
    sources: played.filter((source) => authorisation.sources.includes(source.replace(DRILL_SOURCE, ''))),
    signedAt: authorisation.signedAt <= present ? -Infinity : Infinity,
    expiresAt: present < authorisation.expiresAt ? Infinity : -Infinity,
  }))
  return { ...policy, authorisations }
}
