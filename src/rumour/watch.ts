// In: the time. Out: what falls due by it: alarms for clocks that have passed, holds and questions that have run out, seats that
// went cold, what became of a rebuttal's deliveries. Must not count by timers: every look asks the rows, so a restart loses nothing.
import { formatBeijing, MINUTE, type Instant } from '../core/instant.ts'
import type { ClaimEvent } from '../core/rumour/claim-states.ts'
import { ASKED_MS, CLOCK_NAMES } from '../core/rumour/clocks.ts'
import { noteAlarm } from '../publish/note-alarm.ts'
import { clearOthers } from '../store/alarms.ts'
import { tellDesks } from '../store/listen.ts'
import { withTransaction, type Queryable } from '../store/pool.ts'
import type { ClaimRecord } from '../store/rumours/claims.ts'
import {
  countDeliveries,
  listDueClaims,
  listToldSubjects,
  meetClocks,
  takePassed,
  type DueClaim,
} from '../store/rumours/clocks.ts'
import { forgetReporters } from '../store/rumours/sightings.ts'
import type { MatchContext } from './matching.ts'
import { stepBySystem } from './steps.ts'

/** Taken and then left alone (OnCall: un-acknowledge). */
export const COLD_MS = 10 * MINUTE
const ALARM = 'rumour'

/** One look. One node does this at a time. */
export async function watchClaims(context: MatchContext): Promise<void> {
  const faults: unknown[] = []
  // What fails keeps nothing else waiting, least of all the bell; it is looked at again next time, and told then, too.
  const attempt = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => faults.push(error))
  for (const claim of await listDueClaims(context.pool, context.now(), { askedMs: ASKED_MS, coldMs: COLD_MS }))
    await attempt(settleDue(context, claim))
  await ring(context)
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} claims could not be looked at`)
}

async function settleDue(context: MatchContext, { id, state }: DueClaim): Promise<void> {
  const events: Readonly<Record<string, ClaimEvent>> = {
    hold: 'hold-expired',
    'awaiting-agency': 'answer-late',
    triage: 'lapse',
  }
  const event = events[state]
  if (event !== undefined) {
    await stepBySystem(context, id, event, {}, (client, claim, at) => escalate(context, client, claim, { event, at }))
    return
  }
  const stand = await countDeliveries(context.pool, id)
  // What was said is taken back: the claim is without an answer again.
  if (stand?.withdrawn === true && state !== 'publishing') await stepBySystem(context, id, 'correct')
  else if (stand !== null && stand.open === 0) await settlePublished(context, id, state, stand.failed)
}

const ENDS: Readonly<Partial<Record<ClaimEvent, string>>> = {
  'answer-late': '请求协查后对方没有按时答复，不再等待，请继续核查',
  'hold-expired': '暂缓已到期，已恢复处置，请继续办理',
}

/** That a wait ended by itself somebody must hear, once; it rings until the next step is taken (rumours.md §2, §6). */
async function escalate(
  context: MatchContext,
  client: Queryable,
  { id, title, risk, version, class: lane }: ClaimRecord,
  { event, at }: { event: ClaimEvent; at: Instant },
): Promise<void> {
  const ended = ENDS[event]
  if (ended === undefined) return
  const message = `传言“${title}”（${risk}级风险）${ended}（${formatBeijing(at)}）`
  await noteAlarm(client, context, { kind: ALARM, subject: `${id} ${event} ${version}`, message, class: lane })
}

/** Out on every outlet, or on some: told once each has come to its end. */
async function settlePublished(context: MatchContext, id: string, state: string, failed: number): Promise<void> {
  const met = async (client: Queryable, claim: ClaimRecord, at: Instant): Promise<void> => {
    await meetClocks(client, id, ['first-line', 'legal-word', 'verdict'], 'system', claim.publishedAt ?? at)
  }
  if (failed === 0) await stepBySystem(context, id, 'complete', {}, met)
  else if (state === 'publishing') await stepBySystem(context, id, 'fail-partly', {}, met)
}

/** Told and marked as told in one commit: a crash between would leave a clock that nobody hears. */
async function ring(context: MatchContext): Promise<void> {
  await withTransaction(context.pool, async (client) => {
    const at = context.now()
    const passed = await takePassed(client, at)
    for (const { claimId, clock, dueAt, title, risk } of passed) {
      const message = `传言“${title}”（${risk}级风险）${CLOCK_NAMES[clock]}时限 ${formatBeijing(dueAt)} 已过`
      await noteAlarm(client, context, { kind: ALARM, subject: `${claimId} ${clock}`, message })
    }
    await clearOthers(client, ALARM, await listToldSubjects(client), context.realNow())
    if (passed.length > 0) await tellDesks(client)
  })
}

/** Ways to reach people go when their time is over. */
export const forgetContacts = ({ pool, now }: Pick<MatchContext, 'pool' | 'now'>): Promise<number> =>
  forgetReporters(pool, now())
