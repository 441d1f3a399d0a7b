// In: a sender that floods, a person at the desk. Out: held back, or let in again with all that waited; on record either way.
// Must not turn anybody away for good, nor let them notice: what a held sender sends is kept and answered as before (rumours.md §9).
import { DAY, MINUTE } from '../core/instant.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction } from '../store/pool.ts'
import { findSenderOf, forgetSenders, lockSender, releaseHeld, saveSenderState } from '../store/rumours/senders.ts'
import { isGuest, refuse, tidy, type Person, type Refused, type RumourContext } from './context.ts'

type Done = { ok: true } | Refused
type Acting = Pick<RumourContext, 'pool' | 'now'>

export const MOST_WHY = 200
const ANSWER_MS = 30 * MINUTE
/** Long enough to see a campaign come back; then nobody can be told from another any more. */
const KEEP_MS = 30 * DAY

/** Holds a sender back, or lets it in again; what waited then goes the way of every other report. */
export function judgeSender(
  { pool, now }: Acting,
  number: number,
  given: { state: 'open' | 'shadow'; reason: string },
  person: Person,
): Promise<Done> {
  const reason = tidy(given.reason, MOST_WHY)
  if (isGuest(person)) return Promise.resolve(refuse('not-yours', '您的角色不能做这一步'))
  if (reason === '') return Promise.resolve(refuse('reason', '请写明理由'))
  return withTransaction(pool, async (client): Promise<Done> => {
    const sender = await lockSender(client, number)
    if (!sender) return refuse('unknown', '没有这个来源')
    if (sender.state === given.state) return refuse('changed', '这个来源刚刚被他人处理，请核对现在的情况')
    const at = now()
    await saveSenderState(client, number, { state: given.state, by: person.account, at, reason })
    const released = given.state === 'open' ? await releaseHeld(client, { sender: number }, at + ANSWER_MS) : []
    await appendJournal(client, at, {
      actor: person.account,
      act: given.state === 'open' ? 'sender.lifted' : 'sender.shadowed',
      subject: `sender ${number}`,
      detail: released.length > 0 ? { released: released.length } : {},
    })
    await tellDesks(client)
    return { ok: true }
  })
}

/** The same, by one of its reports. */
export async function shadowSenderOf(
  context: Acting,
  sightingId: string,
  reason: string,
  person: Person,
): Promise<Done> {
  const number = await findSenderOf(context.pool, sightingId)
  if (number === null) return refuse('unknown', '这条线索无法区分来源')
  return judgeSender(context, number, { state: 'shadow', reason }, person)
}

/** Lets one report go the way of every other; its sender stays held back. */
export function releaseOne({ pool, now }: Acting, sightingId: string, person: Person): Promise<Done> {
  if (isGuest(person)) return Promise.resolve(refuse('not-yours', '您的角色不能做这一步'))
  return withTransaction(pool, async (client): Promise<Done> => {
    const at = now()
    const released = await releaseHeld(client, { sighting: sightingId }, at + ANSWER_MS)
    if (released.length === 0) return refuse('unknown', '这条线索没有被搁置')
    await appendJournal(client, at, { actor: person.account, act: 'sighting.released', subject: sightingId })
    await tellDesks(client)
    return { ok: true }
  })
}

export const forgetOrigins = ({ pool, now }: Acting): Promise<number> => forgetSenders(pool, now() - KEEP_MS)
