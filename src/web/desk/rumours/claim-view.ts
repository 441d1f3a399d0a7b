// In: a claim with all that stands beside it, who looks, how much they see. Out: its page as text, and the steps that are theirs.
// Must not show to another organisation what only the bureau may know: other claims, private notes, who signed on.
import type { Instant } from '../../../core/instant.ts'
import { mayDo } from '../../../core/people/roles.ts'
import { ACTOR_NAMES, ASKABLE, chooseActor, listTransitions } from '../../../core/rumour/claim-actor.ts'
import { DOUBTS } from '../../../core/rumour/claim-match.ts'
import { CHECK_OUTCOMES } from '../../../core/rumour/checks/finding.ts'
import { DRAFT_EVENTS, nameEvent, STATE_NAMES, type ClaimEvent } from '../../../core/rumour/claim-states.ts'
import { findClockOwner, isAsked } from '../../../core/rumour/claim-step.ts'
import { CLOCK_NAMES } from '../../../core/rumour/clocks.ts'
import type { SignScope } from '../../../core/rumour/signoff.ts'
import { nameReporter } from '../../../core/rumour/redact.ts'
import type { Session } from '../../../people/sessions.ts'
import { HAND_CLOCKS } from '../../../rumour/beside.ts'
import { needsSecond, RATED_IN } from '../../../rumour/second.ts'
import type { Sight } from '../../../rumour/sight.ts'
import type { Check, Grant, Note, Proposal } from '../../../store/rumours/beside.ts'
import type { ClaimRecord, StepRecord } from '../../../store/rumours/claims.ts'
import type { SheetVersion } from '../../../store/rumours/fact-sheets.ts'
import type { Flag } from '../../../store/rumours/flags.ts'
import type { ClockRow } from '../../../store/rumours/clocks.ts'
import type { LinkedSighting, OpenSuggestion } from '../../../store/rumours/links.ts'
import type { Organisation } from '../../../store/people/accounts.ts'
import { writeLength, writeMoment } from '../board/words.ts'
import { writeHour } from '../roster-view.ts'
import { viewChecks, viewFlag, viewSlots } from './checks-view.ts'
import { nameMissing, writeClock } from './queue-view.ts'
import { viewSheetLine } from './sheet-view.ts'
import {
  CLAIM_KIND_NAMES,
  HOW_NAMES,
  LEVEL_NAMES,
  OUTCOME_NAMES,
  RISK_TONES,
  ROUTE_NAMES,
  STANCE_NAMES,
} from './words.ts'

export interface ClaimPage {
  claim: ClaimRecord
  sight: Sight
  session: Session
  now: Instant
  /** Names of accounts; for those from elsewhere nobody has one. */
  name: (account: string) => string
  sightings: readonly LinkedSighting[]
  counts: { spread: number; variants: number; deny: number }
  suggestions: readonly OpenSuggestion[]
  checks: readonly Check[]
  /** When the rules were asked last; null: not yet. */
  checkedAt: Instant | null
  /** Facts that a draft may cite. */
  sheet: SheetVersion | null
  flags: readonly Flag[]
  notes: readonly Note[]
  grants: readonly Grant[]
  proposals: readonly Proposal[]
  steps: readonly StepRecord[]
  clocks: readonly ClockRow[]
  organisations: readonly Organisation[]
  /** Title of the claim that this one was merged into; '' for none, or where the reader does not see it. */
  mergedInto: string
}

/** Steps that have a form of their own on the page. */
const OWN_FORM: readonly ClaimEvent[] = [...DRAFT_EVENTS, 'merge']
const HOLD_CHOICES = [10, 20, 30, 60, 240] as const

