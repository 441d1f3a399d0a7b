// In: a claim as it was read, what is on record. Out: the finding of every rule that has something to ask of it.
// Must not stop at the first that contradicts: whoever answers needs all of them.
import { checkAgency } from './agency.ts'
import { checkNumber } from './altered.ts'
import { checkCatalogue, type CatalogueFacts } from './catalogue.ts'
import type { Finding } from './finding.ts'
import { checkForecastLaw, type ForecastFacts } from './forecast-law.ts'
import { checkPrecision } from './precision.ts'
import type { ClaimReading } from './reading.ts'
import { checkRecurrence, type ArchivedClaim } from './recurrence.ts'

export interface CheckFacts extends CatalogueFacts, ForecastFacts {
  /** Claims of the same kind that have come to rest. */
  archive: readonly ArchivedClaim[]
}

/** In the order of RULES. */
export function runChecks(claim: ClaimReading, facts: CheckFacts): Finding[] {
  return [
    checkCatalogue(claim, facts),
    checkNumber(claim, facts),
    checkForecastLaw(claim, facts),
    checkPrecision(claim),
    checkAgency(claim),
    checkRecurrence(claim, facts.archive),
  ].filter((one) => one !== null)
}
