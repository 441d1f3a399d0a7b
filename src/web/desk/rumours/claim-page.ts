// In: who looks at a claim. Out: its page, or that there is none: for whoever does not see it there is none.
// Must not read more than the reader may see.
import { mayDo } from '../../../core/people/roles.ts'
import type { Session } from '../../../people/sessions.ts'
import { suggestSheet } from '../../../rumour/checks/sheets.ts'
import { listStanding } from '../../../rumour/rebuttal.ts'
import { findSight, seeChecks } from '../../../rumour/sight.ts'
import { listOrganisations, nameAccounts } from '../../../store/people/accounts.ts'
import { findDraftOf, listNoticesOf } from '../../../store/drafts.ts'
import { findNotice } from '../../../store/notices.ts'
import { listChecks, listGrants, listNotes, listProposals, type Check } from '../../../store/rumours/beside.ts'
import { findRunAt } from '../../../store/rumours/checks.ts'
import { findClaim, listSteps } from '../../../store/rumours/claims.ts'
import { listOpenFlags } from '../../../store/rumours/flags.ts'
import { listClocks } from '../../../store/rumours/clocks.ts'
import { countSightings, listSightings, listSuggestions } from '../../../store/rumours/links.ts'
import { listRecurrences } from '../../../store/rumours/recurrence.ts'
import { findLine } from '../../../store/rumours/lines.ts'
import { listPrepared } from '../../../store/rumours/prepared.ts'
import { findPublicCode } from '../../../store/rumours/public.ts'
import { findAnsweredAt, listSpreadReports } from '../../../store/rumours/seeing.ts'
import { listWordReaders } from '../../../store/rumours/words-told.ts'
import { measureSpread } from '../../../core/rumour/spread.ts'
import { listLinePlaces } from '../../../rumour/first-line.ts'
import type { ClaimRecord } from '../../../store/rumours/claims.ts'
import { seated } from '../account-routes.ts'
import type { Shown, Visit } from '../door.ts'
import { viewAnswer } from './answer-view.ts'
import { readBeside } from './claim-beside.ts'
import { viewClaim } from './claim-view.ts'
import { personOf, type RumourPages } from './pages.ts'
import { viewRebuttal } from './rebuttal-view.ts'
import { viewRecurrence } from './recurrence-view.ts'
import { viewSpread } from './spread-view.ts'

const MOST_SHOWN = 60
const MOST_SUGGESTED = 10
const MOST_RECALLED = 3
const MOST_PREPARED = 200

export function missingClaim({ frame }: RumourPages, session: Session): Shown {
  const view = { reason: '没有这件传言，或没有共享给您的单位', back: '/desk/rumours' }
  return { status: 404, page: frame.page({ template: 'refused', title: '不能进行', session, view }) }
}