export function viewClaim(page: ClaimPage): object {
  const { claim, sight, session, now, name, counts } = page
  const isWhole = sight === 'whole'
  const turn = findClockOwner(claim)
  return {
    id: claim.id,
    drill: claim.class === 'drill',
    over: claim.retiredAt !== null,
    title: claim.title,
    version: String(claim.version),
    risk: String(claim.risk),
    tone: RISK_TONES[claim.risk] ?? 'soft',
    state: STATE_NAMES[claim.state],
    verdict: claim.verdict ?? '',
    kind: CLAIM_KIND_NAMES[claim.kind],
    // Which other organisation was asked, or waits, is none of a summary.
    turn: turn === null || sight === 'summary' ? '' : ACTOR_NAMES[turn],
    waits: sight === 'summary' ? '' : nameMissing(claim, listSigned(claim)),
    owner: isWhole && claim.owner !== null ? name(claim.owner) : '',
    opened: writeMoment(claim.openedAt),
    merged:
      claim.mergedInto !== null && page.mergedInto !== '' ? { id: claim.mergedInto, title: page.mergedInto } : null,
    held:
      claim.hold === null || sight === 'summary'
        ? ''
        : `${ACTOR_NAMES[claim.hold.by]}暂缓，至 ${writeHour(claim.hold.until)}`,
    referred: claim.referrals.length > 0 && sight !== 'summary' ? claim.referrals.join('、') : '',
    summary: sight === 'summary',
    whole: isWhole,
    spread: String(counts.spread),
    deny: String(counts.deny),
    variants: counts.variants > 1 ? String(counts.variants) : '',
    clocks: viewClocks(page.clocks, now),
    first: findFirst(page.clocks, now),
    handClocks: isWhole ? listHandClocks(page.clocks) : [],
    steps: sight === 'summary' ? [] : viewSteps(claim, session),
    proposals: isWhole ? page.proposals.map((one) => viewProposal(one, session, name)) : [],
    second: isWhole ? viewSecond(claim, session) : [],
    risks:
      isWhole && RATED_IN.includes(claim.state)
        ? [4, 3, 2, 1].map((risk) => ({ value: String(risk), chosen: risk === claim.risk }))
        : [],
    sightings: page.sightings.map((one) => viewSighting(one, claim, name, isWhole)),
    separates: isWhole && page.sightings.length > 1 && !['closed', 'merged', 'dismissed'].includes(claim.state),
    suggestions: isWhole ? page.suggestions.map(viewSuggestion) : [],
    merges: isWhole && listTransitions(session.roles, claim.state).some(({ event }) => event === 'merge'),
    flags: page.flags.map(viewFlag),
    checks: viewChecks(page.checks, isWhole, name),
    slots: viewSlots(claim.kind, page.sightings),
    sheet: page.sheet === null ? null : viewSheetLine(page.sheet),
    run:
      claim.class === 'drill'
        ? '演练中的传言由人工核对。'
        : page.checkedAt === null
          ? '正在自动核对。'
          : `自动核对于 ${writeMoment(page.checkedAt)}。`,
    finds: isWhole && mayDo(session.roles, 'check-rumour'),
    rechecks:
      isWhole &&
      claim.class === 'actual' &&
      mayDo(session.roles, 'check-rumour') &&
      claim.state !== 'closed' &&
      claim.state !== 'merged',
    outcomes: CHECK_OUTCOMES.map((value) => ({ value, name: OUTCOME_NAMES[value] })),
    notes: page.notes.map((note) => ({
      by: isWhole ? `${note.organisationName} ${name(note.by)}` : note.organisationName,
      at: writeHour(note.at),
      words: note.words,
      private: note.private,
    })),
    grants: isWhole ? page.grants.map(viewGrant) : [],
    organisations: isWhole
      ? page.organisations.filter(({ kind }) => kind !== 'bureau').map(({ id, name }) => ({ id, name }))
      : [],
    history: page.steps.map((step) => ({
      at: writeMoment(step.at),
      what: nameEvent(step.event),
      to: STATE_NAMES[step.to],
      by: writeActor(step, name, isWhole),
      reason: step.reason,
    })),
  }
}

const listSigned = ({ text, signatures }: ClaimRecord): SignScope[] =>
  signatures.filter(({ bodyHash }) => bodyHash === text?.bodyHash).map(({ scope }) => scope)

function writeActor(
  { actor, account, second }: StepRecord,
  name: (account: string) => string,
  isWhole: boolean,
): string {
  if (actor === 'system' || !isWhole) return ACTOR_NAMES[actor]
  return `${name(account)}（${ACTOR_NAMES[actor]}）${second === null ? '' : `，${name(second)}同意`}`
}

function viewClocks(clocks: readonly ClockRow[], now: Instant): object[] {
  return clocks.map(({ clock, dueAt, metAt, stoppedAt }) => {
    const running = metAt === null && stoppedAt === null
    const left = `${dueAt > now ? '还有' : '已超'} ${writeLength(Math.abs(dueAt - now))}`
    const met = metAt === null ? '已停止' : `${writeHour(metAt)} 完成${metAt > dueAt ? '（超时）' : ''}`
    return {
      name: CLOCK_NAMES[clock],
      due: writeHour(dueAt),
      stand: running ? left : met,
      tone: running ? (dueAt > now ? 'wait' : 'bad') : metAt === null ? 'soft' : metAt > dueAt ? 'bad' : 'ok',
    }
  })
}

