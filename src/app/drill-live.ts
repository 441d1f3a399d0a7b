// In: a scenario, a planned drill that has just begun. Out: it played by a clock that runs as fast as the wall's, so that people
// can be timed in it; only stretches in which nobody and nothing has anything to do are skipped.
// Must not touch the actual lane, and gives way to it: a real first word or a real question to a person ends the drill at once.
import type { Pool } from 'pg'
import { MINUTE, SECOND, type Instant } from '../core/instant.ts'
import type { ClockStretch } from '../core/drill/stopwatch.ts'
import { findDrill, hasRealBegun, saveDrillClock, type Drill } from '../store/drill-book.ts'
import { listUnseen, markSeen } from '../store/deliveries.ts'
import { findNextDue, listBusy } from '../store/due.ts'
import { readDrillPage } from '../store/drill-record.ts'
import type { Scenario, ScenarioAct, ScenarioStep } from '../town/scenario.ts'
import type { Ledger } from '../publish/ledger.ts'
import type { InstallationClock } from './clock.ts'
import type { DrillPayload } from './drill-lines.ts'
import type { Sources } from './sources.ts'
import type { Tell } from './tells.ts'

/** Idle stretches are skipped down to this much before the next event. */
const LEAD_MS = 3 * SECOND
/** What was just said gets its moment before the next stretch is skipped. */
const PAUSE_MS = { people: 4 * SECOND, scenario: 500 } as const
const LOOK_MS = 150
/** Nobody is kept in a drill that was forgotten. */
const LONGEST_MS = { people: 60 * MINUTE, scenario: 10 * MINUTE } as const
const REAL_BEGUN = '有真实地震事项，演练自动中止'

export interface LiveParts {
  app: { ledger: Ledger; sources: Sources; tell: Tell; clock: InstallationClock }
  pool: Pool
  drill: Drill
  scenario: Scenario
  say: (step: ScenarioStep) => DrillPayload | null
  /** Notes what could not be played. */
  left: (fault: string) => void
  /** Carries out an act of the scenario; only where its own acts are played. */
  act: (act: ScenarioAct) => Promise<void>
  /** Drill websites: their pages are read where they are kept, no drill page is ever served to the public. */
  websites: string[]
  /** True once the process drains. */
  isStopping: () => boolean
}

export interface LiveEnd {
  how: 'ended' | 'aborted'
  by: string
  why: string
}

/** How the drill's clock runs beside the real one. */
export interface LiveClock {
  now: () => Instant
  skip: (ms: number) => void
  stretches: () => ClockStretch[]
}

/** A clock that starts at `start` and runs with the real one. */
export function openLiveClock(start: Instant, realNow: () => Instant): LiveClock {
  const stretches: ClockStretch[] = [{ real: realNow(), drill: start }]
  const now = (): Instant => {
    const { real, drill } = stretches.at(-1) ?? { real: 0, drill: start }
    return drill + (realNow() - real)
  }
  return {
    now,
    skip: (ms) => {
      if (ms > 0) stretches.push({ real: realNow(), drill: now() + ms })
    },
    stretches: () => stretches,
  }
}

