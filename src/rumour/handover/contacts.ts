// In: somebody who must reach whoever reported something, and why. Out: asked, agreed to by the lead, shown once; journalled and rung
// for. Must not open the vault on one person's word; the police get it on a recorded formal request only (rumours.md §8).
import { formatBeijing, HOUR } from '../../core/instant.ts'
import type { Role } from '../../core/people/roles.ts'
import { noteAlarm } from '../../publish/note-alarm.ts'
import { appendJournal } from '../../store/journal.ts'
import { tellDesks } from '../../store/listen.ts'
import { withTransaction, type Queryable } from '../../store/pool.ts'
import { findClaim } from '../../store/rumours/claims.ts'
import {
  addContactRequest,
  decideContactRequest,
  listReachable,
  lockContactRequest,
  markOpened,
  type ContactRequest,
  type FormalRequest,
} from '../../store/rumours/handover/contacts.ts'
import { listSightings } from '../../store/rumours/links.ts'
import { MOST_REASON, refuse, tidy, type Person, type Refused, type RumourContext } from '../context.ts'
import { findSight } from '../sight.ts'

const ASKING: readonly Role[] = ['duty', 'lead']
const MOST_SIGHTINGS = 5_000
/** An agreement that nobody used is over after so long. */
export const AGREED_MS = 24 * HOUR
const ALARM = 'contact'

export type Done = { ok: true } | Refused

/** Asks to see how a reporter can be reached. @param given formal: the police's request; all '' where it is not for them */
export function askContact(
  context: RumourContext,
  claimId: string,
  given: { sightingId: string; reason: string; formal: FormalRequest },
  person: Person,
): Promise<Done> {
  return withTransaction(context.pool, async (client): Promise<Done> => {
    const sight = await findSight(client, context, person, claimId)
    if (sight !== 'whole' && sight !== 'case') return refuse('unknown', '没有这件传言')
    const isPolice = person.roles.includes('liaison-police')
    if (!isPolice && !ASKING.some((role) => person.roles.includes(role)))
      return refuse('not-yours', '您的角色不能申请查看联系方式')
    const { number, basis, officer } = given.formal
    const formal = { number: tidy(number, 60), basis: tidy(basis, 200), officer: tidy(officer, 40) }
    // The police file theirs themselves, or the bureau records what came on paper: then whole.
    const isFormal = isPolice || Object.values(formal).some((word) => word !== '')
    if (isFormal && Object.values(formal).includes(''))
      return refuse('formal', '公安机关调取的，须填写正式文书的编号、法律依据和办案人')
    const reason = tidy(given.reason, MOST_REASON)
    if (reason === '') return refuse('reason', '请写明查看的理由')
    if (!(await findReachable(client, context, claimId, given.sightingId)))
      return refuse('gone', '这条线索没有留联系方式，或已按期删除')
    const at = context.now()
    const request = {
      claimId,
      sightingId: given.sightingId,
      reason,
      formal: isFormal ? formal : null,
      askedBy: person.account,
      askedAt: at,
    }
    const id = await addContactRequest(client, request)
    if (id === null) return refuse('twice', '您已提出申请，等待带班领导批准')
    await note(client, context, 'contact.asked', { ...request, id }, person)
    return { ok: true }
  })
}

/** The seal of a sighting's contact, where the sighting is the claim's and the contact not yet deleted. */
async function findReachable(
  client: Queryable,
  { now }: RumourContext,
  claimId: string,
  sightingId: string,
): Promise<Buffer | null> {
  const all = await listSightings(client, claimId, MOST_SIGHTINGS)
  if (!all.some(({ id }) => id === sightingId)) return null
  return (await listReachable(client, [sightingId], now()))[0]?.sealed ?? null
}

/** The lead's word; whoever asks does not answer. */
export function answerContact(
  context: RumourContext,
  claimId: string,
  id: number,
  agrees: boolean,
  person: Person,
): Promise<Done> {
  return withTransaction(context.pool, async (client): Promise<Done> => {
    const request = await lockContactRequest(client, id)
    if (request?.claimId !== claimId || request.decided !== null) return refuse('unknown', '这项申请已有人处理')
    if (!person.roles.includes('lead')) return refuse('not-yours', '查看联系方式由带班领导批准')
    if (request.askedBy === person.account) return refuse('second-person', '须由申请人以外的带班领导批准')
    const at = context.now()
    await decideContactRequest(client, id, agrees ? 'agreed' : 'declined', person.account, at)
    await note(client, context, agrees ? 'contact.agreed' : 'contact.declined', request, person)
    if (agrees) await ring(client, context, request, '已批准查看')
    return { ok: true }
  })
}

/** Shows it to whoever asked, once. */
export function openContact(
  context: RumourContext,
  claimId: string,
  id: number,
  person: Person,
): Promise<{ ok: true; contact: string } | Refused> {
  return withTransaction(context.pool, async (client): Promise<{ ok: true; contact: string } | Refused> => {
    const sight = await findSight(client, context, person, claimId)
    const request = sight === 'whole' || sight === 'case' ? await lockContactRequest(client, id) : null
    const decidedAt = request?.decidedAt ?? null
    if (request?.claimId !== claimId || request.askedBy !== person.account || request.decided !== 'agreed')
      return refuse('unknown', '没有经批准的申请')
    if (request.openedAt !== null) return refuse('twice', '联系方式只显示一次，已于此前显示')
    if (decidedAt === null || context.now() > decidedAt + AGREED_MS)
      return refuse('late', '批准已过 24 小时，请重新申请')
    const sealed = await findReachable(client, context, claimId, request.sightingId)
    const contact = sealed && context.contacts.open(sealed)
    if (contact === null) return refuse('gone', '联系方式已按期删除')
    await markOpened(client, id, context.now())
    await note(client, context, 'contact.opened', request, person)
    await ring(client, context, request, '已被查看')
    return { ok: true, contact }
  })
}

type Noted = Pick<ContactRequest, 'id' | 'claimId' | 'sightingId' | 'formal'>

/** Neither the contact nor the reason, which may name somebody; the request's row has that. */
async function note(
  client: Queryable,
  { now }: RumourContext,
  act: string,
  { id, claimId, sightingId, formal }: Noted,
  { account }: Person,
): Promise<void> {
  const detail = { request: id, sighting: sightingId, ...(formal === null ? {} : { formal: formal.number }) }
  await appendJournal(client, now(), { actor: account, act, subject: claimId, detail })
  await tellDesks(client)
}

async function ring(client: Queryable, context: RumourContext, { id, claimId }: Noted, what: string): Promise<void> {
  const claim = await findClaim(client, claimId)
  const message = `传言“${claim?.title ?? ''}”一名反映人的联系方式${what}（申请 ${id}，${formatBeijing(context.now())}），请核实是否必要`
  const subject = `${claimId} ${id} ${what}`
  await noteAlarm(client, context, { kind: ALARM, subject, message, class: claim?.class ?? 'actual' })
}
