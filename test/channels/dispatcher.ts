// In: a channel's client and a job. Out: what the dispatcher would do with it, one act at a time, the state machine the real one.
// Must not hold a clock, a database or an outlet's habits: when an act falls due and what a crash leaves is the test's to say.
import type { AnyChannel } from '../../channels/index.ts'
import type { Job, Outcome, OutletClient, ProbeOutcome } from '../../src/core/channel.ts'
import { afterDeliver, afterProbe, type DeliveryChange } from '../../src/core/delivery.ts'
import type { Instant } from '../../src/core/instant.ts'
import type { DeliveryState } from '../../src/core/quake.ts'

export type Act = 'deliver' | 'probe' | 'check'

/** The act that a delivery in this state waits for. */
export const actFor = (state: DeliveryState): Act =>
  state === 'unknown' ? 'probe' : state === 'pending' ? 'check' : 'deliver'

/**
 * Carries out one act of a delivery that never expires.
 * @param now read once the platform has answered
 * @param unresolved true while a call is repeated whose forerunner may have been executed
 */
export async function carryOut(
  act: Act,
  job: Job,
  channel: AnyChannel,
  client: OutletClient,
  now: () => Instant,
  unresolved = false,
): Promise<{ outcome: Outcome | ProbeOutcome; change: DeliveryChange }> {
  const standing = { ...job, attempts: job.attempt, expiresAt: null, unresolved }
  if (act === 'deliver') {
    const outcome = await client.deliver(job)
    return { outcome, change: afterDeliver(standing, outcome, now()) }
  }
  const outcome = await (act === 'check' && client.check ? client.check(job) : client.probe(job))
  const state = act === 'check' ? 'pending' : 'unknown'
  return { outcome, change: afterProbe(standing, state, outcome, channel.certainty(job.leg), now()) }
}

/** The job with what a change puts on record; its attempt is counted by whoever makes it. */
export const recordChange = (job: Job, change: DeliveryChange): Job => ({
  ...job,
  progress: { ...job.progress, ...change.progress },
  absentProbes: change.absentProbes ?? job.absentProbes,
  absentSince: change.absentSince === undefined ? job.absentSince : change.absentSince,
})

/** Delivers and goes on, each step on record and counted, until something else than progress comes. @throws after 100 steps */
export async function run(client: OutletClient, start: Job): Promise<{ outcome: Outcome; job: Job }> {
  let job = start
  for (let step = 0; step < 100; step += 1) {
    const outcome = await client.deliver(job)
    if (outcome.state !== 'progress') return { outcome, job }
    job = { ...job, attempt: job.attempt + 1, progress: { ...job.progress, ...outcome.progress } }
  }
  throw new Error('no end of progress')
}
