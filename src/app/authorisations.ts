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
  clear: (kind: string, subject: string) => Promise<void>
}

/** Days before the end at which it is told anew, as with credentials (inspect.ts). */
const STEPS = [30, 7, 1] as const
const KIND = 'authorisation'

/** Tells what ends soon and what has ended. */
export async function watchAuthorisations({ policy, now, alarm, clear }: AuthorisationWatch): Promise<void> {
  const [standing, at] = [policy(), now()]
  for (const each of standing.authorisations) {
    const { id, expiresAt, endedAt } = each
    const why = describeStale(each, standing.templateHashes, at)
    const step = why === null ? stepOf(each, standing, at) : null
    for (const other of STEPS) if (other !== step) await clear(KIND, `${id} ${other}`)
    if (step !== null) {
      await alarm(KIND, `${id} ${step}`, `预授权 ${id} 将于 ${formatBeijing(expiresAt)} 到期，到期后有关公告转为待核`)
    }
    // Whoever ended one by hand knows of it, and the board says what it comes to.
    if (why === null || endedAt !== undefined || isReplaced(each, standing, at)) await clear(KIND, id)
    else await alarm(KIND, id, `预授权 ${id} 已失效：${why}`)
  }
}

/** The step that has come; one that was past when it was signed is none, nor is one that a longer authorisation outlasts. */
function stepOf(each: Authorisation, policy: Policy, now: Instant): number | null {
  const step = STEPS.findLast((days) => each.expiresAt - now <= days * DAY)
  if (step === undefined || each.expiresAt - each.signedAt <= step * DAY) return null
  const longer = policy.authorisations.filter(({ expiresAt }) => expiresAt > each.expiresAt)
  return isReplaced(each, { ...policy, authorisations: longer }, now) ? null : step
}
