// In: a claim that is being looked into, a person. Out: 正在核实 on the website, in prepared words; or its end.
// Must not go to any other channel: a post with a number that finds nothing would carry the rumour to those who had not heard it,
// and could only be withdrawn. The address stays, and shows the answer once there is one.
import { RESTING_STATES } from '../core/rumour/claim-states.ts'
import { HAND_ENDS, writeFirstLine } from '../core/rumour/first-line.ts'
import { appendJournal } from '../store/journal.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import { lockClaims, type ClaimRecord } from '../store/rumours/claims.ts'
import { meetClocks } from '../store/rumours/clocks.ts'
import { addLine, endLine, findLine } from '../store/rumours/lines.ts'
import { findPublicCode } from '../store/rumours/public.ts'
import { refuse, type Moved, type Person } from './context.ts'
import type { RebuttalContext } from './rebuttal.ts'
import { findSight } from './sight.ts'

/** Places that a first line may name: the bureau's own. */
export function listLinePlaces({ writing }: Pick<RebuttalContext, 'writing'>): string[] {
  const { home, watch } = writing.ledgerContext.policy
  return [...new Set([home, ...watch].map(({ name }) => name))]
}

/** Whether a first line may be said of a claim now. */
export function takesLine(claim: Pick<ClaimRecord, 'class' | 'state' | 'publishedAt'>): boolean {
  const { class: lane, state, publishedAt } = claim
  return lane === 'actual' && publishedAt === null && !RESTING_STATES.includes(state)
}

type Work = (client: Queryable, claim: ClaimRecord) => Promise<{ act: string; detail: object } | Moved>

async function act(context: RebuttalContext, id: string, person: Person, work: Work): Promise<Moved> {
  const done = await withTransaction(context.pool, async (client): Promise<Moved> => {
    const sight = await findSight(client, context, person, id)
    const claim = sight === 'whole' ? (await lockClaims(client, [id])).get(id) : undefined
    if (!claim) return refuse('unknown', '没有这件传言')
    const said = await work(client, claim)
    if ('ok' in said) return said
    await appendJournal(client, context.now(), {
      actor: person.account,
      act: said.act,
      subject: id,
      detail: said.detail,
    })
    await tellDesks(client)
    return { ok: true, claim }
  })
  const code = done.ok ? await findPublicCode(context.pool, id) : null
  if (code !== null) context.shown?.(code)
  return done
}

/** Says it. @param asked place: of the bureau's own, or '' */
export function sayFirstLine(
  context: RebuttalContext,
  asked: { id: string; place: string },
  person: Person,
): Promise<Moved> {
  return act(context, asked.id, person, async (client, claim) => {
    const { place } = asked
    if (place !== '' && !listLinePlaces(context).includes(place)) return refuse('place', '请从列表中选择地点')
    if (!takesLine(claim)) return refuse('not-here', '已公布结果或已办结的传言，不再发布“正在核实”')
    const standing = await findLine(client, claim.id)
    if (standing !== null && standing.endedAt === null) return refuse('twice', '“正在核实”已经发布')
    const at = context.now()
    const words = writeFirstLine(claim.kind, place)
    const code = await addLine(client, claim.id, { topic: claim.kind, place, words, by: person.account, at })
    await meetClocks(client, claim.id, ['first-line'], person.account, at)
    return { act: 'claim.first-line', detail: { code, topic: claim.kind, place } }
  })
}

/** Ends it without an answer, with prepared words in its place. */
export function endFirstLine(
  context: RebuttalContext,
  asked: { id: string; how: string },
  person: Person,
): Promise<Moved> {
  return act(context, asked.id, person, async (client, claim) => {
    const how = HAND_ENDS.find((one) => one === asked.how)
    if (how === undefined) return refuse('how', '请选择结束的原因')
    if (!(await endLine(client, claim.id, how, person.account, context.now())))
      return refuse('none', '没有在公示的“正在核实”')
    return { act: 'claim.first-line-ended', detail: { how } }
  })
}
