// In: deliveries that are due. Out: one call each, all at once, and their outcomes on record.
// No delivery waits for another's outcome. Must not decide what an outcome means (core/delivery.ts) nor sleep in a channel.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterDeliver, afterProbe, type DeliveryChange } from '../core/delivery.ts'
import type { Job, Outcome, Priority, ProbeOutcome } from '../core/channel.ts'
import type { Instant } from '../core/instant.ts'
import type { NoticeKind } from '../core/notice.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { endDeadLeases, LEASE_MS, leaseDue, settleAttempt, type LeasedDelivery } from '../store/deliveries.ts'
import type { Queryable } from '../store/pool.ts'
import type { DeliveryRow, NoticeRow } from '../store/plan.ts'
import { openBreaker, type Breaker } from './breaker.ts'
import type { Outlet } from './outlets.ts'

/** Deliveries taken per look; the rest is taken at the next, a moment later. */
const MOST = 64
/** An outcome that the database could not take is offered again this often, as long as the lease is ours. */
const RECORD_AGAIN_MS = 250

export interface DispatchContext {
  db: Queryable
  node: string
  outlets: readonly Outlet[]
  publicUrl: string
  clock: (trafficClass: TrafficClass) => Instant
  /** Raises an alarm for a person; never throws. */
  alarm: (kind: string, subject: string, message: string, trafficClass: TrafficClass) => Promise<void>
  /** Called after each outcome is on record. */
  settled: (delivery: Job, change: DeliveryChange, outlet: string) => void
  /** Ends an alarm whose cause is gone. */
  clear: (kind: string, subject: string) => Promise<void>
  log: { error: (fields: object, message: string) => void }
}

export interface Dispatch {
  /** Sends what a commit just made, without asking the database again. */
  first(deliveries: readonly DeliveryRow[], notices: readonly NoticeRow[]): void
  /** Once, before the first look: what earlier processes of this installation were sending is unknown from now on. */
  takeOver(): Promise<number>
  /** Takes whatever is due: retries, probes, checks, and what a dead process left. */
  look(): Promise<number>
  /** Resolves when everything under way has been recorded. */
  idle(): Promise<void>
  isBusy(): boolean
}

type Act = 'deliver' | 'probe' | 'check'

interface Errand {
  act: Act
  job: Job
  outlet: string
  /** Row number of the attempt. */
  n: number
  platformJob: string
  expiresAt: Instant | null
}

/** Opens the dispatcher of one process. */
export function openDispatch(context: DispatchContext): Dispatch {
  const under = new Set<Promise<void>>()
  const breaker = openBreaker()
  const outlets = new Map(context.outlets.map((outlet) => [`${outlet.id} ${outlet.class}`, outlet]))

  const start = (errand: Errand): void => {
    const running = run(errand, outlets, context, breaker)
      .catch((error: unknown) => {
        // The lease runs out and the delivery is probed: nothing is lost, but somebody should read why.
        context.log.error({ err: error, delivery: errand.job.deliveryId }, 'an outcome could not be recorded')
      })
      .finally(() => under.delete(running))
    under.add(running)
  }

  return {
    first: (deliveries, notices) => {
      const byId = new Map(notices.map((notice) => [notice.id, notice]))
      for (const row of deliveries) {
        const notice = byId.get(row.notice_id)
        if (notice) start(errandOf(row, notice, context))
      }
    },
    takeOver: () => endDeadLeases(context.db, context.node, context.clock),
    look: async () => {
      const due = await leaseDue(context.db, context.node, context.clock, MOST)
      for (const delivery of due) start(errandOfLeased(delivery, context))
      return due.length
    },
    idle: async () => {
      while (under.size > 0) await Promise.allSettled(under)
    },
    isBusy: () => under.size > 0,
  }
}

function errandOf(row: DeliveryRow, notice: NoticeRow, context: DispatchContext): Errand {
  const facts = notice.facts as { serial: string }
  return {
    act: 'deliver',
    outlet: row.outlet_id,
    n: 1,
    platformJob: '',
    expiresAt: row.expires_at === null ? null : Date.parse(row.expires_at),
    job: {
      deliveryId: row.id,
      noticeId: row.notice_id,
      noticeKind: notice.kind as NoticeKind,
      class: row.class,
      serial: `${facts.serial} 第${notice.report_no}报`,
      url: `${context.publicUrl}/n/${notice.code}`,
      leg: row.leg,
      priority: row.priority as Priority,
      content: row.content,
      attempt: 1,
      progress: {},
      firstAttemptAt: Date.parse(row.first_attempt_at ?? row.due_at),
      absentProbes: 0,
      absentSince: null,
    },
  }
}

function errandOfLeased(delivery: LeasedDelivery, context: DispatchContext): Errand {
  return {
    act: delivery.state === 'sending' ? 'deliver' : delivery.state === 'unknown' ? 'probe' : 'check',
    outlet: delivery.outlet_id,
    n: delivery.attempts,
    platformJob: delivery.job,
    expiresAt: delivery.expires_at,
    job: {
      deliveryId: delivery.id,
      noticeId: delivery.notice_id,
      noticeKind: delivery.kind,
      class: delivery.class,
      serial: `${delivery.serial} 第${delivery.report_no}报`,
      url: `${context.publicUrl}/n/${delivery.code}`,
      leg: delivery.leg,
      priority: delivery.priority as Priority,
      content: delivery.content,
      attempt: delivery.attempts,
      progress: delivery.progress,
      firstAttemptAt: delivery.first_attempt_at ?? context.clock(delivery.class),
      absentProbes: delivery.absent_probes,
      absentSince: delivery.absent_since,
    },
  }
}

