// In: a scenario and a running installation with drill outlets. Out: the scenario played as a drill inside it.
// Must not touch the actual lane: its rows carry class drill, its clock is the scenario's, its outlets are on loopback.
import type { App } from '../app.ts'
import type { Config } from '../config.ts'
import { writePayload } from '../town/payloads.ts'
import type { CommandAnswer } from '../web/desk/server.ts'
import { formatsOf } from './demonstration.ts'
import { loadScenario } from './scenario-files.ts'

/** Plays a scenario's steps through the installation's own gates in the drill lane. */
export async function runInstallationDrill(app: App, config: Config, name: string, by: string): Promise<CommandAnswer> {
  if (!config.outlets.some((outlet) => outlet.class === 'drill')) {
    return { ok: false, reason: 'this installation has no outlet with class: drill; add one on loopback to the YAML' }
  }
  const scenario = await loadScenario(name)
  const formats = formatsOf(scenario)
  let now = scenario.clock
  app.clock.setDrill(() => now)
  const said: string[] = []
  try {
    for (const step of scenario.steps) {
      now = step.at
      const format = formats[step.feed]
      if (format === undefined || step.down) continue
      const payload = step.body === undefined ? writePayload(format, step.rows ?? []).body : step.body
      const authority = authorityOf(scenario.config, step.feed)
      const receipt = await app.sources.take(
        { id: `drill-${step.feed}`, format: format as never, authority },
        Buffer.from(payload),
        'application/json; charset=utf-8',
        'drill',
        false,
      )
      said.push(`${step.feed}: ${receipt.fresh} new`)
      await app.publisher.lookAgain()
    }
  } finally {
    app.clock.setDrill(null)
  }
  return { ok: true, result: { scenario: name, by, steps: said } }
}

function authorityOf(config: Record<string, unknown>, id: string) {
  const sources = [config['feeds'], config['inbound']].flatMap(
    (list) => (list ?? []) as { id: string; authority: string }[],
  )
  return (sources.find((source) => source.id === id)?.authority ?? 'context') as never
}
