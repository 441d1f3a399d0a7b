// In: a sighting on record. Out: the claim it belongs to, by the machine where no fact differs and nothing is in doubt, else one
// of its own with what it may be the same as. Must not merge two claims, nor put anything into one that rests.
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { HOUR, type Instant } from '../core/instant.ts'
import type { Doubt } from '../core/rumour/claim-match.ts'
import { RESTING_STATES } from '../core/rumour/claim-states.ts'
import { openClaim } from '../core/rumour/claim-step.ts'
import { readClocks } from '../core/rumour/clocks.ts'
import { isBareQuestion } from '../core/rumour/questions.ts'
import { markRisk, nameClaim } from '../core/rumour/risk.ts'
import { signMessage, type Signature } from '../core/rumour/signature.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { findClaim, lockClaims, type ClaimRecord } from '../store/rumours/claims.ts'
import type { Standing } from '../store/rumours/heads.ts'
import { countSpreadSince, endLink, findLinked, lockMatching } from '../store/rumours/links.ts'
import { savePlacings, type OpenedClaim, type Placing } from '../store/rumours/placing.ts'
import { endWaiting, findSighting, listWaiting, putBack, type Sighting } from '../store/rumours/sightings.ts'
import type { RumourContext } from './context.ts'
import type { HeadMatch } from './head-shelf.ts'
import type { Heads } from './heads.ts'
import { moveClaim } from './steps.ts'
import { openTogether, type Together } from './together.ts'

export interface MatchContext extends RumourContext {
  heads: Heads
}

/** Where a sighting went. waiting: what is known is still being read, placeLeftOver comes back to it. */
export type Placed = { how: 'auto' | 'opened'; claimId: string } | { how: 'loose' | 'waiting'; claimId: null }

/** More would not be read (rumours.md §0.2). */
const MOST_SUGGESTED = 5
/** Of claims at rest: that it is an old story again is said beside what it may be the same as. */
const MOST_RECALLED = 3

/** Finds a sighting's claim, once: one that has a claim already keeps it. */
export async function placeSighting(context: MatchContext, sighting: Sighting): Promise<Placed> {
  const [placed] = await placeTogether(context, [sighting])
  return placed ?? { how: 'waiting', claimId: null }
}

/** The same of several, in their order, as one transaction: all or none. */
async function placeTogether(context: MatchContext, sightings: readonly Sighting[]): Promise<Placed[]> {
  const signed: [Sighting, Signature][] = []
  for (const sighting of sightings) {
    signed.push([sighting, signMessage(sighting.shown)])
    await stepAside(context)
  }
  const ids = sightings.map(({ id }) => id)
  if (!(await context.heads.open(context.pool, context.now())))
    return ids.map(() => ({ how: 'waiting', claimId: null }))
  try {
    return await withTransaction(context.pool, async (client) => {
      await lockMatching(client)
      const waited = await endWaiting(client, ids)
      const known = await findLinked(client, ids)
      await context.heads.refresh(client)
      const together = openTogether(client)
      // One question for all; what the search costs twice is less than going to the record each time.
      const near: string[] = []
      for (const [{ class: lane }, signature] of signed) {
        near.push(...findNear(context, signature, lane))
        await stepAside(context)
      }
      await together.stand(near)
      const placed: Placed[] = []
      for (const [sighting, signature] of signed) {
        const { claimId, how } = known.get(sighting.id) ?? {}
        if (claimId !== undefined) placed.push({ how: how === 'opened' ? 'opened' : 'auto', claimId })
        // The end of a drill has put it aside.
        else if (sighting.class === 'drill' && !waited.has(sighting.id)) placed.push({ how: 'loose', claimId: null })
        else placed.push(await placeSigned(client, together, context, sighting, signature))
        await stepAside(context)
      }
      await together.write()
      return placed
    })
  } catch (error) {
    // What was taken in mind is not on record.
    for (const id of ids) context.heads.drop(id)
    throw error
  }
}

/** Reading a text or looking for it takes a third of a millisecond: whatever else the process does goes on between two. */
async function stepAside({ giveWay }: MatchContext): Promise<void> {
  await turn()
  await giveWay?.()
}

