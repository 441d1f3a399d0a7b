// In: a scenario's name. Out: the scenario, from the files that ship with the town.
// Must not take a path from outside: names are letters, digits, hyphens and single dots between them.
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { readBureaux, readScenario, type Scenario } from '../town/scenario.ts'

const FOLDER = fileURLToPath(new URL('../town/scenarios', import.meta.url))
/** A scenario's name as people may give it (alxa-2017-m4.8); nothing that could be a path. */
export const SCENARIO_NAME = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/

/** What several scenarios share stands in files whose names begin so. */
const SHARED = '_'

/** Names of all scenarios, sorted. */
export async function listScenarios(): Promise<string[]> {
  const names = await readdir(FOLDER)
  return names
    .filter((name) => name.endsWith('.yaml') && !name.startsWith(SHARED))
    .map((name) => name.replace(/\.yaml$/, ''))
    .sort()
}

/** @throws when there is none of that name, or it has faults */
export async function loadScenario(name: string): Promise<Scenario> {
  const names = await listScenarios()
  if (!names.includes(name)) throw new Error(`no scenario ${name}; there are ${names.join(', ')}`)
  return readScenario(name, await readFile(`${FOLDER}/${name}.yaml`, 'utf8'), await loadBureaux())
}

/** Every scenario, one file after the other, so that nothing else waits for long; what they share is read once. */
export async function* loadScenarios(): AsyncGenerator<{ name: string; scenario: Scenario }> {
  const bureaux = await loadBureaux()
  for (const name of await listScenarios())
    yield { name, scenario: readScenario(name, await readFile(`${FOLDER}/${name}.yaml`, 'utf8'), bureaux) }
}

async function loadBureaux(): Promise<ReturnType<typeof readBureaux>> {
  return readBureaux(await readFile(`${FOLDER}/_bureaux.yaml`, 'utf8'))
}
