// In: a message, the index of what is known. Out: what it is like, judged fact by fact, the nearest first.
// Must not look at more than the index offers: the whole record is too long to be compared one by one.
import type { Breadth, ClaimIndex } from './claim-index.ts'
import { matchClaims, matchScored, type ClaimMatch, type MatchBand, type MatchRules } from './claim-match.ts'
import type { Signature } from './signature.ts'

export interface Likeness {
  key: string
  match: ClaimMatch
}

const ORDER: Readonly<Record<MatchBand, number>> = { auto: 0, suggest: 1, family: 2, none: 3 }

/** Negative where the first is nearer. */
export const compareMatches = (a: ClaimMatch, b: ClaimMatch): number =>
  ORDER[a.band] - ORDER[b.band] || b.score - a.score

/** What stands under a key, compared with a message; null for nothing. */
export function matchWith(index: ClaimIndex, key: string, message: Signature, rules?: MatchRules): ClaimMatch | null {
  const kept = index.get(key)
  return kept && matchClaims(kept, message, rules)
}

/** What is like a message in any way, the nearest first. */
export function lookUp(index: ClaimIndex, message: Signature, breadth?: Breadth, rules?: MatchRules): Likeness[] {
  return index
    .find(message, breadth)
    .flatMap(({ key, signature, score }): Likeness[] => {
      const match = matchScored(signature, message, score, rules)
      return match === null || match.band === 'none' ? [] : [{ key, match }]
    })
    .sort((a, b) => compareMatches(a.match, b.match))
}
