// In: a claim that was looked into. Out: its draft, submitted, signed by those whom its risk asks for, and let out as a notice.
// Must not publish by itself: publish/writing does, in the one commit, and the database asks the claim once more (000025-rumours.sql).
import { chooseActor, choosePublisher, chooseSigner } from '../core/rumour/claim-actor.ts'
import type { ClaimStep } from '../core/rumour/claim-step.ts'
import { quoteClaim } from '../core/rumour/risk.ts'
import { hasQuorum, listMissing, type SignedText, type SignScope } from '../core/rumour/signoff.ts'
import { beginWords } from '../core/rumour/draft-words.ts'
import { writeCitation } from '../core/rumour/fact-sheet.ts'
import { writeAnswers } from '../core/rumour/sheet-answers.ts'
import { findFaults, type DraftFields } from '../core/writing/fields.ts'
import { LOWEST } from '../core/writing/levels.ts'
import { beginDraft, settleRebuttal, type WritingContext } from '../publish/writing/acts.ts'
import { listAudience, releaseDraft, type ReleaseContext } from '../publish/writing/release.ts'
import { findDraftOf, type DraftRecord } from '../store/drafts.ts'
import { findAccount } from '../store/people/accounts.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { findClaim, lockClaims, type ClaimRecord } from '../store/rumours/claims.ts'
import { listChecks, type Check } from '../store/rumours/beside.ts'
import { findCitationFault, suggestSheet } from './checks/sheets.ts'
import { tellChanged } from './changed.ts'
import { MOST_REASON, refuse, tidy, type Moved, type Person, type Refused, type RumourContext } from './context.ts'
import { findSight } from './sight.ts'
import { moveClaim } from './steps.ts'

export interface RebuttalContext extends RumourContext {
  writing: ReleaseContext
}

const NO_DRAFT = refuse('draft', '还没有辟谣稿')

type Held = { claim: ClaimRecord; draft: DraftRecord | null }

/** Holds a claim, then its draft: always in this order, so that no two wait for each other. */
export async function hold(
  client: Queryable,
  context: RumourContext,
  { id, seen }: { id: string; seen: number },
  person: Person,
): Promise<Held | Refused> {
  const sight = await findSight(client, context, person, id)
  if (sight === null || sight === 'summary') return refuse('unknown', '没有这件传言')
  const claim = (await lockClaims(client, [id])).get(id)
  if (!claim) return refuse('unknown', '没有这件传言')
  if (claim.version !== seen) return tellChanged(client, id, person)
  return { claim, draft: await findDraftOf(client, id) }
}

/** Does something about the text that stands, both held. */
function onDraft(
  context: RebuttalContext,
  asked: { id: string; seen: number },
  person: Person,
  work: (client: Queryable, held: { claim: ClaimRecord; draft: DraftRecord }) => Promise<Moved>,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    const held = await hold(client, context, asked, person)
    if ('ok' in held) return held
    const { claim, draft } = held
    return draft ? work(client, { claim, draft }) : NO_DRAFT
  })
}

/** What the draft begins with; the writer puts the facts first. */
async function prefill(
  client: Queryable,
  { now }: Pick<RumourContext, 'now'>,
  claim: ClaimRecord,
): Promise<Record<string, string>> {
  const checks = await listChecks(client, claim.id)
  const said = listStanding(checks).map(({ used, ...check }) => ({ ...check, rows: used }))
  const at = now()
  // Sheets are of real quakes: a drill's text rests on what the scenario says.
  const sheet = claim.class === 'drill' ? null : await suggestSheet(client, claim.id, at)
  const { heading, body, evidence } = beginWords(claim.kind, { said, answers: sheet ? writeAnswers(sheet.body) : [] })
  return {
    heading,
    summary: '',
    body,
    claim: quoteClaim(claim.title),
    verdict: '',
    evidence,
    sheet: sheet ? writeCitation({ sheet: sheet.sheetId, version: sheet.version }) : '',
  }
}

/** What people found, and what each rule answered last; the oldest first. @param checks the newest first */
export function listStanding(checks: readonly Check[]): Check[] {
  return checks
    .filter(({ rule }, index) => rule === null || checks.findIndex((one) => one.rule === rule) === index)
    .toReversed()
}