async function placeSigned(
  client: Queryable,
  together: Together,
  context: MatchContext,
  sighting: Sighting,
  signature: Signature,
): Promise<Placed> {
  const now = context.now()
  const found = await findRoots(together, context, signature, sighting.class)
  const own = found.find(({ band, isResting }) => band === 'auto' && !isResting)
  const others = found.filter((one) => one !== own)
  // Of an old story is told when the claim is opened.
  const near = { near: others.filter(({ isResting }) => !isResting), old: [] }
  if (own) {
    const placing = { claim: null, link: linkTo(own.id, 'auto', own.match), suggestions: listSuggested(near) }
    together.put(sighting, placing, now)
    keepInMind(context, sighting, signature, own.id)
    await wake(client, together, own, now)
    return { how: 'auto', claimId: own.id }
  }
  if (signature.stance === 'deny' || isBareQuestion(signature)) {
    const suggestions = listSuggested({ near: others, old: [] })
    if (suggestions.length > 0) together.put(sighting, { claim: null, link: null, suggestions }, now)
    return { how: 'loose', claimId: null }
  }
  const template = others.find(
    ({ band, isResting, match }) => band !== 'suggest' || (isResting && match.band === 'auto'),
  )
  const claim = makeClaim(context, sighting, signature, template?.familyId ?? null)
  const suggestions = listSuggested(splitByRest(others))
  together.put(sighting, { claim, link: linkTo(claim.id, 'opened', null), suggestions }, now)
  keepInMind(context, sighting, signature, claim.id)
  return { how: 'opened', claimId: claim.id }
}

/** The next one within this transaction finds it. A denial is no copy (rumours.md §0.3). */
function keepInMind(
  { heads }: MatchContext,
  { id, class: lane, shown, stance }: Sighting,
  signature: Signature,
  claimId: string,
): void {
  if (stance !== 'deny') heads.take({ linkId: null, sightingId: id, claimId, class: lane, shown }, signature)
}

/** Holds the matching for some tens of milliseconds: whoever tells the desk something waits no longer. */
const TOGETHER = 25
/** Read at a time: what is not reached is not read. */
const PAGE = 100
/** On a machine that is busy they take longer; they still keep up with two hundred a second. */
const MOST_PAUSE_MS = 25

/**
 * Compares what came in without being compared: from outside, cut short by a crash, or before what is known was read. One that
 * fails keeps no other waiting, and is tried again after them.
 * @param forMs ends after so long, whatever still waits
 * @returns how many were placed
 */
export async function placeLeftOver(context: MatchContext, most = 100, forMs = Infinity): Promise<number> {
  const until = context.realNow() + forMs
  let placed = 0
  for (let read = 0; read < most; read += PAGE) {
    const waiting = await listWaiting(context.pool, Math.min(PAGE, most - read))
    for (let at = 0; at < waiting.length; at += TOGETHER) {
      if (context.realNow() >= until) return placed
      const some = waiting.slice(at, at + TOGETHER)
      const since = performance.now()
      const done = await placeTogether(context, some).catch(() => placeApart(context, some))
      // Whoever publishes at the same time has the machine in between.
      await sleep(Math.min(MOST_PAUSE_MS, (performance.now() - since) / 4))
      if (done.some(({ how }) => how === 'waiting')) return placed
      placed += done.length
    }
    // Those that were put back are not tried again at once.
    if (waiting.length < PAGE) break
  }
  return placed
}

/** One of them fails: it is put behind the others. @returns of those that did not */
async function placeApart(context: MatchContext, sightings: readonly Sighting[]): Promise<Placed[]> {
  const placed: Placed[] = []
  for (const sighting of sightings) {
    try {
      placed.push(await placeSighting(context, sighting))
    } catch {
      await putBack(context.pool, sighting.id)
    }
  }
  return placed
}

/** What a claim that was opened before the archive was read is like among claims at rest; said once. */
export async function recallOld(context: MatchContext, sighting: Sighting): Promise<void> {
  await withTransaction(context.pool, async (client) => {
    await lockMatching(client)
    const found = await findRoots(openTogether(client), context, signMessage(sighting.shown), sighting.class)
    const suggestions = listSuggested({ near: [], old: found.filter(({ isResting }) => isResting) })
    const placing = { claim: null, link: null, suggestions }
    await savePlacings(client, [{ sighting, placing, at: context.now() }])
  })
}

interface Found extends Pick<Standing, 'id' | 'state' | 'familyId'> {
  band: 'auto' | 'suggest' | 'family'
  isResting: boolean
  match: HeadMatch['match']
}

const findNear = ({ heads }: MatchContext, signature: Signature, lane: Sighting['class']): string[] =>
  heads.match(signature, lane).map(({ sightingId }) => sightingId)

