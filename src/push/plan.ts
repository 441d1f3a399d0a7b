// In: a word and the choices of all subscribers. Out: on record, who is told, who is told later with others, who is not.
// In steps, each whole or not at all, so that a crash goes on where it stopped. Must not send.
import type { AttenuationModel } from '../core/intensity/attenuation.ts'
import { DAY, type Instant } from '../core/instant.ts'
import type { GateThresholds, WatchedPlace } from '../core/judgement/policy.ts'
import type { Preferences } from '../core/push/preferences.ts'
import { findMainShock } from '../core/push/sequence.ts'
import { wants, type PushWord, type Want } from '../core/push/wants.ts'
import type { Queryable } from '../store/pool.ts'
import {
  listTold,
  listToldQuakes,
  savePlanStep,
  type Broadcast,
  type PlannedBatch,
  type ToldQuake,
} from '../store/push-broadcasts.ts'
import { listCandidates, type Candidate } from '../store/push-subscriptions.ts'
import { askWord } from './letters.ts'

/** The bureau as its subscribers' choices see it. */
export interface PushRegion {
  /** Home, then the watched places. */
  places: readonly WatchedPlace[]
  attenuation: AttenuationModel
  gates: Pick<GateThresholds, 'aftershockMs' | 'aftershockKm'>
}

const STEP = 5_000
/** Subscribers in one batch: what is sent again after a crash. */
const BATCH = 500
/** Quakes are told for days; no window of the gates is longer. */
const LONGEST_SEQUENCE = 30 * DAY

/** Plans a word to its end. @param between done after each step @param stopped asked before each step */
export async function planWord(
  db: Queryable,
  broadcast: Broadcast,
  region: PushRegion,
  between: () => Promise<void>,
  stopped: () => boolean,
): Promise<void> {
  const told = await listTold(db, broadcast)
  const main = await findMain(db, broadcast, region)
  const word = askWord(broadcast, region.places, region.attenuation, main?.magnitude ?? null)
  const decide = openDecisions(word, broadcast.issuedAt)
  let { cursor } = broadcast
  for (;;) {
    if (stopped()) return
    const candidates = await listCandidates(db, broadcast.outlet, cursor, STEP)
    const { batches, gathered } = sortOut(candidates, told, decide)
    const to = candidates.at(-1)?.number ?? cursor
    const last = candidates.length < STEP
    const step = { to, last, batches, gathered, sequence: main?.topic ?? '' }
    if (!(await savePlanStep(db, broadcast.id, cursor, step)) || last) return
    cursor = to
    await between()
  }
}

async function findMain(db: Queryable, broadcast: Broadcast, region: PushRegion): Promise<ToldQuake | null> {
  const origin = broadcast.facts?.origin
  if (!origin) return null
  const told = await listToldQuakes(db, broadcast.outlet, broadcast.issuedAt - LONGEST_SEQUENCE)
  return findMainShock(
    origin,
    told.filter(({ topic }) => topic !== broadcast.topic),
    region.gates,
  )
}

type Decide = (preferences: string, wasTold: boolean) => Want['act']

/** Thousands choose alike: equal choices are judged once. */
function openDecisions(word: PushWord, at: Instant): Decide {
  const known = new Map<string, Want['act']>()
  return (preferences, wasTold) => {
    const key = `${wasTold} ${preferences}`
    let act = known.get(key)
    if (act === undefined) {
      act = wants(JSON.parse(preferences) as Preferences, word, wasTold, at).act
      known.set(key, act)
    }
    return act
  }
}

function sortOut(
  candidates: readonly Candidate[],
  told: ReadonlySet<number>,
  decide: Decide,
): { batches: PlannedBatch[]; gathered: number[] } {
  const byOrigin = new Map<string, number[]>()
  const gathered: number[] = []
  for (const { number, origin, preferences } of candidates) {
    const act = decide(preferences, told.has(number))
    if (act === 'digest') gathered.push(number)
    if (act !== 'push') continue
    const list = byOrigin.get(origin)
    if (list) list.push(number)
    else byOrigin.set(origin, [number])
  }
  const batches = [...byOrigin].flatMap(([origin, numbers]) =>
    Array.from({ length: Math.ceil(numbers.length / BATCH) }, (_, i) => ({
      origin,
      told: numbers.slice(i * BATCH, (i + 1) * BATCH),
    })),
  )
  return { batches, gathered }
}
