// In: a step that somebody, or the program, takes on a claim. Out: the claim moved on, journalled, its clocks with it; or why not.
// Must not go past core/rumour/claim-step.ts: what the table forbids is refused here for everybody.
import { MINUTE, type Instant } from '../core/instant.ts'
import { chooseActor, ORGANISATIONS_OF } from '../core/rumour/claim-actor.ts'
import { DRAFT_EVENTS, RESTING_STATES, type ClaimActor, type ClaimEvent } from '../core/rumour/claim-states.ts'
import { takeStep, type Claim, type ClaimStep } from '../core/rumour/claim-step.ts'
import { CLOCK_LIMITS, type ClaimClock } from '../core/rumour/clocks.ts'
import { listScopes } from '../core/rumour/signoff.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { grantKinds } from '../store/rumours/beside.ts'
import { addSignature, addStep, lockClaims, saveClaim, type ClaimRecord } from '../store/rumours/claims.ts'
import { meetClocks, resumeClocks, setClocks, stopClocks } from '../store/rumours/clocks.ts'
import { findLine } from '../store/rumours/lines.ts'
import { tellChanged } from './changed.ts'
import { DRILL_OVER, MOST_REASON, refuse, tidy, type Moved, type Person, type RumourContext } from './context.ts'
import { findSight } from './sight.ts'

/** What a form says beside the event. */
export interface Asked {
  event: ClaimEvent
  /** The version that was on the page. */
  seen: number
  reason?: string
  /** Id of the claim that this one is merged into. */
  target?: string
  holdMinutes?: number
  askedOf?: ClaimActor
}

/** Steps that have a way of their own: with a draft (rebuttal.ts), with a second person (second.ts), by the program. */
const ELSEWHERE: readonly ClaimEvent[] = [...DRAFT_EVENTS, 'refer']

/** A step of somebody's at the desk. */
export async function stepClaim(context: RumourContext, id: string, asked: Asked, person: Person): Promise<Moved> {
  if (ELSEWHERE.includes(asked.event)) return refuse('elsewhere', '这一步不在这里办理')
  return withTransaction(context.pool, async (client) => {
    const sight = await findSight(client, context, person, id)
    if (sight === null || sight === 'summary') return refuse('unknown', '没有这件传言')
    // Other steps have no target: nobody learns by one whether a claim is there.
    const into = asked.event === 'merge' ? asked.target : undefined
    const claims = await lockClaims(client, into === undefined ? [id] : [id, into])
    const claim = claims.get(id)
    if (!claim) return refuse('unknown', '没有这件传言')
    if (claim.version !== asked.seen) return tellChanged(client, id, person)
    const actor = chooseActor(person.roles, asked.event)
    if (actor === null) return refuse('not-yours', '您的角色不能做这一步')
    const target = into === undefined ? undefined : claims.get(into)
    if (into !== undefined && (!target || target.class !== claim.class)) return refuse('target', '没有要并入的传言')
    return moveClaim(client, claim, toStep(context, asked, { actor, account: person.account, target }))
  })
}

function toStep(
  { now }: RumourContext,
  { event, reason = '', holdMinutes, askedOf }: Asked,
  who: { actor: ClaimActor; account: string; target: Claim | undefined },
): ClaimStep {
  const at = now()
  const { actor, account, target } = who
  return {
    event,
    actor,
    account,
    at,
    reason: tidy(reason, MOST_REASON),
    ...(target ? { target } : {}),
    ...(holdMinutes === undefined ? {} : { until: at + holdMinutes * MINUTE }),
    ...(askedOf === undefined ? {} : { askedOf }),
  }
}

/** Takes a step on a claim that the transaction holds, with all that goes with it. */
export async function moveClaim(client: Queryable, claim: ClaimRecord, step: ClaimStep): Promise<Moved> {
  if (claim.retiredAt !== null) return DRILL_OVER
  const taken = takeStep(claim, step)
  if (taken.kind === 'refused') return refuse(taken.rule, taken.words)
  const moved = settle(claim, { ...claim, ...taken.claim }, step)
  // Whoever reads 正在核实 waits for something.
  const line = moved.state === 'dismissed' ? await findLine(client, claim.id) : null
  if (line !== null && line.endedAt === null) return refuse('first-line', '“正在核实”还在公示，请先结束公示')
  if (!(await saveClaim(client, moved, claim.version)))
    return refuse('changed', '这件传言刚刚被他人处理，请核对现在的情况')
  const { event, actor, account, at, secondPerson = null, reason = '', scope, bodyHash } = step
  const way = { from: claim.state, to: moved.state }
  await addStep(client, {
    claimId: claim.id,
    version: moved.version,
    event,
    ...way,
    actor,
    account,
    second: secondPerson,
    reason,
    at,
  })
  if (event === 'sign' && scope !== undefined && bodyHash !== undefined)
    await addSignature(client, moved, { scope, actor, account, bodyHash, at })
  await keepClocks(client, claim, moved, step)
  await share(client, moved, step)
  const detail = {
    ...way,
    version: moved.version,
    ...(scope === undefined ? {} : { scope }),
    ...(bodyHash === undefined ? {} : { hash: bodyHash }),
    ...(secondPerson === null ? {} : { second: secondPerson }),
    ...(step.target ? { into: step.target.id } : {}),
    ...(moved.lateWithout.length > 0 && event === 'approve-late' ? { without: moved.lateWithout } : {}),
  }
  await appendJournal(client, at, { actor: account, act: `claim.${event}`, subject: claim.id, detail })
  await tellDesks(client)
  return { ok: true, claim: moved }
}

