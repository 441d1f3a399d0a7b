// In: what people put beside a claim: a check, a note, sight for another organisation, a clock that was met elsewhere. Out: kept
// and journalled, or why not. Must not move the claim: these never conflict with a step (rumours.md §6).
import { formatUtc, HOUR } from '../core/instant.ts'
import type { CheckOutcome } from '../core/rumour/checks/finding.ts'
import type { ClaimClock } from '../core/rumour/clocks.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { listOrganisations } from '../store/people/accounts.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { addCheck, addGrant, addNote, endGrant, type GrantLevel } from '../store/rumours/beside.ts'
import { countEvidence, lockClaims } from '../store/rumours/claims.ts'
import { meetClocks } from '../store/rumours/clocks.ts'
import { rememberMessage } from '../store/wake.ts'
import { findEnd, refuse, tidy, type Moved, type Person, type RumourContext } from './context.ts'
import { findSight } from './sight.ts'
import type { ClaimRecord } from '../store/rumours/claims.ts'

const MOST_WORDS = 1_000
const MOST_HOURS = 30 * 24

type Work = (client: Queryable, claim: ClaimRecord) => Promise<Moved | { act: string; detail: object }>

/** @param least what somebody must see to do it */
async function put(
  context: RumourContext,
  id: string,
  person: Person,
  least: 'whole' | 'case',
  work: Work,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    const sight = await findSight(client, context, person, id)
    const isEnough = sight === 'whole' || (sight === 'case' && least === 'case')
    const claim = isEnough ? (await lockClaims(client, [id])).get(id) : undefined
    if (!claim) return refuse('unknown', '没有这件传言')
    const end = findEnd(claim)
    if (end) return end
    const done = await work(client, claim)
    if ('ok' in done) return done
    const { act, detail } = done
    await appendJournal(client, context.now(), { actor: person.account, act, subject: id, detail })
    await tellDesks(client)
    return { ok: true, claim }
  })
}

/** What somebody found; it counts as evidence for a draft. */
export function checkClaim(
  context: RumourContext,
  id: string,
  given: { source: string; outcome: CheckOutcome; words: string },
  person: Person,
): Promise<Moved> {
  return put(context, id, person, 'whole', async (client) => {
    const [source, words] = [tidy(given.source, 40), tidy(given.words, MOST_WORDS)]
    if (source === '' || words === '') return refuse('empty', '请写明核对的依据和结果')
    const { outcome } = given
    await addCheck(client, id, { source, outcome, words, by: person.account, at: context.now() })
    await countEvidence(client, id)
    return { act: 'claim.checked', detail: { outcome } }
  })
}

/**
 * Said beside a claim; private stays inside the writer's organisation.
 * @param message id of the message that brought it, which says it once however often it comes; null from the desk
 */
export function noteClaim(
  context: RumourContext,
  id: string,
  given: { words: string; private: boolean },
  person: Person,
  message: string | null = null,
): Promise<Moved> {
  return put(context, id, person, 'case', async (client, claim) => {
    const words = tidy(given.words, MOST_WORDS)
    if (words === '') return refuse('empty', '请写下要说的话')
    const { organisation, account: by } = person
    const at = context.now()
    if (message !== null && !(await rememberMessage(client, 'agency note', message, formatUtc(at))))
      return { ok: true, claim }
    await addNote(client, id, { organisation, private: given.private, words, by, at })
    return { act: 'claim.noted', detail: { private: given.private } }
  })
}

/** Gives another organisation sight of a claim. @param given hours: how long; null: until it is taken back */
export function shareClaim(
  context: RumourContext,
  id: string,
  given: { organisation: string; level: GrantLevel; hours: number | null; reason: string },
  person: Person,
): Promise<Moved> {
  return put(context, id, person, 'whole', async (client) => {
    const { organisation, level, hours } = given
    const known = await listOrganisations(client)
    if (!known.some((one) => one.id === organisation && one.kind !== 'bureau'))
      return refuse('organisation', '请选择要共享的单位')
    if (hours !== null && !(hours >= 1 && hours <= MOST_HOURS))
      return refuse('hours', '共享时间须在 1 小时到 30 天之间')
    const reason = tidy(given.reason, 200)
    if (reason === '') return refuse('reason', '请写明共享的理由')
    const at = context.now()
    const expiresAt = hours === null ? null : at + hours * HOUR
    await addGrant(client, id, { organisation, level, reason, by: person.account, at, expiresAt })
    return { act: 'claim.granted', detail: { organisation, level, hours } }
  })
}

/** Takes it back: from now on they see nothing of it. */
export function unshareClaim(context: RumourContext, id: string, organisation: string, person: Person): Promise<Moved> {
  return put(context, id, person, 'whole', async (client) => {
    if (!(await endGrant(client, id, organisation, person.account, context.now())))
      return refuse('unknown', '没有共享给这个单位')
    return { act: 'claim.ungranted', detail: { organisation } }
  })
}

/** What happens outside this desk: a first line that was said, a press conference that was held. */
export const HAND_CLOCKS: readonly ClaimClock[] = ['first-line', 'legal-conference']

export function meetByHand(context: RumourContext, id: string, clock: string, person: Person): Promise<Moved> {
  return put(context, id, person, 'whole', async (client) => {
    const known = HAND_CLOCKS.find((one) => one === clock)
    if (known === undefined || (await meetClocks(client, id, [known], person.account, context.now())) === 0)
      return refuse('clock', '这项时限没有在计时')
    return { act: 'claim.clock-met', detail: { clock: known } }
  })
}