async function run(
  errand: Errand,
  outlets: ReadonlyMap<string, Outlet>,
  context: DispatchContext,
  breaker: Breaker,
): Promise<void> {
  let { act, job, n } = errand
  const outlet = outlets.get(`${errand.outlet} ${job.class}`)
  if (!outlet) {
    const change: DeliveryChange = {
      state: 'failed',
      reason: '渠道已不在配置中',
      alarm: '渠道已不在配置中，请人工发布',
    }
    await record(errand, { n, outcome: 'no-outlet', detail: {} }, change, context)
    return
  }
  let unresolved = false
  for (;;) {
    const { outcome, tell } = await callGuarded(act, job, outlet, context, breaker)
    const now = context.clock(job.class)
    const change = decide(act, { ...errand, job }, outcome, outlet, now, unresolved)
    const written = await record(
      { ...errand, job },
      { n, outcome: outcome.state, detail: describe(act, outcome) },
      change,
      context,
    )
    // What the platform answered goes on record first; a person is told afterwards.
    await tell()
    if (!written || change.nextAct !== 'deliver') return
    if (act !== 'deliver') unresolved = outcome.state === 'absent'
    n += 1
    act = 'deliver'
    job = { ...job, attempt: n, progress: { ...job.progress, ...change.progress } }
  }
}

/** A dead outlet is left alone for a moment and a person is told once; what corrects or withdraws tries all the same. */
async function callGuarded(
  act: Act,
  job: Job,
  outlet: Outlet,
  context: DispatchContext,
  breaker: Breaker,
): Promise<{ outcome: Outcome | ProbeOutcome; tell: () => Promise<void> }> {
  const nothing = async (): Promise<void> => undefined
  const started = context.clock(job.class)
  const until = act === 'deliver' ? breaker.blockedUntil(outlet.id, job.priority, started) : null
  if (until !== null) {
    const reason = `${outlet.id} 连续无回音，稍后再试`
    return { outcome: { state: 'retry', afterMs: until - started, code: 'breaker', reason }, tell: nothing }
  }
  const outcome = await call(act, job, outlet, context)
  const dead = outcome.state === 'unknown' || (outcome.state === 'retry' && outcome.code === 'unreachable')
  const change = breaker.note(outlet.id, dead ? 'dead' : 'answered', context.clock(job.class))
  const tell = {
    opened: () => context.alarm('outlet', outlet.id, `渠道 ${outlet.id} 连续三次没有回音`, job.class),
    closed: () => context.clear('outlet', outlet.id),
    unchanged: nothing,
  }
  return { outcome, tell: tell[change ?? 'unchanged'] }
}

/** An adapter that throws has a bug; what it did to the world is unknown until probed. */
async function call(act: Act, job: Job, outlet: Outlet, context: DispatchContext): Promise<Outcome | ProbeOutcome> {
  try {
    if (act === 'deliver') return await outlet.client.deliver(job)
    if (act === 'check' && outlet.client.check) return await outlet.client.check(job)
    return await outlet.client.probe(job)
  } catch (error) {
    context.log.error({ err: error, delivery: job.deliveryId, outlet: outlet.id, act }, 'the adapter failed')
    return { state: 'unknown', reason: '渠道程序出错，是否发出待查', probeAfterMs: 30_000 }
  }
}

function decide(
  act: Act,
  errand: Errand,
  outcome: Outcome | ProbeOutcome,
  outlet: Outlet,
  now: Instant,
  unresolved: boolean,
): DeliveryChange {
  const { job } = errand
  const standing = {
    attempts: errand.n,
    absentProbes: job.absentProbes,
    absentSince: job.absentSince,
    expiresAt: errand.expiresAt,
    firstAttemptAt: job.firstAttemptAt,
    unresolved,
  }
  if (act === 'deliver') return afterDeliver(standing, outcome as Outcome, now)
  return afterProbe(
    standing,
    act === 'check' ? 'pending' : 'unknown',
    outcome as ProbeOutcome,
    outlet.channel.certainty(job.leg),
    now,
  )
}

async function record(
  errand: Errand,
  attempt: { n: number; outcome: string; detail: object },
  change: DeliveryChange,
  context: DispatchContext,
): Promise<boolean> {
  const { job } = errand
  const written = await settle(
    { deliveryId: job.deliveryId, node: context.node, ...attempt },
    change,
    job.class,
    context,
  )
  if (!written) return false
  context.settled(job, change, errand.outlet)
  if (change.alarm !== undefined) {
    await context.alarm('delivery', job.deliveryId, `${errand.outlet}（${job.serial}）：${change.alarm}`, job.class)
  }
  return true
}

/**
 * Writes an outcome, also over a database that is away for a moment: what a platform answered is worth more than a probe.
 * A write whose own answer was lost is offered again and then finds the lease gone, which is as good.
 */
async function settle(
  attempt: Parameters<typeof settleAttempt>[1],
  change: DeliveryChange,
  trafficClass: TrafficClass,
  context: DispatchContext,
): Promise<boolean> {
  for (let waited = 0; ; waited += RECORD_AGAIN_MS) {
    try {
      return await settleAttempt(context.db, attempt, change, context.clock(trafficClass))
    } catch (error) {
      if (waited >= LEASE_MS) throw error
      await sleep(RECORD_AGAIN_MS)
    }
  }
}

function describe(act: Act, outcome: Outcome | ProbeOutcome): object {
  const code = 'code' in outcome ? { code: outcome.code } : {}
  const reason = 'reason' in outcome ? { reason: outcome.reason } : {}
  return { act, ...code, ...reason }
}
