// In: who looks at what leaves the bureau of a claim. Out: one page: evidence, packages, platforms, spreaders, contacts.
// Must not read more than the reader may see; for whoever does not see the case there is no such page.
import { mayDo } from '../../../../core/people/roles.ts'
import { isGuest } from '../../../../rumour/context.ts'
import type { HandoverContext } from '../../../../rumour/handover/context.ts'
import { readList } from '../../../../rumour/handover/inspect.ts'
import { showSpreaders } from '../../../../rumour/handover/spreaders.ts'
import { findSight } from '../../../../rumour/sight.ts'
import { nameAccounts } from '../../../../store/people/accounts.ts'
import { findClaim } from '../../../../store/rumours/claims.ts'
import { listContactRequests, listReachable } from '../../../../store/rumours/handover/contacts.ts'
import { listEvidence, listWhole } from '../../../../store/rumours/handover/evidence.ts'
import { listOutcomes, listPackages } from '../../../../store/rumours/handover/packages.ts'
import { listPlatformRows } from '../../../../store/rumours/handover/platform.ts'
import { listSightings } from '../../../../store/rumours/links.ts'
import { seated } from '../../account-routes.ts'
import type { Shown, Visit } from '../../door.ts'
import type { DeskFrame } from '../../frame.ts'
import { refused } from '../../refused.ts'
import { personOf } from '../pages.ts'
import { viewContacts, viewPlatform, viewSpreaders } from './beside-view.ts'
import { viewEvidence } from './evidence-view.ts'
import { seePackages, viewPackages } from './package-view.ts'

export interface HandoverPages {
  handover: HandoverContext
  frame: DeskFrame
}

const MOST_SIGHTINGS = 500

const viewMerged = ({ id, title, items }: { id: string; title: string; items: number }): object => ({
  id,
  title,
  items: String(items),
})

/** @param refusal what was refused just now; '' for nothing */
export async function handoverPage({ handover, frame }: HandoverPages, visit: Visit, refusal: string): Promise<Shown> {
  const { pool } = handover
  const session = seated(visit)
  const person = personOf(session)
  const id = visit.params['id'] ?? ''
  const sight = await findSight(pool, handover, person, id)
  const claim = sight === 'whole' || sight === 'case' ? await findClaim(pool, id) : null
  if (claim === null) return refused({ frame }, session, 404, '没有这件传言，或没有共享给您的单位', '/desk/rumours')
  const items = await listEvidence(pool, id)
  const { entries, fault } = await readList(handover, id)
  const asks = mayDo(session.roles, 'ask-contact')
  const [packages, outcomes, rows, spreaders, requests, sightings] = [
    seePackages(await listPackages(pool, id), session),
    await listOutcomes(pool, id),
    await listPlatformRows(pool, id),
    await showSpreaders(pool, handover, id, person),
    asks ? await listContactRequests(pool, id) : [],
    asks ? await listSightings(pool, id, MOST_SIGHTINGS) : [],
  ]
  const now = handover.now()
  const reachable = await listReachable(
    pool,
    sightings.map((one) => one.id),
    now,
  )
  const people = [
    ...items.map(({ collectedBy }) => collectedBy),
    ...entries.map(({ actor }) => actor),
    ...packages.map(({ builtBy }) => builtBy),
    ...requests.map(({ askedBy }) => askedBy),
  ]
  const names = isGuest(person) ? new Map<string, string>() : await nameAccounts(pool, [...new Set(people)])
  const name = (account: string): string => names.get(account) ?? ''
  const isOpen = claim.state !== 'closed' && claim.retiredAt === null
  const view = {
    refusal,
    claim: { id, title: claim.title, referred: claim.referrals.join('、') },
    // Whoever does not see those cases is not told of them.
    merged: sight === 'whole' ? (await listWhole(pool, id)).filter((one) => one.id !== id).map(viewMerged) : [],
    evidence: viewEvidence({ claimId: id, isOpen, items, entries, packages, fault, session, name }),
    packages: viewPackages({ claim, packages, outcomes, session, name }),
    platform: viewPlatform(rows, session, isOpen),
    spreaders: viewSpreaders(spreaders, session, isOpen),
    contacts: viewContacts({
      reachable: reachable.map(({ sightingId, ref }) => ({
        sightingId,
        ref,
        shown: sightings.find((one) => one.id === sightingId)?.shown ?? '',
      })),
      requests,
      session,
      now,
      name,
    }),
  }
  const drill = claim.class === 'drill'
  const page = frame.page({ template: 'handover', title: '证据和移送', session, view, drill })
  return { status: refusal === '' ? 200 : 409, page }
}
