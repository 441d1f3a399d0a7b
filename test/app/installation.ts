// In: a bureau of the scenarios. Out: a running installation with actual and drill outlets, each lane at a town of its own.
// Virtual time; feeds are polled by hand. Real program, real database, real sockets.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { stringify } from 'yaml'
import { channels } from '../../channels/index.ts'
import { startApp, type App } from '../../src/app.ts'
import type { Painter } from '../../src/app/card-painter.ts'
import { announceDrills, openVirtualClock, type InstallationClock } from '../../src/app/clock.ts'
import { runInstallationDrill } from '../../src/app/drill.ts'
import { openHandCrank } from '../../src/app/hand-crank.ts'
import { loadScenario } from '../../src/app/scenario-files.ts'
import { loadConfig, type Config } from '../../src/config.ts'
import { parseZonedTime } from '../../src/core/instant.ts'
import { startPlayer, type Player } from '../../src/town/player.ts'
import { openPool } from '../../src/store/pool.ts'
import { fillPlaces, listScenarioSources } from '../../src/town/scenario.ts'
import { startTown, type Town } from '../../src/town/town.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { claimPort } from '../../src/town/port.ts'

export interface Installation {
  app: App
  config: Config
  clock: InstallationClock
  database: FreshDatabase
  /** Rows of its database, as the program's own role reads and writes them. */
  query<R extends object>(text: string, values?: unknown[]): Promise<R[]>
  /** Shows a feed's rows and lets it be polled once. */
  hear: Player['show']
  poll(feed: string): Promise<void>
  town: Town
  drillTown: Town
  /** Called when a drill begins, after its platforms were made fresh; tests script faults here. */
  whenDrillBegins(act: () => void): void
  close(): Promise<void>
}

const START = parseZonedTime('2026-03-04T10:00:00+08:00') ?? 0

/** Starts the bureau of alxa-2017; `change` may alter its outlets before it starts. */
export async function startInstallation(
  change: (outlets: Record<string, unknown>[]) => Record<string, unknown>[] = (o) => o,
  painter: Painter | null = null,
): Promise<Installation> {
  const scenario = await loadScenario('alxa-2017')
  const clock = openVirtualClock(START)
  const database = await freshDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'quakedesk-app-'))
  const [port, deskPort] = [await claimPort(), await claimPort()]
  const common = { callbackUrl: null, safeDomain: `127.0.0.1:${port}`, bureauName: '试验地震局' }
  const town = await startTown({ now: () => clock.now('actual'), ...common })
  const drillTown = await startTown({ now: () => clock.now('drill'), ...common })
  const formats = Object.fromEntries(listScenarioSources(scenario).map((s) => [s.id, s.format]))
  const player = await startPlayer(formats, () => clock.now('actual'))
  const places = { player: player.url, 'safe-domain': `127.0.0.1:${port}` }
  const outlets = (scenario.config['outlets'] ?? []) as Record<string, unknown>[]
  const drills = outlets.map((outlet) => ({ ...outlet, id: `drill-${String(outlet['id'])}`, class: 'drill' }))
  const filled = fillPlaces(scenario.config, { ...town.places, ...places }) as Record<string, unknown>
  const all = [
    ...(filled['outlets'] as Record<string, unknown>[]),
    ...change(fillPlaces(drills, { ...drillTown.places, ...places }) as Record<string, unknown>[]),
  ]
  const yaml = stringify({ ...filled, outlets: all }, { aliasDuplicateObjects: false })
  const environment = { PORT: String(port), DESK_PORT: String(deskPort), HOST: '127.0.0.1', QUAKEDESK_DATA: folder }
  const config = loadConfig(yaml, folder, environment, channels, false)
  const crank = openHandCrank()
  let begins = (): void => undefined
  const app = await startApp({
    config,
    log: pino({ level: 'silent' }),
    clock: announceDrills(clock, () => {
      for (const stand of Object.values(drillTown.stands)) stand.reset()
      begins()
    }),
    crank,
    database: { app: database.appConfig, owner: database.ownerConfig, embedded: null },
    publicBase: null,
    painter,
    drill: (running, name, by) => runInstallationDrill(running, config, name, by),
  })
  await Promise.all(config.feeds.map((feed) => crank.pollNow(feed.id)))
  // One that outlives the end of its database: a line that closes while the database is dropped is no failure.
  const pool = openPool(database.appConfig, 2, () => undefined)
  return {
    app,
    config,
    clock,
    database,
    query: async <R extends object>(text: string, values: unknown[] = []) => (await pool.query<R>(text, values)).rows,
    hear: (step) => player.show(step),
    poll: (feed) => crank.pollNow(feed),
    town,
    drillTown,
    whenDrillBegins: (act) => {
      begins = act
    },
    close: async () => {
      await pool.end()
      await app.stop()
      await Promise.all([player.close(), town.close(), drillTown.close()])
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Waits until something holds; the test's own limit ends a vain wait. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Everything a town's platforms hold that anyone could see, as text. */
export function readTown(town: Town): string[] {
  return Object.values(town.stands).flatMap((stand) => stand.ledger().map((e) => `${e.title}\n${e.text}`))
}
