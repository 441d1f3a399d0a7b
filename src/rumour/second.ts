// In: what one person may not do alone: put a grave claim aside, hand a case to the police. Out: asked, then agreed to by another.
// Must not take the step on one person's word; who agrees must be somebody who could have asked.
import { chooseActor } from '../core/rumour/claim-actor.ts'
import { TRANSITIONS } from '../core/rumour/claim-states.ts'
import type { Risk } from '../core/rumour/signoff.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { addProposal, decideProposal, grantKinds, listProposals, type Proposal } from '../store/rumours/beside.ts'
import { addStep, lockClaims, saveClaim, type ClaimRecord } from '../store/rumours/claims.ts'
import { setClocks, stopClocks } from '../store/rumours/clocks.ts'
import { CLAIM_CLOCKS, CLOCK_LIMITS } from '../core/rumour/clocks.ts'
import { tellChanged } from './changed.ts'
import {
  DRILL_OVER,
  MOST_REASON,
  refuse,
  tidy,
  type Moved,
  type Person,
  type Refused,
  type RumourContext,
} from './context.ts'
import { findSight } from './sight.ts'
import { moveClaim } from './steps.ts'

/** A claim that may cause harm is not put aside by one person. */
export const needsSecond = (event: string, risk: Risk): boolean =>
  event === 'refer' || (event === 'dismiss' && risk >= 3)

async function openFor(
  client: Queryable,
  context: RumourContext,
  id: string,
  person: Person,
): Promise<ClaimRecord | Refused> {
  const sight = await findSight(client, context, person, id)
  const claim = sight === 'whole' ? (await lockClaims(client, [id])).get(id) : undefined
  if (claim && claim.retiredAt !== null) return DRILL_OVER
  return claim ?? refuse('unknown', '没有这件传言')
}

/** Asks a second person. */
export function proposeStep(
  context: RumourContext,
  id: string,
  asked: { event: Proposal['event']; reason: string; receipt: string; seen: number },
  person: Person,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    const claim = await openFor(client, context, id, person)
    if ('ok' in claim) return claim
    if (claim.version !== asked.seen) return tellChanged(client, id, person)
    const { event } = asked
    const actor = chooseActor(person.roles, event)
    if (actor === null) return refuse('not-yours', '您的角色不能做这一步')
    if (!TRANSITIONS.some((row) => row.event === event && row.from.includes(claim.state)))
      return refuse('not-here', '现在不能做这一步')
    const reason = tidy(asked.reason, MOST_REASON)
    if (reason === '') return refuse('reason', '请写明理由')
    const receipt = tidy(asked.receipt, 60)
    if (event === 'refer' && receipt === '') return refuse('receipt', '请填写移送文书或接收回执的编号')
    const at = context.now()
    if (!(await addProposal(client, id, { event, actor, reason, receipt, by: person.account, at })))
      return refuse('twice', '已有人提出，等待第二人确认')
    await appendJournal(client, at, { actor: person.account, act: 'claim.proposed', subject: id, detail: { event } })
    await tellDesks(client)
    return { ok: true, claim }
  })
}

/** A second person's answer. */
export function answerProposal(
  context: RumourContext,
  id: string,
  proposal: number,
  agrees: boolean,
  person: Person,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    const claim = await openFor(client, context, id, person)
    if ('ok' in claim) return claim
    const one = (await listProposals(client, id)).find((each) => each.id === proposal)
    if (!one) return refuse('unknown', '这项请求已有人处理')
    if (one.by === person.account) return refuse('second-person', '须由另一人确认')
    if (chooseActor(person.roles, one.event) === null) return refuse('not-yours', '您的角色不能确认这一步')
    const at = context.now()
    const moved = agrees
      ? await moveClaim(client, claim, {
          event: one.event,
          actor: one.actor,
          account: one.by,
          secondPerson: person.account,
          reason: one.reason,
          receipt: one.receipt,
          at,
        })
      : { ok: true as const, claim }
    if (!moved.ok) return moved
    await decideProposal(client, one.id, agrees ? 'agreed' : 'declined', person.account, at)
    if (agrees && one.event === 'refer')
      await grantKinds(client, id, ['police'], { reason: '移送', by: person.account, at })
    const detail = { event: one.event, agreed: agrees }
    await appendJournal(client, at, { actor: person.account, act: 'claim.answered', subject: id, detail })
    await tellDesks(client)
    return moved
  })
}

/** A risk decides who signs: it stands once a text is on its round. */
export const RATED_IN: readonly string[] = ['new', 'triage', 'verifying', 'awaiting-agency', 'drafting', 'hold']

/** Gives a claim another risk: its clocks run by the new one from when it was opened. */
export function rateClaim(
  context: RumourContext,
  id: string,
  asked: { risk: Risk; reason: string; seen: number },
  person: Person,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    const claim = await openFor(client, context, id, person)
    if ('ok' in claim) return claim
    if (claim.version !== asked.seen) return tellChanged(client, id, person)
    if (!RATED_IN.includes(claim.state)) return refuse('not-here', '送会签以后不能再改风险等级，请先退回修改')
    const actor = chooseActor(person.roles, 'check')
    const isLowered = asked.risk < claim.risk && claim.risk >= 3
    if (actor === null || (isLowered && !person.roles.includes('lead')))
      return refuse('not-yours', isLowered ? '三级以上风险须由带班领导调低' : '您的角色不能做这一步')
    const reason = tidy(asked.reason, MOST_REASON)
    if (reason === '') return refuse('reason', '请写明理由')
    if (asked.risk === claim.risk) return { ok: true, claim }
    const at = context.now()
    const rated: ClaimRecord = { ...claim, risk: asked.risk, version: claim.version + 1, changedAt: at }
    if (!(await saveClaim(client, rated, claim.version))) return tellChanged(client, id, person)
    const { state } = claim
    const step = {
      claimId: id,
      version: rated.version,
      event: 'rate' as const,
      from: state,
      to: state,
      actor,
      reason,
      at,
    }
    await addStep(client, { ...step, account: person.account, second: null })
    const limits = CLOCK_LIMITS[asked.risk]
    const counted = CLAIM_CLOCKS.filter((clock) => clock !== 'signoff')
    await setClocks(
      client,
      id,
      counted.flatMap((clock) => {
        const limit = limits[clock]
        return limit === null ? [] : [{ clock, round: 0, dueAt: claim.openedAt + limit }]
      }),
    )
    await stopClocks(
      client,
      id,
      at,
      counted.filter((clock) => limits[clock] === null),
    )
    const detail = { from: claim.risk, to: asked.risk, version: rated.version }
    await appendJournal(client, at, { actor: person.account, act: 'claim.rate', subject: id, detail })
    await tellDesks(client)
    return { ok: true, claim: rated }
  })
}
