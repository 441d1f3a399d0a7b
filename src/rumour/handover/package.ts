// In: a case that goes to the police. Out: its package: built by one, approved by another, handed out, received under their number,
// and what came of it. Must not leave the house on one person's word, nor once it is not what was built.
import { TRANSITIONS, type ClaimState } from '../../core/rumour/claim-states.ts'
import { choosePackaged, type EvidenceRecord } from '../../core/rumour/handover/evidence.ts'
import { composePackage, packTar } from '../../core/rumour/handover/package.ts'
import type { Role } from '../../core/people/roles.ts'
import { appendJournal } from '../../store/journal.ts'
import { tellDesks } from '../../store/listen.ts'
import { withTransaction, type Queryable } from '../../store/pool.ts'
import { grantKinds } from '../../store/rumours/beside.ts'
import { findClaim, lockClaims, type ClaimRecord } from '../../store/rumours/claims.ts'
import { listEvidence, listWhole } from '../../store/rumours/handover/evidence.ts'
import { listSightings } from '../../store/rumours/links.ts'
import {
  addPackage,
  decidePackage,
  findPackage,
  listPackages,
  type PolicePackage,
} from '../../store/rumours/handover/packages.ts'
import { inspectSightings, withholdSighting } from '../custody.ts'
import { DRILL_OVER, MOST_REASON, refuse, tidy, type Person, type Refused } from '../context.ts'
import { findSight } from '../sight.ts'
import { hashBytes, keepDeed, sealNames, type HandoverContext } from './context.ts'
import { gatherContent } from './gather.ts'
import { inspectList, readItem, readPackage, withhold, type Altered } from './inspect.ts'

const BUILDERS: readonly Role[] = ['duty']
/** Whoever may hold one in hand: the bureau's officers; the police once it is approved. */
const HOLDERS: readonly Role[] = ['duty', 'lead', 'liaison-police']
/** All items of one package together, in bytes. */
const MOST_BYTES = 64 * 1024 * 1024

const MOST_SIGHTINGS = 5_000

export type Packaged = { ok: true; one: PolicePackage } | Refused

export const mayRefer = (state: ClaimState): boolean =>
  TRANSITIONS.some(({ event, from }) => event === 'refer' && from.includes(state))

const has = ({ roles }: Person, among: readonly Role[]): boolean => among.some((role) => roles.includes(role))

/** A claim that somebody sees, held; and a package of it. */
async function holdClaim(
  client: Queryable,
  context: HandoverContext,
  claimId: string,
  person: Person,
): Promise<ClaimRecord | Refused> {
  const sight = await findSight(client, context, person, claimId)
  const isSeen = sight === 'whole' || sight === 'case'
  return (isSeen ? (await lockClaims(client, [claimId])).get(claimId) : undefined) ?? refuse('unknown', '没有这件传言')
}

/** Builds a package of the case as it stands now. */
export function buildPackage(
  context: HandoverContext,
  claimId: string,
  asked: { reason: string },
  person: Person,
): Promise<Packaged> {
  return withTransaction(context.pool, async (client): Promise<Packaged> => {
    if (!has(person, BUILDERS)) return refuse('not-yours', '移送材料由值班员制作')
    const claim = await holdClaim(client, context, claimId, person)
    if ('ok' in claim) return claim
    if (claim.retiredAt !== null) return DRILL_OVER
    if (!mayRefer(claim.state)) return refuse('not-here', '开始核查以后、办结以前才能移送')
    const reason = tidy(asked.reason, MOST_REASON)
    if (reason === '') return refuse('reason', '请写明移送事由')
    const whole = (await listWhole(client, claimId)).map(({ id }) => id)
    const items = await takeItems(client, context, whole, person)
    if ('ok' in items) return items
    const sightings = await listSightings(client, claimId, MOST_SIGHTINGS)
    const [altered] = await inspectSightings(
      client,
      context,
      sightings.map(({ id }) => id),
    )
    if (altered) {
      await withholdSighting(context, altered, person.account, client)
      return refuse('altered', `线索 ${altered.id}：${altered.why}。不能制作移送材料，已告警`)
    }
    const before = await listPackages(client, claimId)
    const [id, builtAt] = [`k-${context.random().slice(0, 20)}`, context.now()]
    const frame = { id, number: (before[0]?.number ?? 0) + 1, reason, builtBy: person.account, builtAt }
    const deed = {
      at: builtAt,
      actor: person.account,
      act: 'packaged',
      evidence: null,
      detail: { package: id },
    } as const
    const custody = []
    for (const each of whole) {
      await keepDeed(client, each, deed)
      custody.push({ claim: each, entries: (await inspectList(client, each)).entries })
    }
    const content = await gatherContent(client, context, claim, frame, { sightings, items, custody })
    const bytes = packTar(composePackage(content, hashBytes, context.cover), content)
    const made = {
      ...frame,
      claimId,
      evidence: items.map(({ record }) => record.id),
      size: bytes.length,
      sha256: hashBytes(bytes),
    }
    await addPackage(client, made, context.vault.seal(bytes, sealNames.package(id)))
    await appendJournal(client, builtAt, {
      actor: person.account,
      act: 'package.built',
      subject: id,
      detail: { claim: claimId, number: made.number, items: items.length, size: made.size, sha256: made.sha256 },
    })
    await tellDesks(client)
    return answer(client, id)
  })
}

