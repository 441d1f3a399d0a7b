// In: no configuration at all. Out: the demonstration town: stand-ins, a player, a clock that starts at the scenario's.
// Must not start beside a real credential, nor speak beyond this machine (DESIGN §3 "demonstration").
import { createECDH } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { BadConfig } from '../config.ts'
import { MINUTE, SECOND } from '../core/instant.ts'
import { startPlayer } from '../town/player.ts'
import { fillPlaces, listScenarioSources, type Scenario } from '../town/scenario.ts'
import { startTown, TOWN } from '../town/town.ts'
import type { App } from '../app.ts'
import { announceDrills, openClock, type InstallationClock } from './clock.ts'
import { loadScenario } from './scenario-files.ts'

/** The quake of which the founding documents tell. */
const SHOWN = 'alxa-2017'
/** Idle stretches of the scenario are skipped down to this, so that a quarter of an hour passes within a minute. */
const LEAD_MS = 3 * SECOND
const PAUSE_MS = 4 * SECOND
/** A poll that ends this long after a step was shown has begun after it: the demonstration polls every second. */
const POLL_MS = 1_200
/** Speaks on our own pages only, so no stand-in has to carry it. A reserved name (RFC 2606): nobody may take it for a bureau's. */
const OWN_CAP = { id: 'cap', channel: 'cap', sender: 'cap@quakedesk.example' }
const SECRETS = ['DATABASE_URL', 'DATABASE_OWNER_URL', 'REDIS_URL'] as const

export interface Demonstration {
  yaml: string
  clock: InstallationClock
  play(app: App): void
  stopPlaying(): Promise<void>
  describe(): string[]
  close(): Promise<void>
}

/** Starts the town. @throws BadConfig when a real credential stands in the environment */
export async function startDemonstration(env: Readonly<Record<string, string | undefined>>): Promise<Demonstration> {
  const real = SECRETS.flatMap((key) => [key, `${key}_FILE`]).filter((key) => env[key])
  if (real.length > 0) {
    throw new BadConfig([
      `${real.join(', ')}: the demonstration town refuses to start beside a real credential; give a quakedesk.yaml (npm run init) or unset it`,
    ])
  }
  const scenario = await loadScenario(SHOWN)
  const clock = openClock(scenario.clock)
  const port = Number(env['PORT'] || 8080)
  const deskPort = Number(env['DESK_PORT'] || port + 1)
  const host = `127.0.0.1:${port}`
  const folder = resolve(env['QUAKEDESK_DATA'] || 'data')
  await mkdir(folder, { recursive: true })
  const town = await startTown({
    now: () => clock.now('actual'),
    callbackUrl: `http://127.0.0.1:${deskPort}/callbacks/wechat`,
    safeDomain: host,
    bureauName: nameOf(scenario),
    pushCaFile: join(folder, 'town-push.pem'),
  })
  // A second set of platforms: what a drill says must not even stand beside what was said in earnest.
  const drillTown = await startTown({
    now: () => clock.now('drill'),
    callbackUrl: `http://127.0.0.1:${deskPort}/callbacks/wechat`,
    wechatToken: `${TOWN.wechatToken}Drill`,
    safeDomain: host,
    bureauName: nameOf(scenario),
    pushCaFile: join(folder, 'town-push-drill.pem'),
  })
  const player = await startPlayer(Object.fromEntries(listScenarioSources(scenario).map((s) => [s.id, s.format])))
  const common = { player: player.url, 'safe-domain': host }
  const config = fillPlaces(scenario.config, { ...town.places, ...common }) as { outlets?: object[] }
  const push = makePushOutlet()
  const spoken = [...((scenario.config['outlets'] ?? []) as object[]), OWN_CAP, push]
  const drillOutlets = fillPlaces(copyForDrills(spoken), { ...drillTown.places, ...common })
  const outlets = [
    ...(config.outlets ?? []),
    OWN_CAP,
    fillPlaces(push, town.places) as object,
    ...(drillOutlets as object[]),
  ]
  let stopped = false
  let playing: Promise<void> = Promise.resolve()
  return {
    yaml: stringify({ ...config, outlets }, { aliasDuplicateObjects: false }),
    clock: announceDrills(clock, () => {
      // Each drill finds fresh platforms: quotas count by a clock that goes back to the scenario's start.
      for (const stand of Object.values(drillTown.stands)) stand.reset()
    }),
    play: (app) => {
      playing = playSteps(scenario, player, app, clock, () => stopped)
    },
    stopPlaying: async () => {
      stopped = true
      await playing
    },
    describe: () => [
      `演示      ${scenario.title}`,
      ...Object.entries(town.stands).map(([name, stand]) => `${name.padEnd(9)} ${stand.url}/_town/`),
      ...Object.entries(drillTown.stands).map(([name, stand]) => `演练 ${name.padEnd(7)} ${stand.url}/_town/`),
    ],
    close: async () => {
      await player.close()
      await Promise.all([town.close(), drillTown.close()])
    },
  }
}

/** Push at the town's own service; its keys are good for this start only. */
function makePushOutlet(): object {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  return {
    id: 'push',
    channel: 'webpush',
    enabled: true,
    vapidPublicKey: pair.getPublicKey('base64url'),
    // Without the leading zeros that a number may lack, the key would be shorter than it must be.
    vapidPrivateKey: Buffer.from(pair.getPrivateKey('hex').padStart(64, '0'), 'hex').toString('base64url'),
    subject: 'mailto:duty@town.example',
    allowHosts: ['${push-host}'],
    caFile: '${push-ca}',
  }
}

function nameOf(scenario: Scenario): string {
  const bureau = scenario.config['bureau'] as { name?: string } | undefined
  return bureau?.name ?? ''
}

/** The outlets once more, as class drill, at the drill's own stand-ins. */
function copyForDrills(outlets: unknown): object[] {
  return (outlets as { id: string }[]).map((outlet) => ({ ...outlet, id: `drill-${outlet.id}`, class: 'drill' }))
}

/** Shows each step when the clock reaches it; stretches in which nothing happens are skipped, the gates see every minute. */
async function playSteps(
  scenario: Scenario,
  player: Awaited<ReturnType<typeof startPlayer>>,
  app: App,
  clock: InstallationClock,
  isStopped: () => boolean,
): Promise<void> {
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  let shown = clock.realNow()
  let feed: string | null = null
  for (const step of scenario.steps) {
    while (!isStopped() && clock.now('actual') < step.at) {
      const left = step.at - clock.now('actual')
      // What was just said gets its moment in real time, and every platform its answer, before the next stretch is skipped.
      const polled = feed === null || (app.heardAt(feed) ?? 0) >= shown + POLL_MS
      const idle = polled && clock.realNow() - shown >= PAUSE_MS && (await app.openDeliveries()) === 0
      if (left > LEAD_MS && idle) clock.skip(Math.min(left - LEAD_MS, MINUTE))
      await wait(100)
    }
    if (isStopped()) return
    player.show(step)
    shown = clock.realNow()
    feed = step.feed
    await app.publisher.lookAgain()
  }
}
