// In: a claim of the lowest risk, an answer that all agencies signed, its blanks filled. Out: let out by the duty officer alone.
// Must not use one that expired, ended or was changed; the database asks once more in the commit (000029-rumour-answers.sql).
import { chooseActor, chooseSigner } from '../core/rumour/claim-actor.ts'
import type { ClaimStep } from '../core/rumour/claim-step.ts'
import { fillPrepared, findInForce, type SlotWorld } from '../core/rumour/prepared.ts'
import type { SignedText } from '../core/rumour/signoff.ts'
import { NATIONAL_GAZETTEER } from '../core/places/gazetteer.ts'
import type { DraftFields } from '../core/writing/fields.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { addCheck } from '../store/rumours/beside.ts'
import { countEvidence, lockClaims, type ClaimRecord } from '../store/rumours/claims.ts'
import { addPreparedUse, findPrepared, type PreparedRecord, type VersionRecord } from '../store/rumours/prepared.ts'
import { refuse, type Moved, type Person, type Refused } from './context.ts'
import { listLinePlaces } from './first-line.ts'
import { hashPrepared } from './prepared.ts'
import { begin, hold, publishRebuttal, settle, type RebuttalContext } from './rebuttal.ts'
import { moveClaim } from './steps.ts'

export interface UseAsked {
  id: string
  seen: number
  answer: string
  version: number
  slots: Readonly<Record<string, string>>
}

export type Tried =
  | { ok: true; record: PreparedRecord; version: VersionRecord; fields: DraftFields; slots: Record<string, string> }
  | Refused

const BEFORE: readonly string[] = ['new', 'triage', 'verifying']

/** What may stand in a place's blank: the bureau's own places and the national table's, by their official names. */
export function openSlotWorld(context: RebuttalContext): SlotWorld {
  const own = listLinePlaces(context)
  return {
    now: context.now(),
    isPlace: (name) =>
      own.includes(name) || (NATIONAL_GAZETTEER.names.units.get(name) ?? []).some(({ form }) => form === 'official'),
  }
}

/** The text as it would go out, with nothing kept. */
export async function tryPrepared(
  db: Queryable,
  context: RebuttalContext,
  claim: ClaimRecord,
  asked: UseAsked,
): Promise<Tried> {
  if (claim.class !== 'actual' || claim.risk !== 1) return refuse('risk', '预签模板只用于一级风险的传言')
  if (!BEFORE.includes(claim.state)) return refuse('not-here', '这件传言已在拟稿或已有结果，不能再用预签模板')
  const record = await findPrepared(db, asked.answer)
  const version = record && findInForce(record.versions, record.endedAt !== null, context.now())
  if (!record || !version) return refuse('not-in-force', '这个预签模板已停用、过期或尚未会签齐')
  if (version.version !== asked.version) return refuse('changed', '这个预签模板已有新版，请核对新的文字')
  if (hashPrepared(record.id, version, record.kind) !== version.hash)
    return refuse('altered', '这个预签模板的文字与会签时不同，不能使用，请报告带班领导')
  if (record.kind !== claim.kind) return refuse('kind', '这个预签模板不适用于这类传言')
  const filled = fillPrepared(version.fields, asked.slots, openSlotWorld(context))
  if (!filled.ok) return refuse('faults', filled.faults.join('；'))
  return { ok: true, record, version, fields: filled.fields, slots: filled.slots }
}

/** Fills it, signs the facts and lets it out. Whatever stops the last step leaves the claim approved, to be let out again. */
export async function usePrepared(context: RebuttalContext, asked: UseAsked, person: Person): Promise<Moved> {
  const ready = await withTransaction(context.pool, async (client): Promise<Moved> => {
    const held = await hold(client, context, asked, person)
    if ('ok' in held) return held
    if (held.draft) return refuse('draft', '这件传言已有辟谣稿，请在稿件上继续')
    const tried = await tryPrepared(client, context, held.claim, asked)
    if (!tried.ok) return tried
    const who = { draft: chooseActor(person.roles, 'draft'), facts: chooseSigner(person.roles, 'facts') }
    if (who.draft === null || who.facts === null) return refuse('not-yours', '预签模板由值班员或带班领导使用')
    return prepare(client, context, held.claim, tried, person)
  })
  if (!ready.ok) return ready
  const { claim } = ready
  const bodyHash = claim.approvedHash ?? ''
  const done = await publishRebuttal(context, { id: claim.id, seen: claim.version, bodyHash }, person)
  return done.ok ? ready : done
}

/** @throws where a step that nothing stands against is refused: the whole is undone */
async function prepare(
  client: Queryable,
  context: RebuttalContext,
  found: ClaimRecord,
  { record, version, fields, slots }: Extract<Tried, { ok: true }>,
  person: Person,
): Promise<Moved> {
  const { account } = person
  const at = context.now()
  const move = async (
    claim: ClaimRecord,
    step: Partial<ClaimStep> & Pick<ClaimStep, 'event'>,
  ): Promise<ClaimRecord> => {
    const actor = step.actor ?? chooseActor(person.roles, step.event)
    if (actor === null) throw new Error(`${step.event} is nobody's here`)
    const moved = await moveClaim(client, claim, { account, at, ...step, actor })
    if (!moved.ok) throw new Error(`the claim ${claim.id} does not take ${step.event}: ${moved.reason}`)
    return moved.claim
  }
  let claim = found
  if (claim.state === 'new') claim = await move(claim, { event: 'take' })
  if (claim.state === 'triage') claim = await move(claim, { event: 'check' })
  const words = `与预签模板“${record.name}”第 ${version.version} 版所述相同`
  const outcome = fields['verdict'] === '属实' ? 'supports' : 'contradicts'
  await addCheck(client, claim.id, { source: '预签模板', outcome, words, by: account, at })
  await countEvidence(client, claim.id)
  claim = (await lockClaims(client, [claim.id])).get(claim.id) ?? claim
  claim = await move(claim, { event: 'draft' })
  const made = await begin(client, context, claim, fields, person)
  if (!made.ok) throw new Error(made.reason)
  const { draft } = made
  await addPreparedUse(client, {
    draftId: draft.id,
    claimId: claim.id,
    answerId: record.id,
    version: version.version,
    hash: version.hash,
    slots,
    by: account,
    at,
  })
  const text: SignedText = {
    bodyHash: draft.hash,
    author: account,
    submittedAt: at,
    // The police have signed it with all others.
    mentionsPolice: false,
    isFactualOnly: false,
    isFamilyTemplate: true,
  }
  claim = await move(claim, { event: 'submit', text })
  await settle(client, context, draft, 'review', account)
  const facts = chooseSigner(person.roles, 'facts') ?? 'duty'
  claim = await move(claim, { event: 'sign', actor: facts, scope: 'facts', bodyHash: draft.hash })
  claim = await move(claim, { event: 'approve', actor: 'system', account: 'system' })
  await settle(client, context, draft, 'approved', account)
  return { ok: true, claim }
}
