// In: the scenarios that ship with the town. Out: those that a drill can play, by exercise.
// Must not read them twice: they do not change while the program runs.
import { classifyScenario, EXERCISES } from '../core/drill/scenario-kind.ts'
import type { ScenarioChoice } from '../web/desk/drill-routes.ts'
import { loadScenarios } from './scenario-files.ts'

/** A running installation keeps its power and its real switches (scenario-acts.ts): these acts are a replay's alone. */
const REPLAY_ONLY = new Set(['stop', 'start', 'kill-switch-on', 'kill-switch-off'])

/** @returns a reading of the files, made once, when it is first asked for */
export function openChoices(): () => Promise<ScenarioChoice[]> {
  let made: Promise<ScenarioChoice[]> | null = null
  return () => (made ??= readChoices())
}

async function readChoices(): Promise<ScenarioChoice[]> {
  const all: ScenarioChoice[] = []
  for await (const { name, scenario } of loadScenarios()) {
    if (scenario.steps.length === 0 || scenario.acts.some(({ desk }) => REPLAY_ONLY.has(desk))) continue
    all.push({ name, title: scenario.title, exercise: classifyScenario(scenario) })
  }
  return all.toSorted(
    (a, b) => EXERCISES.indexOf(a.exercise) - EXERCISES.indexOf(b.exercise) || a.title.localeCompare(b.title, 'zh'),
  )
}