async function answer(client: Queryable, id: string): Promise<Packaged> {
  const one = await findPackage(client, id)
  return one ? { ok: true, one } : refuse('unknown', '没有这份移送材料')
}

/** Every item that goes into it, each looked at first; one that was altered is named, rings, and nothing is built. */
async function takeItems(
  client: Queryable,
  context: HandoverContext,
  whole: readonly string[],
  { account }: Person,
): Promise<{ record: EvidenceRecord; bytes: Uint8Array }[] | Refused> {
  const withheld = async (altered: Altered): Promise<Refused> => {
    await withhold(client, context, altered, account)
    return refuse('altered', `${altered.id}：${altered.why}。不能制作移送材料，已告警`)
  }
  const items = []
  let size = 0
  for (const claimId of whole) {
    const { taken, bare } = choosePackaged(await listEvidence(client, claimId))
    const { entries, fault } = await inspectList(client, claimId)
    if (fault) return withheld(fault)
    if (bare.length > 0) {
      const names = bare.map(({ title }) => `“${title}”`).join('、')
      return refuse('reporter', `${names}可能看出反映人是谁，请先收存遮盖件`)
    }
    for (const record of taken) {
      size += record.size
      if (size > MOST_BYTES) return refuse('large', '证据合计超过 64 MB')
      const read = await readItem(client, context, record, entries)
      if (!Buffer.isBuffer(read)) return withheld(read)
      items.push({ record, bytes: read })
    }
  }
  return items
}

/** The lead's word on it; approved, the police see the case. */
export function answerPackage(
  context: HandoverContext,
  claimId: string,
  id: string,
  given: { agrees: boolean; words: string },
  person: Person,
): Promise<Packaged> {
  return withTransaction(context.pool, async (client): Promise<Packaged> => {
    const claim = await holdClaim(client, context, claimId, person)
    if ('ok' in claim) return claim
    const one = await findPackage(client, id)
    if (one?.claimId !== claimId) return refuse('unknown', '没有这份移送材料')
    if (!person.roles.includes('lead')) return refuse('not-yours', '移送材料由带班领导批准')
    if (one.builtBy === person.account) return refuse('second-person', '须由制作人以外的带班领导批准')
    const words = tidy(given.words, MOST_REASON)
    if (!given.agrees && words === '') return refuse('reason', '请写明退回的理由')
    const read = await readPackage(client, context, one)
    if (!Buffer.isBuffer(read)) {
      await withhold(client, context, read, person.account)
      return refuse('altered', `${read.id}：${read.why}。已停止提供并告警`)
    }
    const at = context.now()
    const decided = given.agrees ? 'approved' : 'declined'
    if (!(await decidePackage(client, id, { decided, words, by: person.account, at })))
      return refuse('twice', '这份移送材料已有人处理')
    if (given.agrees) await grantKinds(client, claimId, ['police'], { reason: '移送', by: person.account, at })
    const detail = { claim: claimId, decided }
    await appendJournal(client, at, { actor: person.account, act: 'package.decided', subject: id, detail })
    await tellDesks(client)
    return answer(client, id)
  })
}

export type Carried = { ok: true; bytes: Buffer; name: string } | Refused

/** Hands the archive out and writes down to whom. */
export function openPackage(context: HandoverContext, claimId: string, id: string, person: Person): Promise<Carried> {
  return withTransaction(context.pool, async (client): Promise<Carried> => {
    const sight = await findSight(client, context, person, claimId)
    const one = sight === 'whole' || sight === 'case' ? await findPackage(client, id) : null
    const isHolder = has(person, HOLDERS)
    // What is not approved is not there for the police.
    const isTheirs = one?.decided === 'approved' || has(person, ['duty', 'lead'])
    if (one?.claimId !== claimId || !isHolder || !isTheirs) return refuse('unknown', '没有这份移送材料')
    const read = await readPackage(client, context, one)
    if (!Buffer.isBuffer(read)) {
      await withhold(client, context, read, person.account)
      await tellDesks(client)
      return refuse('altered', `${read.id}：${read.why}。已停止提供并告警`)
    }
    const act = one.decided === 'approved' ? 'transferred' : 'opened'
    const detail = { package: id, sha256: one.sha256 }
    await keepDeed(client, claimId, { at: context.now(), actor: person.account, act, evidence: null, detail })
    const claim = await findClaim(client, claimId)
    return { ok: true, bytes: read, name: `${claim?.class === 'drill' ? 'drill-' : ''}${id}.tar` }
  })
}
