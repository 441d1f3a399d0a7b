// In: a claim, how much of it an organisation sees now. Out: the message to its system, or null where there is nothing to say.
// Must not say more than its grant shows, and nothing of other organisations, of who reported, or of who at the bureau did what.
import { formatUtc } from '../../core/instant.ts'
import type { OrganisationKind } from '../../core/people/roles.ts'
import { listMissing, type SignScope } from '../../core/rumour/signoff.ts'
import { writeWords } from '../../core/writing/fields.ts'
import { findDraftOf } from '../../store/drafts.ts'
import { findNotice } from '../../store/notices.ts'
import type { Queryable } from '../../store/pool.ts'
import { findGrant, listChecks } from '../../store/rumours/beside.ts'
import type { AgencyMessage } from '../../store/rumours/agencies.ts'
import { findClaim, type ClaimRecord } from '../../store/rumours/claims.ts'
import { findPackage } from '../../store/rumours/handover/packages.ts'
import { countSightings, listSightings } from '../../store/rumours/links.ts'
import { listStanding } from '../rebuttal.ts'
import { seeChecks } from '../sight.ts'
import type { AgencyContext } from './context.ts'

const SCOPE_OF: Readonly<Partial<Record<OrganisationKind, SignScope>>> = {
  cac: 'cac-wording',
  police: 'police-mention',
  other: 'unit',
}
const MOST_SIGHTINGS = 20

type Told = Pick<AgencyMessage, 'type' | 'claimId' | 'noticeId' | 'packageId' | 'organisation' | 'at'>

/** Made anew at every try: what was taken back meanwhile is not told. */
export async function describeMessage(
  db: Queryable,
  { now, deskUrl, bureau }: Pick<AgencyContext, 'now' | 'deskUrl' | 'bureau'>,
  message: Told,
  kind: OrganisationKind,
): Promise<object | null> {
  const { type, claimId, organisation, at } = message
  if (message.noticeId !== null) return describeWord(db, message, bureau.publicUrl)
  const level = await findGrant(db, claimId, organisation, now())
  const claim = level === null ? null : await findClaim(db, claimId)
  if (level === null || claim === null) return null
  const base = { type, at: formatUtc(at), level, claim: describeClaim(claim, deskUrl) }
  if (level === 'summary') return type === 'claim.shared' || type === 'claim.changed' ? base : null
  if (message.packageId !== null) {
    const one = await describePackage(db, message.packageId)
    return one && { ...base, package: one }
  }
  if (type === 'signature.wanted') {
    const wanted = await describeSignature(db, claim, kind)
    return wanted && { ...base, signature: wanted }
  }
  return { ...base, case: await describeCase(db, { now }, claim, organisation) }
}

/** What put right or took back an answer: the public notice alone, whatever is shared by now. */
async function describeWord(
  db: Queryable,
  { type, claimId, noticeId, at }: Told,
  publicUrl: string,
): Promise<object | null> {
  const notice = noticeId === null ? undefined : await findNotice(db, noticeId)
  if (notice === undefined) return null
  const { id, code, serial, kind, title, text, issuedAt } = notice
  return {
    type,
    at: formatUtc(at),
    claim: { id: claimId },
    notice: { id, code, serial, kind, title, text, issuedAt: formatUtc(issuedAt), url: `${publicUrl}/n/${code}` },
  }
}

function describeClaim(claim: ClaimRecord, deskUrl: string): object {
  const { id, title, kind, risk, state, version } = claim
  return {
    id,
    title,
    kind,
    risk,
    state,
    version,
    openedAt: formatUtc(claim.openedAt),
    changedAt: formatUtc(claim.changedAt),
    url: `${deskUrl}/desk/rumours/${id}`,
  }
}

async function describeCase(
  db: Queryable,
  context: Pick<AgencyContext, 'now'>,
  claim: ClaimRecord,
  organisation: string,
): Promise<object> {
  const [counts, checks, sightings] = [
    await countSightings(db, claim.id),
    await seeChecks(db, context, organisation, listStanding(await listChecks(db, claim.id))),
    await listSightings(db, claim.id, MOST_SIGHTINGS),
  ]
  return {
    ...counts,
    askedOf: claim.askedOf,
    checks: checks.map(({ source, outcome, words, at }) => ({
      source,
      outcome,
      words,
      at: formatUtc(at),
    })),
    sightings: sightings.map(({ id, shown, stance, platform, region, url, receivedAt }) => ({
      id,
      text: shown,
      stance,
      platform,
      region,
      url,
      receivedAt: formatUtc(receivedAt),
    })),
  }
}

/** What the police may carry away, and by which hash they know it again. */
async function describePackage(db: Queryable, packageId: string): Promise<object | null> {
  const one = await findPackage(db, packageId)
  if (one?.decided !== 'approved' || one.decidedAt === null) return null
  const { id, number, size, sha256, decidedAt } = one
  return { id, number, size, sha256, approvedAt: formatUtc(decidedAt) }
}

/** The text that waits for this organisation's signature; null once nobody waits for it. */
async function describeSignature(db: Queryable, claim: ClaimRecord, kind: OrganisationKind): Promise<object | null> {
  const { text, risk, signatures, state, id } = claim
  const scope = SCOPE_OF[kind]
  if (text === null || state !== 'signoff' || scope === undefined) return null
  if (!listMissing(risk, text, signatures).includes(scope)) return null
  const draft = await findDraftOf(db, id)
  if (draft?.hash !== text.bodyHash) return null
  const { heading, summary, paragraphs } = writeWords(draft.fields)
  return { scope, hash: text.bodyHash, submittedAt: formatUtc(text.submittedAt), heading, summary, paragraphs }
}
