// In: pairs on which people decided. Out: what the present rules say of them, each difference with both texts, and the floor.
import { countDecisions, judgeDecision, type Decision, type JudgedDecision } from '../../src/core/rumour/decisions.ts'

/** Of what the machine would merge, a person must have found so much the same (rumours.md §10.5). */
const LEAST_PRECISION = 0.98
const WORDS = {
  'merged-wrongly': 'would be merged, kept apart by a person',
  missed: 'would not be offered, put together by a person',
}

function write({ decision, match, verdict }: JudgedDecision): string {
  const head = verdict === 'agrees' ? `${decision.band ?? ''} became ${match.band}` : WORDS[verdict]
  const doubts = match.doubts.length > 0 ? ` (${match.doubts.join(', ')})` : ''
  return `${head}${doubts}, ${decision.day}, rules ${decision.rules ?? '-'}, ${match.score.toFixed(3)}\n  ${decision.one}\n  ${decision.other}`
}

/** Prints the differences and the figures. @returns whether the floor holds */
export function tellDecisions(decisions: readonly Decision[], say: (line: string) => unknown): boolean {
  const judged = decisions.map((decision) => judgeDecision(decision))
  for (const one of judged.filter(({ verdict }) => verdict !== 'agrees')) say(write(one))
  for (const one of judged.filter(({ verdict, isChanged }) => verdict === 'agrees' && isChanged)) say(write(one))
  const { all, same, precision, recall, shown } = countDecisions(judged)
  const holds = precision >= LEAST_PRECISION
  say(
    `${all} decisions, ${same} of one claim; auto P ${precision.toFixed(3)} R ${recall.toFixed(3)}, offered ${shown.toFixed(3)}`,
  )
  say(`${holds ? 'PASS' : 'FAIL'}  auto precision >= ${LEAST_PRECISION}: ${precision.toFixed(3)}`)
  return holds
}
