// In: the police's number for a package, later what came of it. Out: on record; the claim is referred, by the two who sent it.
// Must not tell what the police do in their own house: codes and a sentence that they choose to give.
import { OUTCOMES, type Outcome } from '../../core/rumour/handover/platform.ts'
import type { Role } from '../../core/people/roles.ts'
import { appendJournal } from '../../store/journal.ts'
import { tellDesks } from '../../store/listen.ts'
import { withTransaction } from '../../store/pool.ts'
import { lockClaims } from '../../store/rumours/claims.ts'
import { addOutcome, findPackage, savePackageReceipt } from '../../store/rumours/handover/packages.ts'
import { MOST_REASON, refuse, tidy, type Moved, type Person, type RumourContext } from '../context.ts'
import { findSight } from '../sight.ts'
import { moveClaim } from '../steps.ts'
import { mayRefer } from './package.ts'

/** The police themselves, or the officer who brought it to them on a disk. */
const RECEIVERS: readonly Role[] = ['duty', 'lead', 'liaison-police']

/** The number under which the police have taken it. */
export function receivePackage(
  context: RumourContext,
  claimId: string,
  id: string,
  number: string,
  person: Person,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    const sight = await findSight(client, context, person, claimId)
    const claim = sight === 'whole' || sight === 'case' ? (await lockClaims(client, [claimId])).get(claimId) : undefined
    const one = claim ? await findPackage(client, id) : null
    if (!claim || one?.claimId !== claimId || one.decided !== 'approved' || one.decidedBy === null)
      return refuse('unknown', '没有这份移送材料')
    if (!RECEIVERS.some((role) => person.roles.includes(role))) return refuse('not-yours', '您的角色不能登记回执')
    const receipt = tidy(number, 60)
    if (receipt === '') return refuse('receipt', '请填写公安机关的回执编号')
    if (claim.state === 'publishing') return refuse('not-here', '辟谣正在发布，请稍候再登记回执')
    const at = context.now()
    if (!(await savePackageReceipt(client, id, { receipt, by: person.account, at })))
      return refuse('twice', '回执已登记')
    const { account: actor } = person
    await appendJournal(client, at, {
      actor,
      act: 'package.received',
      subject: id,
      detail: { claim: claimId, receipt },
    })
    await tellDesks(client)
    // A case that has come to rest meanwhile stays as it is; the receipt stands beside it.
    if (!mayRefer(claim.state)) return { ok: true, claim }
    return moveClaim(client, claim, {
      event: 'refer',
      actor: 'duty',
      account: one.builtBy,
      secondPerson: one.decidedBy,
      reason: `移送材料 ${id}`,
      receipt,
      at,
    })
  })
}

/** What came of it, as the police tell; several people may be dealt with in one case. */
export function tellOutcome(
  context: RumourContext,
  claimId: string,
  id: string,
  given: { code: string; words: string },
  person: Person,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    const sight = await findSight(client, context, person, claimId)
    const claim = sight === 'case' || sight === 'whole' ? (await lockClaims(client, [claimId])).get(claimId) : undefined
    const one = claim ? await findPackage(client, id) : null
    if (!claim || one?.claimId !== claimId || one.receipt === null)
      return refuse('unknown', '没有这份移送材料，或尚未登记回执')
    if (!person.roles.includes('liaison-police')) return refuse('not-yours', '处理结果由公安联络员登记')
    const code = OUTCOMES.find((each): each is Outcome => each === given.code)
    if (code === undefined) return refuse('code', '请选择处理结果')
    const at = context.now()
    await addOutcome(client, { packageId: id, code, words: tidy(given.words, MOST_REASON), by: person.account, at })
    const detail = { claim: claimId, code }
    await appendJournal(client, at, { actor: person.account, act: 'package.outcome', subject: id, detail })
    await tellDesks(client)
    return { ok: true, claim }
  })
}