/** Begins a rebuttal, or goes on with the one that was begun. @returns the draft's id */
export function draftRebuttal(
  context: RebuttalContext,
  asked: { id: string; seen: number },
  person: Person,
): Promise<{ ok: true; draft: string } | Refused> {
  return withTransaction(context.pool, async (client) => {
    const held = await hold(client, context, asked, person)
    if ('ok' in held) return held
    const actor = chooseActor(person.roles, 'draft')
    if (actor === null) return refuse('not-yours', '您的角色不能做这一步')
    const { claim, draft } = held
    const at = context.now()
    const moved = await moveClaim(client, claim, { event: 'draft', actor, account: person.account, at })
    if (!moved.ok) return moved
    if (draft) return { ok: true, draft: draft.id }
    const made = await begin(client, context, claim, await prefill(client, context, claim), person)
    return made.ok ? { ok: true, draft: made.draft.id } : made
  })
}

/** A draft for every outlet that carries rebuttals. */
export function begin(
  client: Queryable,
  { writing }: RebuttalContext,
  { id, class: lane }: Pick<ClaimRecord, 'id' | 'class'>,
  fields: DraftFields,
  person: Person,
): ReturnType<typeof beginDraft> {
  const outlets = listAudience(writing.ledgerContext.outlets, { kind: 'rebuttal', class: lane })
    .filter(({ channel }) => channel.name !== 'website')
    .map((outlet) => outlet.id)
  const given = { level: LOWEST.rebuttal, quakeId: null, outlets, fields }
  return beginDraft(client, writing, 'rebuttal', given, { claimId: id, class: lane }, person.account)
}

/** Words that name a case are for the police to agree to (rumours.md §4). */
const POLICE = /公安|警方|民警|警察|立案|查处|处罚|调查|治安管理/u

/** Sends the text round to be signed: it is that text from now on, and no other. */
export function submitRebuttal(
  context: RebuttalContext,
  asked: { id: string; seen: number; isFactualOnly: boolean },
  person: Person,
): Promise<Moved> {
  return onDraft(context, asked, person, async (client, { claim, draft }) => {
    const fault = findFault(draft)
    if (fault) return fault
    const stale = await findCitationFault(client, draft.fields['sheet'] ?? '')
    if (stale !== null) return refuse('sheet', stale)
    const actor = chooseActor(person.roles, 'submit')
    if (actor === null) return refuse('not-yours', '您的角色不能做这一步')
    const at = context.now()
    const text: SignedText = {
      bodyHash: draft.hash,
      author: person.account,
      submittedAt: at,
      mentionsPolice: POLICE.test(Object.values(draft.fields).join('\n')),
      isFactualOnly: asked.isFactualOnly,
      isFamilyTemplate: false,
    }
    const moved = await moveClaim(client, claim, { event: 'submit', actor, account: person.account, at, text })
    if (!moved.ok) return moved
    await settle(client, context, draft, 'review', person.account)
    return moved
  })
}

/** What keeps a text from going out as it stands: the rules of words may have become stricter since it was written. */
function findFault({ kind, fields, attachments }: DraftRecord): Refused | null {
  const faults = findFaults(kind, fields, attachments)
  return faults.length === 0 ? null : refuse('faults', faults.join('；'))
}

/** The draft follows its claim. @throws when it cannot, and the claim's step is undone with the transaction */
export async function settle(
  client: Queryable,
  { writing }: RebuttalContext,
  { id }: DraftRecord,
  state: 'draft' | 'review' | 'approved',
  by: string,
): Promise<void> {
  const settled = await settleRebuttal(client, writing, id, state, by)
  if (!settled.ok) throw new Error(`the draft ${id} does not follow its claim: ${settled.reason}`)
}

/** Somebody's signature under the very text that was on their page; the last that is needed approves it. */
export function signRebuttal(
  context: RebuttalContext,
  asked: { id: string; seen: number; scope: SignScope; bodyHash: string },
  person: Person,
): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    const held = await hold(client, context, asked, person)
    if ('ok' in held) return held
    const { claim, draft } = held
    const { scope, bodyHash } = asked
    const actor = chooseSigner(person.roles, scope)
    if (actor === null) return refuse('not-yours', '这一项不由您的角色会签')
    // Whoever wrote a word of it is no second pair of eyes, whoever sent it round.
    if (scope === 'facts' && claim.risk >= 3 && draft?.hands.includes(person.account))
      return refuse('own-draft', '您起草或改过此稿，事实须由另一人会签')
    if (!draft || draft.hash !== bodyHash) return refuse('other-text', '文稿已改动，请核对现在的文稿')
    const fault = findFault(draft)
    if (fault) return fault
    const at = context.now()
    const step: ClaimStep = { event: 'sign', actor, account: person.account, at, scope, bodyHash }
    const signed = await moveClaim(client, claim, step)
    if (!signed.ok) return signed
    const { text, risk, signatures } = signed.claim
    if (text === null || !hasQuorum(risk, text, signatures)) return signed
    const approved = await moveClaim(client, signed.claim, { event: 'approve', actor: 'system', account: 'system', at })
    if (!approved.ok) throw new Error(`the claim ${claim.id} has its quorum and is not approved: ${approved.reason}`)
    await settle(client, context, draft, 'approved', person.account)
    return approved
  })
}

