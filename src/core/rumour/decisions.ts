// In: pairs of texts on which a person decided, as a file keeps them. Out: what the present rules say of each, and where they differ.
// Must not tune anything: a rule that a decision speaks against is named, and people change the rules (rumours.md §10.5).
import { z } from 'zod'
import { MATCH_RULES, matchClaims, type ClaimMatch, type MatchBand, type MatchRules } from './claim-match.ts'
import { signMessage } from './signature.ts'

/** One pair. Texts as they were shown at the desk: without telephones, accounts and names that a pattern finds. */
export const decisionSchema = z.strictObject({
  one: z.string().min(1).max(4_000),
  other: z.string().min(1).max(4_000),
  /** Whether a person found that both are one claim. */
  same: z.boolean(),
  /** How it came to the person: offered by the machine, merged by it and taken apart, or found without it. */
  from: z.enum(['offered', 'taken-apart', 'merged']),
  /** What the machine had said; null when it had said nothing. */
  band: z.enum(['auto', 'suggest', 'family', 'none']).nullable(),
  rules: z.string().max(40).nullable(),
  /** Day in Beijing. */
  day: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
})
export type Decision = z.infer<typeof decisionSchema>

/** One decision a line; blank lines are none. @throws with the number of the line that is no decision */
export function readDecisions(text: string): Decision[] {
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return []
    try {
      return [decisionSchema.parse(JSON.parse(line))]
    } catch (cause) {
      throw new Error(`line ${at + 1} is no decision`, { cause })
    }
  })
}

export const writeDecisions = (decisions: readonly Decision[]): string =>
  decisions.map((one) => `${JSON.stringify(decisionSchema.parse(one))}\n`).join('')

/**
 * agrees: the machine would do, or at least offer, what the person decided. merged-wrongly: it would merge what a person kept
 * apart. missed: it would not even offer what a person put together.
 */
export type Verdict = 'agrees' | 'merged-wrongly' | 'missed'

export interface JudgedDecision {
  decision: Decision
  match: ClaimMatch
  verdict: Verdict
  /** The rules say another thing than those that the decision was made under. */
  isChanged: boolean
}

const judgeBand = (same: boolean, band: MatchBand): Verdict => {
  if (same) return band === 'auto' || band === 'suggest' ? 'agrees' : 'missed'
  return band === 'auto' ? 'merged-wrongly' : 'agrees'
}

export function judgeDecision(decision: Decision, rules: MatchRules = MATCH_RULES): JudgedDecision {
  const match = matchClaims(signMessage(decision.one), signMessage(decision.other), rules)
  const isChanged = decision.band !== null && decision.band !== match.band
  return { decision, match, verdict: judgeBand(decision.same, match.band), isChanged }
}

export interface DecisionFigures {
  all: number
  same: number
  /** Of what the machine would merge, the share that a person found the same, 0 to 1; 1 for nothing. */
  precision: number
  /** Of what a person found the same, the share that it would merge, and that it would merge or offer. */
  recall: number
  shown: number
}

export function countDecisions(judged: readonly JudgedDecision[]): DecisionFigures {
  const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole)
  const same = judged.filter(({ decision }) => decision.same)
  const auto = judged.filter(({ match }) => match.band === 'auto')
  const autoSame = auto.filter(({ decision }) => decision.same).length
  return {
    all: judged.length,
    same: same.length,
    precision: share(autoSame, auto.length),
    recall: share(autoSame, same.length),
    shown: share(same.filter(({ verdict }) => verdict === 'agrees').length, same.length),
  }
}
