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
  if (!names.includes(name)) return `没有情景 ${name}；可选：${names.join('、')}`
  const outlets = config.outlets.filter((outlet) => outlet.class === 'drill')
  if (outlets.length === 0) return '没有演练渠道：请在 YAML 的 outlets 中加一个本机的 class: drill 渠道'
  const outside = outlets.find(reachesOut)
  return outside ? `演练渠道 ${outside.id} 不在本机：演练只对本机发布` : null
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
