// In: a scenario and a running installation with drill outlets. Out: the scenario played as a drill inside it.
// Must not touch the actual lane: its rows carry class drill, its clock is the scenario's, its outlets are on loopback.
import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import type { App } from '../app.ts'
import type { Config } from '../config.ts'
import { formatUtc, SECOND, type Instant } from '../core/instant.ts'
import { endDrills, holdDrill } from '../store/drills.ts'
import { appendJournal } from '../store/journal.ts'
import { openPool } from '../store/pool.ts'
import type { Scenario, ScenarioStep } from '../town/scenario.ts'
import type { CommandAnswer } from '../web/desk/server.ts'
import { findRefusal, LEFT_OVER, openDrillSources, type DrillPayload } from './drill-lines.ts'
import { describeDrill, type DrillResult } from './drill-result.ts'
import { runAct } from './replay-acts.ts'
import { settleAll, untilNextDue, type ReplayTime } from './replay-settle.ts'
import { loadScenario } from './scenario-files.ts'

const POOL = 3

/**
 * Plays a scenario through the installation's own gates, rules and signatures in the drill lane, in virtual time.
 * @param by the operator's name, journalled with start and end
 */
export async function runInstallationDrill(app: App, config: Config, name: string, by: string): Promise<CommandAnswer> {
  const refusal = await findRefusal(config, name)
  if (refusal !== null) return { ok: false, reason: refusal }
  const scenario = await loadScenario(name)
  const pool = openPool(app.database.app, POOL, () => undefined)
  try {
    const release = await holdDrill(pool)
    if (release === null) return { ok: false, reason: 'another drill is running; wait for its end' }
    try {
      return { ok: true, result: await play(app, config, pool, scenario, { name, by }) }
    } finally {
      await release()
    }
  } finally {
    await pool.end()
  }
}

async function play(
  app: App,
  config: Config,
  pool: Pool,
  scenario: Scenario,
  about: { name: string; by: string },
): Promise<DrillResult> {
  const { name, by } = about
  const began = app.clock.realNow()
  // A process that died in the middle of a drill left its rows behind.
  await endDrills(pool, by, LEFT_OVER, app.clock.now('actual'))
  await app.ledger.reload()
  let now: Instant = scenario.clock
  app.clock.setDrill(() => now)
  const run = randomBytes(4).toString('hex')
  const running = { app, config, folder: config.dataFolder, faults: [], refusals: [] }
  const skip = (ms: number): void => {
    now += Math.max(ms, 0)
  }
  const time: ReplayTime = { lane: 'drill', now: () => now, skip, pool, running, by }
  await appendJournal(pool, app.clock.now('actual'), {
    actor: by,
    act: 'drill.started',
    subject: name,
    detail: { run, clock: formatUtc(now) },
  })
  try {
    await playEvents(app, scenario, time, openDrillSources(scenario, config, run))
    return await describeDrill(pool, scenario, {
      ...about,
      run,
      faults: running.faults,
      tookMs: app.clock.realNow() - began,
    })
  } finally {
    const cancelled = await endDrills(pool, by, LEFT_OVER, now)
    app.clock.setDrill(null)
    await app.ledger.reload()
    await appendJournal(pool, app.clock.now('actual'), {
      actor: by,
      act: 'drill.ended',
      subject: name,
      detail: { run, cancelled },
    })
  }
}

async function playEvents(
  app: App,
  scenario: Scenario,
  time: ReplayTime,
  say: (step: ScenarioStep) => DrillPayload | null,
): Promise<void> {
  const events = [...scenario.steps, ...scenario.tells, ...scenario.acts].sort((a, b) => a.at - b.at)
  for (const event of events) {
    await untilNextDue(time, Math.max(event.at, time.now()))
    if ('feed' in event) {
      const said = say(event)
      // What stands before the clock starts is the list that a first poll would have found: recorded, not spoken.
      const seeding = event.at <= scenario.clock
      if (said) await app.sources.take(said.source, Buffer.from(said.body), said.contentType, 'drill', seeding)
    } else if ('route' in event) {
      const fault = await app.tell(event, 'drill')
      if (fault !== null) time.running.faults.push(`${event.text}: ${fault}`)
    } else if (event.desk === 'stop' || event.desk === 'start') {
      time.running.faults.push(`${event.desk}: the power is not cut in a running installation`)
    } else {
      await runAct(time, event)
    }
    await settleAll(time)
  }
  await untilNextDue(time, time.now() + scenario.watchSeconds * SECOND)
}
