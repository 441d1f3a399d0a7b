// In: packages for the police with what came of each, who looks. Out: the same as text, with what is theirs to do.
// Must not show the police a package that nobody has approved, nor the cyberspace office more than its receipt.
import { writeSize } from '../../../../core/attachments/attachment.ts'
import { mayDo } from '../../../../core/people/roles.ts'
import { OUTCOME_WORDS, OUTCOMES } from '../../../../core/rumour/handover/platform.ts'
import type { Session } from '../../../../people/sessions.ts'
import { mayRefer } from '../../../../rumour/handover/package.ts'
import type { ClaimRecord } from '../../../../store/rumours/claims.ts'
import type { PoliceOutcome, PolicePackage } from '../../../../store/rumours/handover/packages.ts'
import { writeMoment } from '../../board/words.ts'

export interface PackagePart {
  claim: ClaimRecord
  packages: readonly PolicePackage[]
  outcomes: readonly PoliceOutcome[]
  session: Session
  name: (account: string) => string
}

/** Those of which a reader learns that they are there. */
export function seePackages(packages: readonly PolicePackage[], { roles }: Session): PolicePackage[] {
  const isHolder = mayDo(roles, 'hold-package')
  const isBureau = roles.some((role) => role === 'duty' || role === 'lead')
  return packages.filter(({ decided, receipt }) =>
    isBureau ? true : isHolder ? decided === 'approved' : receipt !== null && roles.includes('liaison-cac'),
  )
}

/** @param packages those that the reader may know of */
export function viewPackages({ claim, packages: seen, outcomes, session, name }: PackagePart): object {
  const { roles, accountId } = session
  const isHolder = mayDo(roles, 'hold-package')
  return {
    shown: isHolder || seen.length > 0,
    builds: mayDo(roles, 'build-package') && mayRefer(claim.state) && claim.retiredAt === null,
    codes: OUTCOMES.map((value) => ({ value, name: OUTCOME_WORDS[value] })),
    list: seen.map((one) => ({
      id: one.id,
      number: String(one.number),
      stand: writeStand(one),
      receipt: one.receipt ?? '',
      received: one.receivedAt === null ? '' : writeMoment(one.receivedAt),
      whole: isHolder,
      reason: isHolder ? one.reason : '',
      built: isHolder ? `${name(one.builtBy)} ${writeMoment(one.builtAt)}`.trim() : '',
      words: isHolder ? one.decidedWords : '',
      size: writeSize(one.size),
      items: String(one.evidence.length),
      sha256: isHolder ? one.sha256 : '',
      decides: mayDo(roles, 'decide-package') && one.decided === null && one.builtBy !== accountId,
      receives: mayDo(roles, 'receive-package') && one.decided === 'approved' && one.receipt === null,
      tells: mayDo(roles, 'tell-outcome') && one.receipt !== null,
      outcomes: isHolder
        ? outcomes
            .filter(({ packageId }) => packageId === one.id)
            .map(({ code, words, at }) => ({ code: OUTCOME_WORDS[code], words, at: writeMoment(at) }))
        : [],
    })),
  }
}

function writeStand({ decided, receipt }: PolicePackage): string {
  if (receipt !== null) return '公安已接收'
  if (decided === null) return '待带班领导批准'
  return decided === 'approved' ? '已批准，待公安接收' : '已退回'
}