/** The clock that runs out first, as the queue has it; null when none runs. */
function findFirst(clocks: readonly ClockRow[], now: Instant): { words: string; late: boolean } | null {
  const running = clocks.filter(({ metAt, stoppedAt }) => metAt === null && stoppedAt === null)
  const [first] = running.toSorted((a, b) => a.dueAt - b.dueAt)
  return first === undefined ? null : { words: writeClock(first.clock, first.dueAt, now), late: first.dueAt <= now }
}

const listHandClocks = (clocks: readonly ClockRow[]): { clock: string; name: string }[] =>
  clocks
    .filter(({ clock, metAt, stoppedAt }) => HAND_CLOCKS.includes(clock) && metAt === null && stoppedAt === null)
    .map(({ clock }) => ({ clock, name: CLOCK_NAMES[clock] }))

function viewSteps(claim: ClaimRecord, { roles }: Session): object[] {
  return listTransitions(roles, claim.state)
    .filter(({ event }) => !OWN_FORM.includes(event) && !needsSecond(event, claim.risk))
    .filter(({ event }) => event !== 'answer' || isAsked(claim, chooseActor(roles, event)))
    .map(({ event, name, asksReason }) => ({
      event,
      name,
      asksReason,
      asksMinutes: event === 'hold' ? HOLD_CHOICES.map(String) : [],
      asksWhom: event === 'ask-agency' ? ASKABLE.map((value) => ({ value, name: ACTOR_NAMES[value] })) : [],
    }))
}

function viewSecond(claim: ClaimRecord, { roles }: Session): object[] {
  return listTransitions(roles, claim.state)
    .filter(({ event }) => needsSecond(event, claim.risk))
    .map(({ event, name }) => ({ event, name, asksReceipt: event === 'refer' }))
}

function viewProposal(one: Proposal, { accountId, roles }: Session, name: (account: string) => string): object {
  const isOwn = one.by === accountId
  return {
    id: String(one.id),
    what: nameEvent(one.event),
    reason: one.reason,
    receipt: one.receipt,
    by: `${name(one.by)} ${writeHour(one.at)}`,
    mayAnswer: !isOwn && roles.some((role) => role === 'duty' || role === 'lead'),
  }
}

function viewSighting(
  one: LinkedSighting,
  claim: ClaimRecord,
  name: (account: string) => string,
  isWhole: boolean,
): object {
  const where = [ROUTE_NAMES[one.route], one.platform, one.region].filter((word) => word !== '')
  return {
    id: one.id,
    shown: one.shown,
    stance: one.stance === 'spread' ? '' : STANCE_NAMES[one.stance],
    where: where.join(' · '),
    at: writeMoment(one.receivedAt),
    seen: one.seenAt === null ? '' : writeHour(one.seenAt),
    url: one.url ?? '',
    picture: one.hasPicture,
    outside: isWhole && one.takenBy === 'public' && one.class === 'actual',
    how: `${HOW_NAMES[one.how]}${one.score === null ? '' : ` ${one.score.toFixed(2)}`}`,
    by: !isWhole || one.takenBy === 'public' ? '' : name(one.takenBy),
    reporter: one.reporterRef === null || !isWhole ? '' : nameReporter(one.reporterRef),
    sha256: one.rawSha256.slice(0, 12),
    fromMerged: one.claimId !== claim.id,
  }
}

const viewSuggestion = (one: OpenSuggestion): object => ({
  id: one.claimId,
  title: one.title,
  state: STATE_NAMES[one.state as keyof typeof STATE_NAMES] ?? '',
  band: one.band === 'family' ? '同一模板，事实不同' : '可能是同一件',
  score: one.score.toFixed(2),
  doubts: one.doubts.map((doubt) => DOUBTS[doubt]).join('；'),
  merges: !['closed', 'merged', 'dismissed'].includes(one.state),
})

const viewGrant = (grant: Grant): object => ({
  organisation: grant.organisation,
  name: grant.organisationName,
  level: LEVEL_NAMES[grant.level],
  reason: grant.reason,
  until: grant.expiresAt === null ? '收回前有效' : `至 ${writeHour(grant.expiresAt)}`,
})