/** @param refusal what was refused just now; '' for nothing */
export async function claimPage(pages: RumourPages, visit: Visit, refusal: string): Promise<Shown> {
  const { rumours, frame } = pages
  const { pool } = rumours
  const seat = seated(visit)
  const id = visit.params['id'] ?? ''
  const sight = await findSight(pool, rumours, personOf(seat), id)
  const claim = sight === null ? null : await findClaim(pool, id)
  if (sight === null || claim === null) return missingClaim(pages, seat)
  // What a drill has left offers no step to anybody.
  const session = claim.retiredAt === null ? seat : { ...seat, roles: [] }
  const now = rumours.now()
  const isWhole = sight === 'whole'
  const isShared = sight !== 'summary'
  // That the police have a case is for those who deal with it: a unit learns neither the number nor the step (rumours.md §3).
  const seesReferral = isWhole || mayDo(seat.roles, 'see-handover')
  const [
    sightings,
    counts,
    suggestions,
    checks,
    checkedAt,
    sheet,
    flags,
    notes,
    grants,
    proposals,
    taken,
    clocks,
    organisations,
  ] = await Promise.all([
    isShared ? listSightings(pool, id, MOST_SHOWN) : [],
    countSightings(pool, id),
    isWhole ? listSuggestions(pool, id, MOST_SUGGESTED) : [],
    isShared ? readChecks(pages, id, isWhole ? null : session.organisation) : [],
    findRunAt(pool, id),
    isWhole && claim.class === 'actual' ? suggestSheet(pool, id, now) : null,
    isShared ? listOpenFlags(pool, id) : [],
    isShared ? listNotes(pool, id, session.organisation) : [],
    isWhole ? listGrants(pool, id, now) : [],
    isWhole ? listProposals(pool, id) : [],
    isShared ? listSteps(pool, id) : [],
    isShared ? listClocks(pool, id) : [],
    isWhole ? listOrganisations(pool) : [],
  ])
  const steps = taken.filter(({ event }) => seesReferral || event !== 'refer')
  const people = [
    claim.owner ?? '',
    ...claim.signatures.map(({ account }) => account),
    ...sightings.map(({ takenBy }) => takenBy),
    ...checks.map(({ by }) => by),
    ...notes.map(({ by }) => by),
    ...proposals.map(({ by }) => by),
    ...steps.flatMap(({ account, second }) => [account, second ?? '']),
  ]
  const names = isWhole ? await nameAccounts(pool, [...new Set(people)]) : new Map<string, string>()
  const nameOf = (account: string): string =>
    names.get(account) ?? (account === 'system' ? '系统' : account.replace(/^agency /, '单位接口 '))
  const into = claim.mergedInto === null ? null : await findSight(pool, rumours, personOf(seat), claim.mergedInto)
  const merged = into === null || claim.mergedInto === null ? null : await findClaim(pool, claim.mergedInto)
  const shown = viewClaim({
    claim: seesReferral ? claim : { ...claim, referrals: [] },
    sight,
    session,
    now,
    name: nameOf,
    sightings,
    counts,
    suggestions: suggestions.filter(({ state }) => state !== 'closed' && state !== 'dismissed'),
    checks,
    checkedAt,
    sheet,
    flags,
    notes,
    grants,
    proposals,
    steps,
    clocks,
    organisations,
    mergedInto: merged?.title ?? '',
  })
  const draft = isShared ? await findDraftOf(pool, id) : null
  const said = await Promise.all(
    (isShared ? await listNoticesOf(pool, id) : []).map((notice) => findNotice(pool, notice)),
  )
  const { publicUrl } = rumours.writing.ledgerContext.bureau
  const old = isWhole ? await listRecurrences(pool, id, MOST_RECALLED) : []
  const panel = viewRebuttal({
    claim,
    draft,
    notices: said.filter((notice) => notice !== undefined),
    signDueAt:
      clocks.find((one) => one.clock === 'signoff' && one.metAt === null && one.stoppedAt === null)?.dueAt ?? null,
    sight,
    session,
    now,
    name: nameOf,
    publicUrl,
  })
  const answer = await readAnswer(pages, claim, isWhole, nameOf)
  const spread = isShared ? await readSpread(pages, id) : null
  const beside = await readBeside(pages, claim, sight, seat)
  const whole = {
    beside,
    refusal,
    claim: shown,
    panel,
    answer,
    spread,
    old: old.map((one) => viewRecurrence(one, publicUrl)),
  }
  const drill = claim.class === 'drill'
  const page = frame.page({ template: 'rumour', title: '传言', session: seat, view: whole, drill })
  return { status: refusal === '' ? 200 : 409, page }
}

/** The newest first. @param guest another organisation; null for the bureau's own */
async function readChecks({ rumours }: RumourPages, id: string, guest: string | null): Promise<Check[]> {
  const all = await listChecks(rumours.pool, id)
  return guest === null ? all : seeChecks(rumours.pool, rumours, guest, listStanding(all).toReversed())
}

/** What was said publicly beside the rebuttal, and to whom. */
async function readAnswer(
  { rumours }: RumourPages,
  claim: ClaimRecord,
  isWhole: boolean,
  nameOf: (account: string) => string,
): Promise<object> {
  const { pool } = rumours
  const [line, code, readers, prepared] = await Promise.all([
    findLine(pool, claim.id),
    findPublicCode(pool, claim.id),
    isWhole ? listWordReaders(pool, claim.id) : [],
    isWhole && claim.risk === 1 ? listPrepared(pool, MOST_PREPARED) : [],
  ])
  const names = isWhole && line !== null ? await nameAccounts(pool, [line.by]) : new Map<string, string>()
  return viewAnswer({
    claim,
    isWhole,
    now: rumours.now(),
    line,
    places: listLinePlaces(rumours),
    code,
    publicUrl: rumours.writing.ledgerContext.bureau.publicUrl,
    readers,
    prepared,
    name: (account) => names.get(account) ?? nameOf(account),
  })
}

async function readSpread({ rumours }: RumourPages, id: string): Promise<object> {
  const [reports, answeredAt] = await Promise.all([
    listSpreadReports(rumours.pool, id),
    findAnsweredAt(rumours.pool, id),
  ])
  return viewSpread(measureSpread(reports, answeredAt), answeredAt)
}
