// In: a scenario, an installation. Out: what each step says in a drill of it, under source ids of its own; or why it cannot be played.
// Must not lend a real source's name: a drill's reports are known by their ids for ever (core/judgement/drill-lane.ts).
import { reachesOut, type Config } from '../config.ts'
import { nameDrillSource } from '../core/judgement/drill-lane.ts'
import type { ScenarioRow } from '../town/payloads.ts'
import { listRows, writeStep } from '../town/player.ts'
import { listScenarioSources, type Scenario, type ScenarioStep } from '../town/scenario.ts'
import { castSources } from './drill-cast.ts'
import { listScenarios } from './scenario-files.ts'
import type { Sources } from './sources.ts'

/** Why the end of a drill closed what nobody had settled. */
export const LEFT_OVER = '演练结束，未及了结'

/** Why this installation cannot play a scenario as a drill; null when it can. */
export async function findRefusal(config: Config, name: string): Promise<string | null> {
  const names = await listScenarios()
  if (!names.includes(name)) return `no scenario ${name}; there are ${names.join(', ')}`
  const outlets = config.outlets.filter((outlet) => outlet.class === 'drill')
  if (outlets.length === 0) return 'this installation has no outlet with class: drill; add one on loopback to the YAML'
  const outside = outlets.find(reachesOut)
  return outside ? `drill outlet ${outside.id} does not lie on this machine: a drill speaks to loopback only` : null
}

export interface DrillPayload {
  source: Parameters<Sources['take']>[0]
  body: string
  contentType: string
}

/** What each step makes its source say, under the run's own source ids; null when the source is silent. */
export function openDrillSources(
  scenario: Scenario,
  config: Config,
  run: string,
): (step: ScenarioStep) => DrillPayload | null {
  const played = listScenarioSources(scenario)
  const sources = new Map(played.map((source) => [source.id, source]))
  const cast = castSources(played, [...config.inbound, ...config.feeds])
  const standing = new Map<string, ScenarioRow[]>()
  return (step) => {
    const source = sources.get(step.feed)
    const rows = listRows(step, standing.get(step.feed) ?? [])
    standing.set(step.feed, rows)
    // A drill is let in by hand: a forged signature has no door to be refused at.
    if (!source || step.down || step.forged) return null
    const { format, authority } = source as unknown as Pick<DrillPayload['source'], 'format' | 'authority'>
    return {
      source: { id: nameDrillSource(run, cast.get(source.id) ?? source.id), format, authority },
      ...writeStep(step, format, rows),
    }
  }
}