/** The claims as they stand on record: one that was merged stands for what it was merged into. */
async function findRoots(
  together: Together,
  { heads }: MatchContext,
  signature: Signature,
  lane: Sighting['class'],
): Promise<Found[]> {
  const matches = heads.match(signature, lane)
  const standings = await together.stand(matches.map(({ sightingId }) => sightingId))
  const found = new Map<string, Found>()
  for (const { sightingId, claimId, match, isBarred } of matches) {
    const standing = standings.find((one) => one.sightingId === sightingId && one.claimId === claimId)
    // The rows are the truth: a head that they do not know there is none.
    if (!standing) heads.drop(sightingId)
    if (!standing || match.band === 'none') continue
    const { id, state, familyId } = standing
    const isResting = RESTING_STATES.includes(state)
    const band = match.band === 'auto' && (isBarred || isResting) ? 'suggest' : match.band
    const known = found.get(id)
    // What was merged into it may say another fact: then its own likeness is in doubt, too.
    if (known && known.band === 'auto' && isBarred) found.set(id, { ...known, band: 'suggest' })
    if (!known) found.set(id, { id, state, familyId, band, isResting, match })
  }
  return [...found.values()]
}

/** Open claims that it may be the same as, and claims at rest that it may bring up again. */
const splitByRest = (found: readonly Found[]): { near: Found[]; old: Found[] } => ({
  near: found.filter(({ isResting }) => !isResting),
  old: found.filter(({ isResting }) => isResting),
})

/** What the machine does is said with how sure it was, so that one look shows by which rule (rumours.md §10.5). */
function linkTo(claimId: string, how: 'auto' | 'opened', match: HeadMatch['match'] | null): Placing['link'] {
  const detail =
    match === null ? { claim: claimId, how } : { claim: claimId, how, score: match.score, rule: match.ruleVersion }
  return { claimId, how, match, by: 'system', detail }
}

/** So many within the hour after it was answered are no stragglers (rumours.md §2). */
const RISES_AT = 3
const ANSWERED: readonly string[] = ['published', 'published-partial', 'monitoring']

/** A claim that was answered and goes round again is somebody's work again. */
async function wake(client: Queryable, together: Together, { id, state }: Found, at: Instant): Promise<void> {
  if (!ANSWERED.includes(state)) return
  await together.write()
  const claim = (await lockClaims(client, [id])).get(id)
  if (!claim || claim.publishedAt === null || !ANSWERED.includes(claim.state)) return
  if ((await countSpreadSince(client, id, Math.max(claim.publishedAt, at - HOUR))) < RISES_AT) return
  await moveClaim(client, claim, { event: 'resurface', actor: 'system', account: 'system', at })
}

const listSuggested = ({ near, old }: { near: readonly Found[]; old: readonly Found[] }): Placing['suggestions'] =>
  [...near.slice(0, MOST_SUGGESTED), ...old.slice(0, MOST_RECALLED)].map(({ id, band, match }) => {
    const doubts: readonly Doubt[] = match.doubts
    const { score, slots, ruleVersion } = match
    return { claimId: id, band: band === 'family' ? 'family' : 'suggest', score, slots, doubts, ruleVersion }
  })

/** A claim of its own, with its clocks. */
function makeClaim(
  context: RumourContext,
  { shown }: Sighting,
  signature: Signature,
  familyId: string | null,
): OpenedClaim {
  const openedAt = context.now()
  const id = `c-${context.random().slice(0, 20)}`
  const { state, version, risk } = openClaim(id, markRisk(signature))
  const clocks = readClocks(risk, { openedAt, met: {} }, openedAt).map(({ clock, dueAt }) => ({ clock, dueAt }))
  const { kind } = signature
  return { id, state, version, risk, kind, title: nameClaim(shown), familyId: familyId ?? id, clocks }
}

/** Takes a sighting out of a claim into one of its own; the words of a machine's wrong merge stay on record. */
export async function takeOut(
  client: Queryable,
  context: RumourContext,
  sightingId: string,
  by: string,
): Promise<ClaimRecord | null> {
  const sighting = await findSighting(client, sightingId)
  if (!sighting) return null
  const at = context.now()
  await endLink(client, sightingId, by, at)
  const claim = makeClaim(context, sighting, signMessage(sighting.shown), null)
  const link = { claimId: claim.id, how: 'person' as const, match: null, by, detail: null }
  await savePlacings(client, [{ sighting, placing: { claim, link, suggestions: [] }, at }])
  return findClaim(client, claim.id)
}
