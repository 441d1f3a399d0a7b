// In: what a person decides about likeness: the same, another, this sighting does not belong here. Out: links changed, claims merged.
// Must not lose how it stood before: links end and are kept, a merge is undone by a split (rumours.md §0.7).
import { chooseActor } from '../core/rumour/claim-actor.ts'
import { RESTING_STATES } from '../core/rumour/claim-states.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction } from '../store/pool.ts'
import { lockClaims } from '../store/rumours/claims.ts'
import {
  addLink,
  decideSuggestion,
  findLink,
  listSightings,
  listSuggestions,
  listSuggestionsOf,
  lockMatching,
} from '../store/rumours/links.ts'
import { findSighting } from '../store/rumours/sightings.ts'
import { tellChanged } from './changed.ts'
import { DRILL_OVER, isGuest, refuse, type Moved, type Person, type Refused, type RumourContext } from './context.ts'
import { takeOut } from './matching.ts'
import { moveClaim } from './steps.ts'

const MOST = 200

/** A person's answer to a suggestion: the same claim (then the one is merged into the other), or another. */
export function answerSuggestion(
  context: RumourContext,
  id: string,
  asked: { target: string; isSame: boolean; seen: number },
  person: Person,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    const actor = chooseActor(person.roles, 'merge')
    if (actor === null) return refuse('not-yours', '您的角色不能做这一步')
    await lockMatching(client)
    const claims = await lockClaims(client, [id, asked.target])
    const [claim, target] = [claims.get(id), claims.get(asked.target)]
    if (!claim || !target) return refuse('unknown', '没有这件传言')
    if (claim.version !== asked.seen) return tellChanged(client, id, person)
    const offered = (await listSuggestions(client, id, MOST)).filter(({ claimId }) => claimId === target.id)
    const at = context.now()
    const moved = asked.isSame
      ? await moveClaim(client, claim, {
          event: 'merge',
          actor,
          account: person.account,
          at,
          reason: '同一件传言',
          target,
        })
      : { ok: true as const, claim }
    if (!moved.ok) return moved
    for (const one of offered) await decideSuggestion(client, one, asked.isSame ? 'same' : 'other', person.account, at)
    const detail = { with: target.id, same: asked.isSame }
    await appendJournal(client, at, { actor: person.account, act: 'claim.compared', subject: id, detail })
    await tellDesks(client)
    return moved
  })
}

/** Takes one sighting out of a claim: it opens one of its own. */
export function separateSighting(
  context: RumourContext,
  id: string,
  sightingId: string,
  person: Person,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    if (chooseActor(person.roles, 'split') === null) return refuse('not-yours', '您的角色不能做这一步')
    await lockMatching(client)
    const claim = (await lockClaims(client, [id])).get(id)
    const all = claim ? await listSightings(client, id, MOST) : []
    if (!claim || !all.some((one) => one.id === sightingId)) return refuse('unknown', '这件传言中没有这条线索')
    if (claim.retiredAt !== null) return DRILL_OVER
    if (RESTING_STATES.includes(claim.state)) return refuse('not-here', '已办结或已并案的传言不能拆分线索')
    if (all.length < 2) return refuse('last', '只有一条线索，不必拆分')
    const made = await takeOut(client, context, sightingId, person.account)
    if (!made) return refuse('unknown', '没有这条线索')
    const at = context.now()
    const detail = { sighting: sightingId, into: made.id }
    await appendJournal(client, at, { actor: person.account, act: 'claim.separated', subject: id, detail })
    await tellDesks(client)
    return { ok: true, claim: made }
  })
}

/** Puts a denial beside the claim that it denies; it never counts as spread. */
export function placeDenial(
  context: RumourContext,
  sightingId: string,
  target: string,
  person: Person,
): Promise<{ ok: true } | Refused> {
  return withTransaction(context.pool, async (client): Promise<{ ok: true } | Refused> => {
    if (isGuest(person)) return refuse('not-yours', '您的角色不能做这一步')
    await lockMatching(client)
    const sighting = await findSighting(client, sightingId)
    if (!sighting || sighting.stance !== 'deny') return refuse('unknown', '没有这条线索')
    if ((await findLink(client, sightingId)) !== null) return refuse('twice', '这条线索已归入传言')
    const claim = (await lockClaims(client, [target])).get(target)
    if (claim && claim.retiredAt !== null) return DRILL_OVER
    if (!claim || claim.class !== sighting.class || RESTING_STATES.includes(claim.state))
      return refuse('target', '没有这件在办的传言')
    const at = context.now()
    const offered = (await listSuggestionsOf(client, sightingId, MOST)).filter(({ claimId }) => claimId === target)
    const how = offered.length > 0 ? 'suggested' : 'person'
    await addLink(client, {
      sightingId,
      claimId: target,
      class: sighting.class,
      how,
      match: null,
      by: person.account,
      at,
    })
    for (const one of offered) await decideSuggestion(client, one, 'same', person.account, at)
    const detail = { claim: target, how }
    await appendJournal(client, at, { actor: person.account, act: 'sighting.linked', subject: sightingId, detail })
    await tellDesks(client)
    return { ok: true }
  })
}
