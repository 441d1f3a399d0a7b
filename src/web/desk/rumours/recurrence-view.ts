// In: claims at rest that this one may bring up again. Out: as the claim's page shows them: when, how alike, how it was answered.
// Must not say that it is the same: a person does.
import { DOUBTS } from '../../../core/rumour/claim-match.ts'
import { STATE_NAMES } from '../../../core/rumour/claim-states.ts'
import { writeDay } from '../../../rumour/recurrence.ts'
import type { Recurrence } from '../../../store/rumours/recurrence.ts'

/** @param publicUrl where notices stand */
export function viewRecurrence(one: Recurrence, publicUrl: string): object {
  const { answer } = one
  return {
    id: one.claimId,
    title: one.title,
    state: STATE_NAMES[one.state],
    day: writeDay(one.openedAt),
    band: one.band === 'family' ? '同一模板，事实不同' : '可能是同一件',
    mayBeSame: one.band !== 'family',
    score: one.score.toFixed(2),
    doubts: one.doubts.map((doubt) => DOUBTS[doubt]).join('；'),
    answer:
      answer === null
        ? null
        : {
            title: answer.title,
            url: `${publicUrl}/n/${answer.code}`,
            day: writeDay(answer.issuedAt),
            withdrawn: answer.isWithdrawn,
          },
  }
}
