// In: what a person must know, within whichever transaction found it. Out: it stands among the alarms, under an id of its own.
// Must not send: alarm.ts does, in its turn. What a plan says goes with the plan (store/commit.ts).
import type { Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { raiseAlarm } from '../store/alarms.ts'
import type { Queryable } from '../store/pool.ts'

/** @param alarm its subject is one per cause: what stands already is not rung for twice */
export function noteAlarm(
  db: Queryable,
  { random, realNow }: { random: () => string; realNow: () => Instant },
  { class: lane = 'actual', ...alarm }: { kind: string; subject: string; message: string; class?: TrafficClass },
): Promise<void> {
  return raiseAlarm(db, { id: `a-${random().slice(0, 20)}`, class: lane, ...alarm }, realNow())
}