/** What goes with a state beside the table's own effects: who has it in hand, since when it rests. */
function settle(before: ClaimRecord, after: ClaimRecord, { event, account, at, actor }: ClaimStep): ClaimRecord {
  const isResting = RESTING_STATES.includes(after.state)
  const takes = event === 'take' || event === 'reopen' || event === 'split'
  const isFree = event === 'lapse' || isResting
  // Whatever was signed was signed under words that are no more.
  const isVoid = event === 'edit' || event === 'object'
  return {
    ...after,
    text: isVoid ? null : after.text,
    changedAt: at,
    restedAt: isResting ? (before.restedAt ?? at) : null,
    owner: isFree ? null : takes && actor !== 'system' ? account : after.owner,
    ownedAt: isFree ? null : takes ? at : after.ownedAt,
    // A hold takes none of the time away: whoever was asked before it has as long as before, and no longer.
    askedAt: event === 'ask-agency' ? at : isAsked(after) ? before.askedAt : null,
    submission: event === 'submit' ? before.submission + 1 : before.submission,
  }
}

const isAsked = ({ state, hold }: ClaimRecord): boolean =>
  state === 'awaiting-agency' || (state === 'hold' && hold?.from === 'awaiting-agency')

const MEETS: Readonly<Partial<Record<ClaimEvent, readonly ClaimClock[]>>> = {
  take: ['acknowledge'],
  dismiss: ['acknowledge', 'verdict'],
  draft: ['verdict', 'acknowledge'],
  reuse: ['acknowledge'],
  watch: ['acknowledge'],
  approve: ['signoff'],
  'approve-late': ['signoff'],
}

async function keepClocks(client: Queryable, before: ClaimRecord, after: ClaimRecord, step: ClaimStep): Promise<void> {
  const { id, risk } = after
  const { event, at, account } = step
  await meetClocks(client, id, MEETS[event] ?? [], account, at)
  if (event === 'edit' || event === 'object') await stopClocks(client, id, at, ['signoff'])
  const begin = async (clock: ClaimClock, round: number): Promise<void> => {
    const limit = CLOCK_LIMITS[risk][clock]
    if (limit !== null) await setClocks(client, id, [{ clock, round, dueAt: at + limit }])
  }
  if (event === 'submit') await begin('signoff', after.submission)
  // Nobody has it in hand, or it is back: it must be looked at again in time.
  if (event === 'lapse' || event === 'resurface') await begin('acknowledge', after.version)
  const [rested, rests] = [before.state, after.state].map((state) => RESTING_STATES.includes(state))
  if (rests) await stopClocks(client, id, at)
  if (rested && !rests) await resumeClocks(client, id)
}

/** Whoever must act must see. */
async function share(client: Queryable, claim: ClaimRecord, { event, account, at }: ClaimStep): Promise<void> {
  const wanted: (string | undefined)[] = []
  if (event === 'ask-agency' && claim.askedOf !== null) wanted.push(ORGANISATIONS_OF[claim.askedOf])
  if (event === 'submit' && claim.text !== null) {
    const scopes = listScopes(claim.risk, claim.text)
    if (scopes.includes('cac-wording')) wanted.push('cac')
    if (scopes.includes('police-mention')) wanted.push('police')
    if (scopes.includes('unit')) wanted.push('other')
  }
  const kinds = wanted.filter((kind) => kind !== undefined)
  if (kinds.length === 0) return
  const reason = event === 'submit' ? '会签' : '请求协查'
  await grantKinds(client, claim.id, kinds, { reason, by: account, at })
  await appendJournal(client, at, {
    actor: account,
    act: 'claim.granted',
    subject: claim.id,
    detail: { kinds, level: 'case' },
  })
}

/** The program's own step, if the table still allows it. */
export function stepBySystem(
  context: RumourContext,
  id: string,
  event: ClaimEvent,
  more: Partial<ClaimStep> = {},
  after: (client: Queryable, claim: ClaimRecord, at: Instant) => Promise<void> = async () => undefined,
): Promise<Moved> {
  return withTransaction(context.pool, async (client) => {
    const claim = (await lockClaims(client, [id])).get(id)
    if (!claim) return refuse('unknown', '没有这件传言')
    const at = context.now()
    const moved = await moveClaim(client, claim, { event, actor: 'system', account: 'system', at, ...more })
    if (moved.ok) await after(client, moved.claim, at)
    return moved
  })
}