/** The lead goes ahead with the facts alone, without those who were silent; it is said on the record who they were. */
export function goAhead(
  context: RebuttalContext,
  asked: { id: string; seen: number; reason: string },
  person: Person,
): Promise<Moved> {
  const how = { event: 'approve-late', reason: asked.reason, to: 'approved' } as const
  return onDraft(
    context,
    asked,
    person,
    async (client, held) => findFault(held.draft) ?? moveBoth(client, context, held, how, person),
  )
}

/** Back to its writers, with the reason; every signature is void. */
export function objectTo(
  context: RebuttalContext,
  asked: { id: string; seen: number; reason: string },
  person: Person,
): Promise<Moved> {
  const how = { event: 'object', reason: asked.reason, to: 'draft' } as const
  return onDraft(context, asked, person, (client, held) => moveBoth(client, context, held, how, person))
}

/** The claim by one step with its reason, and the draft after it. */
async function moveBoth(
  client: Queryable,
  context: RebuttalContext,
  { claim, draft }: { claim: ClaimRecord; draft: DraftRecord },
  given: { event: 'approve-late' | 'object'; reason: string; to: 'draft' | 'approved' },
  person: Person,
): Promise<Moved> {
  const { event, to } = given
  const actor = chooseActor(person.roles, event)
  if (actor === null) return refuse('not-yours', '您的角色不能做这一步')
  const reason = tidy(given.reason, MOST_REASON)
  const step: ClaimStep = { event, actor, account: person.account, at: context.now(), reason }
  const moved = await moveClaim(client, claim, step)
  if (!moved.ok) return moved
  await settle(client, context, draft, to, person.account)
  return moved
}

/** What a changed word does, in the transaction that changes it: whoever signed has not signed this. */
export function openUnsigning(context: RumourContext): NonNullable<WritingContext['unsign']> {
  return async (client, claimId, by) => {
    const claim = (await lockClaims(client, [claimId])).get(claimId)
    if (!claim || claim.state === 'drafting') return null
    const roles = (await findAccount(client, by))?.roles ?? []
    const actor = chooseActor(roles, 'edit')
    if (actor === null) return '您的角色不能修改辟谣稿'
    const moved = await moveClaim(client, claim, { event: 'edit', actor, account: by, at: context.now() })
    return moved.ok ? null : moved.reason
  }
}

/** Lets an approved rebuttal out: notice, draft and claim in one commit. @param asked bodyHash: of the text on the page */
export async function publishRebuttal(
  context: RebuttalContext,
  asked: { id: string; seen: number; bodyHash: string },
  person: Person,
): Promise<{ ok: true } | Refused> {
  const found = await withTransaction(context.pool, async (client) => hold(client, context, asked, person))
  if ('ok' in found) return found
  const { claim, draft } = found
  if (choosePublisher(person.roles, claim) === null) return refuse('not-yours', '辟谣由宣传员或带班领导发布')
  if (claim.state !== 'approved' || !draft) return refuse('not-here', '会签齐全后才能发布')
  if (draft.hash !== asked.bodyHash || claim.approvedHash !== draft.hash)
    return refuse('hash-approved', '文稿与会签时不同，不能发布')
  const done = await releaseDraft(context.writing, draft.id, draft.version, person.account)
  if (done.ok) return { ok: true }
  // Between the look and the commit: whoever was first stands on record.
  const now = await findClaim(context.pool, asked.id)
  return now !== null && now.version !== asked.seen
    ? tellChanged(context.pool, asked.id, person)
    : refuse('release', done.reason)
}

/** Who still has to sign, and whose signatures stand. */
export function readSigning(claim: ClaimRecord): { missing: SignScope[]; signed: ClaimRecord['signatures'] } {
  const { text, risk, signatures } = claim
  if (text === null) return { missing: [], signed: [] }
  return {
    missing: listMissing(risk, text, signatures),
    signed: signatures.filter(({ bodyHash }) => bodyHash === text.bodyHash),
  }
}
