// In: what may be merely worse than it should be. Out: one line for each, as /readyz and the board show it.
// Must not alarm; whoever watches the thing does.
import type { Config } from '../config.ts'
import type { Instant } from '../core/instant.ts'
import type { Policy } from '../core/judgement/policy.ts'
import { carriesAlarms } from '../publish/alarm.ts'
import { listDeafSteps } from '../publish/escalate.ts'
import type { Outlet } from '../publish/outlets.ts'
import type { Doubt } from './own-words.ts'
import { listStale } from './policy.ts'
import type { Silence } from './silence.ts'

export interface DegradedParts {
  config: Pick<Config, 'watch'>
  policy: () => Policy
  now: () => Instant
  doubts: readonly Pick<Doubt, 'id' | 'why'>[]
  outlets: readonly Outlet[]
  silence: Silence
  /** Lines that parts give themselves. */
  parts: readonly { degraded: () => string[] }[]
}

export function openDegraded({ config, policy, now, doubts, outlets, silence, parts }: DegradedParts): () => string[] {
  return () => [
    ...listStale(policy(), now()).map(({ id, why }) => `authorisation ${id}: ${why}`),
    ...doubts.map(({ id, why }) => `${id}: ${why}`),
    ...(outlets.some((outlet) => carriesAlarms(outlet, 'actual')) ? [] : ['no live outlet has alarms: true']),
    ...(config.watch ? listDeafSteps(config.watch, outlets) : []).map((n) => `watch: step ${n} reaches nobody`),
    ...silence.sources().map((feed) => `source ${feed.id} is silent`),
    ...parts.flatMap((part) => part.degraded()),
  ]
}
