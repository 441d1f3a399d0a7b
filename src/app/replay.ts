// In: a scenario and an empty migrated database. Out: what an installation of its own received, said and showed.
// Must not relax a gate or know what is expected: the whole program runs, only its time is the scenario's.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { stringify } from 'yaml'
import { channels } from '../../channels/index.ts'
import { startApp } from '../app.ts'
import { loadConfig } from '../config.ts'
import { SECOND, type Instant } from '../core/instant.ts'
import { openPool } from '../store/pool.ts'
import { startPlayer } from '../town/player.ts'
import { claimPort } from '../town/port.ts'
import {
  fillPlaces,
  listScenarioSources,
  type Scenario,
  type ScenarioStep,
  type ScenarioTell,
} from '../town/scenario.ts'
import { startTown } from '../town/town.ts'
import { openVirtualClock } from './clock.ts'
import type { Database } from './database.ts'
import { openHandCrank } from './hand-crank.ts'
import { runAct } from './replay-acts.ts'
import { knockAtDoor } from './replay-door.ts'
import { collectEvidence, type Evidence } from './replay-evidence.ts'
import type { Running } from './replay-running.ts'
import { settleAll, untilNextDue, type ReplayTime } from './replay-settle.ts'

export interface ReplayPlace {
  database: Database
  log: FastifyBaseLogger
}

/** Who acts in a replay. */
const OFFICER = '值班员（演练）'

/** Plays a scenario from its clock to `watchSeconds` after its last step, and looks at what came of it. */
export async function replayScenario(scenario: Scenario, place: ReplayPlace): Promise<Evidence> {
  const clock = openVirtualClock(scenario.clock)
  const now = (): Instant => clock.now('actual')
  const folder = await mkdtemp(join(tmpdir(), 'quakedesk-replay-'))
  const [port, deskPort] = [await claimPort(), await claimPort()]
  const bureau = scenario.config['bureau'] as { name?: string } | undefined
  const safeDomain = `127.0.0.1:${port}`
  const callbackUrl = `http://127.0.0.1:${deskPort}/callbacks/wechat`
  const town = await startTown({ now, callbackUrl, safeDomain, bureauName: bureau?.name ?? '' })
  const sources = listScenarioSources(scenario)
  const player = await startPlayer(Object.fromEntries(sources.map((s) => [s.id, s.format])), now)
  const yaml = stringify(fillPlaces(scenario.config, { ...town.places, player: player.url, 'safe-domain': safeDomain }))
  const environment = { PORT: String(port), DESK_PORT: String(deskPort), HOST: '127.0.0.1', QUAKEDESK_DATA: folder }
  const running: Running = {
    app: null,
    config: loadConfig(yaml, folder, environment, channels, false),
    folder,
    faults: [],
    refusals: [],
  }
  const pool = openPool(place.database.app, 2, () => undefined)
  const crank = { current: openHandCrank() }
  const start = async (): Promise<void> => {
    crank.current = openHandCrank()
    const { config } = running
    running.app = await startApp({
      config,
      log: place.log,
      clock,
      database: place.database,
      crank: crank.current,
      publicBase: null,
      // No platform takes one, and sixty scenarios would paint hundreds.
      painter: null,
    })
    await Promise.all(config.feeds.map((feed) => crank.current.pollNow(feed.id)))
  }
  const stop = async (): Promise<void> => {
    const { app } = running
    running.app = null
    await app?.stop()
  }
  const time: ReplayTime = { lane: 'actual', now, skip: (ms) => clock.skip(ms), pool, running, by: OFFICER }
  const play = async (step: ScenarioStep): Promise<void> => {
    const door = sources.find((s) => s.id === step.feed && s.secret !== '')
    const payload = player.show(step)
    if (!running.app) return
    if (door) await knockAtDoor(running, running.app, step, payload, now())
    else await crank.current.pollNow(step.feed)
  }
  const hear = async (tell: ScenarioTell): Promise<void> => {
    const fault = running.app ? await running.app.tell(tell, 'actual') : 'the power is off'
    if (fault !== null) running.faults.push(`not taken in: ${tell.text}: ${fault}`)
  }

  try {
    const early = scenario.steps.filter((step) => step.at <= scenario.clock)
    for (const step of early) player.show(step)
    await start()
    for (const event of listEvents(scenario)) {
      await untilNextDue(time, event.at)
      if ('feed' in event) await play(event)
      else if ('route' in event) await hear(event)
      else if (event.desk === 'stop') await stop()
      else if (event.desk === 'start') await start()
      else await runAct(time, event)
      await settleAll(time)
    }
    const last = Math.max(scenario.clock, ...listEvents(scenario).map((event) => event.at))
    await untilNextDue(time, last + scenario.watchSeconds * SECOND)
    return await collectEvidence(pool, town, running)
  } finally {
    await stop()
    await pool.end()
    await player.close()
    await town.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Steps, tells and acts after the start in order of time; at the same instant what is heard comes before what is done. */
function listEvents(scenario: Scenario) {
  const steps = scenario.steps.filter((step) => step.at > scenario.clock)
  return [...steps, ...scenario.tells, ...scenario.acts].sort((a, b) => a.at - b.at)
}