/** Plays it to its end. Resolves with why it ended; must be called while the drill lane's clock is this one. */
export async function playLive(parts: LiveParts, clock: LiveClock): Promise<LiveEnd> {
  const { app, scenario, drill } = parts
  const realStart = app.clock.realNow()
  const actualStart = app.clock.now('actual')
  const byPeople = drill.acts === 'people'
  const events = [...scenario.steps, ...scenario.tells, ...(byPeople ? [] : scenario.acts)].toSorted(
    (a, b) => a.at - b.at,
  )
  const look = (): Promise<LiveEnd | null> => findEnd(parts, { realStart, actualStart })
  for (const event of events) {
    const end = await waitUntil(parts, clock, event.at, look)
    if (end) return end
    if ('feed' in event) {
      const payload = parts.say(event)
      // What stands before the clock starts is the list that a first poll would have found: recorded, not spoken.
      const seeding = event.at <= scenario.clock
      if (payload)
        await app.sources.take(payload.source, Buffer.from(payload.body), payload.contentType, 'drill', seeding)
    } else if ('route' in event) {
      const fault = await app.tell(event, 'drill')
      if (fault !== null) parts.left(`${event.text}：${fault}`)
    } else await parts.act(event)
  }
  if (!byPeople) {
    const end = await waitUntil(parts, clock, clock.now() + scenario.watchSeconds * SECOND, look)
    return end ?? { how: 'ended', by: drill.startedBy ?? '', why: '' }
  }
  for (;;) {
    const end = await look()
    if (end) return end
    await pause(LOOK_MS)
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** @returns null once the drill's clock has reached `at`, else why it ends before */
async function waitUntil(
  parts: LiveParts,
  clock: LiveClock,
  at: Instant,
  look: () => Promise<LiveEnd | null>,
): Promise<LiveEnd | null> {
  const since = parts.app.clock.realNow()
  for (;;) {
    const end = await look()
    if (end) return end
    const left = at - clock.now()
    if (left <= 0) return null
    if (
      left > LEAD_MS &&
      parts.app.clock.realNow() - since >= PAUSE_MS[parts.drill.acts] &&
      (await isIdle(parts, clock))
    ) {
      const to = Math.min(at, (await findNext(parts)) ?? at) - LEAD_MS - clock.now()
      if (to > 0) {
        clock.skip(to)
        await saveDrillClock(parts.pool, parts.drill.id, clock.stretches())
        continue
      }
    }
    await pause(Math.min(LOOK_MS, left))
  }
}

/** Nothing is being sent, and nobody is asked by the drill's clock; what people do about rumours is timed by the desk's. */
async function isIdle({ app, pool, drill }: LiveParts, clock: LiveClock): Promise<boolean> {
  const asked = [...app.ledger.picture().holds.values()].some(
    (hold) => hold.class === 'drill' && hold.state !== 'waiting',
  )
  if (asked && drill.acts === 'people') return false
  return (await listBusy(pool, 'drill', clock.now())).length === 0
}

async function findNext({ app, pool }: LiveParts): Promise<Instant | null> {
  const holds = [...app.ledger.picture().holds.values()].filter((hold) => hold.class === 'drill')
  const delivery = await findNextDue(pool, 'drill')
  const dues = [...holds.flatMap((hold) => hold.dueAt ?? []), ...(delivery === null ? [] : [delivery])]
  return dues.length === 0 ? null : Math.min(...dues)
}

async function findEnd(
  parts: LiveParts,
  { realStart, actualStart }: { realStart: Instant; actualStart: Instant },
): Promise<LiveEnd | null> {
  const { app, pool, drill } = parts
  if (parts.isStopping()) return { how: 'aborted', by: 'system', why: '程序停止' }
  await readBack(parts)
  if (await hasRealBegun(pool, actualStart)) return { how: 'aborted', by: 'system', why: REAL_BEGUN }
  const asked = await findDrill(pool, drill.id)
  if (asked?.stopHow) return { how: asked.stopHow, by: asked.stopBy ?? '', why: asked.stopWhy }
  if (asked?.state !== 'running') return { how: 'aborted', by: 'system', why: '演练已在别处结束' }
  if (app.clock.realNow() - realStart < LONGEST_MS[drill.acts]) return null
  return { how: 'ended', by: 'system', why: `满 ${LONGEST_MS[drill.acts] / MINUTE} 分钟，自动结束` }
}

/** The drill's website counts as seen when its stored page names its own serial. */
async function readBack({ app, pool, websites }: LiveParts): Promise<void> {
  for (const unseen of await listUnseen(pool, websites, 0)) {
    const page = await readDrillPage(pool, unseen.code)
    if (page?.includes(unseen.serial)) await markSeen(pool, unseen.id, app.clock.now('drill'))
  }
}
