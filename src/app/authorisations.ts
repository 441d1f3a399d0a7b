// In: what was signed, and until when. Out: an alarm 30, 7 and 1 days before an end, and when one has ceased to count.
// Once for each step; cleared when another stands in for it. Must not sign anything.
import { isReplaced } from '../core/judgement/foresight.ts'
import type { Authorisation, Policy } from '../core/judgement/policy.ts'
import { describeStale } from '../core/judgement/rules.ts'
import { DAY, formatBeijing, type Instant } from '../core/instant.ts'

export interface AuthorisationWatch {
  policy: () => Policy
  now: () => Instant
  alarm: (kind: string, subject: string, message: string) => Promise<void>
  /** Ends those of a kind whose cause is not among these. */
  clearOthers: (kind: string, standing: readonly string[]) => Promise<void>
}

/** Days before the end at which it is told anew, as with credentials (inspect.ts). */
const STEPS = [30, 7, 1] as const
const KIND = 'authorisation'

/** Tells what ends soon and what has ended. */
export async function watchAuthorisations({ policy, now, alarm, clearOthers }: AuthorisationWatch): Promise<void> {
  const [standing, at] = [policy(), now()]
  const told = standing.authorisations.flatMap((each) => {
    const { id, expiresAt, endedAt } = each
    const why = describeStale(each, standing.templateHashes, at)
    if (why === null) {
      const step = stepOf(each, standing, at)
      const words = `预授权 ${id} 将于 ${formatBeijing(expiresAt)} 到期，到期后有关公告转为待核`
      return step === null ? [] : [{ subject: `${id} ${step}`, words }]
    }
    // Whoever ended one by hand knows of it, and the board says what it comes to.
    const isKnown = endedAt !== undefined || isReplaced(each, standing, at)
    return isKnown ? [] : [{ subject: id, words: `预授权 ${id} 已失效：${why}` }]
  })
  const subjects = told.map(({ subject }) => subject)
  await clearOthers(KIND, subjects)
  for (const { subject, words } of told) await alarm(KIND, subject, words)
}

/** The step that has come; one that was past when it was signed is none, nor is one that a longer authorisation outlasts. */
function stepOf(each: Authorisation, policy: Policy, now: Instant): number | null {
  const step = STEPS.findLast((days) => each.expiresAt - now <= days * DAY)
  if (step === undefined || each.expiresAt - each.signedAt <= step * DAY) return null
  const longer = policy.authorisations.filter(({ expiresAt }) => expiresAt > each.expiresAt)
  return isReplaced(each, { ...policy, authorisations: longer }, now) ? null : step
}
